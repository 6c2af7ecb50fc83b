"""along(): the services on the way of a run, by the minutes that a visit adds, each as it is when it is reached."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator._along import gets_in
from locator._trips import Trip
from locator.criteria import criteria_of
from locator.datum import convert
from locator.geodesy import ecef, geodesic_m
from locator.hits import Hit
from locator.holidays import holidays
from locator.moments import Moments
from locator.profiles import POSSIBLE, SURE, Profiles
from locator.question import DEFAULT_MINUTES
from locator.records import BITS
from locator.runs import Run, run_of
from locator.timeline import HORIZON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from locator._trips import Visits
    from locator.catalog import Catalog
    from locator.profiles import Profile, Windows

_MINUTE = timedelta(minutes=1)


class Detour(NamedTuple):
    """A hit on the way of a run: the leg it is visited in, from 0, and what the visit adds."""

    hit: Hit
    leg: int
    detour_m: float
    detour_min: float


class RunAnswer(NamedTuple):
    """What lies along a run: detours, least first, and those that would qualify if their unknown hours were open."""

    run: Run
    catalog: Catalog
    legs_m: tuple[float, ...]
    features: tuple[Detour, ...]
    unknown: tuple[Detour, ...]


def along(
    catalog: Catalog, path: Sequence[tuple[float, float]] | str, *, at: datetime, **parameters: object
) -> RunAnswer:
    """Return the services that a visit to adds the fewest minutes to a run, of those that pass the filters.

    The run goes from one drop-off to the next, over d(p, q) metres each time: the geodesic times the
    detour factor of `CrowFly`. A visit to s in leg i adds d(p_i, s) + d(s, p_i+1) - d(p_i, p_i+1), and s is
    reached after d(p_0, p_1) + ... + d(p_i-1, p_i) + d(p_i, s). What is asked of its hours and offers is
    asked of that moment: `open=now` is open when reached; `open=arrival` is open or opening then, and
    waiting until one is inside counts as added, too. Each service is visited in the leg, and at the stop,
    that add least of those at which it qualifies. Order: `detour_min`, then id.

    Parameters
    ----------
    catalog
        The snapshot to search in.
    path
        2-20 drop-offs in order, (lon, lat) in degrees in `datum`, or a text "lon,lat;lon,lat".
    at
        When the courier sets out from the first.
    **parameters
        Those of the nearest contract by the same names, without `lon`, `lat` and `sort`; `max_minutes`
        and `max_m` (along the straight lines) bound what a visit adds.

    Raises
    ------
    InputError
        A parameter that is missing or wrong; for the path it names the drop-off.
    """
    return answer_run(catalog, run_of({**parameters, "path": path, "at": at}, at))


def answer_run(catalog: Catalog, run: Run) -> RunAnswer:
    """Return the answer to a checked run."""
    return _AlongSearch(catalog, run).answer()


class _AlongSearch:
    """One search along a run, by the compiled index."""

    def __init__(self, catalog: Catalog, run: Run) -> None:
        self._catalog, self._run, self._question = catalog, run, run.question
        given = np.array(run.path, np.float64)
        lons, lats = convert(given[:, 0], given[:, 1], run.question.datum, "wgs84")
        points = list(zip(lons.tolist(), lats.tolist(), strict=True))
        self._path = np.array([ecef(lon, lat) for lon, lat in points], np.float64)
        self._legs_m = tuple(geodesic_m(*a, *b) for a, b in pairwise(points))
        self._groups = run.question.group if run.question.offer == "now" else None
        self._timed = run.question.open != "any" or run.question.offer != "any"

    def answer(self) -> RunAnswer:
        catalog, limit = self._catalog, self._question.limit or 1
        sure = catalog.index.along(self._trip(self._sure_windows), limit)
        unknown = () if self._question.open == "any" else self._detours(self._maybe(limit, sure))
        return RunAnswer(self._run, catalog, self._legs_m, self._detours(sure), unknown)

    @cached_property
    def _sure_windows(self) -> Windows:
        # With open=any the hours may be unknown, but the offer's own must not be.
        hours = POSSIBLE if self._timed and self._question.open == "any" else SURE
        return self._catalog.profiles.windows(self._question.at, self._groups, hours, SURE)

    def _trip(self, windows: Windows, all_bits: int = 0) -> Trip:
        question, catalog = self._question, self._catalog
        return Trip(
            path=self._path,
            all_bits=all_bits + sum(BITS[f"has:{a}"] for a in question.needs_amenity),
            any_bits=sum(BITS[f"kind:{k}"] for k in question.kind),
            codes=catalog.codes(criteria_of(question)),
            offsets=windows.offsets,
            starts=windows.starts,
            ends=windows.ends,
            services=catalog.owner,
            expires=catalog.profiles.expiries(question.at),
            depart=(question.at - windows.base) / _MINUTE,
            stay=question.stay,
            min_per_m=question.travel.seconds_per_m / 60,
            max_minutes=math.inf if question.max_minutes is None else question.max_minutes,
            max_wait=self._wait(),
            max_m=math.inf if question.max_m is None else question.max_m,
            timed=self._timed,
        )

    def _wait(self) -> float:
        """Return the minutes that one may wait outside: an offer has to hold, and `now` to be open, on arrival."""
        question = self._question
        if question.open != "arrival" or question.offer == "now":
            return 0.0
        return math.inf if question.max_minutes is not None else DEFAULT_MINUTES

    def _maybe(self, limit: int, sure: Visits) -> Visits:
        """Return the best that would qualify if their unknown hours were open, and do not without."""
        owner, k = self._catalog.owner, limit + len(sure.rows)
        trip = self._doubtful_trip()
        certain = self._trip(self._sure_windows)
        while True:
            found = self._catalog.index.along(trip, k)
            fresh = ~np.isin(owner[found.rows], owner[sure.rows])
            only_maybe = [
                new and not self._surely(certain, int(owner[row]))
                for row, new in zip(found.rows.tolist(), fresh.tolist(), strict=True)
            ]
            kept = found.picked(np.array(only_maybe, np.bool_), limit)
            if len(kept.rows) == limit or len(found.rows) < k:
                return kept
            k *= 4

    def _doubtful_trip(self) -> Trip:
        """Return the trip on which whatever possibly qualifies counts, as far as its hours are in doubt."""
        question, at = self._question, self._question.at
        bound = DEFAULT_MINUTES if question.max_minutes is None else question.max_minutes
        if question.max_minutes is None:
            bound += question.travel.seconds(question.max_m or math.inf) / 60
        # Nobody who may add no more than that is still on the way, or inside, after all of it.
        minutes = question.travel.seconds(sum(self._legs_m)) / 60 + bound + question.stay
        until = at + timedelta(minutes=min(minutes, HORIZON / _MINUTE))
        # Yesterday's hours may run into today's.
        known = holidays().certain(at.date() - timedelta(days=1), until.date())
        windows = self._catalog.profiles.doubtful(at, minutes, self._groups)
        return self._trip(windows, BITS["says-unknown" if known else "ever-unknown"])

    def _surely(self, trip: Trip, row: int) -> bool:
        """Tell whether a service qualifies somewhere along the run without any guess about its hours."""
        catalog = self._catalog
        return any(
            gets_in(
                trip.path,
                float(catalog.lon[place]),
                float(catalog.lat[place]),
                int(catalog.profile[place]),
                trip.offsets,
                trip.starts,
                trip.ends,
                *(trip.depart, trip.stay, trip.min_per_m, trip.max_minutes, trip.max_wait, trip.max_m),
            )
            for place in catalog.places_of(row)
        )

    def _detours(self, visits: Visits) -> tuple[Detour, ...]:
        question, catalog = self._question, self._catalog
        passed_m = np.concatenate([[0.0], np.cumsum(self._legs_m)])[visits.legs]
        found = []
        for place, leg, minutes, added_m, way_m, before_m in zip(
            *(column.tolist() for column in (*visits, passed_m)), strict=True
        ):
            travel_s = (before_m + way_m) * question.travel.seconds_per_m
            arrive = question.at + timedelta(seconds=travel_s)
            moments, number = self._moments(int(catalog.profile[place]), arrive)
            leaving = moments.leaving(arrive, question.stay, question.group)
            moment = leaving.of_stay(number, 0, question.at, travel_s)
            hit = Hit(catalog, int(catalog.owner[place]), place, way_m, travel_s, question.at, moment)
            found.append(Detour(hit, leg, added_m, minutes))
        return tuple(found)

    def _moments(self, number: int, arrive: datetime) -> tuple[Moments, int]:
        """Return moments that know a profile on the day of an arrival, and its number among them."""
        catalog = self._catalog
        if arrive.date() == self._question.at.date():
            return catalog.moments, number
        # Working out another day for all profiles takes a quarter of a second at 200,000 services.
        return _moments_of(catalog.profiles[number]), 0


@lru_cache(maxsize=4096)
def _moments_of(profile: Profile) -> Moments:
    return Moments(Profiles([profile]))
