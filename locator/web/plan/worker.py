"""One run of the planner's page, in a process of its own: `python -m locator.web.plan.worker FOLDER`."""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from locator._errors import InputError, LocatorError, Text
from locator._settings import Settings, publish_datum
from locator.catalog import Catalog
from locator.coverage.actions import Action
from locator.coverage.boundary import boundary_of
from locator.coverage.desk import Desk, doors_of, state_of
from locator.coverage.outputs import write_actions, write_files
from locator.coverage.published import reworded
from locator.coverage.reach import straight
from locator.holidays import use
from locator.store import open_or_seed
from locator.web.plan.basis import basis_of, sample_digest
from locator.web.plan.jobs import read_json, write_json
from locator.web.plan.question import question_from
from locator.web.plan.surroundings import described
from locator.web.plan.withheld import coverage_without_rows, plan_without_rows
from locator.web.plan.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from locator.coverage.gaps import Gaps
    from locator.coverage.reach import Reach
    from locator.datum import Datum
    from locator.web.plan.basis import Basis
    from locator.web.plan.question import PlanQuestion

# Telling costs a file: so often is enough for a bar.
_TELL_EVERY_S = 0.2
# How far along a run is once a part of it is over.
_READ, _COUNTED, _CHOSEN = 0.1, 0.35, 0.6


class _Told:
    """Tells others how far a run is."""

    def __init__(self, folder: Path) -> None:
        self._path, self._last = folder / "state.json", 0.0
        self._kept = read_json(self._path) or {}

    def __call__(self, share: float) -> None:
        if time.monotonic() - self._last > _TELL_EVERY_S:
            self._last = time.monotonic()
            self.say(status="running", share=round(share, 3))

    def say(self, **members: object) -> None:
        self._kept = {"tried": 1, "pid": os.getpid()} | self._kept | members
        write_json(self._path, self._kept)


def run(folder: Path, settings: Settings) -> None:
    """Work a run out, and leave its result in its folder."""
    told = _Told(folder)
    kept = read_json(folder / "question.json") or {}
    told(0.02)
    try:
        desk, basis = _desk(kept, settings)
        told(_READ)
        if "done" in kept:
            _subset(folder, desk, kept, basis)
        else:
            _whole(folder, desk, question_from(kept["question"]), basis, publish_datum(settings), told)
    except LocatorError as error:
        told.say(status="failed", error={"zh": error.text.zh, "en": error.text.en})


def _desk(kept: dict[str, Any], settings: Settings) -> tuple[Desk, Basis]:
    question, basis = question_from(kept["question"]), basis_of(settings)
    # A question of a version that knew no other demand is the sample's.
    asked = kept.get("demand", sample_digest())
    demand = (
        basis.demand(question.group).inside(boundary_of(question.boundary)) if asked == basis.digest else None
    )
    if demand is None or basis_of(settings) != basis:
        changed = Text(
            "这个结果用的需求表已经换了，重新计算就用现在的",
            "the demand that this result is of has been replaced: ask again for one of the present demand",
        )
        raise InputError("demand", asked, changed)
    store = open_or_seed(settings.store)
    try:
        catalog = Catalog.of(store)
        if catalog.version != kept["version"]:
            catalog = Catalog.of(store, datetime.fromisoformat(kept["as_of"]))
    finally:
        store.close()
    if catalog.version != kept["version"]:
        moved = Text("资料刚刚改过，请重新计算", "the data have just changed: ask again")
        raise InputError("version", kept["version"], moved)
    return Desk(catalog, demand, _reach(question, settings), question.asked), basis


def _reach(question: PlanQuestion, settings: Settings) -> Reach:
    if settings.network is None:
        return straight(question.mode)
    from locator.streets import StreetNetwork  # noqa: PLC0415  most have none

    return StreetNetwork.open(settings.network, question.mode)


def _whole(
    folder: Path,
    desk: Desk,
    question: PlanQuestion,
    basis: Basis,
    published: Datum,
    told: Callable[[float], None],
) -> None:
    found = desk.gaps(
        progress=lambda done: told(_READ + (_COUNTED - _READ) * min(1.0, done / max(1, len(desk.demand))))
    )
    told(_COUNTED)
    answer, actions = desk.remedies()
    answer = reworded(answer, published)
    told(_CHOSEN)
    state = _state(found, basis)
    near = {station["id"] for station in state["coverage"]["stations"]}
    doors = [door for door in doors_of(found.usable) if door["id"] in near]
    result = {
        "id": folder.name,
        "question": question.args(),
        "demand": basis.told(desk.demand),
        "catalog": {"version": desk.catalog.version, "as_of": desk.catalog.as_of},
        **state,
        "plan": answer if basis.path is None else plan_without_rows(answer),
        **described(desk, doors, answer, published),
    }
    write_files(found, folder / "files", published, with_rows=basis.path is None)
    (folder / "actions.json").write_bytes(msgspec.json.encode(actions))
    told(0.7)
    after = []
    # The first, the first two, ...: what most will look at is there when they do.
    for number in range(1, len(actions) + 1):
        order = list(range(1, number + 1))
        path = folder.with_name(f"{folder.name}-{'.'.join(map(str, order))}")
        path.mkdir(mode=0o700, exist_ok=True)
        then = {"done": order, **_state(desk.gaps(actions[:number]), basis)}
        write_json(path / "result.json", then)
        after.append(then["coverage"])
        told(0.7 + 0.3 * number / len(actions))
    write_workbook(result, after, question, folder / "files" / "plan.xlsx", published)
    write_actions(answer, result["sites"], folder / "files" / "gaps.gpkg", published)
    write_json(folder / "result.json", result)


def _state(found: Gaps, basis: Basis) -> dict[str, Any]:
    state = state_of(found)
    return state if basis.path is None else {**state, "coverage": coverage_without_rows(state["coverage"])}


def _subset(folder: Path, desk: Desk, kept: dict[str, Any], basis: Basis) -> None:
    whole = folder.with_name(folder.name.partition("-")[0])
    actions = msgspec.json.decode((whole / "actions.json").read_bytes(), type=list[Action])
    chosen = [actions[number - 1] for number in kept["done"]]
    write_json(folder / "result.json", {"done": kept["done"], **_state(desk.gaps(chosen), basis)})


if __name__ == "__main__":
    _settings = Settings.from_environ(os.environ)
    use(_settings.holidays)
    run(Path(sys.argv[1]), _settings)
