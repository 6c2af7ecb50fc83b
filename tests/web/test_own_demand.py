"""An operator's own table of demand behind the planner's page: read as it is meant, told of, and never mixed up."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyogrio
import pytest
from click.testing import CliRunner

from locator._errors import ConfigurationError
from locator._settings import Settings
from locator.cli import main
from locator.datum import convert
from locator.store import Store
from locator.web import create_app
from locator.web.plan.basis import basis_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from locator import Service

WEEK = "week=2026-11-23"
# Around Wujiaochang in Yangpu, where the sample has stations, and by the West Lake, where it has none.
YANGPU, HANGZHOU = (121.513, 31.301), (120.130, 30.259)
HOURS = ",".join(f"h{hour}" for hour in range(168))


@pytest.fixture
def site(tmp_path: Path, sample: list[Service]) -> Callable[..., Flask]:
    url = f"sqlite:///{tmp_path}/own.db"
    store = Store(url)
    store.create(sample, "tests")
    store.close()

    def made(table: Path, **settings: str) -> Flask:
        options = Settings(
            store=url, basemap="outline", demand=str(table), **{f"demand_{k}": v for k, v in settings.items()}
        )
        return create_app({"TESTING": True}, options)

    return made


def table_of(folder: Path, *rows: tuple[float, float, float], head: str = "经度,纬度,人数") -> Path:
    path = folder / "排摸 表.csv"
    path.write_bytes("\n".join([head, *(f"{x:.6f},{y:.6f},{n:g}" for x, y, n in rows), ""]).encode("gbk"))
    return path


def answered(client: FlaskClient, query: str) -> str:
    """Return the address of an answer once it is there."""
    address = client.get(f"/plan?{WEEK}&{query}").headers["Location"]
    assert ended(client, address)["status"] == "done"
    return address


def ended(client: FlaskClient, address: str) -> dict[str, Any]:
    for _ in range(600):
        state = client.get(f"{address}/state.json").json
        if state["status"] not in {"waiting", "running"}:
            return state
        time.sleep(0.1)
    raise AssertionError(state)


def said_by_command(command: str, folder: Path, store: str) -> dict[str, Any]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        run = CliRunner().invoke(main, [*shlex.split(command)[1:], "--store", store])
    finally:
        os.chdir(before)
    assert run.exit_code == 0, run.output
    found = json.loads(run.stdout)
    del found["asked"]
    return found


def test_a_table_in_gcj02_is_planned_for_as_the_commands_do(
    site: Callable[..., Flask], tmp_path: Path
) -> None:
    (tmp_path / "far").mkdir()
    shifted = [
        (*map(float, convert(*place, "wgs84", "gcj02")), n) for place, n in ((YANGPU, 40), (HANGZHOU, 25))
    ]
    table = table_of(tmp_path / "far", *shifted)
    app = site(table, datum="gcj02", of="环卫工人", source="五角场街道 2026 年 9 月排摸")
    client = app.test_client()
    # Whom it counts has a rhythm of its own: nobody has to choose it.
    address = answered(client, "boundary=310110&minutes=10")
    page, report = client.get(address).text, client.get(f"{address}/report").text
    assert '<option value="sanitation" selected>环卫工人</option>' in page
    assert '<option value="guard">环卫工人（保安的时段）</option>' in page
    assert (
        '<option value="330106">杭州市西湖区</option>' in page
    )  # no station there: the largest gap there is
    for text in (page, report):
        assert "五角场街道 2026 年 9 月排摸" in text
        assert "餐馆" not in text
        assert str(tmp_path) not in text
    found = client.get(f"{address}/plan.json").json
    store = app.extensions["locator.store"].url
    coverage, plan = (said_by_command(command, table.parent, store) for command in found["commands"])
    assert found["coverage"]["demand_person_hours"] == pytest.approx(40 * 168)
    assert found["coverage"] == coverage
    assert found["plan"] == {**plan, "never_reached": []}
    assert "五角场街道 2026 年 9 月排摸" in found["demand"]
    assert hashlib.sha256(table.read_bytes()).hexdigest()[:12] in found["demand"]
    assert client.get(f"{address}/report.pdf").data.startswith(b"%PDF")
    assert client.get(f"{address}/map.png").status_code == 200


def test_where_there_is_no_station_a_plan_is_to_build(site: Callable[..., Flask], tmp_path: Path) -> None:
    client = site(table_of(tmp_path, (*HANGZHOU, 25), (*YANGPU, 3))).test_client()
    address = answered(client, "actions=3")
    found = client.get(f"{address}/plan.json").json
    assert found["question"]["boundary"] == "330106"  # most demand first
    assert found["coverage"]["served_share"] == {"low": 0, "high": 0}
    assert [step["action"] for step in found["plan"]["actions"]] == ["build"]
    page = client.get(address).text
    assert "需求表里的人（全天一样） 100% 的时间没处去" in page
    assert "杭州市西湖区" in page  # there is one in Nanchang, too
    assert "没有一处够得着" in page
    assert "示例数据" not in page + client.get(f"{address}/report").text  # nothing invented is in it
    assert "做完勾的 1 项" in client.get(f"{address}?done=1&show=then").text


def test_a_table_with_its_own_week_is_read_by_it(site: Callable[..., Flask], tmp_path: Path) -> None:
    week = [0.0] * 168
    week[26] = 7.0  # Tuesday, 2 to 3
    table = tmp_path / "nights.csv"
    table.write_text(f"lon,lat,weight,{HOURS}\n{YANGPU[0]},{YANGPU[1]},2,{','.join(map(str, week))}\n")
    client = site(table, of="夜班保洁").test_client()
    address = answered(client, "")
    found = client.get(f"{address}/plan.json").json
    assert found["question"]["group"] == "own"
    assert not any("--profile" in command for command in found["commands"])
    assert found["coverage"]["demand_by_hour"][26] == pytest.approx(14)
    assert found["coverage"]["demand_person_hours"] == pytest.approx(14)
    page = client.get(address).text
    assert '<option value="own" selected>夜班保洁</option>' in page
    assert "×表里的时段" in page
    coverage, plan = (
        said_by_command(command, tmp_path, f"sqlite:///{tmp_path}/own.db") for command in found["commands"]
    )
    assert (found["coverage"], found["plan"]["actions"]) == (coverage, plan["actions"])
    assert "时段按需求表里每小时的数" in client.get(f"{address}/report").text
    # Whoever knows better may still say whose week it is.
    assert client.get(f"/plan?{WEEK}&group=guard").status_code == 302


def test_another_state_of_the_table_is_another_answer(site: Callable[..., Flask], tmp_path: Path) -> None:
    table = table_of(tmp_path, (*YANGPU, 5))
    before = site(table).test_client()
    first = before.get(f"/plan?{WEEK}").headers["Location"]
    table_of(tmp_path, (*YANGPU, 6))
    # The application has read the former one: it must not give the new figures that one's name.
    assert "已经换了" in ended(before, first)["error"]["zh"]
    assert site(table).test_client().get(f"/plan?{WEEK}").headers["Location"] != first
    assert site(table, of="骑手").test_client().get(f"/plan?{WEEK}").headers["Location"] != first


def test_results_of_former_versions_are_the_samples(site: Callable[..., Flask], tmp_path: Path) -> None:
    app = site(table_of(tmp_path, (*YANGPU, 5), (YANGPU[0] + 0.02, YANGPU[1] + 0.01, 4)))
    client = app.test_client()
    address = answered(client, "may=build&minutes=5")
    folder = app.extensions["locator.plans"].path(address.rsplit("/", 1)[1])
    for name in ("result.json", "question.json"):
        kept = json.loads((folder / name).read_bytes())
        del kept["demand"]
        (folder / name).write_text(json.dumps(kept), encoding="utf-8")
    for part in ("", "/report"):
        assert "餐馆数" in client.get(address + part).text
    # What is left once a remedy is done would be of the table now: it is not mixed up with the sample's.
    assert "正在算" in client.get(f"{address}?done=2").text
    assert "已经换了" in ended(client, f"{address}-2")["error"]["zh"]
    assert 'href="/plan?' in client.get(f"{address}?done=2").text.partition("没有算出来")[2]


def test_rows_that_make_no_sense_are_told_of(
    site: Callable[..., Flask], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    table = table_of(tmp_path, (*YANGPU, 5), (31.3, 121.5, 5), (*YANGPU, -13.25), (140.0, 10.0, 1))
    with caplog.at_level(logging.WARNING):
        client = site(table).test_client()
    assert "2 rows of the demand file are left out, the first is row 2" in caplog.text
    assert "1 of 2 points of demand lie in no district" in caplog.text
    address = answered(client, "")
    assert "没有算进去的：2 行" in client.get(f"{address}/report").text
    told = client.get(f"{address}/plan.json")
    assert told.json["coverage"]["faults"] == [
        {"row": 2, "column": "经度, 纬度"},
        {"row": 3, "column": "人数"},
    ]
    assert "13.25" not in told.text


def test_no_row_of_a_table_is_handed_out(site: Callable[..., Flask], tmp_path: Path) -> None:
    rows = [(YANGPU[0] + 0.0001 * i, YANGPU[1] + 0.00013 * i, 3 + i) for i in range(5)]
    client = site(table_of(tmp_path, *rows)).test_client()
    address = answered(client, "may=extend&minutes=1")
    found = client.get(f"{address}/plan.json")
    assert found.json["plan"]["never_reached_weight"] == sum(weight for *_, weight in rows)
    said = found.text + client.get(f"{address}/cells.json").text + client.get(address).text
    assert not any(f"{lon:.4f}" in said for lon, _, _ in rows[1:])
    package = tmp_path / "gaps.gpkg"
    with client.get(f"{address}/gaps.gpkg") as sent:
        package.write_bytes(sent.data)
    assert {name for name, _ in pyogrio.list_layers(package)} <= {"places", "stations", "actions"}


def test_what_stands_in_a_faulty_row_is_not_handed_out(site: Callable[..., Flask], tmp_path: Path) -> None:
    table = tmp_path / "shifted.csv"
    table.write_text(
        f"lon,lat,profile,备注,备注 \n{YANGPU[0]},{YANGPU[1]},rider,a,b\n{YANGPU[0]},{YANGPU[1]},zhang 13800138000,a,b\n",
        encoding="utf-8",
    )
    client = site(table).test_client()
    address = answered(client, "")
    told = client.get(f"{address}/plan.json")
    assert told.json["coverage"]["faults"] == [{"row": 2, "column": "profile"}]
    for text in (told.text, client.get(address).text, client.get(f"{address}/report").text):
        assert "13800138000" not in text


def test_towns_of_a_table_are_told_of_as_it_has_them(site: Callable[..., Flask], tmp_path: Path) -> None:
    table = tmp_path / "towns.csv"
    far = (YANGPU[0] + 0.02, YANGPU[1] + 0.01)
    table.write_text(
        f"lon,lat,人数,街道\n{YANGPU[0]},{YANGPU[1]},9,甲街道\n{far[0]},{far[1]},4,乙街道\n", encoding="utf-8"
    )
    client = site(table).test_client()
    address = answered(client, "may=build&minutes=5&actions=3")
    page = client.get(address).text
    assert "街道是需求表里写的" in page
    assert "最近站点所在的街道" not in page
    left = client.get(f"{address}?done=1&done=2&show=then").text
    assert "甲" in left
    rows = [re.findall(r'scope="row">([甲乙])</th><td class="n">([\d,]+)', text) for text in (page, left)]
    assert {name for name, _ in rows[0]} == {name for name, _ in rows[1]} == {"甲", "乙"}
    assert rows[0] != rows[1]  # once some are done, their gap is another


@pytest.mark.parametrize(
    ("text", "settings", "said"),
    [
        (None, {}, "读不了"),
        ("", {}, "LOCATOR_DEMAND"),
        ("name,n\n五角场,3\n", {}, "lon 和 lat"),
        ("lon,lat\n31.3,121.5\n", {}, "写反"),
        ("lon,lat\n140.0,10.0\n", {}, "LOCATOR_DEMAND_DATUM"),
        ("lon,lat\n121.513,31.301\n", {"datum": "mars"}, "LOCATOR_DEMAND_DATUM"),
        ("lon,lat\n121.513,31.301\n", {"of": "很" * 21}, "LOCATOR_DEMAND_OF"),
        ("lon,lat\n121.513,31.301\n", {"source": "响\a铃"}, "LOCATOR_DEMAND_SOURCE"),
        ("lon,lat,人数\n121.513,31.301,0\n", {}, "全是 0"),
        ("lon,lat,人数,人数 \n121.513,31.301,1,2\n", {}, "两列都叫"),
    ],
)  # fmt: skip
def test_a_table_or_setting_that_cannot_be_used_ends_the_start(
    site: Callable[..., Flask], tmp_path: Path, text: str | None, settings: dict[str, str], said: str
) -> None:
    table = tmp_path / "bad.csv"
    if text is not None:
        table.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        site(table, **settings)
    assert said in error.value.text.zh
    assert str(tmp_path) not in error.value.text.zh


def test_words_about_no_table_are_a_mistake() -> None:
    with pytest.raises(ConfigurationError, match="LOCATOR_DEMAND_OF"):
        basis_of(Settings(demand_of="环卫工人"))


def test_wide_spaces_are_spaces_and_blank_words_are_none(tmp_path: Path) -> None:
    table = table_of(tmp_path, (*YANGPU, 1))
    found = basis_of(Settings(demand=str(table), demand_of=" ", demand_source="五角场街道\u30002026 年"))
    assert (found.of, found.source) == ("需求表里的人", "五角场街道 2026 年")


def test_a_name_that_is_no_text_is_refused_in_words(tmp_path: Path) -> None:
    table = Path(os.fsdecode(bytes(tmp_path) + b"/\xb1\xed.csv"))
    table.write_text("lon,lat\n121.513,31.301\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="LOCATOR_DEMAND"):
        basis_of(Settings(demand=str(table)))
