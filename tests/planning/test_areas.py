"""Where it is empty and when; and how much room there is for each head."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from planning.brute import catalog_of

from locator import Service
from locator.coverage.access import ZONE_WEIGHTS, access
from locator.coverage.areas import Window, areas, clock, places, windows
from locator.coverage.demand import Demand
from locator.coverage.gaps import gaps
from locator.coverage.reach import straight
from locator.coverage.usable import usable
from locator.coverage.weeks import monday_of
from locator.districts import districts_at
from locator.geodesy import geodesic_m

WEEK = "2026-11-23"


def station(service_id: str, lon: float, lat: float, hours: str | None, **more: object) -> Service:
    return Service(id=service_id, kind="station", name="x", lon=lon, lat=lat, hours=hours, **more)


def test_districts_and_towns_divide_the_demand() -> None:
    r = np.random.default_rng(1)
    demand = Demand.of(121.5 + r.normal(0, 0.03, 300), 31.27 + r.normal(0, 0.03, 300), r.random(300))
    town = np.array([("定海路街道", "平凉路街道", "")[i % 3] for i in range(300)], np.object_)
    demand = Demand(
        demand.lon, demand.lat, demand.weight, demand.rhythm, demand.rhythms, demand.source_row, town=town
    )
    found = gaps(catalog_of(station("a", 121.51, 31.28, "08:00-20:00")), demand, week=WEEK, minutes=20)
    rows = areas(found)
    districts = {area.code: area for area in rows if area.level == "district"}
    for code, area in districts.items():
        mine = [
            i for i in range(300) if districts_at(float(demand.lon[i]), float(demand.lat[i]))[:1] == (code,)
        ]
        assert area.demand_weight == pytest.approx(demand.weight[mine].sum())
        assert area.served.low == pytest.approx(
            (demand.weight * found.share_each[0] * 168)[mine].sum(), abs=1e-6
        )
    assert districts["310110"].name == "杨浦区"
    assert sum(a.demand_weight for a in districts.values()) == pytest.approx(demand.weight.sum())
    towns = {area.name: area for area in rows if area.level == "town"}
    assert set(towns) == {"定海路街道", "平凉路街道"}
    assert towns["定海路街道"].demand_weight == pytest.approx(demand.weight[::3].sum())


def test_the_worst_windows_are_runs_of_hours_worst_first() -> None:
    demand, served = np.ones(168), np.ones((2, 168))
    served[:, 2:5] = 0.0
    served[0, 30:40], served[1, 30:40] = 0.5, 1.0
    served[:, 100] = 0.51
    served[:, 167] = 0.0
    demand[60:70], served[:, 60:70] = 0.0, 0.0
    assert windows(demand, served) == (
        Window(30, 40, (5.0, 0.0)),
        Window(2, 5, (3.0, 3.0)),
        Window(167, 168, (1.0, 1.0)),
    )
    assert windows(demand, np.stack([demand, demand])) == ()


def test_a_window_in_words() -> None:
    assert clock(Window(22, 41, (0, 0))) == "周一22:00–周二17:00"
    assert clock(Window(144, 168, (0, 0))) == "周日00:00–周日24:00"
    assert clock(Window(0, 168, (0, 0))) == "整周"


def test_unserved_places_are_cells_with_what_is_missing_there() -> None:
    demand = Demand.of([121.5, 121.5001, 121.9], [31.2, 31.2, 31.2], [1.0, 2.0, 5.0])
    catalog = catalog_of(station("a", 121.5, 31.2, "08:00-20:00"))
    found = gaps(catalog, demand, week=WEEK, minutes=15)
    far, near = places(found)
    assert far.demand_person_hours - far.served.low == pytest.approx(5 * 168)
    assert near.demand_weight == 3.0
    assert near.served == pytest.approx((3 * 84, 3 * 84))
    assert shapely.contains_xy(far.shape, 121.9, 31.2)
    assert [clock(window) for window in far.windows] == ["整周"]
    assert [clock(window) for window in near.windows[:2]] == ["周一20:00–周二08:00", "周二20:00–周三08:00"]
    all_day = gaps(catalog_of(station("a", 121.5, 31.2, "24/7")), demand, week=WEEK, minutes=15)
    assert [place.demand_weight for place in places(all_day)] == [5.0]


@pytest.mark.parametrize("seed", range(20))
def test_access_is_the_formula_of_luo_and_qi(seed: int) -> None:
    r = np.random.default_rng(seed)
    services = [
        station(f"s{i}", 121.5 + r.normal(0, 0.01), 31.2 + r.normal(0, 0.01), None, capacity=c)
        for i, c in enumerate((4, 0, None, 30, 12))
    ]
    demand = Demand.of(121.5 + r.normal(0, 0.01, 40), 31.2 + r.normal(0, 0.01, 40), r.random(40))
    counted, reach = usable(catalog_of(*services), monday_of(WEEK)), straight("walk")
    found = access(demand, counted, reach, 30)
    weight = np.zeros((40, len(counted.ids)))
    for i in range(40):
        for j in range(len(counted.ids)):
            metres = geodesic_m(demand.lon[i], demand.lat[i], counted.lon[j], counted.lat[j])
            zone = [z for z in range(3) if metres <= reach.radius_m(10 * (z + 1))]
            weight[i, j] = ZONE_WEIGHTS[zone[0]] if zone else 0.0
    known = ~np.isnan(counted.capacity)
    asked = demand.weight @ weight
    ratio = np.where(known & (asked > 0), np.nan_to_num(counted.capacity) / np.where(asked > 0, asked, 1), 0)
    assert np.nan_to_num(found.services) == pytest.approx(ratio)
    assert np.isnan(found.services).tolist() == (~known).tolist()
    assert found.points == pytest.approx(weight @ ratio)
    # Nothing is lost: the places handed out are those that there are.
    assert demand.weight @ found.points == pytest.approx(counted.capacity[known & (asked > 0)].sum())
    assert found.unknown == 1
    assert "s1" not in counted.ids
