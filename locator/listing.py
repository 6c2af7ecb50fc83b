"""Every service of a district, placed or not, and one service by itself: seen by someone who is there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from locator.costs import REFERENCE_CNY, price_cny, rent_cny
from locator.criteria import criteria_of
from locator.hits import Answer, Hit
from locator.moments import Moments
from locator.profiles import OPEN, POSSIBLE, SURE, UNKNOWN, Profile, Profiles
from locator.question import DEFAULT_MINUTES, Question

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from locator.catalog import Catalog
    from locator.timeline import Status

_MINUTE = timedelta(minutes=1)


def describe(catalog: Catalog, row: int, at: datetime, group: tuple[str, ...] = ()) -> Hit:
    """Return one service as it is at an instant, for someone who is there."""
    question = Question(at, group=group)
    return _hit_there(catalog, question, row, _where(catalog, at, row)[0])


def listing(catalog: Catalog, question: Question, rows: Iterable[int]) -> Answer:
    """Answer with every service of some rows, placed or not, that passes for someone who is there already.

    No distances; in id order, or by when one gets in. A place that opens within the hour counts on arrival.
    """
    sure: list[Hit] = []
    unknown: list[Hit] = []
    criteria = criteria_of(question)
    for row in rows:
        service = catalog.service(row)
        if service.status != "active" or (question.kind and service.kind not in question.kind):
            continue
        if not set(question.needs_amenity) <= set(service.has) or not criteria.accept(service):
            continue
        where = _where(catalog, question.at, row)
        certain = next((w for w in where if _passes(w, question, SURE)), None)
        if certain is not None:
            sure.append(_hit_there(catalog, question, row, certain))
        elif question.open != "any":
            possible = next((w for w in where if _passes(w, question, POSSIBLE)), None)
            unknown += [_hit_there(catalog, question, row, possible)] if possible is not None else []
    if question.sort == "soonest":
        sure.sort(key=lambda hit: (hit.usable_from is None, hit.usable_from or question.at))
    elif question.sort == "rent":
        sure.sort(key=lambda hit: rent_cny(catalog.homes.get(hit.row)))
    elif question.sort == "price":
        sure.sort(key=_price)
    return Answer(question, catalog, tuple(sure[: question.limit]), tuple(unknown[: question.limit]))


def _price(hit: Hit) -> float:
    """Return what the reference meal costs someone who is there: an offer counts while one gets in."""
    holding = [now.offer for now in hit.offers if now.applies and hit.moment.on_arrival != "closed"]
    return min([REFERENCE_CNY, *map(price_cny, holding)])


class _Where(NamedTuple):
    """A place of a service (None: it has none), and the number of its profile."""

    place: int | None
    moments: Moments
    number: int


def _where(catalog: Catalog, at: datetime, row: int) -> list[_Where]:
    """Return a service's places, where it stands first; one pseudo-place for a service without a position."""
    places = catalog.places_of(row)
    if not places:
        service = catalog.service(row)
        return [_Where(None, Moments(Profiles([Profile(service.hours, offers=service.offers)])), 0)]
    standing = catalog.standing(at)
    places.sort(key=lambda place: not standing[place])
    return [_Where(place, catalog.moments, int(catalog.profile[place])) for place in places]


def _passes(where: _Where, question: Question, statuses: tuple[Status, ...]) -> bool:
    """Tell whether a place passes the question's time and offer filters for someone who is there."""
    profiles, number = where.moments.profiles, where.number
    allowed = {OPEN, UNKNOWN} if statuses == POSSIBLE else {OPEN}
    if question.open == "now" and int(profiles.states(question.at)[number]) not in allowed:
        return False
    if question.offer == "any" and (question.open == "any" or (question.open == "now" and not question.stay)):
        return True
    groups = question.group if question.offer == "now" else None
    hours = POSSIBLE if question.open == "any" else statuses
    windows = profiles.windows(question.at, groups, hours, statuses)
    there = (question.at - windows.base) / _MINUTE
    waits = question.open == "arrival" and question.offer == "any"
    longest = (question.max_minutes or DEFAULT_MINUTES) if waits else 0.0
    span = slice(*windows.offsets[number : number + 2].tolist())
    spans = zip(windows.starts[span].tolist(), windows.ends[span].tolist(), strict=True)
    entries = ((max(start, there), end) for start, end in spans)
    return any(
        end > start and end - start >= question.stay and start - there <= longest for start, end in entries
    )


def _hit_there(catalog: Catalog, question: Question, row: int, where: _Where) -> Hit:
    moments = where.moments.leaving(question.at, question.stay, question.group)
    return Hit(catalog, row, where.place, None, None, question.at, moments.of(where.number, 0))
