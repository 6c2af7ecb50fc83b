"""nearest() against brute force over the sample, and the words of the contract."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pyproj import Geod
from tests_support import catalog_of

from locator import InputError, Service, Stop, convert, nearest
from locator.answers import to_geojson
from locator.benefits import applies
from locator.records import BITS
from locator.timeline import SHANGHAI, timeline

if TYPE_CHECKING:
    from pathlib import Path

    from locator.catalog import Catalog

GEOD = Geod(ellps="WGS84")
DINGHAI = {f"yp-canteen-{i:03d}" for i in range(1, 6)}
HERE = {"lon": 121.5443, "lat": 31.2732, "datum": "gcj02"}


def brute(services: list[Service], lon: float, lat: float) -> tuple[list[str], list[float]]:
    placed = sorted((s for s in services if s.lon is not None), key=lambda s: s.id)
    lons, lats = np.array([s.lon for s in placed]), np.array([s.lat for s in placed])
    _, _, metres = GEOD.inv(np.full(len(placed), lon), np.full(len(placed), lat), lons, lats)
    order = sorted(range(len(placed)), key=lambda i: (metres[i], placed[i].id))
    return [placed[i].id for i in order], [metres[i] for i in order]


def test_two_thousand_askers_across_china_get_the_exact_geodesic_order(
    catalog: Catalog, sample: list[Service], monday: datetime
) -> None:
    canteens = [s for s in sample if s.kind == "canteen"]
    random = np.random.default_rng(1)
    for lon, lat in zip(random.uniform(73.5, 135, 2000), random.uniform(18, 53.5, 2000), strict=True):
        found = nearest(catalog, lon, lat, at=monday, kind="canteen", limit=10, max_m=1e7).features
        ids, metres = brute(canteens, lon, lat)
        assert [h.service.id for h in found] == ids[:10]
        assert [h.distance_m for h in found] == pytest.approx(metres[:10], abs=0.01)


def test_askers_in_any_datum_stand_at_the_same_place(catalog: Catalog, monday: datetime) -> None:
    answers = []
    for datum in ("wgs84", "gcj02", "bd09"):
        lon, lat = convert(121.5443, 31.2732, "gcj02", datum)
        answers.append(nearest(catalog, lon, lat, at=monday, datum=datum))
    first = answers[0]
    for other in answers[1:]:
        assert [h.service.id for h in other.features] == [h.service.id for h in first.features]
        assert [h.distance_m for h in other.features] == pytest.approx(
            [h.distance_m for h in first.features], abs=1e-3
        )


def test_positions_come_back_in_the_datum_of_the_question(catalog: Catalog, monday: datetime) -> None:
    found = to_geojson(nearest(catalog, **HERE, at=monday, kind="canteen", limit=1))
    assert found["datum"] == "gcj02"
    assert found["features"][0]["geometry"]["coordinates"] == [121.54429, 31.273241]


def test_dinghai_canteens_show_the_riders_offer_as_on_at_five_past_one(
    catalog: Catalog, monday: datetime
) -> None:
    found = nearest(catalog, **HERE, at=monday, kind="canteen", group="rider", limit=50).features
    on = {h.service.id for h in found if any(o.applies for o in h.offers)}
    assert on == DINGHAI


def test_dinghai_canteens_show_the_riders_offer_as_over_at_two(catalog: Catalog, monday: datetime) -> None:
    at = monday.replace(hour=14, minute=0)
    found = nearest(catalog, **HERE, at=at, kind="canteen", group="rider", limit=50).features
    offers = [o for h in found if h.service.id in DINGHAI for o in h.offers]
    assert len(offers) == 5
    assert all(o.applies is False for o in offers)


def test_a_courier_is_not_offered_what_is_for_riders(catalog: Catalog, monday: datetime) -> None:
    found = nearest(catalog, **HERE, at=monday, kind="canteen", group="courier", limit=5).features
    assert not any(o.applies for h in found for o in h.offers)


def test_unknown_hours_are_neither_open_nor_closed(catalog: Catalog, monday: datetime) -> None:
    found = nearest(catalog, **HERE, at=monday, kind="canteen", limit=50).features
    assert {h.status for h in found} == {"unknown"}
    assert all(h.usable_from is None and h.usable_until is None and h.next_change is None for h in found)


@pytest.mark.parametrize("wanted", ["now", "arrival"])
def test_unknown_hours_are_listed_apart_when_open_is_asked_for(
    catalog: Catalog, monday: datetime, wanted: str
) -> None:
    found = nearest(catalog, **HERE, at=monday, open=wanted, limit=5)
    assert found.features
    assert {h.status for h in found.features} == {"open"}
    assert [h.service.id for h in found.unknown][:2] == ["yp-canteen-001", "yp-canteen-003"]
    assert {h.status for h in found.unknown} == {"unknown"}


def test_open_any_lists_nothing_apart(catalog: Catalog, monday: datetime) -> None:
    assert nearest(catalog, **HERE, at=monday).unknown == ()


def test_open_on_arrival_equals_brute_force_at_every_hour_of_a_day(
    catalog: Catalog, sample: list[Service]
) -> None:
    lon, lat = 113.62, 34.75
    fixed = [s for s in sample if s.lon is not None]
    for hour in range(24):
        at = datetime(2026, 11, 24, hour, 20, tzinfo=SHANGHAI)
        expected = []
        for service in fixed:
            _, _, metres = GEOD.inv(lon, lat, service.lon, service.lat)
            arrive = at + timedelta(seconds=metres * 1.3 * 3.6 / 15)
            span = timeline(service.hours).next_open(arrive, timedelta(minutes=30))
            if span is not None and max(span.start, arrive) - at <= timedelta(minutes=60):
                expected.append(((max(span.start, arrive) - at).total_seconds(), metres, service.id))
        found = nearest(catalog, lon, lat, at=at, open="arrival", stay=30, limit=50).features
        assert [h.service.id for h in found] == [e[2] for e in sorted(expected)][:50]


def test_a_station_that_closes_before_arrival_is_not_usable(tmp_path: Path, monday: datetime) -> None:
    near = Service(id="a", kind="station", name="关得早", lon=121.5, lat=31.2, hours="08:00-13:08")
    far = Service(id="b", kind="station", name="关得晚", lon=121.52, lat=31.2, hours="08:00-20:00")
    own = catalog_of([near, far], tmp_path)
    found = nearest(own, 121.505, 31.21, at=monday, open="arrival").features
    assert [h.service.id for h in found] == ["b"]


def test_what_is_open_now_and_shut_on_arrival_comes_after_what_can_be_used(
    tmp_path: Path, monday: datetime
) -> None:
    near = Service(id="a", kind="station", name="关得早", lon=121.5, lat=31.2, hours="08:00-13:08")
    far = Service(id="b", kind="station", name="关得晚", lon=121.52, lat=31.2, hours="08:00-20:00")
    own = catalog_of([near, far], tmp_path)
    by_use = nearest(own, 121.505, 31.21, at=monday, open="now", sort="soonest").features
    by_way = nearest(own, 121.505, 31.21, at=monday, open="now").features
    assert [h.service.id for h in by_use] == ["b", "a"]
    assert [h.service.id for h in by_way] == ["a", "b"]


def test_a_mobile_station_is_where_it_stands_at_that_hour(tmp_path: Path, monday: datetime) -> None:
    stops = (Stop(lon=121.50, lat=31.2, hours="10:00-15:00"), Stop(lon=121.60, lat=31.2, hours="17:00-22:00"))
    own = catalog_of([Service(id="m", kind="station", name="流动", stops=stops)], tmp_path)
    by_day = nearest(own, 121.6, 31.2, at=monday).features
    by_night = nearest(own, 121.6, 31.2, at=monday.replace(hour=20)).features
    assert [(h.lon, h.status) for h in by_day] == [(121.50, "open")]
    assert [(h.lon, h.status) for h in by_night] == [(121.60, "open")]
    under_way = nearest(own, 121.6, 31.2, at=monday.replace(hour=16)).features
    assert [(h.lon, h.status) for h in under_way] == [(121.60, "closed")]


def test_services_without_a_position_are_listed_in_their_district_and_never_placed(
    catalog: Catalog, sample: list[Service], monday: datetime
) -> None:
    nowhere = {s.id for s in sample if s.lon is None and not s.stops}
    assert len(nowhere) == 4
    listed = nearest(catalog, at=monday, district="杨浦区").features
    assert nowhere <= {h.service.id for h in listed}
    assert all(h.lon is None for h in listed if h.service.id in nowhere)
    around = nearest(catalog, 121.5, 31.2, at=monday, max_m=1e9, limit=50, kind="canteen").features
    assert not nowhere & {h.service.id for h in around}


def test_district_limits_the_search_to_its_services(catalog: Catalog, monday: datetime) -> None:
    found = nearest(catalog, 121.5443, 31.2732, at=monday, district="310106", max_m=1e5).features
    assert {h.service.district for h in found} == {"310106"}


def test_amenities_must_all_be_known_to_be_there(catalog: Catalog, monday: datetime) -> None:
    found = nearest(catalog, **HERE, at=monday, needs_amenity="microwave,charging", max_m=1e7).features
    assert found
    assert all({"microwave", "charging"} <= set(h.service.has) for h in found)


def test_offer_now_keeps_only_what_the_group_can_use(catalog: Catalog, monday: datetime) -> None:
    found = nearest(catalog, **HERE, at=monday, offer="now", group="guard", limit=50).features
    assert {h.service.id for h in found} == DINGHAI
    over = nearest(catalog, **HERE, at=monday.replace(hour=15), offer="now", group="guard", limit=50).features
    assert over == ()


def test_max_m_includes_its_edge(catalog: Catalog, monday: datetime) -> None:
    edge = nearest(catalog, **HERE, at=monday).features[3].distance_m
    assert len(nearest(catalog, **HERE, at=monday, max_m=edge).features) == 4
    assert len(nearest(catalog, **HERE, at=monday, max_m=edge - 0.001).features) == 3


def test_max_minutes_bounds_the_travel_of_the_mode(catalog: Catalog, monday: datetime) -> None:
    for mode, speed in (("walk", 4.5), ("ride", 15), ("drive", 25)):
        found = nearest(catalog, **HERE, at=monday, mode=mode, max_minutes=10, limit=50).features
        assert found
        assert all(h.travel_s == pytest.approx(h.distance_m * 1.3 * 3.6 / speed) for h in found)
        assert max(h.travel_s for h in found) <= 600


def test_planned_and_closed_services_are_not_offered(tmp_path: Path, monday: datetime) -> None:
    rows = [
        Service(id=s, kind="station", name=s, lon=121.5, lat=31.2, status=s)
        for s in ("active", "planned", "suspended", "closed")
    ]
    found = nearest(catalog_of(rows, tmp_path), 121.5, 31.2, at=monday).features
    assert [h.service.id for h in found] == ["active"]


def test_services_at_one_spot_are_ordered_by_id(tmp_path: Path, monday: datetime) -> None:
    rows = [Service(id=i, kind="station", name=i, lon=121.5, lat=31.2) for i in ("c", "a", "b", "d")]
    found = nearest(catalog_of(rows, tmp_path), 121.51, 31.2, at=monday, limit=3).features
    assert [h.service.id for h in found] == ["a", "b", "c"]


def test_an_empty_catalog_answers_with_nothing(tmp_path: Path, monday: datetime) -> None:
    own = catalog_of([], tmp_path)
    assert nearest(own, 121.5, 31.2, at=monday, open="arrival").features == ()


def test_nearest_reads_no_clock(catalog: Catalog) -> None:
    with pytest.raises(TypeError, match="at="):
        nearest(catalog, 121.5, 31.2)


def test_every_fault_of_a_question_is_told_at_once(catalog: Catalog, monday: datetime) -> None:
    with pytest.raises(InputError) as caught:
        nearest(catalog, 121.5, 31.2, at=monday, kind="canten", limit=0, limt=3, mode="fly")
    assert {e.field for e in caught.value.errors} == {"kind", "limit", "limt", "mode"}
    assert "did you mean limit" in str(caught.value)


def test_attribute_bits_fit_into_64() -> None:
    assert max(BITS.values()) < 2**64


def test_an_offer_counts_at_the_moment_of_arrival(catalog: Catalog, monday: datetime) -> None:
    at = monday.replace(hour=12, minute=58)
    hit = nearest(catalog, 121.52, 31.2732, datum="gcj02", at=at, group="rider", kind="canteen", limit=50)
    seen = [h for h in hit.features if h.service.id in DINGHAI]
    assert seen
    for h in seen:
        assert h.offers[0].applies == applies(h.service.offers[0], ["rider"], h.arrive_at)
        assert h.offers[0].applies
