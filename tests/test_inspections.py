"""Inspections: shares with their proof, the recheck queue, star proposals, station codes."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from locator import ConfigurationError, InputError, Service
from locator.cli import main
from locator.codes import DEFAULT_PATTERN, Pattern, code_advice
from locator.inspections import Inspection, Kept, kept, read_inspections, recheck_queue
from locator.stars import star_proposals

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 23)


def station(number: int = 1, **fields: Any) -> Service:
    plain = {
        "kind": "station",
        "name": "国定支路驿站",
        "district": "310110",
        "hours": "24/7",
        "verified_on": TODAY,
    }
    return Service.model_validate(plain | {"id": f"s-{number}"} | fields)


def visit(number: int = 1, on: date = TODAY, **fields: Any) -> Inspection:
    return Inspection.model_validate({"service_id": f"s-{number}", "on": on} | fields)


def test_wilsons_bound_is_the_published_one() -> None:
    assert Kept(19, 20).at_least == pytest.approx(0.7639, abs=1e-4)
    assert Kept(1, 1).at_least == pytest.approx(0.2065, abs=1e-4)
    assert (Kept(0, 0).at_least, Kept(0, 0).share) == (0.0, None)


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_bound_lies_under_the_share_and_more_visits_raise_it(good: int, bad: int) -> None:
    record = Kept(good, good + bad)
    assert 0 <= record.at_least <= (record.share or 0) + 1e-12
    assert Kept(2 * good, 2 * (good + bad)).at_least >= record.at_least - 1e-12


def test_visits_that_did_not_look_at_the_door_do_not_count() -> None:
    visits = [visit(open_as_stated=True), visit(open_as_stated=False), visit()]
    assert kept(visits) == (1, 2)
    assert kept(visits).words.en == "open as stated 1 of 2 times"


def test_what_needs_no_visit_is_not_in_the_queue() -> None:
    assert recheck_queue([station(), station(2, status="closed", verified_on=None)], [], TODAY) == []


def test_the_queue_is_by_urgency_and_each_row_says_its_points() -> None:
    services = [
        station(1, verified_on=date(2025, 5, 23)),
        station(2, verified_on=None, hours=None),
        station(3),
        station(4, hours=None),
    ]
    visits = [visit(3, open_as_stated=False, missing=("microwave",))]
    queue = recheck_queue(services, visits, TODAY)
    assert [(row.service.id, row.score) for row in queue] == [
        ("s-3", 3.0),
        ("s-2", 2.5),
        ("s-1", 1.5),
        ("s-4", 0.5),
    ]
    assert "微波炉" in queue[0].reasons[-1].zh
    for row in queue:
        points = [float(reason.en.rpartition("(")[2].rstrip(")")) for reason in row.reasons]
        assert sum(points) == pytest.approx(row.score)


def test_an_inspection_is_a_look_and_an_old_closed_door_is_forgiven() -> None:
    old = visit(1, date(2026, 5, 1), open_as_stated=False)
    later = [visit(1, date(2026, 6, day), open_as_stated=True) for day in range(1, 8)]
    assert recheck_queue([station(verified_on=None)], [old, *later], TODAY) == []


def test_stars_are_earned_one_by_one_and_unknown_earns_none() -> None:
    (bare,) = star_proposals([station(hours=None, verified_on=None)], [], TODAY)
    assert bare.stars == 0
    full = ("seating", "drinking-water", "charging", "air-conditioning", "microwave", "wifi", "books")
    good = [visit(open_as_stated=True) for _ in range(12)]
    (best,) = star_proposals([station(has=full, stars=2)], good, TODAY)
    assert (best.stars, best.service.stars) == (5, 2)
    assert all(rule.earned for rule in best.rules)
    (few,) = star_proposals([station(has=full)], good[:3], TODAY)
    assert [rule.name for rule in few.rules if not rule.earned] == ["kept"]


def test_what_the_inspector_saw_last_counts_for_the_stars() -> None:
    has = ("seating", "drinking-water", "charging")
    (gone,) = star_proposals([station(has=has)], [visit(missing=("charging",))], TODAY)
    assert "充电没有" in gone.rules[0].reason.zh
    again = [visit(1, date(2026, 11, 1), missing=("charging",)), visit(found=("charging",))]
    assert star_proposals([station(has=has)], again, TODAY)[0].rules[0].earned


def test_only_active_stations_are_rated(sample: list[Service]) -> None:
    rated = star_proposals(sample, [], TODAY)
    assert {one.service.kind for one in rated} == {"station"}


def proposed(services: list[Service], template: str = DEFAULT_PATTERN) -> dict[str, tuple[bool, str | None]]:
    return {
        a.service.id: (a.problem is not None, a.proposed) for a in code_advice(services, Pattern(template))
    }


def test_the_next_free_code_is_above_all_that_were_ever_given() -> None:
    services = [
        station(1, code="310110-YZ-0007"),
        station(2),
        station(3, kind="canteen"),
        station(4, code="310110-YZ-0009", status="closed"),
        station(5, code="310110-YZ-0007"),
        station(6, code="YP7"),
        station(7, district=None),
        station(8, kind="fair"),
    ]
    assert proposed(services) == {
        "s-2": (False, "310110-YZ-0010"),
        "s-3": (False, "310110-ST-0001"),
        "s-5": (True, "310110-YZ-0011"),
        "s-6": (True, "310110-YZ-0012"),
        "s-7": (True, None),
        "s-8": (False, "310110-QT-0001"),
    }


def test_a_stem_that_ends_in_digits_is_told_from_the_number() -> None:
    assert proposed([station(1, code="3101100003"), station(2)], "{district}{number:04}") == {
        "s-2": (False, "3101100004")
    }


@given(
    st.lists(st.sampled_from([None, "310110-YZ-0001", "310110-YZ-0003", "x", "310110-ST-0001"]), max_size=12)
)
def test_taking_all_advice_leaves_none(codes: list[str | None]) -> None:
    services = [station(n, code=code) for n, code in enumerate(codes)]
    advice = {a.service.id: a.proposed for a in code_advice(services, Pattern(DEFAULT_PATTERN))}
    mended = [s.model_copy(update={"code": advice.get(s.id, s.code)}) for s in services]
    assert code_advice(mended, Pattern(DEFAULT_PATTERN)) == []
    assert len({s.code for s in mended}) == len(mended)


@pytest.mark.parametrize(
    "template", ["", "{district}", "{number}-{district}", "{number}{number}", "{town}-{number}", "{kind:palace=X}{number}", "{kind:station}{number}", "{{number}}"]
)  # fmt: skip
def test_a_pattern_that_makes_no_sense_is_refused(template: str) -> None:
    with pytest.raises(ConfigurationError):
        Pattern(template)


def test_inspections_are_read_and_a_faulty_row_is_named(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    head = "service_id,on,open_as_stated,found,missing,by,note\n"
    path.write_text(
        head + 's-1,2026-11-01,是,"seating,charging",,张三,\ns-1,2026-11-02,,,toilet,,\n',
        encoding="utf-8-sig",
    )
    first, second = read_inspections(path)
    assert (first.open_as_stated, first.found, first.by) == (True, ("seating", "charging"), "张三")
    assert (second.open_as_stated, second.missing) == (None, ("toilet",))
    for bad, field in (
        ("s-1,昨天,是,,,,", "on"),
        ("s-1,2026-11-01,也许,,,,", "open_as_stated"),
        ("s-1,2026-11-01,是,palace,,,", "found"),
    ):
        path.write_text(head + bad + "\n", encoding="utf-8")
        with pytest.raises(InputError, match="row 1") as caught:
            read_inspections(path)
        assert caught.value.field == field
    path.write_bytes(head.encode() + b"s-1,2026-11-01,\xff\n")
    with pytest.raises(InputError):
        read_inspections(path)


@pytest.mark.parametrize("verb", ["recheck", "stars", "codes"])
def test_the_commands_print_json_and_words(store_url: str, verb: str) -> None:
    done = CliRunner().invoke(main, [verb, "--store", store_url, "--json"])
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)
    assert rows
    assert {"id", "name"} <= rows[0].keys()
    words = CliRunner().invoke(main, [verb, "--store", store_url])
    assert words.exit_code == 0
    assert f"[{rows[0]['id']}]" in words.stdout


def test_a_pattern_from_the_environment_is_taken_and_a_faulty_one_exits_2(store_url: str) -> None:
    done = CliRunner().invoke(
        main, ["codes", "--store", store_url, "--json"], env={"LOCATOR_CODE_PATTERN": "A{city}-{number:03}"}
    )
    assert json.loads(done.stdout)[0]["proposed"].startswith("A")
    faulty = CliRunner().invoke(main, ["codes", "--store", store_url], env={"LOCATOR_CODE_PATTERN": "{town}"})
    assert faulty.exit_code == 2
