"""What an independent oracle caught once: seconds, second stops, dates that end, and districts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from locator import Catalog, Offer, Service, Stop, nearest
from locator.records import to_record
from locator.timeline import SHANGHAI

DEAL = {"title": "t", "groups": ("rider",)}


def at(hour: int, minute: int = 0, second: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=SHANGHAI)


def fixed(service_id: str, lon: float | None = 121.5, **fields: Any) -> Service:
    where = {} if lon is None else {"lon": lon, "lat": 31.25}
    return Service.model_validate(
        {"id": service_id, "kind": "station", "name": service_id, "district": "310110", **where, **fields}
    )


def mobile(service_id: str, *stops: Stop) -> Service:
    return fixed(service_id, None, stops=stops)


def catalog(*services: Service) -> Catalog:
    return Catalog.from_rows(1, "x", [(s.id, to_record(s)) for s in sorted(services, key=lambda s: s.id)])


def ids(found: Any) -> tuple[list[str], list[str]]:
    return [h.id for h in found.features], [h.id for h in found.unknown]


def test_the_seconds_of_the_way_count_when_a_stay_is_asked_for() -> None:
    own = catalog(fixed("a", 121.5045, hours="13:00-14:00"))
    (hit,) = nearest(own, 121.5, 31.25, at=at(13, 27, 50), open="arrival", stay=30, max_minutes=2000).features
    assert hit.arrive_at > at(13, 30)
    assert hit.usable_from == at(13, day=24)
    assert hit.usable_min == 60


@pytest.mark.parametrize("limit", [1, 2])
def test_what_surely_qualifies_at_another_stop_is_not_unknown(limit: int) -> None:
    own = catalog(
        fixed("a", hours="24/7"),
        mobile("b", Stop(lon=121.501, lat=31.25), Stop(lon=121.502, lat=31.25, hours="24/7")),
    )
    for wanted in ("now", "arrival"):
        assert nearest(own, 121.5, 31.25, at=at(12), open=wanted, limit=limit).unknown == ()


def test_a_sort_is_no_filter() -> None:
    own = catalog(fixed("a", hours=None, offers=(Offer(**DEAL, hours="24/7"),)))
    for sort in ("distance", "soonest"):
        found = nearest(own, 121.5, 31.25, at=at(12), offer="now", group="rider", sort=sort)
        assert ids(found) == (["a"], [])


@pytest.mark.parametrize(
    ("fields", "when", "asked", "expected"),
    [
        (
            {"hours": "09:00-10:00", "offers": ({**DEAL, "hours": "24/7"},)},
            at(12),
            {"offer": "now"},
            ([], []),
        ),
        ({"hours": "24/7", "offers": (DEAL,)}, at(12), {"offer": "now", "open": "now"}, ([], ["a"])),
        ({"hours": "13:00-14:00"}, at(12, 30), {"open": "arrival"}, (["a"], [])),
        ({"hours": "13:00-14:00"}, at(13, 50), {"open": "arrival", "stay": 30}, ([], [])),
        ({"hours": "13:00-14:00"}, at(13, 50), {"open": "now", "stay": 30}, ([], [])),
        ({"hours": None}, at(12), {"open": "now"}, ([], ["a"])),
    ],
)
def test_a_district_is_listed_by_the_rules_of_the_search(
    fields: dict[str, Any], when: datetime, asked: dict[str, Any], expected: tuple[list[str], list[str]]
) -> None:
    for service in (fixed("a", **fields), fixed("a", None, **fields)):
        assert ids(nearest(catalog(service), at=when, district="310110", group="rider", **asked)) == expected
    placed = nearest(catalog(fixed("a", **fields)), 121.5, 31.25, at=when, group="rider", **asked)
    assert ids(placed) == expected


def test_a_district_is_listed_soonest_first_if_asked() -> None:
    own = catalog(fixed("a", hours="20:00-21:00"), fixed("b", hours="24/7"))
    assert ids(nearest(own, at=at(12), district="310110", sort="soonest"))[0] == ["b", "a"]


def test_a_stop_whose_dates_are_over_is_not_where_a_service_stands() -> None:
    gone = Stop(lon=121.5, lat=31.25, hours="24/7", valid_to=date(2026, 10, 1))
    own = catalog(mobile("m", gone, Stop(lon=121.501, lat=31.25)))
    (hit,) = nearest(own, 121.5, 31.25, at=at(8)).features
    assert hit.lon == 121.501
    assert hit.status == "unknown"


@pytest.mark.parametrize(
    ("stop", "when", "change"),
    [
        ({"hours": "24/7", "valid_to": date(2026, 11, 23)}, at(12), at(0, day=24)),
        ({"hours": "09:00-18:00", "valid_from": date(2026, 11, 25)}, at(12), at(9, day=25)),
        ({"hours": "09:00-18:00", "valid_to": date(2026, 11, 23)}, at(20), None),
    ],
)
def test_dates_change_a_status_as_hours_do(
    stop: dict[str, Any], when: datetime, change: datetime | None
) -> None:
    own = catalog(mobile("m", Stop(lon=121.5, lat=31.25, **stop)))
    (hit,) = nearest(own, 121.5, 31.25, at=when).features
    assert hit.next_change == change


@pytest.mark.parametrize("hours", ["24/7", "22:00-02:00"])
def test_an_offer_ends_with_its_last_day(hours: str) -> None:
    own = catalog(fixed("a", hours="24/7", offers=(Offer(**DEAL, hours=hours, valid_to=date(2026, 11, 23)),)))
    (hit,) = nearest(own, 121.5, 31.25, at=at(23), group="rider").features
    assert hit.offers[0].applies
    assert hit.offers[0].until == at(0, day=24)


def test_parts_of_a_second_are_not_heard() -> None:
    own = catalog(fixed("a", 121.5000029, hours="09:00-12:01"))
    (hit,) = nearest(own, 121.5, 31.25, at=at(12, 0, 59) + timedelta(microseconds=950000)).features
    assert hit.usable_min >= 0


def test_open_now_keeps_what_leaves_the_stay_that_was_asked_for() -> None:
    own = catalog(fixed("a", hours="09:00-12:05"), fixed("b", 121.501, hours="09:00-13:00"))
    assert ids(nearest(own, 121.5, 31.25, at=at(12), open="now", stay=30))[0] == ["b"]


def test_a_bound_in_metres_does_not_make_one_wait_for_days() -> None:
    own = catalog(fixed("a", hours="Su 09:00-12:00"), fixed("b", hours="12:30-13:00"))
    assert ids(nearest(own, 121.5, 31.25, at=at(12), open="arrival", max_m=1000))[0] == ["b"]


def test_an_offer_must_hold_on_arrival_and_not_after_a_wait() -> None:
    own = catalog(fixed("a", hours="24/7", offers=(Offer(**DEAL, hours="12:30-13:00"),)))
    asked = {"open": "arrival", "offer": "now", "group": "rider"}
    assert ids(nearest(own, 121.5, 31.25, at=at(12), **asked))[0] == []
    assert ids(nearest(own, 121.5, 31.25, at=at(12, 30), **asked))[0] == ["a"]
