"""nearest(): which services someone can use, best first, and which might be usable if hours were known."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator.datum import convert
from locator.districts import find_district
from locator.hits import Answer, Hit
from locator.profiles import OPEN, POSSIBLE, SURE, UNKNOWN, Profile, Profiles
from locator.question import Question, ask
from locator.records import BITS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from locator.catalog import Catalog
    from locator.profiles import Windows

    Codes = NDArray[np.int32]
    Mask = NDArray[np.bool_]

_MINUTE = timedelta(minutes=1)
_EITHER = np.array([False, True])


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
        return _listing(catalog, question, rows or [])
    return _Search(catalog, question, rows).answer()


def describe(catalog: Catalog, row: int, at: datetime, group: tuple[str, ...] = ()) -> Hit:
    """Return one service as it is at an instant, for someone who is there."""
    return _hit_at(catalog, Question(at, group=group), row)


class _Found(NamedTuple):
    """Places, best first, and their distances in metres. Both of shape (found,)."""

    places: NDArray[np.int64]
    metres: NDArray[np.float64]

    def picked(self, which: NDArray[np.bool_], most: int) -> _Found:
        """Return the first so many of those that are marked."""
        return _Found(self.places[which][:most], self.metres[which][:most])


_NOTHING = _Found(np.empty(0, np.int64), np.empty(0, np.float64))


class _Search:
    """One search round an asker, by the compiled index."""

    def __init__(self, catalog: Catalog, question: Question, rows: list[int] | None) -> None:
        if question.lon is None or question.lat is None:
            raise ValueError("a search needs a position")
        self._catalog, self._question = catalog, question
        self._lon, self._lat = convert(question.lon, question.lat, question.datum, "wgs84")
        self._inside = None if rows is None else np.isin(catalog.owner, rows)
        self._all = sum(BITS[f"has:{a}"] for a in question.needs_amenity)
        self._any = sum(BITS[f"kind:{k}"] for k in question.kind)

    def answer(self) -> Answer:
        question, catalog = self._question, self._catalog
        limit = question.limit or len(catalog) or 1
        if question.open == "any" and question.sort == "soonest":
            sure = self._soonest_first(limit)
        else:
            sure = self._places(limit, sure=True)
        unknown = _NOTHING if question.open == "any" else self._maybe(limit, sure)
        return Answer(question, catalog, self._hits(sure), self._hits(unknown))

    def _places(self, k: int, *, sure: bool, all_bits: int = 0) -> _Found:
        """Return the best k that qualify for certain, or possibly."""
        question = self._question
        if question.offer == "any" and question.open != "arrival":
            return self._near(k, sure=sure, all_bits=all_bits)
        statuses = SURE if sure else POSSIBLE
        groups = question.group if question.offer == "now" else None
        # With open=any the hours may be unknown, but the offer's own must not be.
        hours = POSSIBLE if question.open == "any" else statuses
        windows = self._catalog.profiles.windows(question.at, groups, hours, statuses)
        now = self._open_now(sure=sure) if question.open == "now" else None
        wait = math.inf if question.open == "arrival" else 0.0
        return self._soonest(k, windows, now, wait, all_bits)

    def _near(self, k: int, *, sure: bool, all_bits: int) -> _Found:
        question, catalog = self._question, self._catalog
        allowed: tuple[Codes, Mask] | None = None
        if question.open == "now":
            allowed = (catalog.profile, self._open_now(sure=sure))
        elif catalog.has_mobile:
            allowed = (catalog.standing(question.at), _EITHER)
        if self._inside is not None:
            passing = self._inside if allowed is None else self._inside & allowed[1][allowed[0]]
            allowed = (passing.astype(np.int32), _EITHER)
        bits = self._all | all_bits
        return _Found(
            *catalog.index.nearest(self._lon, self._lat, k, bits, self._any, question.reach_m, allowed)
        )

    def _soonest(self, k: int, windows: Windows, now: Mask | None, wait: float, all_bits: int = 0) -> _Found:
        question, catalog = self._question, self._catalog
        mask = None if now is None else now[catalog.profile]
        if self._inside is not None:
            mask = self._inside if mask is None else mask & self._inside
        places, _, metres = catalog.index.soonest(
            self._lon,
            self._lat,
            k,
            codes=catalog.profile if mask is None else np.where(mask, catalog.profile, np.int32(-1)),
            offsets=windows.offsets,
            starts=windows.starts,
            ends=windows.ends,
            depart=(question.at - windows.base) / _MINUTE,
            stay=question.stay,
            min_per_m=question.travel.seconds_per_m / 60,
            # Not only the way but the wait, too, has to fit into the minutes that were given.
            max_minutes=math.inf if question.max_minutes is None else question.max_minutes,
            max_wait=wait,
            max_m=math.inf if question.max_m is None else question.max_m,
            by_metres=question.sort == "distance",
            all_bits=self._all | all_bits,
            any_bits=self._any,
        )
        return _Found(places, metres)

    def _soonest_first(self, limit: int) -> _Found:
        """Return what one surely gets into, soonest first, and then the others by distance."""
        question, owner = self._question, self._catalog.owner
        groups = question.group if question.offer == "now" else None
        wait = 0.0 if question.offer == "now" else math.inf
        sure = self._soonest(limit, self._catalog.profiles.windows(question.at, groups), None, wait)
        if question.offer == "now":
            return sure
        near = self._near(limit + len(sure.places), sure=True, all_bits=0)
        rest = near.picked(~np.isin(owner[near.places], owner[sure.places]), limit - len(sure.places))
        return _Found(*(np.concatenate(both) for both in zip(sure, rest, strict=True)))

    def _maybe(self, limit: int, sure: _Found) -> _Found:
        """Return the best that would qualify if their unknown hours were open, and do not without."""
        owner = self._catalog.owner
        k = limit + len(sure.places)
        while True:
            found = self._places(k, sure=False, all_bits=BITS["maybe-unknown"])
            only_maybe = [not self._surely(p, m) for p, m in zip(*(a.tolist() for a in found), strict=True)]
            fresh = ~np.isin(owner[found.places], owner[sure.places])
            kept = found.picked(fresh & np.array(only_maybe, np.bool_), limit)
            if len(kept.places) == limit or len(found.places) < k:
                return kept
            k *= 4

    def _surely(self, place: int, metres: float) -> bool:
        """Tell whether a place qualifies without any guess about its hours."""
        question, profiles = self._question, self._catalog.profiles
        number = int(self._catalog.profile[place])
        if question.open == "now" and profiles.states(question.at)[number] != OPEN:
            return False
        if question.open == "now" and question.offer == "any":
            return True
        groups = question.group if question.offer == "now" else None
        windows = profiles.windows(question.at, groups)
        depart = (question.at - windows.base) / _MINUTE
        arrive = depart + question.travel.seconds(metres) / 60
        span = slice(*windows.offsets[number : number + 2].tolist())
        for start, end in zip(windows.starts[span].tolist(), windows.ends[span].tolist(), strict=True):
            inside = max(start, arrive)
            if end > inside and end - inside >= question.stay:
                waits = inside > arrive and question.open == "now"
                return not waits and inside - depart <= (question.max_minutes or math.inf)
        return False

    def _open_now(self, *, sure: bool) -> Mask:
        """Return for each profile whether it is open now, or possibly open."""
        states = self._catalog.profiles.states(self._question.at)
        found: Mask = states == OPEN if sure else (states == OPEN) | (states == UNKNOWN)
        return found

    def _hits(self, found: _Found) -> tuple[Hit, ...]:
        question, catalog, places = self._question, self._catalog, found.places
        at, seconds_per_m = question.at, question.travel.seconds_per_m
        moment_of = catalog.profiles.moments(at, question.stay, question.group).of
        columns = (places, found.metres, catalog.owner[places], catalog.profile[places])
        hits = []
        for place, metres, row, number in zip(*(column.tolist() for column in columns), strict=True):
            travel_s = metres * seconds_per_m
            moment = moment_of(number, int(at.second + travel_s) // 60)
            hits.append(Hit(catalog, row, place, metres, travel_s, at, moment))
        return tuple(hits)


def _listing(catalog: Catalog, question: Question, rows: Iterable[int]) -> Answer:
    """Answer with every service of some rows, placed or not, that passes; no distances, in id order."""
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
    return Answer(question, catalog, tuple(sure[: question.limit]), tuple(unknown[: question.limit]))


def _hit_at(catalog: Catalog, question: Question, row: int) -> Hit:
    places, at = catalog.places_of(row), question.at
    standing = catalog.standing(at)
    here = next((p for p in places if standing[p]), None)
    if here is not None:
        profiles, number = catalog.profiles, int(catalog.profile[here])
    else:
        service = catalog.service(row)
        profiles, number = Profiles([Profile(service.hours, offers=service.offers)]), 0
    moment = profiles.moments(at, question.stay, question.group).of(number, 0)
    return Hit(catalog, row, here, None, None, at, moment)
