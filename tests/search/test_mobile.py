"""The mobile stop at any minute is right: nearest() against the rule, told in plain Python."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from locator import Catalog, Service, Stop, nearest
from locator.records import to_record
from locator.timeline import SHANGHAI, timeline

GEOD = Geod(ellps="WGS84")
# Three weeks with a weekend, a make-up workday (2026-10-10) and the National Day holiday in them.
START = datetime(2026, 9, 25, tzinfo=SHANGHAI)
WEEKS = 3
HOURS = [
    "10:00-15:00", "17:00-22:00", "22:00-02:00", "24/7", "Mo,We,Fr 09:00-21:00", "Tu,Th,Sa 09:00-21:00",
    "Mo-Fr 08:00-20:00; PH off", "Sa,Su,PH 09:00-17:00", "10:00-12:00 unknown", None,
]  # fmt: skip
days = st.one_of(st.none(), st.integers(0, 7 * WEEKS).map(lambda n: START.date() + timedelta(days=n)))


def stop_of(lon: float, lat: float, hours: str | None, first: date | None, last: date | None) -> Stop:
    return Stop(lon=lon, lat=lat, hours=hours, valid_from=first, valid_to=last)


stops = st.builds(
    stop_of, st.floats(121.40, 121.60), st.floats(31.15, 31.30), st.sampled_from(HOURS), days, days
)


class Seen(NamedTuple):
    """A service as an answer shows it."""

    id: str
    lon: float
    lat: float
    metres: float
    status: str


def status_of(stop: Stop, at: datetime) -> str:
    if not (stop.valid_from or date.min) <= at.date() <= (stop.valid_to or date.max):
        return "closed"
    return timeline(stop.hours).status(at)


def standing(service: Service, at: datetime) -> list[Stop]:
    """Return where it stands: at what is open; else at any stop that is not over; else at any."""
    here = [stop for stop in service.stops if status_of(stop, at) == "open"]
    current = [stop for stop in service.stops if (stop.valid_to or date.max) >= at.date()]
    return here or current or list(service.stops)


def oracle(services: list[Service], lon: float, lat: float, at: datetime, *, only_open: bool) -> list[Seen]:
    found = []
    for service in services:
        seen = []
        for stop in standing(service, at):
            if only_open and status_of(stop, at) != "open":
                continue
            _, _, metres = GEOD.inv(lon, lat, stop.lon, stop.lat)
            seen.append(Seen(service.id, stop.lon, stop.lat, metres, status_of(stop, at)))
        found += sorted(seen, key=lambda one: one.metres)[:1]
    return sorted(found, key=lambda one: (one.metres, one.id))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(stops, min_size=1, max_size=4), min_size=1, max_size=4),
    st.lists(st.integers(0, 7 * WEEKS * 24 * 60 - 1), min_size=1, max_size=14),
    st.floats(121.40, 121.60),
    st.floats(31.15, 31.30),
)
def test_at_any_minute_a_mobile_service_is_at_its_open_stop(many, minutes, lon: float, lat: float) -> None:
    services = [
        Service(id=f"m{n}", kind="station", name="流动", stops=tuple(own)) for n, own in enumerate(many)
    ]
    catalog = Catalog.from_rows(1, "now", [(s.id, to_record(s)) for s in services])
    for minute in minutes:
        at = START + timedelta(minutes=minute)
        for wanted in ("any", "now"):
            found = nearest(catalog, lon, lat, at=at, open=wanted, max_m=1e5, limit=50).features
            got = [Seen(h.id, h.lon, h.lat, h.distance_m, h.status) for h in found]
            expected = oracle(services, lon, lat, at, only_open=wanted == "now")
            assert [one.metres for one in got] == pytest.approx([one.metres for one in expected], abs=0.01)
            # Two stops at one spot are the same to whoever goes there, unless one of them is shut.
            assert [(one.id, one.lon, one.lat) for one in got] == [
                (one.id, one.lon, one.lat) for one in expected
            ]
            if wanted == "now":
                assert {one.status for one in got} <= {"open"}


@pytest.mark.parametrize(
    ("at", "lon"),
    [
        ("2026-10-05T10:00", 121.52),  # Monday, in the National Day holiday: Mo-Fr is off, PH is on
        ("2026-10-10T10:00", 121.50),  # a make-up Saturday: it is a workday
        ("2026-10-17T10:00", 121.52),  # a plain Saturday
        ("2026-10-16T10:00", 121.50),  # a plain Friday
    ],
)
def test_holidays_and_make_up_days_move_the_station(at: str, lon: float) -> None:
    weekdays = Stop(lon=121.50, lat=31.2, hours="Mo-Fr 08:00-20:00; PH off")
    days_off = Stop(lon=121.52, lat=31.2, hours="Sa,Su,PH 08:00-20:00")
    own = Service(id="m", kind="station", name="流动", stops=(weekdays, days_off))
    catalog = Catalog.from_rows(1, "now", [("m", to_record(own))])
    (hit,) = nearest(catalog, 121.51, 31.2, at=datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)).features
    assert (hit.lon, hit.status) == (lon, "open")
