"""The nearest service that is open round the clock for certain, beside what nobody knows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from tests_support import catalog_of

from locator import Catalog, Service, Stop, nearest
from locator.answers import to_geojson
from locator.records import to_record
from locator.timeline import SHANGHAI, timeline

if TYPE_CHECKING:
    from pathlib import Path

GEOD = Geod(ellps="WGS84")
AT = datetime(2026, 11, 23, 13, 5, tzinfo=SHANGHAI)
# Whether each is known to be open at every minute.
ROUND_THE_CLOCK = {"24/7": True, "Mo-Su 00:00-24:00": True, "00:00-24:00": True, '24/7 "凭卡"': True}
OTHERS = {
    None: False, "08:00-20:00": False, "Mo-Fr 00:00-24:00": False, "24/7; PH off": False, "24/7; Dec 25 off": False,
    "24/7 unknown": False, "00:00-23:59": False, "24/7; Sa 12:00-13:00 off": False, "20:00-08:00": False,
}  # fmt: skip
HOURS = {**ROUND_THE_CLOCK, **OTHERS}
DATES = (None, date(2026, 11, 20), date(2026, 11, 24), date(2027, 3, 1))
spots = st.tuples(st.floats(121.0, 121.9), st.floats(31.0, 31.5))
services = st.builds(
    lambda spot, hours, kind, has, dated: (spot, hours, kind, has, dated),
    spots,
    st.sampled_from(list(HOURS)),
    st.sampled_from(["station", "canteen", "housing"]),
    st.sampled_from([(), ("charging",), ("charging", "toilet")]),
    st.one_of(st.none(), st.tuples(st.sampled_from(DATES), st.sampled_from(DATES))),
)


def service(number: int, spot, hours, kind, has, dated) -> Service:
    """Return a fixed service, or one of a single stop where there are dates."""
    lon, lat = spot
    own = {"id": f"s{number:03}", "kind": kind, "name": "甲", "has": has}
    if dated is None:
        return Service(**own, lon=lon, lat=lat, hours=hours)
    return Service(
        **own, stops=(Stop(lon=lon, lat=lat, hours=hours, valid_from=dated[0], valid_to=dated[1]),)
    )


def brute(all_of: list[Service], lon: float, lat: float, reach_m: float, kind: str, has: str) -> str | None:
    """Return the id that a plain scan finds."""
    found = []
    for one in all_of:
        place = one.stops[0] if one.stops else one
        held = not one.stops or (
            (one.stops[0].valid_from is None or one.stops[0].valid_from <= AT.date())
            and (one.stops[0].valid_to is None or one.stops[0].valid_to >= AT.date() + timedelta(days=14))
        )
        _, _, metres = GEOD.inv(lon, lat, place.lon, place.lat)
        passes = (not kind or one.kind == kind) and (not has or has in one.has)
        if HOURS[place.hours] and held and metres <= reach_m and passes:
            found.append((metres, one.id))
    return min(found, default=(0.0, None))[1]


@pytest.mark.parametrize("hours", list(HOURS))
def test_never_closes_means_open_in_every_minute_of_some_years(hours: str | None) -> None:
    spans = list(timeline(hours).spans(AT, AT + timedelta(days=800)))
    assert timeline(hours).never_closes == (len(spans) == 1 and spans[0].status == "open") == HOURS[hours]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(services, min_size=1, max_size=25),
    spots,
    st.sampled_from(["now", "arrival"]),
    st.sampled_from(["", "station", "canteen"]),
    st.sampled_from(["", "charging", "toilet"]),
    st.sampled_from([{}, {"max_minutes": 20}, {"max_m": 60_000}, {"mode": "walk"}]),
)
def test_the_fallback_is_the_nearest_round_the_clock_that_passes_the_filters(
    many,
    asker,
    wanted,
    kind,
    has,
    bound,
) -> None:
    all_of = [service(number, *one) for number, one in enumerate(many)]
    own = Catalog.from_rows(1, "now", [(s.id, to_record(s)) for s in all_of])
    found = nearest(own, *asker, at=AT, open=wanted, kind=kind, needs_amenity=has, limit=50, **bound)
    reach_m = max(found.question.travel.reach_m(120), found.question.reach_m)
    expected = brute(all_of, *asker, reach_m, kind, has)
    assert (found.fallback.id if found.fallback else None) == expected


def test_a_full_answer_without_doubts_needs_no_fallback(tmp_path: Path) -> None:
    rows = [Service(id=i, kind="station", name=i, lon=121.5, lat=31.2, hours="24/7") for i in "abc"]
    own = catalog_of(rows, tmp_path)
    assert nearest(own, 121.5, 31.2, at=AT, open="now", limit=2).fallback is None
    assert nearest(own, 121.5, 31.2, at=AT, open="now", limit=4).fallback.id == "a"
    assert nearest(own, 121.5, 31.2, at=AT, limit=4).fallback is None


def test_beside_what_is_unknown_stands_the_surest(catalog: Catalog) -> None:
    found = to_geojson(
        nearest(
            catalog,
            121.5443,
            31.2732,
            datum="gcj02",
            at=AT.replace(hour=3),
            open="now",
            kind="station,canteen",
            limit=1,
        )
    )
    assert found["unknown"]
    assert found["fallback"]["id"] == "yp-relay-001"
    assert found["fallback"]["properties"]["usable_until"] is None
    assert found["fallback"]["properties"]["distance_m"] > 0
    assert to_geojson(nearest(catalog, 121.5, 31.2, at=AT))["fallback"] is None


def test_a_changed_service_is_no_fallback_any_more(tmp_path: Path) -> None:
    own = catalog_of([Service(id="a", kind="station", name="a", lon=121.5, lat=31.2, hours="24/7")], tmp_path)
    shut = Service(id="a", kind="station", name="a", lon=121.5, lat=31.2, hours="08:00-20:00")
    assert nearest(own, 121.5, 31.2, at=AT, open="now").fallback.id == "a"
    changed = own.changed(own.version + 1, own.as_of, [("a", to_record(shut))])
    assert nearest(changed, 121.5, 31.2, at=AT, open="now").fallback is None
