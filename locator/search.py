"""nearest(): which services someone can use, best first, and which might be usable if hours were known."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import numpy as np

from locator.costs import rent_cny
from locator.criteria import NOTHING, criteria_of
from locator.datum import convert
from locator.districts import find_district
from locator.found import NO_PLACES, Found, others
from locator.geodesy import geodesic_m
from locator.hits import Answer, Hit
from locator.holidays import holidays
from locator.listing import listing
from locator.profiles import OPEN, POSSIBLE, SURE, UNKNOWN
from locator.question import DEFAULT_MINUTES, Question, ask
from locator.records import BITS
from locator.timeline import HORIZON

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from locator.catalog import Catalog
    from locator.profiles import Windows

    Codes = NDArray[np.int32]
    Mask = NDArray[np.bool_]

_MINUTE = timedelta(minutes=1)
# Whoever has no sure place near by goes farther for one: so long, or as long as they said.
FALLBACK_MIN = 120.0
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


class Networks(Protocol):
    """Street networks, by mode: what answers over them. `mark` changes when they do."""

    mark: str

    def answer(self, catalog: Catalog, question: Question) -> Answer | None:
        """Return the answer over the streets; None where there are none."""


def answer(catalog: Catalog, question: Question, networks: Networks | None = None) -> Answer:
    """Return the answer to a checked question: over the streets if there are some, else by straight line."""
    over = None if networks is None or question.lon is None else networks.answer(catalog, question)
    if over is not None:
        return over
    if question.lon is None:
        rows = catalog.rows()
        if question.district is not None:
            rows = catalog.districts.get(find_district(question.district, catalog.districts), [])
        return listing(catalog, question, rows)
    return Search(catalog, question).answer()


class Search:
    """One search round an asker, by the compiled index and the straight line."""

    def __init__(self, catalog: Catalog, question: Question) -> None:
        if question.lon is None or question.lat is None:
            raise ValueError("a search needs a position")
        self._catalog, self._question = catalog, question
        self._lon, self._lat = convert(question.lon, question.lat, question.datum, "wgs84")
        self._criteria = criteria_of(question)
        self._codes = catalog.codes(self._criteria)
        self._all = sum(BITS[f"has:{a}"] for a in question.needs_amenity)
        self._any = sum(BITS[f"kind:{k}"] for k in question.kind)
        # Whether anything is asked of the moment of arrival, or only of the moment of setting out.
        stays = question.open == "arrival" or (question.open == "now" and question.stay > 0)
        self._on_arrival = stays or question.offer == "now"

    def answer(self) -> Answer:
        """Return what the search finds."""
        question, catalog = self._question, self._catalog
        limit = question.limit or len(catalog) or 1
        if question.sort == "soonest" and not self._on_arrival:
            sure = self._soonest_first(limit)
        elif question.sort == "price":
            sure = self._cheapest_first(limit)
        elif question.sort == "rent":
            sure = self._lowest_rent_first(limit)
        else:
            sure = self._places(limit)
        unknown = NO_PLACES if question.open == "any" else self._maybe(limit, sure)
        fallback = None
        if question.open != "any" and (len(sure.places) < limit or len(unknown.places)):
            fallback = next(iter(self._hits(self._round_the_clock())), None)
        return Answer(question, catalog, self._hits(sure), self._hits(unknown), fallback)

    def _places(self, k: int) -> Found:
        """Return the best k that qualify for certain."""
        question = self._question
        if not self._on_arrival:
            return self._near(k, among=self._open_now(sure=True) if question.open == "now" else None)
        groups = question.group if question.offer == "now" else None
        # With open=any the hours may be unknown, but the offer's own must not be.
        hours = POSSIBLE if question.open == "any" else SURE
        windows = self._catalog.profiles.windows(question.at, groups, hours, SURE)
        now = self._open_now(sure=True) if question.open == "now" else None
        return self._soonest(k, windows, now, self._wait())

    def _round_the_clock(self) -> Found:
        """Return the nearest that is open round the clock for certain; it need not have the offer that is asked for."""
        question, catalog = self._question, self._catalog
        reach_m = max(question.reach_m, question.travel.reach_m(FALLBACK_MIN))
        bits = self._all | BITS["round-the-clock"]
        allowed = self._codes, catalog.profiles.always_open(question.at)
        return Found(*catalog.index.nearest(self._lon, self._lat, 1, bits, self._any, reach_m, allowed))

    def _doubtful_places(self, k: int) -> Found:
        """Return the best k that possibly qualify, of those that may not: at least all whose hours are in doubt."""
        question, profiles, at = self._question, self._catalog.profiles, self._question.at
        minutes = question.stay + (DEFAULT_MINUTES if question.max_minutes is None else question.max_minutes)
        if question.max_minutes is None:
            minutes += self._longest_trip_s() / 60
        until = at + timedelta(minutes=min(minutes, HORIZON / _MINUTE))
        # Yesterday's hours may run into today's.
        known = holidays().certain(at.date() - timedelta(days=1), until.date())
        bits = BITS["says-unknown" if known else "ever-unknown"]
        if not self._on_arrival:
            unsure: Mask = profiles.states(at) == UNKNOWN
            return self._near(k, among=unsure, all_bits=bits)
        groups = question.group if question.offer == "now" else None
        windows = profiles.doubtful(at, minutes, groups)
        now = self._open_now(sure=False) if question.open == "now" else None
        return self._soonest(k, windows, now, self._wait(), bits)

    def _longest_trip_s(self) -> float:
        """Return the seconds that no trip of an answer takes longer than, where no minutes are given."""
        return self._question.travel.seconds(self._question.max_m or math.inf)

    def _wait(self) -> float:
        """Return the minutes that one may wait outside: an offer has to hold, and `now` to be open, on arrival."""
        question = self._question
        if question.open != "arrival" or question.offer == "now":
            return 0.0
        return math.inf if question.max_minutes is not None else DEFAULT_MINUTES

    def _near(self, k: int, *, among: Mask | None = None, all_bits: int = 0) -> Found:
        """Return the nearest k, of some profiles if those are marked."""
        bits, allowed = self._all | all_bits, self._allowed(among)
        return Found(
            *self._catalog.index.nearest(
                self._lon, self._lat, k, bits, self._any, self._question.reach_m, allowed
            )
        )

    def _allowed(self, among: Mask | None) -> tuple[Codes, Mask] | None:
        """Return a code of each place and which codes count; None if all do."""
        catalog = self._catalog
        if among is not None:
            return self._codes, among
        if catalog.has_mobile:
            return catalog.standing(self._question.at, self._criteria), _EITHER
        return None if self._criteria == NOTHING else (self._codes, np.ones(len(catalog.profiles), np.bool_))

    def _soonest(self, k: int, windows: Windows, now: Mask | None, wait: float, all_bits: int = 0) -> Found:
        question, catalog = self._question, self._catalog
        if now is not None:
            windows = windows.only(now)
        places, _, metres = catalog.index.soonest(
            self._lon,
            self._lat,
            k,
            codes=self._codes,
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
            by_metres=question.sort != "soonest",
            all_bits=self._all | all_bits,
            any_bits=self._any,
        )
        return Found(places, metres)

    def _soonest_first(self, limit: int) -> Found:
        """Return what one surely gets into, soonest first, and then the others by distance."""
        windows = self._catalog.profiles.windows(self._question.at)
        # What is open now may close before one is there.
        now = self._open_now(sure=True) if self._question.open == "now" else None
        sure = self._soonest(limit, windows, now, math.inf)
        return self._followed(sure, self._places(limit + len(sure.places)), limit)

    def _followed(self, first: Found, then: Found, limit: int) -> Found:
        """Return some places and behind them others, without the services that stand there already."""
        if not len(then.places):
            return first
        owner = self._catalog.owner
        rest = then.picked(others(owner[then.places], owner[first.places]), limit - len(first.places))
        return first.then(rest)

    def _cheapest_first(self, limit: int) -> Found:
        """Return the best by what a meal costs on arrival, price by price; an offer counts if it lasts the stay."""
        question, profiles, found = self._question, self._catalog.profiles, NO_PLACES
        hours = POSSIBLE if question.open == "any" else SURE
        now = self._open_now(sure=True) if question.open == "now" else None
        for price in profiles.prices(question.group):
            windows = profiles.windows(question.at, question.group, hours, SURE, price)
            found = self._followed(found, self._soonest(limit + len(found.places), windows, now, 0.0), limit)
            if len(found.places) == limit:
                return found
        return self._followed(found, self._places(limit + len(found.places)), limit)

    def _lowest_rent_first(self, limit: int) -> Found:
        """Return the best by rent; homes whose rent nobody knows, and what is no home, follow."""
        question, catalog = self._question, self._catalog
        most = math.inf if question.rent_max is None else question.rent_max
        homes = self._asking(question.but(rent_max=most)).all_places()
        rents = np.array([rent_cny(catalog.homes.get(row)) for row in catalog.owner[homes.places].tolist()])
        order = np.argsort(rents, kind="stable")[:limit]
        first = Found(homes.places[order], homes.far[order])
        return self._followed(first, self._places(limit + len(first.places)), limit)

    def _maybe(self, limit: int, sure: Found) -> Found:
        """Return the best that would qualify if their unknown hours were open, and do not without."""
        owner = self._catalog.owner
        k = limit + len(sure.places)
        while True:
            found = self._doubtful_places(k)
            only_maybe = [
                not self._surely_anywhere(p, far) for p, far in zip(*(a.tolist() for a in found), strict=True)
            ]
            fresh = others(owner[found.places], owner[sure.places])
            kept = found.picked(fresh & np.array(only_maybe, np.bool_), limit)
            if len(kept.places) == limit or len(found.places) < k:
                return kept
            k *= 4

    def all_places(self) -> Found:
        """Return all that qualify for certain, however many."""
        return self._places(int(np.count_nonzero(self._codes >= 0)) or 1)

    def _surely_anywhere(self, place: int, far: float) -> bool:
        """Tell whether the service of a place qualifies, there or at another stop, without any guess."""
        if self._surely(place, far):
            return True
        catalog = self._catalog
        if not catalog.has_mobile:
            return False
        others = [other for other in catalog.places_of(int(catalog.owner[place])) if other != place]
        return any(self._surely(other, self._far(other)) for other in others)

    def _asking(self, question: Question) -> Search:
        """Return the same search for another question."""
        return Search(self._catalog, question)

    def _far(self, place: int) -> float:
        """Return how far a place is, infinite if it is out of reach."""
        metres = geodesic_m(self._lon, self._lat, self._catalog.lon[place], self._catalog.lat[place])
        return metres if metres <= self._question.reach_m else math.inf

    def _trip(self, place: int, far: float) -> tuple[float, float]:  # noqa: ARG002  over the streets it counts
        """Return the metres to a place as the crow flies, and the seconds of the way."""
        return far, self._question.travel.seconds(far)

    def _surely(self, place: int, far: float) -> bool:
        """Tell whether a place qualifies without any guess about its hours."""
        question, profiles = self._question, self._catalog.profiles
        if far == math.inf:
            return False
        number = int(self._catalog.profile[place])
        if question.open == "now" and profiles.states(question.at)[number] != OPEN:
            return False
        if not self._on_arrival:
            return True
        groups = question.group if question.offer == "now" else None
        windows = profiles.windows(question.at, groups)
        depart = (question.at - windows.base) / _MINUTE
        arrive = depart + self._trip(place, far)[1] / 60
        span = slice(*windows.offsets[number : number + 2].tolist())
        for start, end in zip(windows.starts[span].tolist(), windows.ends[span].tolist(), strict=True):
            inside = max(start, arrive)
            if end > inside and end - inside >= question.stay:
                bound: float = question.max_minutes or math.inf
                return bool(inside - arrive <= self._wait() and inside - depart <= bound)
        return False

    def _open_now(self, *, sure: bool) -> Mask:
        """Return for each profile whether it is open now, or possibly open."""
        states = self._catalog.profiles.states(self._question.at)
        found: Mask = states == OPEN if sure else (states == OPEN) | (states == UNKNOWN)
        return found

    def _hits(self, found: Found) -> tuple[Hit, ...]:
        question, catalog, places = self._question, self._catalog, found.places
        at = question.at
        moment_of = catalog.moments.leaving(at, question.stay, question.group).of_stay
        columns = (places, found.far, catalog.owner[places], catalog.profile[places])
        hits = []
        for place, far, row, number in zip(*(column.tolist() for column in columns), strict=True):
            metres, travel_s = self._trip(place, far)
            moment = moment_of(number, int(at.second + travel_s) // 60, at, travel_s)
            hits.append(Hit(catalog, row, place, metres, travel_s, at, moment))
        return tuple(hits)
