"""Each remedy is exactly what asking again gives, and waiting ends with the first thing that opens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from locator.datum import convert
from locator.geodesy import geodesic_m
from locator.question import ask
from locator.relaxing import EVERY_WISH, opening_hits, opening_times, until_open, ways_out, wider
from locator.search import answer
from locator.timeline import SHANGHAI, timeline

if TYPE_CHECKING:
    from locator import Catalog, Service

HERE = {"lon": 121.5443, "lat": 31.2732, "datum": "gcj02"}
NIGHT = datetime(2026, 11, 24, 2, 10, tzinfo=SHANGHAI)
NOON = datetime(2026, 11, 23, 13, 5, tzinfo=SHANGHAI)
ASKED = [
    {"open": "arrival", "max_minutes": 5, "offer": "now", "group": "rider"},
    {"open": "now", "kind": "station,legal-aid", "max_minutes": 15},
    {"open": "arrival", "needs_amenity": "microwave,toilet", "max_minutes": 10},
    {"open": "arrival", "stay": 90, "kind": "legal-aid", "max_minutes": 10, "mode": "walk"},
    {"open": "now", "kind": "housing", "rent_max": 100},
]


@pytest.mark.parametrize("at", [NIGHT, NOON])
@pytest.mark.parametrize("asked", ASKED)
def test_every_remedy_is_one_change_and_gives_just_what_it_says(
    catalog: Catalog, asked: dict[str, object], at: datetime
) -> None:
    question = ask({**HERE, **asked}, at)
    for way in ways_out(catalog, question):
        found = answer(catalog, way.question).features
        assert way.found == len(found) > 0
        assert way.best.id == found[0].id
        names = question.__struct_fields__
        differing = {name for name in names if getattr(question, name) != getattr(way.question, name)}
        if way.label != EVERY_WISH:
            assert len(differing - {"max_m", "rent_min", "rent_max"}) <= 1


@pytest.mark.parametrize("kind", ["legal-aid", "station", "canteen"])
def test_waiting_ends_when_the_first_of_its_kind_within_reach_opens(
    catalog: Catalog, sample: list[Service], kind: str
) -> None:
    question = ask({**HERE, "open": "now", "kind": kind, "max_minutes": 15}, NIGHT)
    lon, lat = convert(121.5443, 31.2732, "gcj02", "wgs84")

    def near(service: Service) -> bool:
        if service.kind != kind or service.lon is None or service.lat is None:
            return False
        metres = float(geodesic_m(lon, lat, service.lon, service.lat))
        return service.status == "active" and question.travel.seconds(metres) <= 15 * 60

    opens = []
    for service in sample:
        if near(service) and service.hours and timeline(service.hours).status(NIGHT) == "closed":
            span = timeline(service.hours).next_open(NIGHT)
            opens += [span.start] if span is not None else []
    way = until_open(catalog, question)
    fixed = [t for t in opening_times(catalog, question) if t in opens]
    if not opens:
        assert fixed == []
        return
    assert min(fixed) == min(opens)
    assert way is not None
    assert way.question.at <= min(opens)


def test_what_opens_in_the_morning_is_shut_now_and_comes_in_order(catalog: Catalog) -> None:
    question = ask({**HERE, "open": "arrival"}, NIGHT)
    until = NIGHT.replace(hour=10, minute=0)
    hits = opening_hits(catalog, question, until)
    assert hits
    times = [hit.moment.opens for hit in hits]
    assert times == sorted(times)
    for hit in hits:
        assert hit.status != "open"
        assert NIGHT < hit.moment.opens <= until


def test_a_longer_way_is_the_shortest_that_adds_something(catalog: Catalog) -> None:
    question = ask({**HERE, "open": "arrival", "max_minutes": 5, "limit": 50}, NOON)
    had = len(answer(catalog, question).features)
    way = wider(catalog, question)
    assert way is not None
    assert way.found > had
    for minutes in (10.0, 15.0, 25.0, 60.0):
        if minutes < (way.question.max_minutes or 0):
            assert len(answer(catalog, question.but(max_minutes=minutes)).features) <= had


def test_who_asks_for_nothing_has_nothing_to_wait_for(catalog: Catalog) -> None:
    assert until_open(catalog, ask(HERE, NOON)) is None
    nowhere = ask({"lon": 86.0, "lat": 42.0, "open": "now", "kind": "fair"}, NOON + timedelta(minutes=1))
    assert ways_out(catalog, nowhere) == []
