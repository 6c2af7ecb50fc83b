"""nearest(): which services someone can use, best first, and which might be usable if hours were known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator.benefits import applies
from locator.catalog import BITS, Catalog
from locator.datum import convert
from locator.districts import find_district
from locator.profiles import CLOSED, OPEN, UNKNOWN, Windows
from locator.question import Question, ask
from locator.timeline import HORIZON, Span, Status, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from locator.service import Offer, Service

_STATUS: dict[int, Status] = {CLOSED: "closed", OPEN: "open", UNKNOWN: "unknown"}


class OfferNow(NamedTuple):
    """An offer, whether the asker can use it on arrival (None: its hours are unknown), and until when."""

    offer: Offer
    applies: bool | None
    until: datetime | None


@dataclass(frozen=True)
class Hit:
    """One service of an answer. Distances and times of travel are None when nobody said where the asker is."""

    service: Service
    lon: float | None
    lat: float | None
    distance_m: float | None
    travel_s: float | None
    arrive_at: datetime | None
    status: Status
    usable_from: datetime | None
    usable_until: datetime | None
    next_change: datetime | None
    offers: tuple[OfferNow, ...]

    @property
    def usable_min(self) -> float | None:
        """Minutes of use, from getting in to closing; None if unknown or if it does not close."""
        if self.usable_from is None or self.usable_until is None:
            return None
        return (self.usable_until - self.usable_from) / timedelta(minutes=1)


@dataclass(frozen=True)
class Answer:
    """What a question found: hits best first, and those that would qualify if their unknown hours were open."""

    question: Question
    version: int
    as_of: str
    features: tuple[Hit, ...]
    unknown: tuple[Hit, ...]


class _Found(NamedTuple):
    place: int
    metres: float
    inside_min: float


def nearest(
    catalog: Catalog, lon: float | None = None, lat: float | None = None, **parameters: object
) -> Answer:
    """Return the services nearest to an asker, or soonest usable, that pass the filters.

    Parameters
    ----------
    catalog
        The snapshot to search in.
    lon, lat
        The asker, degrees in `datum`; None with a `district`.
    **parameters
        Those of the nearest contract by the same names; `at` is required.

    Raises
    ------
    InputError
        A parameter that is missing or wrong.
    """
    at = parameters.get("at")
    if not isinstance(at, datetime):
        raise TypeError("nearest() reads no clock: give at=datetime")
    return answer(catalog, ask({"lon": lon, "lat": lat, **parameters}, at))


def answer(catalog: Catalog, question: Question) -> Answer:
    """Return the answer to a checked question."""
    rows = None
    if question.district is not None:
        rows = catalog.districts.get(find_district(question.district, catalog.districts), [])
    if question.lon is None:
        sure, unknown = _listing(catalog, question, rows or [])
    else:
        sure, unknown = _search(catalog, question, rows)
    return Answer(question, catalog.version, catalog.as_of, tuple(sure), tuple(unknown))


def describe(catalog: Catalog, row: int, at: datetime, group: tuple[str, ...] = ()) -> Hit:
    """Return one service as it is at an instant, for someone who is there."""
    return _hit_at(catalog, Question(at, group=group), row)


def _search(catalog: Catalog, question: Question, rows: list[int] | None) -> tuple[list[Hit], list[Hit]]:
    limit = question.limit or len(catalog)
    sure = _pick(_qualifying(catalog, question, rows, possible=False), question, limit)
    unknown: list[_Found] = []
    if question.open != "any":
        maybe = _pick(_qualifying(catalog, question, rows, possible=True), question, limit + len(sure))
        taken = {catalog.place(f.place).service for f in sure}
        unknown = [f for f in maybe if catalog.place(f.place).service not in taken][:limit]
    return [_hit(catalog, question, f) for f in sure], [_hit(catalog, question, f) for f in unknown]


def _pick(found: Iterator[_Found], question: Question, limit: int) -> list[_Found]:
    if question.sort == "distance":
        return [f for f, _ in zip(found, range(limit), strict=False)]
    return sorted(found, key=lambda f: (f.inside_min, f.metres, f.place))[:limit]


def _qualifying(
    catalog: Catalog, question: Question, rows: list[int] | None, *, possible: bool
) -> Iterator[_Found]:
    """Yield the places that qualify, nearest first; with `possible`, only those whose hours may be unknown."""
    test = _Test(catalog, question, possible=possible)
    all_bits = sum(BITS[f"has:{a}"] for a in question.needs_amenity)
    if possible:
        all_bits |= BITS["maybe-unknown"]
    any_bits = sum(BITS[f"kind:{k}"] for k in question.kind)
    found, metres = catalog.index.nearest(
        *_wgs84(question),
        k=question.limit or len(catalog) if test.trivial else len(catalog.owner),
        all_bits=all_bits,
        any_bits=any_bits,
        max_m=question.reach_m,
        codes_allowed=_allowed(catalog, question, rows),
    )
    for place, distance in zip(found.tolist(), metres.tolist(), strict=True):
        inside = test(place, distance)
        if inside is not None:
            yield _Found(place, distance, inside)


def _allowed(
    catalog: Catalog, question: Question, rows: list[int] | None
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int32]], np.ndarray[tuple[int], np.dtype[np.bool_]]] | None:
    passing = catalog.standing(question.at)
    if rows is not None:
        inside = np.isin(catalog.owner, rows)
        passing = inside if passing is None else passing & inside
    return None if passing is None else (passing.astype(np.int32), np.array([False, True]))


def _wgs84(question: Question) -> tuple[float, float]:
    if question.lon is None or question.lat is None:
        raise ValueError("a search needs a position")
    return convert(question.lon, question.lat, question.datum, "wgs84")


class _Test:
    """Whether a place qualifies, and in how many minutes one would be inside."""

    def __init__(self, catalog: Catalog, question: Question, *, possible: bool) -> None:
        self._catalog, self._question, self._possible = catalog, question, possible
        self.trivial = question.open == "any" and question.offer == "any" and question.sort == "distance"
        groups = question.group if question.offer == "now" else None
        self._windows = catalog.profiles.windows(question.at, groups, possible=possible)
        self._depart = (question.at - self._windows.base) / timedelta(minutes=1)
        self._states = catalog.profiles.states(question.at)

    def __call__(self, place: int, metres: float) -> float | None:
        question, profile = self._question, int(self._catalog.profile[place])
        travel_min = question.travel.seconds(metres) / 60
        state = self._states[profile]
        if question.open == "now" and state != (UNKNOWN if self._possible else OPEN):
            return None
        if question.open != "arrival" and question.offer == "any" and question.sort == "distance":
            return travel_min
        if (
            question.open != "arrival"
            and question.offer == "now"
            and not self._offer_on_arrival(profile, metres)
        ):
            return None
        inside = _inside_at(self._windows, profile, self._depart + travel_min, question.stay)
        if question.open != "arrival":
            return travel_min if inside is None else max(travel_min, inside - self._depart)
        if inside is None or inside - self._depart > (question.max_minutes or np.inf):
            return None
        return inside - self._depart

    def _offer_on_arrival(self, profile: int, metres: float) -> bool:
        question = self._question
        arrive = question.at + timedelta(seconds=question.travel.seconds(metres))
        kept = self._catalog.profiles[profile]
        if timeline(kept.hours).status(arrive) == "closed":
            return False
        return any(applies(offer, question.group, arrive) for offer in kept.offers)


def _inside_at(windows: Windows, profile: int, arrive_min: float, stay: float) -> float | None:
    """Return when one gets in, minutes after the base: the first usable span with `stay` minutes left in it."""
    for i in range(int(windows.offsets[profile]), int(windows.offsets[profile + 1])):
        inside = max(arrive_min, float(windows.starts[i]))
        left = float(windows.ends[i]) - inside
        if left > 0 and left >= stay:
            return inside
    return None


def _hit(catalog: Catalog, question: Question, found: _Found) -> Hit:
    place = catalog.place(found.place)
    travel_s = question.travel.seconds(found.metres)
    return _build(catalog, question, place.service, found.place, found.metres, travel_s)


def _build(
    catalog: Catalog,
    question: Question,
    row: int,
    number: int | None,
    metres: float | None,
    travel_s: float | None,
) -> Hit:
    service = catalog.service(row)
    at = question.at
    arrive = at if travel_s is None else at + timedelta(seconds=travel_s)
    place = None if number is None else catalog.place(number)
    profile = None if place is None else catalog.profiles[place.profile]
    hours = timeline(service.hours if profile is None else profile.hours)
    entry = _entry(hours.next_open(arrive, timedelta(minutes=question.stay)), arrive)
    status = hours.status(at) if place is None else _STATUS[int(catalog.profiles.states(at)[place.profile])]
    offers = tuple(_offer_now(offer, question.group, arrive) for offer in service.offers)
    return Hit(
        service=service,
        lon=None if place is None else place.lon,
        lat=None if place is None else place.lat,
        distance_m=metres,
        travel_s=travel_s,
        arrive_at=None if travel_s is None else arrive,
        status=status,
        usable_from=entry[0],
        usable_until=entry[1],
        next_change=hours.next_change(at),
        offers=offers,
    )


def _entry(span: Span | None, arrive: datetime) -> tuple[datetime | None, datetime | None]:
    if span is None:
        return None, None
    return span.start, None if span.end >= arrive + HORIZON - timedelta(minutes=1) else span.end


def _offer_now(offer: Offer, groups: Iterable[str], arrive: datetime) -> OfferNow:
    on = applies(offer, groups, arrive)
    return OfferNow(offer, on, timeline(offer.hours).next_change(arrive) if on else None)


def _listing(catalog: Catalog, question: Question, rows: list[int]) -> tuple[list[Hit], list[Hit]]:
    """Return every service of some rows, placed or not, that passes; without distances, in id order."""
    sure: list[Hit] = []
    unknown: list[Hit] = []
    for row in rows:
        service = catalog.service(row)
        if service.status != "active" or (question.kind and service.kind not in question.kind):
            continue
        if not set(question.needs_amenity) <= set(service.has):
            continue
        hit = _hit_at(catalog, question, row)
        if question.offer == "now" and not any(offer.applies for offer in hit.offers):
            continue
        if question.open == "any" or hit.status == "open":
            sure.append(hit)
        elif hit.status == "unknown":
            unknown.append(hit)
    return sure[: question.limit], unknown[: question.limit]


def _hit_at(catalog: Catalog, question: Question, row: int) -> Hit:
    places = catalog.places_of(row)
    standing = catalog.standing(question.at)
    here = [p for p in places if standing is None or standing[p]]
    return _build(catalog, question, row, here[0] if here else None, None, None)
