"""What an action gains is what gaps says before and after it, whatever the action, the week and the world are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from planning.brute import catalog_of
from planning.test_gaps import WANTED, WEEKS, WORLDS, demand_of, world

from locator import InputError, Service, Stop
from locator.coverage.cover import Budget
from locator.coverage.demand import Demand
from locator.coverage.gaps import gaps
from locator.coverage.plan_answer import as_json
from locator.coverage.reach import straight
from locator.coverage.sites import Site, cells
from locator.coverage.siting import Plan, Wanted, plan
from locator.coverage.spelling import spelled
from locator.coverage.weeks import MINUTES, Key, packed, rows_of
from locator.geodesy import geodesic_m

if TYPE_CHECKING:
    from locator.coverage.actions import Action

MONDAY = WEEKS[0]
SITES_HOURS = ("24/7", "08:00-20:00", "Mo-Fr 17:00-23:30", "10:00-14:00 unknown")
PLAIN = {"reach": straight("walk"), "minutes": 15.0, "monday": MONDAY}


def sites_of(seed: int) -> list[Site]:
    r = np.random.default_rng(seed)
    n = int(r.integers(1, 9))
    lon, lat = 121.5 + r.normal(0, 0.03, n), 31.2 + r.normal(0, 0.03, n)
    return [
        Site(float(a), float(b), f"site {i}", str(r.choice(SITES_HOURS)))
        for i, (a, b) in enumerate(zip(lon, lat, strict=True))
    ]


def done(services: dict[str, Service], action: Action, needed: tuple[str, ...]) -> None:
    """Do to the records what an action says, as somebody would by hand."""
    if action.id is None:
        (door,) = action.doors
        new = f"new-{len(services)}"
        services[new] = Service(
            id=new, kind="station", name="x", lon=door.lon, lat=door.lat, hours=action.hours, has=needed
        )
        return
    old = services[action.id]
    change: dict[str, Any] = {"hours": action.hours}
    if action.kind == "equip":
        change = {"has": tuple({*old.has, *needed}), "lacks": tuple(set(old.lacks) - set(needed))}
    elif action.kind == "retime":
        (door,) = action.doors
        change = {"stops": tuple(_restopped(old, action, door))}
    services[action.id] = old.model_copy(update=change)


def _restopped(old: Service, action: Action, door: Any) -> list[Stop]:
    # What tells the stop that is meant: a move keeps hours and dates, a new time keeps the place.
    moved = action.change.en.startswith("move")
    (which,) = [
        i
        for i, stop in enumerate(old.stops)
        if (
            (stop.hours, stop.valid_from, stop.valid_to) == tuple(door.key)
            if moved
            else (stop.lon, stop.lat) == (door.lon, door.lat)
        )
    ]
    stops = list(old.stops)
    stops[which] = stops[which].model_copy(update={"lon": door.lon, "lat": door.lat, "hours": door.key.hours})
    return stops


def small_world(seed: int) -> list[Service]:
    """Return some services, without stops that the words of an action could not tell apart."""
    kept = []
    for service in world(seed)[:14]:
        stops: list[Stop] = []
        for stop in service.stops:
            same = [
                s
                for s in stops
                if (s.hours, s.valid_from, s.valid_to) == (stop.hours, stop.valid_from, stop.valid_to)
            ]
            if not same:
                stops.append(stop)
        kept.append(service.model_copy(update={"stops": tuple(stops)}))
    return kept


def served(
    services: dict[str, Service], demand: Demand, seed: int, needed: tuple[str, ...]
) -> tuple[float, float]:
    found = gaps(
        catalog_of(*services.values()),
        demand,
        week=WEEKS[seed % 3],
        minutes=15.0,
        reach=straight("ride" if seed % 2 else "walk"),
        needs_amenity=needed,
    ).served_person_hours
    return found.low, found.high


def answer_of(
    seed: int, services: list[Service], demand: Demand, needed: tuple[str, ...], **more: Any
) -> Plan:
    wanted = Wanted(
        sites_of(seed),
        extend=True,
        equip=bool(needed),
        retime=True,
        budget=Budget(seed % 6 + 1),
        spacing_m=800.0 * (seed % 2),
    )
    return plan(
        catalog_of(*services),
        demand,
        wanted,
        reach=straight("ride" if seed % 2 else "walk"),
        minutes=15.0,
        monday=WEEKS[seed % 3],
        needs_amenity=needed,
        **more,
    )


@pytest.mark.parametrize("part", range(10))
def test_gains_equal_the_recomputed_differences(part: int) -> None:
    kinds: set[str] = set()
    for seed in range(part, WORLDS, 10):
        services, needed = small_world(seed), WANTED[seed % 3 if seed % 4 else 0]
        demand = demand_of(seed, services)
        answer = answer_of(seed, services, demand, needed)
        records = {service.id: service for service in services}
        low, high = served(records, demand, seed, needed)
        first, total = low, 1e-9 * max(demand.person_hours, 1.0)
        assert answer.unserved_today == pytest.approx(demand.person_hours - low, abs=total), seed
        for step in answer.steps:
            done(records, step.action, needed)
            low2, high2 = served(records, demand, seed, needed)
            assert step.gain == pytest.approx(low2 - low, abs=total), (seed, step)
            assert step.gain_if_open == pytest.approx(high2 - high, abs=total), (seed, step)
            low, high = low2, high2
            kinds.add(step.action.kind)
        assert answer.gain == pytest.approx(low - first, abs=total), seed
        assert answer.gain <= answer.upper_bound * (1 + 1e-9), seed
    assert kinds == {"build", "extend", "equip", "retime"}


def test_a_proof_is_no_worse_than_greed_and_inside_its_bound() -> None:
    for seed in range(60):
        services = small_world(seed)
        demand = demand_of(seed, services)
        quick, proven = (answer_of(seed, services, demand, (), prove=prove) for prove in (False, True))
        assert proven.optimal
        assert quick.gain <= proven.gain * (1 + 1e-9) + 1e-9
        assert proven.gain <= quick.upper_bound * (1 + 1e-9) + 1e-9
        assert proven.upper_bound == pytest.approx(proven.gain)


def test_new_stations_keep_their_distance_and_one_station_is_changed_once() -> None:
    for seed in range(1, 100, 2):
        services = small_world(seed)
        answer = answer_of(seed, services, demand_of(seed, services), ())
        new = [step.action.doors[0] for step in answer.steps if step.action.id is None]
        changed = [step.action.id for step in answer.steps if step.action.id is not None]
        assert len(changed) == len(set(changed))
        assert all(
            geodesic_m(a.lon, a.lat, b.lon, b.lat) >= 800.0 for i, a in enumerate(new) for b in new[:i]
        )


def _one_station(hours: str | None = "08:00-18:00", **more: Any) -> Service:
    return Service(id="a", kind="station", name="甲", lon=121.5, lat=31.2, hours=hours, **more)


def test_longer_hours_beat_a_second_station_next_door() -> None:
    demand = Demand.of([121.5, 121.53], [31.2, 31.2], [10.0, 1.0])
    wanted = Wanted([Site(121.53, 31.2, "乙")], extend=True, budget=Budget(1))
    answer = plan(catalog_of(_one_station()), demand, wanted, **PLAIN)
    (step,) = answer.steps
    assert (step.action.kind, step.action.id, step.action.hours) == ("extend", "a", "24/7")
    assert step.gain == pytest.approx(10 * 14 * 7)
    assert answer.gain == step.gain


def test_unknown_hours_are_not_extended() -> None:
    demand = Demand.of([121.5], [31.2], 1.0)
    answer = plan(catalog_of(_one_station(None)), demand, Wanted(extend=True), **PLAIN)
    assert not answer.steps
    assert answer.never_reached_weight == 1.0


def test_who_is_out_of_every_reach_is_named() -> None:
    demand = Demand.of([121.5, 121.6, 121.7], [31.2, 31.2, 31.2], [1.0, 2.0, 4.0])
    wanted = Wanted([Site(121.6, 31.2)], budget=Budget(3))
    answer = plan(catalog_of(_one_station("24/7")), demand, wanted, **PLAIN)
    assert answer.never_reached.tolist() == [2]
    assert answer.never_reached_weight == 4.0
    said = as_json(answer, demand)
    assert said["never_reached"] == [{"row": 3, "lon": 121.7, "lat": 31.2, "weight": 4.0, "town": ""}]
    assert said["gain_person_hours"] == pytest.approx(2 * 168)
    assert said["unserved_person_hours"]["then"] == pytest.approx(4 * 168)


def test_what_must_be_served_comes_before_what_gains_most() -> None:
    demand = Demand.of([121.5, 121.6, 121.7], [31.2, 31.2, 31.2], [1.0, 50.0, 4.0])
    sites = [Site(121.5, 31.2, "east"), Site(121.6, 31.2, "west")]
    must = np.array([True, False, True])
    for prove in (False, True):
        answer = plan(catalog_of(), demand, Wanted(sites, budget=Budget(1)), must=must, prove=prove, **PLAIN)
        assert [step.action.name for step in answer.steps] == ["east"]
        assert answer.target is not None
        assert not answer.target.met
        assert answer.target.never_reached.tolist() == [2]
        assert answer.target.served_then == pytest.approx(168)


def test_a_share_takes_as_few_steps_as_it_needs() -> None:
    demand = Demand.of([121.5, 121.6, 121.7], [31.2, 31.2, 31.2], [1.0, 50.0, 4.0])
    sites = [Site(lon, 31.2) for lon in (121.5, 121.6, 121.7)]
    for share, steps in ((0.5, 1), (0.95, 2), (1.0, 3)):
        answer = plan(catalog_of(), demand, Wanted(sites), share=share, **PLAIN)
        assert len(answer.steps) == steps
        assert answer.target is not None
        assert answer.target.met


def test_money_is_spent_where_it_gains_most() -> None:
    demand = Demand.of([121.5, 121.6, 121.7], [31.2, 31.2, 31.2], [5.0, 4.0, 4.0])
    sites = [
        Site(121.5, 31.2, "dear", cost=10.0),
        Site(121.6, 31.2, "a", cost=5.0),
        Site(121.7, 31.2, "b", cost=5.0),
    ]
    for prove in (False, True):
        answer = plan(catalog_of(), demand, Wanted(sites, budget=Budget(money=10.0)), prove=prove, **PLAIN)
        assert [step.action.name for step in answer.steps] == ["a", "b"]
        assert answer.gain <= answer.upper_bound
    with pytest.raises(InputError, match="--cost extend"):
        plan(
            catalog_of(_one_station()), demand, Wanted(sites, extend=True, budget=Budget(money=10.0)), **PLAIN
        )


def test_a_station_that_is_equipped_counts() -> None:
    demand = Demand.of([121.5], [31.2], 1.0)
    lacking = _one_station("08:00-18:00", lacks=("microwave",))
    wanted = Wanted(equip=True, budget=Budget(1))
    answer = plan(catalog_of(lacking), demand, wanted, needs_amenity=("microwave",), **PLAIN)
    (step,) = answer.steps
    assert (step.action.kind, step.gain, step.gain_if_open) == ("equip", pytest.approx(70), pytest.approx(70))
    unsure = plan(catalog_of(_one_station()), demand, wanted, needs_amenity=("microwave",), **PLAIN)
    assert (unsure.steps[0].gain, unsure.steps[0].gain_if_open) == (pytest.approx(70), pytest.approx(0))


def test_a_hut_goes_where_the_people_are_when_they_are_there() -> None:
    night = np.zeros((7, 24))
    night[:, :6] = 1.0
    demand = Demand.of([121.5, 121.6], [31.2, 31.2], [1.0, 9.0], night.reshape(-1))
    hut = Service(
        id="h", kind="station", name="小木屋", stops=(Stop(lon=121.5, lat=31.2, hours="00:00-06:00"),)
    )
    answer = plan(
        catalog_of(hut), demand, Wanted([Site(121.6, 31.2, "广场")], retime=True, budget=Budget(2)), **PLAIN
    )
    assert answer.steps[0].action.kind == "build"
    # To build there leaves the hut nothing to gain; without building, it moves and gives up the one for the nine.
    moved = plan(
        catalog_of(hut),
        demand,
        Wanted(
            [Site(121.6, 31.2, "广场", cost=9.0)],
            retime=True,
            budget=Budget(money=5.0),
            costs={"retime": 1.0},
        ),
        **PLAIN,
    )
    assert [(s.action.kind, s.action.change.zh) for s in moved.steps] == [("retime", "挪到 广场")]
    assert moved.gain == pytest.approx((9 - 1) * 42)


def test_nothing_to_do_is_said() -> None:
    demand = Demand.of([121.5], [31.2], 1.0)
    with pytest.raises(InputError, match="nothing may be done"):
        plan(catalog_of(), demand, Wanted(), **PLAIN)
    with pytest.raises(InputError, match="needs-amenity"):
        plan(catalog_of(), demand, Wanted(equip=True), **PLAIN)


def test_hours_are_spelled_as_they_are_read() -> None:
    r = np.random.default_rng(7)
    for _ in range(100):
        marks = np.repeat(r.random(7 * 48) < r.random(), 30)
        marks[: int(r.integers(0, 300))] = True
        row = packed(marks)
        hours = spelled(row)
        if hours is None:
            assert not marks.any()
        else:
            assert (rows_of(Key(hours), MONDAY)[0] == row).all(), hours
    assert spelled(packed(np.ones(MINUTES, np.bool_))) == "24/7"


def test_cells_hold_all_demand() -> None:
    demand = Demand.of([121.5, 121.5001, 121.6], [31.2, 31.2, 31.2], [1.0, 1.0, 0.0])
    (site,) = cells(demand)
    assert geodesic_m(site.lon, site.lat, 121.5, 31.2) < 700
