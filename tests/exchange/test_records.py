"""Records as JSON: described by a schema at a stable address, written and read back without a change."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from locator import vocabulary
from locator.exchange.record_schema import record_schema
from locator.service import Event, Offer, Service, Stop
from locator.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result
    from flask.testing import FlaskClient

PLACE = {
    "kind": "station",
    "name": "甲驿站",
    "lon": 121.5443,
    "lat": 31.2733,
    "datum": "gcj02",
    "district": "310110",
}


def checker() -> Draft202012Validator:
    return Draft202012Validator(record_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


def lines(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), encoding="utf-8")
    return path


@pytest.mark.parametrize("datum", [None, "gcj02", "bd09"])
@pytest.mark.parametrize("name", ["all.jsonl", "all.json"])
def test_an_export_imported_again_changes_nothing(
    run: Callable[..., Result], full: str, tmp_path: Path, name: str, datum: str | None
) -> None:
    run("export", name, *(("--datum", datum) if datum else ()))
    total = len(Store.open(full).snapshot()[2])
    again = json.loads(run("import", name, "--json").stdout)
    assert (again["unchanged"], again["created"], again["updated"], again["rejected"]) == (total, 0, 0, 0)
    fresh = f"sqlite:///{tmp_path}/fresh.db"
    moved = json.loads(run("import", name, "--json", store=fresh).stdout)
    assert (moved["created"], moved["rejected"]) == (total, 0)
    assert Store.open(fresh).snapshot()[2] == Store.open(full).snapshot()[2]


@pytest.mark.parametrize("published", ["wgs84", "gcj02"])
def test_every_record_exported_follows_the_schema(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, published: str
) -> None:
    monkeypatch.setenv("LOCATOR_PUBLISH_DATUM", published)
    run("export", "a.jsonl")
    records = [
        json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").split("\n") if line
    ]
    assert len(records) > 100
    assert [error.message for one in records for error in checker().iter_errors(one)] == []
    assert {one.get("datum") for one in records} == ({None} if published == "wgs84" else {"gcj02"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "palace"}, {"name": None}, {"name": ""}, {"stars": 6}, {"has": ["sauna"]}, {"district": "杨浦"}, {"Name": "乙"},
        {"datum": "epsg"}, {"lat": None, "lon": "x"}, {"offers": [{"groups": ["rider"]}]}, {"stops": [{"lon": 121.5}]},
        {"verified_on": "2.11.2026"}, {"capacity": -1}, {"apply_url": "ftp://x"}, {"source_lon": 121.5},
    ],
)  # fmt: skip
def test_the_schema_refuses_what_is_no_record(wrong: dict[str, Any]) -> None:
    assert checker().is_valid(PLACE)
    assert not checker().is_valid({**PLACE, **wrong})


def test_the_schema_asks_for_a_name_a_kind_and_somewhere() -> None:
    for left_out in ({"name"}, {"kind"}, {"lon", "lat"}, {"lon"}):
        assert not checker().is_valid({key: value for key, value in PLACE.items() if key not in left_out})
    assert checker().is_valid({"name": "甲", "kind": "station", "address": "某路1号"})


def test_the_schema_knows_every_field_and_word_and_tells_each_in_both_languages() -> None:
    whole = record_schema()
    assert set(whole["properties"]) == {*Service.model_fields, "datum"}
    for part in (Offer, Stop, Event):
        assert set(part.model_fields) <= set(whole["$defs"][part.__name__]["properties"])
    assert [one["const"] for one in whole["properties"]["kind"]["oneOf"]] == list(vocabulary.KINDS)
    assert [one["const"] for one in whole["properties"]["has"]["items"]["oneOf"]] == list(
        vocabulary.AMENITIES
    )
    told = [whole, *whole["properties"].values()]
    told += [one for part in whole["$defs"].values() for one in part["properties"].values()]
    for one in told:
        for text in (one["title"], one["description"]):
            zh, _, en = text.partition(" / ")
            assert re.search("[\u4e00-\u9fff]", zh) or zh[0].isdigit() or "gcj02" in zh or "http" in zh, text
            assert en == "" or not re.search("[\u4e00-\u9fff]", en), text


def test_what_follows_the_schema_is_imported_as_it_stands(run: Callable[..., Result], tmp_path: Path) -> None:
    whole = {
        **PLACE, "id": "a-1", "address": "隆昌路1号", "phone": "021-1234", "hours": "Mo-Su 08:00-20:00; PH off", "has": ["microwave"],
        "lacks": ["toilet"], "needs": ["rest"], "capacity": 12, "stars": 3, "code": "YP-1", "verified_on": "2026-11-02", "status": "active",
        "offers": [{"title": "减", "minus_cny": 2, "groups": ["rider"], "valid_to": "2026-12-31"}], "demo": False, "town": None,
        "events": [{"title": "片", "start": "2026-12-01T19:00:00", "end": "2026-12-01T21:00:00+08:00"}], "source_url": "https://e.org/",
    }  # fmt: skip
    mobile = {"id": "a-2", "kind": "fair", "name": "集市", "district": "310110", "stops": [{"lon": 121.55, "lat": 31.27, "hours": "Sa 10:00-12:00"}]}  # fmt: skip
    assert checker().is_valid(whole)
    assert checker().is_valid(mobile)
    fresh = f"sqlite:///{tmp_path}/fresh.db"
    file = lines(tmp_path / "in.jsonl", whole, mobile)
    report = json.loads(run("import", str(file), "--json", store=fresh).stdout)
    assert (report["created"], report["rejected"], report["ignored_columns"]) == (2, 0, [])
    kept = Store.open(fresh).get("a-1").model_dump(mode="json")
    for name, value in whole.items():
        if name in {"lon", "lat", "datum"}:
            continue
        if isinstance(value, list) and isinstance(value[0], dict):
            assert kept[name][0]["title"] == value[0]["title"]
        else:
            assert kept[name] == value, name
    assert (kept["source_lon"], kept["source_lat"], kept["source_datum"]) == (121.5443, 31.2733, "gcj02")
    assert Store.open(fresh).get("a-2").stops[0].lon == 121.55


def test_records_are_reported_row_by_row_like_any_list(run: Callable[..., Result], tmp_path: Path) -> None:
    fresh = f"sqlite:///{tmp_path}/fresh.db"
    file = lines(
        tmp_path / "in.jsonl",
        PLACE,
        {**PLACE, "name": None},
        {**PLACE, "name": "乙驿站", "lat": 131.0, "x": 1},
    )
    words = ("import", str(file), "--json")
    report = json.loads(run(*words, "--dry-run", store=fresh).stdout)
    assert (report["dry_run"], report["created"], report["rejected"]) == (True, 1, 2)
    assert {problem["row"] for problem in report["problems"]} == {2, 3}
    assert report["ignored_columns"] == ["x"]
    assert not (tmp_path / "fresh.db").exists()
    # A later record that leaves fields out erases nothing.
    assert json.loads(run(*words, store=fresh).stdout)["created"] == 1
    again = json.loads(run("import", str(lines(tmp_path / "b.jsonl", PLACE)), "--json", store=fresh).stdout)
    assert (again["unchanged"], again["updated"]) == (1, 0)


def test_the_datum_of_records_is_found_out_where_they_do_not_say_it(
    run: Callable[..., Result], tmp_path: Path, services: list[Service]
) -> None:
    from locator.datum import convert

    bare = []
    for service in services:
        if service.lon is not None and service.district and not service.id.startswith("x-"):
            lon, lat = convert(service.lon, service.lat, "wgs84", "gcj02")
            bare.append({"id": service.id, "kind": service.kind, "name": service.name, "lon": float(lon), "lat": float(lat)})  # fmt: skip
    report = json.loads(run("import", str(lines(tmp_path / "in.jsonl", *bare)), "--json", "--dry-run").stdout)
    assert report["datum"]["verdict"] == "gcj02"


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("a.jsonl", '{"name": "甲"\n', "line 1"), ("a.jsonl", '\n{"name": "甲", "address": "x"}\n[1]\n', "record 2"),
        ("a.jsonl", "\n\n", "no rows"), ("a.json", "[]", "no rows"), ("a.json", "[1, 2]", "record 1"), ("a.json", '{"a": 1}', "list of records"),
        ("a.jsonl", "[" * 5000, "line 1"), ("a.jsonl", json.dumps({f"m{i}": i for i in range(500)}), "more than 400"),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_records_is_refused_with_the_place(
    run: Callable[..., Result], tmp_path: Path, name: str, body: str, said: str
) -> None:
    (tmp_path / name).write_text(body, encoding="utf-8")
    assert said in run("import", name, code=2, store=f"sqlite:///{tmp_path}/fresh.db").stderr


def test_the_schema_is_served_at_its_own_address_and_kept_by_its_tag(client: FlaskClient) -> None:
    sent = client.get("/api/v1/schema/record.json")
    assert sent.mimetype == "application/schema+json"
    assert sent.get_json() == json.loads(json.dumps(record_schema()))
    assert sent.get_json()["$id"] == "/api/v1/schema/record.json"
    Draft202012Validator.check_schema(sent.get_json())
    other = client.get("/api/v1/schema/record.json", headers={"Accept-Language": "en"})
    assert other.data == sent.data
    again = client.get("/api/v1/schema/record.json", headers={"If-None-Match": sent.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
