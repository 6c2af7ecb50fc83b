"""What is on near someone, against a plain scan of the records."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from locator import Catalog, Event, InputError, Service, Stop
from locator.event_answers import events_geojson
from locator.events import EVENT_PARAMETERS, events
from locator.programme import duty_hours, stands_at
from locator.records import to_record
from locator.timeline import SHANGHAI, timeline

if TYPE_CHECKING:
    from collections.abc import Iterator

GEOD = Geod(ellps="WGS84")
AT = datetime(2026, 11, 23, 13, 5, tzinfo=SHANGHAI)
DAY = timedelta(days=1)
TOPICS = ["class", "film", "haircut", "剪纸"]
lons, lats = st.floats(121.3, 121.6), st.floats(31.1, 31.4)
minutes = st.integers(-3 * 24 * 60, 12 * 24 * 60)


def event(start: int, lasts: int, topic: str) -> Event:
    begins = AT + timedelta(minutes=start)
    return Event(title=f"{topic}{start}", topic=topic, start=begins, end=begins + timedelta(minutes=lasts))


listed = st.lists(st.builds(event, minutes, st.integers(1, 2000), st.sampled_from(TOPICS)), max_size=4)
DUTY = [
    None,
    "We 09:00-11:00",
    "Tu,Fr 18:00-20:30",
    "Mo-Fr 09:00-17:00",
    "24/7",
    "Sa 22:00-02:00",
    "Mo-We 09:00-10:00",
]


def services_of(drawn: list[tuple[float, float, str, str | None, list[Event]]]) -> list[Service]:
    return [
        Service(
            id=f"s{n:02}", kind=kind, name="甲", lon=lon, lat=lat, hours=hours, events=tuple(told),
            district="310110" if n % 2 else "310106",
        )
        for n, (lon, lat, kind, hours, told) in enumerate(drawn)
    ]  # fmt: skip


def catalog_with(rows: list[Service]) -> Catalog:
    return Catalog.from_rows(1, "now", [(s.id, to_record(s)) for s in sorted(rows, key=lambda s: s.id)])


drawn_services = st.lists(
    st.tuples(
        lons, lats, st.sampled_from(["station", "legal-aid", "counselling"]), st.sampled_from(DUTY), listed
    ),
    max_size=12,
).map(services_of)


def duty_days(hours: str | None, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Walk minute by minute, as slowly and plainly as it gets."""
    line, began = timeline(hours), None
    at = start
    while at <= end:
        here = at < end and line.status(at) == "open"
        if here and began is None:
            began = at
        if not here and began is not None:
            yield began, at
            began = None
        at += timedelta(minutes=30)


def brute(
    rows: list[Service], lon: float, lat: float, days: int, topic: str, reach_m: float, district: str | None
) -> list[tuple[datetime, float, str, str]]:
    midnight = AT.replace(hour=0, minute=0)
    until, found = midnight + timedelta(days=days), []
    for one in rows:
        _, _, metres = GEOD.inv(lon, lat, one.lon, one.lat)
        if metres > reach_m or (district and one.district != district):
            continue
        told = [(e.start, e.end, e.topic) for e in one.events]
        # "Tu,Fr", "We", "Sa night" and "Mo-We" are duty days; five days a week are an office.
        if one.kind != "station" and one.hours not in {None, "Mo-Fr 09:00-17:00", "24/7"}:
            told += [(start, end, "duty") for start, end in duty_days(one.hours, midnight - DAY, until + DAY)]
        found += [
            (start, metres, one.id, kind)
            for start, end, kind in told
            if end > AT and start < until and (not topic or kind == topic)
        ]
    return sorted(found)


@settings(max_examples=120, deadline=None)
@given(
    drawn_services,
    lons,
    lats,
    st.integers(1, 9),
    st.sampled_from(["", "class", "haircut", "duty"]),
    st.sampled_from([{}, {"max_m": 9000}, {"max_minutes": 20, "mode": "walk"}]),
    st.sampled_from([None, "310110"]),
)
def test_events_equal_a_plain_scan(rows, lon, lat, days, topic, bound, district) -> None:
    answer = events(
        catalog_with(rows), lon, lat, at=AT, days=days, topic=topic, district=district, limit=50, **bound
    )
    asker = answer.question.asker
    expected = brute(rows, lon, lat, days, topic, asker.reach_m, district)
    assert answer.matched == len(expected)
    got = [(one.start, one.distance_m, one.service.id) for one in answer.found]
    assert got == [(start, pytest.approx(metres, abs=0.01), i) for start, metres, i, _ in expected[:50]]
    if len(expected) <= 50:
        assert sorted(one.topic for one in answer.found) == sorted(kind for *_, kind in expected)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(DUTY), st.booleans()), min_size=1, max_size=4), st.integers(0, 20_000)
)
def test_a_mobile_service_stands_where_the_catalog_says(stops, minute: int) -> None:
    spots = tuple(
        Stop(lon=121.5 + n / 10, lat=31.2, hours=hours, valid_to=date(2026, 11, 28) if over else None)
        for n, (hours, over) in enumerate(stops)
    )
    at = AT + timedelta(minutes=minute)
    own = catalog_with([Service(id="m", kind="station", name="流动", stops=spots)])
    standing = own.standing(at)
    assert stands_at(own, 0, at) == tuple(p for p in own.places_of(0) if standing[p])


def test_an_event_of_a_mobile_service_is_where_it_stands_then() -> None:
    stops = (Stop(lon=121.50, lat=31.2, hours="10:00-15:00"), Stop(lon=121.60, lat=31.2, hours="17:00-22:00"))
    shows = (event(60, 30, "class"), event(6 * 60, 60, "film"))
    own = catalog_with([Service(id="m", kind="station", name="流动", stops=stops, events=shows)])
    found = events(own, 121.6, 31.2, at=AT, max_m=1e5).found
    assert [(own.lon[one.place], one.topic) for one in found] == [(121.50, "class"), (121.60, "film")]


def test_what_is_running_comes_first_and_what_is_over_is_gone() -> None:
    told = (event(-90, 30, "class"), event(-60, 90, "film"), event(10, 30, "haircut"))
    own = catalog_with([Service(id="a", kind="station", name="甲", lon=121.5, lat=31.2, events=told)])
    features = events_geojson(events(own, 121.5, 31.2, at=AT))["features"]
    assert [(f["properties"]["topic"], f["properties"]["running"]) for f in features] == [
        ("film", True),
        ("haircut", False),
    ]
    assert [f["properties"]["starts_in_min"] for f in features] == [0.0, 10.0]


def test_a_duty_day_the_record_announces_is_told_once() -> None:
    told = (Event(title="律师到点值班", topic="lawyer", start="2026-11-25T09:00", end="2026-11-25T10:00"),)
    own = catalog_with(
        [
            Service(
                id="a", kind="legal-aid", name="甲", lon=121.5, lat=31.2, hours="We 09:00-11:00", events=told
            )
        ]
    )
    found = events(own, 121.5, 31.2, at=AT, days=10).found
    assert [(one.topic, one.start.day) for one in found] == [("lawyer", 25), ("duty", 2)]


def test_a_holiday_takes_the_duty_day_off() -> None:
    spring_festival = date(2026, 2, 16)
    assert duty_hours("We 09:00-11:00; PH off", spring_festival, 7) == ()
    assert len(duty_hours("We 09:00-11:00", date(2026, 11, 23), 14)) == 2


def test_who_has_no_position_is_told_only_without_one() -> None:
    rows = [
        Service(id="a", kind="station", name="甲", district="310110", events=(event(60, 30, "class"),)),
        Service(
            id="b",
            kind="station",
            name="乙",
            status="closed",
            lon=121.5,
            lat=31.2,
            events=(event(9, 9, "film"),),
        ),
    ]
    own = catalog_with(rows)
    assert [one.service.id for one in events(own, at=AT, district="杨浦区").found] == ["a"]
    assert events(own, 121.5, 31.2, at=AT).found == ()
    assert events_geojson(events(own, at=AT))["features"][0]["geometry"] is None


def test_two_events_at_one_time_have_two_ids() -> None:
    twice = (event(60, 30, "class"), event(60, 40, "class"))
    own = catalog_with([Service(id="a", kind="station", name="甲", lon=121.5, lat=31.2, events=twice)])
    ids = [feature["id"] for feature in events_geojson(events(own, at=AT))["features"]]
    assert ids == ["a:class:2026-11-23T14:05", "a:class:2026-11-23T14:05:2"]


def test_a_topic_of_the_records_own_counts_as_other() -> None:
    own = catalog_with(
        [Service(id="a", kind="station", name="甲", lon=121.5, lat=31.2, events=(event(60, 30, "剪纸"),))]
    )
    assert len(events(own, at=AT, topic="other").found) == 1
    assert events(own, at=AT, topic="film").found == ()


def test_every_fault_is_told_at_once(catalog: Catalog) -> None:
    with pytest.raises(InputError) as caught:
        events(catalog, 121.5, 99, at=AT, days=0, topic="x", kind="station", limit=0)
    assert {e.field for e in caught.value.errors} == {"lat", "days", "topic", "kind", "limit"}


def test_the_demonstration_has_something_on_every_week_until_march(catalog: Catalog) -> None:
    for week in range(14):
        answer = events(catalog, at=AT + timedelta(weeks=week))
        assert answer.found
        assert all(one.demo for one in answer.found)
    assert {"lon", "lat", "datum", "at", "days", "topic", "district", "limit"} <= set(EVENT_PARAMETERS)


def test_a_night_on_duty_is_told_whole() -> None:
    own = catalog_with(
        [Service(id="a", kind="legal-aid", name="甲", lon=121.5, lat=31.2, hours="Sa 22:00-02:00")]
    )
    sunday = AT.replace(day=29, hour=1)
    (first,) = events(own, at=sunday, days=6).found
    assert (first.start.isoformat()[:16], first.end.isoformat()[:16]) == (
        "2026-11-28T22:00",
        "2026-11-29T02:00",
    )
    (last,) = events(own, at=AT, days=6).found
    assert last.end.isoformat()[:16] == "2026-11-29T02:00"
