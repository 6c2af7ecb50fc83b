"""The nearest contract read the slow way: every place of every service, minute by minute of its hours.

Nothing of the search is used here, only what it stands on: what a Timeline says, what an offer's rule
comes to, and pyproj's geodesic.
"""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pyproj import Geod

from locator import convert
from locator.benefits import reduced, usable_by
from locator.timeline import HORIZON, SHANGHAI, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from locator import Offer, Service, Stop

GEOD = Geod(ellps="WGS84")
MINUTE = timedelta(minutes=1)
CODES = {"closed": 0, "open": 1, "unknown": 2}
SURE, POSSIBLE = (1,), (1, 2)
KMH = {"walk": 4.5, "ride": 15.0, "drive": 25.0}
DETOUR, MEAL_CNY = 1.3, 20.0


class Place(NamedTuple):
    service: Service
    number: int
    lon: float
    lat: float
    dated: Service | Stop


class Found(NamedTuple):
    """One line of an answer. Times in minutes after midnight of the day of asking; None as in a hit."""

    id: str
    number: int
    status: str
    usable_from: float | None
    usable_until: float | None


@cache
def minutes_of(hours: str | None, first: date | None, last: date | None, day: date) -> NDArray[np.int8]:
    """Return the status of each minute from a day's midnight to the horizon."""
    start = datetime.combine(day, time(), SHANGHAI)
    told = np.zeros(HORIZON // MINUTE, np.int8)
    for span in timeline(hours).spans(start, start + HORIZON):
        told[(span.start - start) // MINUTE : (span.end - start) // MINUTE] = CODES[span.status]
    for number in range(HORIZON // timedelta(days=1)):
        on = day + timedelta(days=number)
        if (first is not None and on < first) or (last is not None and on > last):
            told[number * 1440 : (number + 1) * 1440] = 0
    return told


def told_by(dated: Service | Stop | Offer, day: date) -> NDArray[np.int8]:
    return minutes_of(dated.hours, getattr(dated, "valid_from", None), getattr(dated, "valid_to", None), day)


def spans_of(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def entry(spans: Iterable[tuple[int, int]], arrive: float, stay: float) -> tuple[float, float]:
    """Return when one gets in for so long, and when it ends; infinity twice if never."""
    for start, end in spans:
        inside = max(float(start), arrive)
        if end > inside and end - inside >= stay:
            return inside, float(end)
    return math.inf, math.inf


class Scan:
    """One question, put to all services."""

    def __init__(self, services: list[Service], asked: dict[str, Any]) -> None:
        self.q, self.day = asked, asked["at"].date()
        self.depart = (asked["at"] - datetime.combine(self.day, time(), SHANGHAI)) / MINUTE
        self.per_m = DETOUR * 3.6 / KMH[asked["mode"]] / 60
        # Sixty minutes if no bound is given; of waiting only, if there is one in metres.
        neither = asked["max_minutes"] is None and asked["max_m"] is None
        self.most = 60.0 if neither else asked["max_minutes"] or math.inf
        self.longest_wait = math.inf if math.isfinite(self.most) else 60.0
        self.places = [place for service in services if self.wanted(service) for place in places_of(service)]
        self.stands = {(s.id, p.number) for s in services for p in standing(s, self.day, int(self.depart))}
        lon, lat = convert(asked["lon"], asked["lat"], asked["datum"], "wgs84")
        many = len(self.places)
        _, _, metres = GEOD.inv(
            [lon] * many, [lat] * many, [p.lon for p in self.places], [p.lat for p in self.places]
        )
        self.metres = np.atleast_1d(metres).tolist() if many else []

    def wanted(self, service: Service) -> bool:
        """Tell whether a service itself is what was asked for."""
        q, s = self.q, service
        rents = [rent for rent in (s.rent_min, s.rent_max) if rent is not None]
        return (
            s.status == "active"
            and (not q["kind"] or s.kind in q["kind"])
            and set(q["needs_amenity"]) <= set(s.has)
            and (not q["needs"] or bool(set(q["needs"]) & set(s.needs)))
            and q["district"] in {None, s.district}
            and (q["rent_min"] is None or (bool(rents) and max(rents) >= q["rent_min"]))
            and (q["rent_max"] is None or (bool(rents) and min(rents) <= q["rent_max"]))
            and (q["vacancies"] is None or (s.vacancies is not None and s.vacancies >= q["vacancies"]))
        )

    def features(self) -> list[Found]:
        return self._cut(self._best(sure=True))

    def unknown(self) -> list[Found]:
        if self.q["open"] == "any":
            return []
        certain = {found[2] for found in self._best(sure=True)}
        return self._cut([found for found in self._best(sure=False) if found[2] not in certain])

    def _cut(self, ranked: list[tuple[Any, ...]]) -> list[Found]:
        return [self._found(self.places[one[3]], self.metres[one[3]]) for one in ranked[: self.q["limit"]]]

    def _best(self, *, sure: bool) -> list[tuple[Any, ...]]:
        """Return (cost, metres, id, place) of all services that qualify, each at its best place, best first."""
        ranked = []
        for number, (place, metres) in enumerate(zip(self.places, self.metres, strict=True)):
            if metres > (self.q["max_m"] or math.inf) or metres * self.per_m > self.most:
                continue
            cost = self._cost(place, self.depart + metres * self.per_m, sure=sure)
            if cost is not None:
                ranked.append((cost, metres, place.service.id, number))
        seen: set[str] = set()
        return [one for one in sorted(ranked) if not (one[2] in seen or seen.add(one[2]))]

    def _cost(self, place: Place, arrive: float, *, sure: bool) -> tuple[float, ...] | None:
        """Return what a place is ranked by before its metres; None if it does not qualify."""
        q = self.q
        if q["open"] == "now" and told_by(place.dated, self.day)[int(self.depart)] not in (
            SURE if sure else POSSIBLE
        ):
            return None
        minutes = self._minutes(place, arrive, sure=sure)
        if q["sort"] == "price" and sure:
            price = self._price(place, arrive)
            # Whoever pays less gets in, so it is open; where the price stands, the other filters decide.
            return None if minutes is None and price == MEAL_CNY else (price,)
        if minutes is None:
            return None
        if q["sort"] == "rent" and sure:
            rents = [r for r in (place.service.rent_min, place.service.rent_max) if r is not None]
            return (min(rents, default=math.inf),)
        return (minutes,) if q["sort"] == "soonest" else (0.0,)

    def _minutes(self, place: Place, arrive: float, *, sure: bool) -> float | None:
        """Return the minutes until one is inside, infinite if it is enough to know of it; None if it does not qualify."""
        q = self.q
        if q["offer"] == "any" and (q["open"] == "any" or (q["open"] == "now" and not q["stay"])):
            inside, _ = entry(self._spans(place, SURE, None), arrive, q["stay"])
            if sure and q["sort"] == "soonest" and inside < math.inf and inside - self.depart <= self.most:
                return inside - self.depart
            return math.inf if q["open"] == "now" or (place.service.id, place.number) in self.stands else None
        door = SURE if sure and q["open"] != "any" else POSSIBLE
        held = None if q["offer"] == "any" else [o for o in place.service.offers if usable_by(o, q["group"])]
        inside, _ = entry(self._spans(place, door, held, SURE if sure else POSSIBLE), arrive, q["stay"])
        waits = q["open"] == "arrival" and q["offer"] == "any"
        longest = self.longest_wait if waits else 0.0
        fits = inside - arrive <= longest and inside - self.depart <= self.most
        return inside - self.depart if fits else None

    def _price(self, place: Place, arrive: float) -> float:
        """Return what the meal comes to on arrival, by a price that holds as long as one stays."""
        q = self.q
        usable = [o for o in place.service.offers if usable_by(o, q["group"])]
        door = POSSIBLE if q["open"] == "any" else SURE
        for price in sorted({float(reduced(offer, MEAL_CNY)) for offer in usable}):
            held = [offer for offer in usable if float(reduced(offer, MEAL_CNY)) == price]
            inside, _ = entry(self._spans(place, door, held), arrive, q["stay"])
            if inside == arrive:
                return price
        return MEAL_CNY

    def _spans(
        self,
        place: Place,
        door: tuple[int, ...],
        offers: list[Offer] | None,
        holds: tuple[int, ...] = SURE,
    ) -> list[tuple[int, int]]:
        mask = np.isin(told_by(place.dated, self.day), door)
        if offers is not None:
            any_holds = np.zeros(mask.size, np.bool_)
            for offer in offers:
                any_holds |= np.isin(told_by(offer, self.day), holds)
            mask &= any_holds
        return spans_of(mask)

    def _found(self, place: Place, metres: float) -> Found:
        arrive = self.depart + metres * self.per_m
        told = told_by(place.dated, self.day)
        inside, end = entry(self._spans(place, SURE, None), arrive, self.q["stay"])
        status = next(name for name, code in CODES.items() if code == told[int(self.depart)])
        return Found(
            place.service.id,
            place.number,
            status,
            inside if math.isfinite(inside) else None,
            # What is still open at the horizon does not close.
            end if end < HORIZON / MINUTE else None,
        )


def places_of(service: Service) -> Iterator[Place]:
    if service.lon is not None and service.lat is not None:
        yield Place(service, 0, service.lon, service.lat, service)
    for number, stop in enumerate(service.stops):
        yield Place(service, number, stop.lon, stop.lat, stop)


def standing(service: Service, day: date, minute: int) -> list[Place]:
    """Return where a service is at a minute: at stops that are open, else at any that is not over yet."""
    places = list(places_of(service))
    if not service.stops:
        return places
    at = [place for place in places if told_by(place.dated, day)[minute] == 1]
    ahead = [p for p in places if p.dated.valid_to is None or p.dated.valid_to >= day]  # type: ignore[union-attr]
    return at or ahead or places
