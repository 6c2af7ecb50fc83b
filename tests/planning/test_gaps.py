"""Gaps equal the brute force, whatever the hours, the holidays, the equipment and the stops are."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from planning.brute import HOURS, catalog_of, count, doors
from search.worlds import town

from locator import InputError, Service, Stop
from locator.coverage.demand import Demand
from locator.coverage.gaps import Gaps, gaps
from locator.coverage.reach import Sites, StraightReach, straight
from locator.coverage.rhythms import RHYTHMS

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from locator.coverage.reach import Positioned

# A plain week, National Day with its make-up Saturday, and one near a festival that is not announced yet.
WEEKS = (date(2026, 11, 23), date(2026, 10, 5), date(2027, 2, 1))
WORLDS = 500
WANTED = ((), ("microwave",), ("microwave", "toilet"))


def world(seed: int) -> list[Service]:
    """A town with rooms for nobody, and equipment that is there, is not, or that nobody looked for."""
    r = random.Random(seed)
    changed = []
    for service in town(seed)[:40]:
        lacks = tuple(a for a in ("microwave", "toilet") if a not in service.has and r.random() < 0.5)
        changed.append(
            service.model_copy(update={"lacks": lacks, "capacity": r.choice((None, None, 0, 5, 30))})
        )
    return changed


def demand_of(seed: int, services: list[Service]) -> Demand:
    r = np.random.default_rng(seed)
    n = int(r.integers(1, 12))
    lon, lat = 121.5 + r.normal(0, 0.03, n), 31.2 + r.normal(0, 0.03, n)
    placed = [s for s in services if s.lon is not None][:2]
    for i, service in enumerate(placed[:n]):  # some stand on a doorstep
        lon[i], lat[i] = service.lon, service.lat
    names = list(RHYTHMS)
    return Demand(
        lon,
        lat,
        r.choice([0.0, 1.0, 2.5, 40.0], n),
        r.integers(0, len(names) + 1, n).astype(np.int32),
        np.vstack([*RHYTHMS.values(), r.random(HOURS)]),
        np.arange(n, dtype=np.int32),
    )


class ByList:
    """A reach that is not the straight one, to take the way that street networks take."""

    def __init__(self, inner: StraightReach) -> None:
        self.inner = inner

    def within(
        self, lon: ArrayLike, lat: ArrayLike, places: Positioned, minutes: float
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        return self.inner.within(lon, lat, places, minutes)

    def reachable(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
        return (np.asarray(lon) < 121.5) & (np.asarray(lat) > 0)


@pytest.mark.parametrize("part", range(10))
def test_every_minute_of_every_point_equals_the_brute_force(part: int) -> None:
    for seed in range(part, WORLDS, 10):
        r = random.Random(seed)
        services, monday = world(seed), WEEKS[seed % len(WEEKS)]
        kinds, needed = r.choice(((), ("station", "canteen"))), r.choice(WANTED)
        mode, minutes = r.choice((("walk", 15.0), ("walk", 40.0), ("ride", 15.0), ("ride", 0.0)))
        reach = straight(mode, r.choice((1.0, 1.3)))
        demand = demand_of(seed, services)
        found = gaps(
            catalog_of(*services),
            demand,
            week=monday,
            minutes=minutes,
            reach=ByList(reach) if seed % 4 == 3 else reach,
            kinds=kinds,
            needs_amenity=needed,
        )
        weekly = demand.rhythms[demand.rhythm]
        points = np.column_stack([demand.lon, demand.lat, demand.weight])
        true = count(points, weekly, doors(services, monday, kinds, needed), reach.radius_m(minutes))
        assert_same(found, weekly, true.minutes, true.only_here, seed)


def assert_same(
    found: Gaps,
    weekly: np.ndarray,
    minutes: np.ndarray,
    only_here: dict[str, tuple[float, float]],
    seed: int,
) -> None:
    mine = np.stack([found.served.minutes_of(i) for i in range(len(found.demand))], axis=1)
    assert (mine == minutes).all(), seed
    weight = found.demand.weight[:, None]
    by_hour = (minutes / 60 * weekly * weight).sum(axis=1)
    assert found.demand_by_hour == pytest.approx((weekly * weight).sum(axis=0)), seed
    np.testing.assert_allclose(found.served_by_hour, by_hour, atol=1e-9)
    assert found.served_person_hours == pytest.approx(by_hour.sum(axis=1)), seed
    assert found.unserved_person_hours.low + found.served_person_hours.low == pytest.approx(
        found.person_hours
    ), seed
    whole = weekly.sum(axis=1)
    np.testing.assert_allclose(found.share_each, (minutes / 60 * weekly).sum(axis=2) / whole, atol=1e-12)
    assert set(only_here) <= set(found.usable.ids)
    for number, service_id in enumerate(found.usable.ids):
        true = only_here.get(service_id, (0.0, 0.0))
        assert found.only_here[:, number] == pytest.approx(true, abs=1e-9), (seed, service_id)


def test_what_a_station_alone_serves_is_lost_when_it_closes() -> None:
    demand = demand_of(3, world(3))
    services = world(3)
    whole = gaps(catalog_of(*services), demand, week=WEEKS[0], minutes=40, reach=straight("walk"))
    lost = 0
    for number, service_id in enumerate(whole.usable.ids):
        rest = gaps(
            catalog_of(*(s for s in services if s.id != service_id)),
            demand,
            week=WEEKS[0],
            minutes=40,
            reach=straight("walk"),
        )
        fell = np.subtract(whole.served_person_hours, rest.served_person_hours)
        assert fell == pytest.approx(whole.only_here[:, number], abs=1e-6)
        lost += fell.any()
    assert lost > 3


def test_many_points_on_all_cores_equal_one_by_one() -> None:
    services = world(1)
    r = np.random.default_rng(1)
    demand = Demand.of(121.5 + r.normal(0, 0.03, 70_000), 31.2 + r.normal(0, 0.03, 70_000), 2.0, "rider")
    catalog, reach = catalog_of(*services), straight("ride")
    done: list[int] = []
    whole = gaps(catalog, demand, week=WEEKS[0], minutes=10, reach=reach, progress=done.append)
    assert sum(done) == 70_000
    some = r.integers(0, 70_000, 50)
    few = gaps(catalog, demand.picked(some), week=WEEKS[0], minutes=10, reach=straight("ride"))
    for i, point in enumerate(some.tolist()):
        assert (few.served.minutes_of(i) == whole.served.minutes_of(point)).all()
    assert whole.served_by_hour.sum(axis=1) == pytest.approx(
        (whole.share_each * whole.person_hours / 70_000).sum(axis=1)
    )
    halves = [whole.demand.picked(np.arange(70_000) % 2 == k) for k in (0, 1)]
    parts = [gaps(catalog, half, week=WEEKS[0], minutes=10, reach=straight("ride")) for half in halves]
    assert sum(p.only_here for p in parts) == pytest.approx(whole.only_here)


def test_the_flat_rhythm_is_168_hours_a_head() -> None:
    service = Service(id="a", kind="station", name="x", lon=121.5, lat=31.2, hours="24/7")
    found = gaps(catalog_of(service), Demand.of([121.5], [31.2], 3.0), week="2026-11-23", minutes=15)
    assert found.person_hours == pytest.approx(504)
    assert found.served_person_hours == pytest.approx((504, 504))
    assert found.only_here[:, 0] == pytest.approx((504, 504))


def test_a_mobile_station_counts_where_it_stands_and_when() -> None:
    stops = (
        Stop(lon=121.5, lat=31.2, hours="08:00-12:00", valid_to=date(2026, 11, 24)),
        Stop(lon=121.5, lat=31.2, hours="11:00-14:00"),
    )
    service = Service(id="m", kind="station", name="x", stops=stops)
    found = gaps(catalog_of(service), Demand.of([121.5], [31.2]), week="2026-11-23", minutes=15)
    assert found.served_person_hours == (6 * 2 + 3 * 5,) * 2
    # Both stops are the same station: what one has and the other, too, is still nobody else's.
    assert found.only_here[:, 0].tolist() == [27.0, 27.0]


def test_unknown_equipment_counts_only_as_possible() -> None:
    base = {"kind": "station", "name": "x", "lon": 121.5, "lat": 31.2, "hours": "08:00-12:00"}
    told = Service(id="a", **base, has=("microwave",))
    silent, without = Service(id="b", **base), Service(id="c", **base, lacks=("microwave",))
    demand = Demand.of([121.5], [31.2])
    for service, hours in ((told, (28, 28)), (silent, (0, 28)), (without, (0, 0))):
        found = gaps(catalog_of(service), demand, week="2026-11-23", minutes=15, needs_amenity=("microwave",))
        assert found.served_person_hours == hours


def test_no_services_no_demand_and_none_of_both() -> None:
    service = Service(id="a", kind="station", name="x", lon=121.5, lat=31.2, hours="24/7")
    nobody = Demand.of(np.empty(0), np.empty(0), np.empty(0))
    for catalog in (catalog_of(), catalog_of(service)):
        found = gaps(catalog, nobody, week="2026-11-23", minutes=15)
        assert found.served_share == (0, 0)
        assert not found.only_here.any()
        alone = gaps(catalog, Demand.of([121.5], [31.3], 2.0), week="2026-11-23", minutes=15)
        assert alone.unserved_person_hours == pytest.approx((336, 336))


def test_points_off_the_network_are_counted() -> None:
    service = Service(id="a", kind="station", name="x", lon=121.5, lat=31.2, hours="24/7")
    reach = ByList(straight())
    found = gaps(
        catalog_of(service),
        Demand.of([121.4, 121.6], [31.2, 31.2]),
        week="2026-11-23",
        minutes=15,
        reach=reach,
    )
    assert found.unreachable.tolist() == [False, True]


def test_a_boundary_keeps_what_is_inside_or_on_it() -> None:
    demand = Demand.of([121.0, 121.5, 122.0], [31.0, 31.0, 31.0])
    box = shapely.box(121.0, 30.0, 121.6, 32.0)
    assert demand.inside(box).lon.tolist() == [121.0, 121.5]
    with pytest.raises(InputError, match="boundary"):
        demand.inside(shapely.box(0, 0, 1, 1))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"kinds": ("spa",)}, "kind"), ({"needs_amenity": ("gold",)}, "needs_amenity"), ({"minutes": -1}, "minutes"), ({"week": "x"}, "week")],
)  # fmt: skip
def test_mistakes_are_named(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(InputError, match=field):
        gaps(catalog_of(), Demand.of([1.0], [1.0]), **({"week": "2026-11-23", "minutes": 15} | wrong))


def test_labels_divide_the_whole() -> None:
    services = world(5)
    demand = demand_of(5, services)
    found = gaps(catalog_of(*services), demand, week=WEEKS[1], minutes=30, reach=straight("ride"))
    label = (np.arange(len(demand)) % 3 - 1).astype(np.int32)
    rest = replace(demand, weight=np.where(label < 0, demand.weight, 0.0))
    outside = gaps(catalog_of(*services), rest, week=WEEKS[1], minutes=30, reach=straight("ride"))
    assert found.served_by(label, 2).sum(axis=1) + outside.served_by_hour == pytest.approx(
        found.served_by_hour
    )
    assert found.demand_by(label, 2).sum(axis=0) + outside.demand_by_hour == pytest.approx(
        found.demand_by_hour
    )
    assert isinstance(found.usable.without(0).lon, np.ndarray)
    assert Sites(demand.lon, demand.lat).lon is demand.lon
