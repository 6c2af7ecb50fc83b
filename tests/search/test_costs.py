"""sort=price and rent, and the filters for needs and homes, against brute force over random services."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests_support import catalog_of

from locator import InputError, Offer, Service, nearest
from locator.benefits import reduced, usable_by
from locator.geodesy import geodesic_m
from locator.timeline import SHANGHAI, timeline
from locator.vocabulary import NEEDS

if TYPE_CHECKING:
    from pathlib import Path

    from locator.catalog import Catalog

MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=SHANGHAI)
HOURS = (None, "24/7", "08:00-20:00", "10:30-13:30,16:00-19:00", "Mo-Fr 22:00-06:00")
RULES = (
    {"percent_off": 30},
    {"percent_off": 50},
    {"minus_cny": 2},
    {"fixed_cny": 9.9},
    {"voucher_cny": 5.6},
    {},
)
GROUPS = ("rider", "guard", "anyone")
CASES = 2000


def invented(seed: int, many: int = 60) -> list[Service]:
    r = random.Random(seed)
    found = []
    for i in range(many):
        offers = tuple(
            Offer(
                title="x",
                groups=(r.choice(GROUPS),),
                hours=r.choice((None, "24/7", "13:00-14:00", "11:00-23:00")),
                min_spend=r.choice((None, None, 15, 30)),
                **r.choice(RULES),
            )
            for _ in range(r.choice((0, 1, 1, 2)))
        )
        rent = r.choice((None, 400, 700, 900))
        found.append(
            Service(
                id=f"s{i:03d}",
                kind="canteen" if rent is None else "housing",
                name="x",
                lon=121.5 + r.gauss(0, 0.03),
                lat=31.2 + r.gauss(0, 0.03),
                hours=r.choice(HOURS),
                offers=offers,
                needs=tuple(r.sample(list(NEEDS), r.choice((0, 1, 2)))),
                rent_min=rent,
                rent_max=None if rent is None else rent + r.choice((0, 200)),
                vacancies=None if rent is None else r.choice((None, 0, 3)),
            )
        )
    return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Service], Catalog]:
    services = invented(1, 150)
    return services, catalog_of(services, tmp_path_factory.mktemp("costs"))


def stays(hours: str | None, arrive: datetime, stay: float, *, sure: bool) -> float:
    """Return the minutes that one can stay from an arrival on, looking ahead minute by minute; -1 = one does not get in."""
    told = timeline(hours)
    if told.status(arrive) == "closed" or (sure and told.status(arrive) == "unknown"):
        return -1
    left = 0.0
    for span in told.spans(arrive, arrive + timedelta(days=3)):
        if span.status == "closed" or (sure and span.status == "unknown"):
            break
        left = (span.end - arrive).total_seconds() / 60
    return left if left >= stay else -1


def price_of(
    service: Service, arrive: datetime, groups: tuple[str, ...], stay: float, *, sure: bool
) -> float:
    door = stays(service.hours, arrive, stay, sure=sure)
    holding = [
        float(reduced(offer, 20))
        for offer in service.offers
        if usable_by(offer, groups) and door >= 0 and stays(offer.hours, arrive, stay, sure=True) >= 0
    ]
    return min([20.0, *holding])


def test_price_first_then_distance_equals_brute_force(world: tuple[list[Service], Catalog]) -> None:
    services, catalog = world
    r = random.Random(2)
    for _ in range(CASES):
        lon, lat = 121.5 + r.gauss(0, 0.03), 31.2 + r.gauss(0, 0.03)
        at = MONDAY + timedelta(minutes=r.randrange(5 * 24 * 60))
        groups = r.choice(((), ("rider",), ("guard", "courier")))
        wanted, stay = r.choice(("any", "now", "arrival")), r.choice((0, 0, 25))
        mode = r.choice(("walk", "ride"))
        found = nearest(
            catalog, lon, lat, at=at, group=groups, open=wanted, stay=stay, mode=mode, sort="price", limit=10
        )
        per_m = found.question.travel.seconds_per_m
        expected = []
        for service in services:
            metres = geodesic_m(lon, lat, service.lon, service.lat)
            arrive = at + timedelta(seconds=metres * per_m)
            if metres * per_m > 3600:
                continue
            price = price_of(service, arrive, groups, stay, sure=wanted != "any")
            if wanted == "now":
                is_open = timeline(service.hours).status(at) == "open"
                if not is_open or (stay and stays(service.hours, arrive, stay, sure=True) < 0):
                    continue
            if wanted == "arrival" and not enters(service.hours, at, arrive, stay):
                continue
            expected.append((price, metres, service.id))
        assert [hit.id for hit in found.features] == [one[2] for one in sorted(expected)[:10]]


def enters(hours: str | None, at: datetime, arrive: datetime, stay: float) -> bool:
    """Tell whether one gets in, waiting or not, within the hour, for so long."""
    span = timeline(hours).next_open(arrive, timedelta(minutes=stay))
    return span is not None and max(span.start, arrive) <= at + timedelta(hours=1)


def test_rent_needs_and_vacancies_equal_brute_force(world: tuple[list[Service], Catalog]) -> None:
    services, catalog = world
    r = random.Random(3)
    for _ in range(CASES):
        lon, lat = 121.5 + r.gauss(0, 0.03), 31.2 + r.gauss(0, 0.03)
        at = MONDAY + timedelta(minutes=r.randrange(5 * 24 * 60))
        asked = {
            "rent_min": r.choice((None, None, 500, 950)),
            "rent_max": r.choice((None, None, 1000, 1200)),
            "vacancies": r.choice((None, None, 0, 1)),
            "needs": tuple(r.sample(list(NEEDS), r.choice((0, 0, 1, 2)))),
        }
        wanted, sort = r.choice(("any", "now", "arrival")), r.choice(("rent", "distance"))
        found = nearest(catalog, lon, lat, at=at, open=wanted, sort=sort, limit=50, max_minutes=40, **asked)
        per_m = found.question.travel.seconds_per_m
        expected = []
        for service in services:
            metres = geodesic_m(lon, lat, service.lon, service.lat)
            arrive = at + timedelta(seconds=metres * per_m)
            if metres * per_m > 2400 or not fits(service, **asked):
                continue
            if wanted == "now" and timeline(service.hours).status(at) != "open":
                continue
            if wanted == "arrival":
                span = timeline(service.hours).next_open(arrive)
                if span is None or max(span.start, arrive) > at + timedelta(minutes=40):
                    continue
            rent = math.inf if service.rent_min is None else service.rent_min
            expected.append((rent if sort == "rent" else 0, metres, service.id))
        assert [hit.id for hit in found.features] == [one[2] for one in sorted(expected)[:50]]


def fits(
    service: Service,
    rent_min: float | None,
    rent_max: float | None,
    vacancies: int | None,
    needs: tuple[str, ...],
) -> bool:
    if rent_max is not None and (service.rent_min is None or service.rent_min > rent_max):
        return False
    if rent_min is not None and (service.rent_max is None or service.rent_max < rent_min):
        return False
    if vacancies is not None and (service.vacancies is None or service.vacancies < vacancies):
        return False
    return not needs or bool(set(needs) & set(service.needs))


def test_a_rent_range_that_is_upside_down_is_refused(catalog: Catalog, monday: datetime) -> None:
    with pytest.raises(InputError, match="swapped"):
        nearest(catalog, 121.5, 31.2, at=monday, rent_min=900, rent_max=500)


def test_a_list_of_a_district_takes_the_same_filters(tmp_path: Path, monday: datetime) -> None:
    homes = [
        Service(id=f"h{i}", kind="housing", name="家", district="310110", rent_min=rent, needs=("help",))
        for i, rent in enumerate((900, None, 500))
    ]
    own = catalog_of(homes, tmp_path)
    assert [h.id for h in nearest(own, at=monday, district="310110", sort="rent").features] == [
        "h2",
        "h0",
        "h1",
    ]
    assert [h.id for h in nearest(own, at=monday, district="310110", rent_max=600).features] == ["h2"]
    assert nearest(own, at=monday, district="310110", needs="learn").features == ()
