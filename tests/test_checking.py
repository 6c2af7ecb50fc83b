"""The state of the data: each fault is found once, in words, and nothing else is."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from conftest import hostile_services

from locator import Service
from locator._checks import CHECKS, stale_after_days
from locator._settings import Settings
from locator.checking import check
from locator.cli import main
from locator.maps import basemap_of, check_page
from locator.store import Store
from locator.timeline import SHANGHAI
from locator.vocabulary import KINDS

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 23, 13, 5, tzinfo=SHANGHAI)
GOOD: dict[str, Any] = {
    "id": "good-1", "kind": "station", "name": "国定支路驿站", "district": "310110", "lon": 121.5058, "lat": 31.3054,
    "hours": "08:00-20:00", "has": ("seating",), "verified_on": date(2026, 11, 1),
}  # fmt: skip
OFFER = {"title": "七折", "percent_off": 30}
STOP = {"lon": 121.5058, "lat": 31.3054, "hours": "08:00-20:00"}


def codes(**fields: Any) -> list[str]:
    return [finding.code for finding in check([Service.model_validate(GOOD | fields)], AT).findings]


def mobile(*stops: dict[str, Any]) -> dict[str, Any]:
    return {"lon": None, "lat": None, "hours": None, "stops": stops}


def test_a_good_record_has_no_finding() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"lon": 113.62, "lat": 34.75}, "outside-district"),
        ({"district": "310106"}, "outside-district"),
        (mobile(STOP, STOP | {"lon": 113.62, "lat": 34.75}), "outside-district"),
        ({"lon": None, "lat": None}, "no-position"),
        ({"position_quality": "approximate"}, "approximate-position"),
        ({"hours": None}, "unknown-hours"),
        ({"hours": None, "hours_text": "视情况"}, "unknown-hours"),
        (mobile(STOP | {"hours": None}), "unknown-hours"),
        ({"has": ()}, "unknown-equipment"),
        ({"verified_on": None}, "never-verified"),
        ({"verified_on": date(2025, 11, 22)}, "stale"),
        ({"kind": "canteen", "verified_on": date(2026, 5, 26)}, "stale"),
        ({"kind": "housing", "verified_on": date(2026, 10, 23)}, "stale"),
        ({"hours": "off"}, "never-open"),
        ({"hours": "2026 Dec 20-2026 Dec 31 08:00-20:00"}, "never-open"),
        (mobile(STOP | {"hours": "off"}), "never-open"),
        (mobile(STOP | {"valid_to": date(2026, 11, 22)}), "no-stop"),
        ({"kind": "housing", "vacancies": 3, "verified_on": None}, "undated-vacancies"),
        ({"offers": [OFFER | {"valid_to": date(2026, 11, 22)}]}, "offer-over"),
        ({"offers": [OFFER | {"valid_from": date(2026, 12, 2), "valid_to": date(2026, 12, 1)}]}, "offer-never"),
        ({"offers": [OFFER | {"hours": "21:00-22:00"}]}, "offer-never"),
        ({"offers": [OFFER | {"hours": "Sa,Su 10:00-11:00", "valid_to": date(2026, 11, 27)}]}, "offer-never"),
        ({"demo": True}, "demo"),
        ({"offers": [OFFER | {"demo": True}]}, "demo"),
    ],
)  # fmt: skip
def test_each_fault_is_found(fields: dict[str, Any], code: str) -> None:
    extra = {"never-verified"} if code == "undated-vacancies" else set()
    assert set(codes(**fields)) == {code} | extra


@pytest.mark.parametrize(
    "fields",
    [
        {"verified_on": date(2025, 11, 23)},
        {"kind": "canteen", "verified_on": date(2026, 5, 27)},
        {"kind": "housing", "verified_on": date(2026, 10, 24)},
        {"kind": "housing", "vacancies": 3},
        {"hours": "24/7 unknown"},
        {"lacks": ("toilet",), "has": ()},
        {"offers": [OFFER | {"valid_to": date(2026, 11, 23)}]},
        {"offers": [OFFER | {"hours": "19:00-22:00"}]},
        {"offers": [OFFER | {"valid_from": date(2027, 3, 1)}]},
        mobile(STOP | {"valid_to": date(2026, 11, 22)}, STOP),
        mobile(STOP | {"valid_from": date(2027, 3, 1)}),
        mobile(STOP | {"hours": "off"}, STOP),
        {"status": "closed", "lon": None, "lat": None, "hours": None, "verified_on": None},
    ],
)
def test_what_is_right_is_left_alone(fields: dict[str, Any]) -> None:
    assert codes(**fields) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_verification_lasts_to_its_last_day(kind: str) -> None:
    last = AT.date() - timedelta(days=stale_after_days(kind))
    assert "stale" not in codes(kind=kind, verified_on=last)
    assert "stale" in codes(kind=kind, verified_on=last - timedelta(days=1))


def test_how_far_outside_is_said_and_a_coarse_outline_is_forgiven() -> None:
    (finding,) = check([Service.model_validate(GOOD | {"lon": 121.62})], AT).findings
    km = float(re.search(r"界外 ([\d.]+) 公里", finding.detail.zh)[1])
    assert 2 < km < 12
    assert "上海市杨浦区" in finding.detail.zh
    assert "310110" in finding.detail.en


def test_the_zhengzhou_rows_outside_their_district_are_pointed_out(sample: list[Service]) -> None:
    rows = [s for s in sample if s.id.startswith("zz-")]
    outside = [f.service.id for f in check(rows, AT).findings if f.code == "outside-district"]
    assert len(outside) == len(set(outside)) == 4


def test_twins_are_named_on_both_sides() -> None:
    twin = Service.model_validate(GOOD | {"id": "good-2", "name": "杨浦区国定支路工会驿站"})
    found = check([Service.model_validate(GOOD), twin], AT).findings
    assert [(f.code, f.service.id) for f in found] == [("duplicate", "good-1"), ("duplicate", "good-2")]
    assert "good-2" in found[0].detail.zh
    assert "good-1" in found[1].detail.en


def test_the_summary_counts_what_the_findings_hold(sample: list[Service]) -> None:
    state = check(sample, AT)
    said = state.as_json()
    for row in said["summary"]:
        mine = [f for f in said["findings"] if f["code"] == row["code"]]
        assert row["findings"] == len(mine)
        assert row["services"] == len({f["id"] for f in mine})
        assert row["share"] == pytest.approx(row["services"] / len(sample), abs=1e-4)
    assert [row["code"] for row in said["summary"]] == list(CHECKS)
    order = [list(CHECKS).index(f["code"]) for f in said["findings"]]
    assert order == sorted(order)
    unknown = {s.id for s in sample if s.hours is None and not s.stops}
    assert {f["id"] for f in said["findings"] if f["code"] == "unknown-hours"} == unknown
    assert all(
        f["detail"]["zh"] and not re.search("[一-鿿]{2}", f["suggestion"]["en"]) for f in said["findings"]
    )


def test_nothing_at_all_is_no_crash() -> None:
    assert check([], AT).as_json()["findings"] == []


def run(*words: object) -> Any:
    done = CliRunner().invoke(main, ["check", *map(str, words)], env={"LANG": "zh_CN.UTF-8"})
    assert done.exit_code == 0, done.output
    return done


def test_the_command_prints_json_and_writes_a_map(
    store_url: str, tmp_path: Path, sample: list[Service]
) -> None:
    out = tmp_path / "check.html"
    done = run("--store", store_url, "--json", "--at", "2026-11-23T13:05", "--map", out)
    said = json.loads(done.stdout)
    assert said == check(sample, AT).as_json()
    page = out.read_text(encoding="utf-8")
    assert not re.search(r'<(?:script|img|link|iframe)[^>]+(?:src|href)="https?:', page)
    data = json.loads(re.search(r'(?s)id="map-data">(.*?)</script>', page)[1])
    placed = {s.id for s in sample if s.lon is not None or s.stops}
    assert {m["id"] for m in data["services"]} == {f["id"] for f in said["findings"]} & placed


def test_the_command_reads_well_without_json(store_url: str) -> None:
    out = run("--store", store_url, "--at", "2026-11-23T13:05").stdout
    assert "位置不在所写的区县里" in out
    assert "[outside-district]" in out


def test_a_map_that_cannot_be_written_is_a_sentence(store_url: str) -> None:
    done = CliRunner().invoke(main, ["check", "--store", store_url, "--map", "/nowhere/out.html"])
    assert done.exit_code == 1
    assert "/nowhere/out.html" in done.stderr


def test_hostile_names_stay_text_on_the_map() -> None:
    page = check_page(check(hostile_services(), AT), basemap_of(Settings(basemap="outline")), "</script><b>")
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert "</script><b>" not in page


def test_the_command_answers_for_an_empty_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"
    Store(url).create([], "nothing yet")
    assert json.loads(run("--store", url, "--json").stdout)["services"] == 0
