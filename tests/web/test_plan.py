"""The planner's runs: one address a question, progress, cancelling, a worker that dies; and mistakes named."""

from __future__ import annotations

import json
import os
import shlex
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from locator._settings import Settings
from locator.cli import main
from locator.store import Store
from locator.web import create_app
from locator.web.plan.jobs import KEPT, Jobs, write_json
from locator.web.plan.question import PlanQuestion
from locator.web.plan.view import between, level, round_top

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from locator import Service

# As a browser says of a form on one of our own pages.
OURS = {"Sec-Fetch-Site": "same-origin"}
PLAN = "/plan?boundary=310110&week=2026-11-23"


@pytest.fixture
def own(tmp_path: Path, sample: list[Service]) -> Flask:
    url = f"sqlite:///{tmp_path}/own.db"
    store = Store(url)
    store.create(sample, "tests")
    store.close()
    return create_app({"TESTING": True}, Settings(store=url, basemap="outline"))


def until(told: Callable[[], dict[str, Any]], *statuses: str) -> dict[str, Any]:
    for _ in range(600):
        found = told()
        if found["status"] in statuses:
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def test_one_question_has_one_address_whatever_order_it_is_asked_in(client: FlaskClient) -> None:
    first = client.get(PLAN + "&minutes=20&group=courier").headers["Location"]
    assert (
        client.get("/plan?group=courier&minutes=20.0&week=2026-11-26&boundary=310110").headers["Location"]
        == first
    )
    assert client.get(PLAN + "&minutes=21&group=courier").headers["Location"] != first


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("boundary=110101", "只有这些区有需求数据"), ("boundary=nowhere", "只有这些区"), ("group=king", "group 只能是"), ("minutes=0", "1–120"),
        ("minutes=x", "1–120"), ("kind=castle", "castle"), ("needs_amenity=throne", "throne"), ("may=pray", "may 只能是"), ("actions=99", "1–20"),
        ("week=yesterday", "yesterday"),
    ],
)  # fmt: skip
def test_mistakes_are_named(client: FlaskClient, query: str, said: str) -> None:
    page = client.get("/plan?" + query)
    assert page.status_code == 400
    assert said in page.text


@pytest.mark.parametrize(
    "name", ["0123456789abcdef", "0123456789abcdef-1", "..", "x", "0123456789abcdef-1.2.", "a" * 400]
)
def test_no_such_result(client: FlaskClient, name: str) -> None:
    for path in (
        f"/plan/{name}",
        f"/plan/{name}/state.json",
        f"/plan/{name}/report.pdf",
        f"/plan/{name}/gaps.gpkg",
    ):
        assert client.get(path).status_code == 404
    assert client.post(f"/plan/{name}/cancel", headers=OURS).status_code == 404


def test_a_run_is_started_once_told_of_and_cancelled(own: Flask) -> None:
    client = own.test_client()
    address = client.get(PLAN).headers["Location"]
    assert "正在算" in client.get(address).text
    with ThreadPoolExecutor(8) as pool:
        states = list(pool.map(lambda _: own.test_client().get(address + "/state.json").json, range(16)))
    assert {state["status"] for state in states} <= {"running", "waiting"}
    runs: Jobs = own.extensions["locator.plans"]
    state = json.loads((runs.path(address.rsplit("/", 1)[1]) / "state.json").read_bytes())
    assert state["tried"] == 1  # asked sixteen times at once, started once
    assert client.get(address + "/report").status_code == 404
    assert client.post(address + "/cancel", headers=OURS).status_code == 302
    assert client.get(address + "/state.json").json["status"] == "cancelled"
    assert "已经停下" in client.get(address).text
    for _ in range(100):
        if not runs.alive(address.rsplit("/", 1)[1]):
            break
        time.sleep(0.1)
    # Asked once more, it is worked out.
    assert client.get(PLAN).headers["Location"] == address
    until(lambda: client.get(address + "/state.json").json, "done")
    page = client.get(address)
    assert "的时间没处去" in page.text
    assert client.get(PLAN).headers["Location"] == address
    for query, said in (("done=7", "1–6"), ("done=x", "1–6"), ("hour=168", "0–167"), ("hour=-1", "0–167")):
        refused = client.get(f"{address}?{query}")
        assert refused.status_code == 400
        assert said in refused.text


def test_a_worker_that_dies_is_done_again_and_a_result_names_its_version(own: Flask) -> None:
    client = own.test_client()
    address = client.get(PLAN + "&may=extend&group=guard").headers["Location"]
    name = address.rsplit("/", 1)[1]
    runs: Jobs = own.extensions["locator.plans"]
    until(lambda: runs.state(name), "running")
    pid = json.loads((runs.path(name) / "state.json").read_bytes())["pid"]
    os.kill(pid, signal.SIGKILL)
    until(lambda: runs.state(name), "done")
    found = client.get(address + "/plan.json").json
    assert found["catalog"]["version"] == own.extensions["locator.catalog"].get().version
    assert date.fromisoformat(found["question"]["week"]) == date(2026, 11, 23)


def test_whatever_may_be_done_is_what_the_command_finds(own: Flask) -> None:
    client = own.test_client()
    address = client.get(PLAN + "&may=any&needs_amenity=microwave&actions=3").headers["Location"]
    until(lambda: client.get(address + "/state.json").json, "done")
    found = client.get(address + "/plan.json").json
    command = PlanQuestion(
        "310110", needs_amenity=("microwave",), week="2026-11-23", may="any", actions=3
    ).commands()[1]
    store = ["--store", own.extensions["locator.store"].url]
    said = CliRunner().invoke(main, [*shlex.split(command)[1:], *store])
    assert json.loads(said.stdout)["actions"] == found["plan"]["actions"]
    assert "有微波炉" in client.get(address + "/report").text
    assert "给现有站点添设施、流动站换时间、换地方" in client.get(address + "/report").text


def test_what_failed_says_so_until_somebody_asks_again(own: Flask) -> None:
    client = own.test_client()
    address = client.get(PLAN + "&may=build&actions=2").headers["Location"]
    runs: Jobs = own.extensions["locator.plans"]
    name = address.rsplit("/", 1)[1]
    until(lambda: runs.state(name), "done")
    actions = runs.path(name) / "actions.json"
    kept = actions.read_bytes()
    actions.write_text("damaged", encoding="utf-8")
    assert "正在算" in client.get(f"{address}?done=2").text
    until(lambda: client.get(f"{address}-2/state.json").json, "failed")
    for _ in range(2):
        assert "没有算出来" in client.get(f"{address}?done=2").text
    actions.write_bytes(kept)
    assert client.get(f"{address}?done=2&again=1").headers["Location"] == f"{address}?done=2"
    until(lambda: client.get(f"{address}-2/state.json").json, "done")
    assert "做完勾的 1 项" in client.get(f"{address}?done=2").text


def test_old_results_make_room(tmp_path: Path) -> None:
    runs = Jobs(tmp_path / "plans", {})
    for number in range(KEPT + 5):
        name = f"{number:016x}"
        runs.ask(name, {"question": {}})
        write_json(runs.path(name) / "result.json", {"n": number})
        os.utime(runs.path(name), (number, number))
    runs.ask("f" * 16, {"question": {}})
    left = {path.name for path in (tmp_path / "plans").iterdir() if path.is_dir()}
    assert len(left) == KEPT
    assert f"{0:016x}" not in left
    assert f"{KEPT + 4:016x}" in left


def test_figures_in_words() -> None:
    assert between(45.2, 45.4, "%") == "45%"
    assert between(17, 92.1, "%") == "17–92%"
    assert [level(value, 100) for value in (0, 0.001, 1, 19.9, 20, 99.9, 100, 1e9)] == [
        0,
        0,
        1,
        1,
        2,
        5,
        5,
        5,
    ]
    for most in (0.3, 1, 7, 999, 1000, 2721, 12345):
        assert 0.5 * most <= round_top([most / 2, most]) <= most
    assert round_top([]) == 1
