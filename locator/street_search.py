"""The same search over the streets: exact travel times, and the straight line only as what bounds them.

Nobody comes nearer faster than the fastest street allows, so what lies farther than the straight line
bound of a time cannot be reached in it. A search spreads over the streets as far as the best so far
demands, and no farther.
"""

from __future__ import annotations

import math
import threading
import weakref
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

import numpy as np

from locator._soonest import inside_at
from locator.datum import convert
from locator.found import Found
from locator.geodesy import geodesic_m
from locator.records import BITS
from locator.search import FALLBACK_MIN, Search
from locator.streets import StreetNetwork, load
from locator.streets._snap import earth_centred

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from locator.catalog import Catalog
    from locator.hits import Answer
    from locator.profiles import Windows
    from locator.question import Question
    from locator.search import Codes, Mask
    from locator.streets import Snapped

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

_MINUTE = timedelta(minutes=1)
# The first guess of how far to spread; a poor one costs a second round, no answer.
_FIRST_S, _LONGER = 120.0, 1.3
# An arc is longer than its chord by less than this, on any that a trip takes; and rounding.
_SLACK = 1 + 1e-9
_EARTH_M = 2e7


class Doors(NamedTuple):
    """A catalog's places on the streets, and their earth-centred metres, shape (places, 3)."""

    snapped: Snapped
    xyz: Floats


class StreetNetworks:
    """The street networks of one file, by mode, and where the places of a catalog stand on them.

    Parameters
    ----------
    path
        A file that `locator network build` made.

    Raises
    ------
    InputError
        It is no such file.
    """

    def __init__(self, path: str | Path) -> None:
        streets = load(path)
        self.mark = f"{crc32(streets.tenths_kmh.tobytes(), crc32(streets.metres.tobytes())):08x}"
        self._networks = {mode: StreetNetwork(streets, mode) for mode in streets.modes}
        # For as long as the catalog is in use: the next one has other places.
        self._doors: weakref.WeakKeyDictionary[Catalog, dict[str, Doors]] = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()

    def of(self, mode: str) -> StreetNetwork | None:
        """Return the network of a mode; None if the file was built without it."""
        return self._networks.get(mode)

    def answer(self, catalog: Catalog, question: Question) -> Answer | None:
        """Return the answer over the streets of the question's mode.

        None where there are none, or the asker stands off them, in another city or on a lake: the straight
        line answers then, and names no network.
        """
        network = self.of(question.mode)
        if network is None or question.lon is None or question.lat is None:
            return None
        lon, lat = convert(question.lon, question.lat, question.datum, "wgs84")
        if network.snap([lon], [lat]).off[0]:
            return None
        search = StreetSearch(catalog, question, network, self.doors(catalog, question.mode))
        return search.answer()._replace(network=network.source, unreachable=search.unreachable())

    def doors(self, catalog: Catalog, mode: str) -> Doors:
        """Return where a catalog's places stand on the streets of a mode."""
        with self._lock:
            known = self._doors.setdefault(catalog, {})
            if mode not in known:
                lon, lat = catalog.lon, catalog.lat
                known[mode] = Doors(self._networks[mode].snap(lon, lat), earth_centred(lon, lat))
            return known[mode]


class StreetSearch(Search):
    """One search round an asker over the streets; how far a place is are seconds here."""

    def __init__(self, catalog: Catalog, question: Question, network: StreetNetwork, doors: Doors) -> None:
        super().__init__(catalog, question)
        self._network, self._doors = network, doors
        self._spread_s, self._nodes = -1.0, np.empty(0)
        self._own = earth_centred(np.array([self._lon]), np.array([self._lat]))[0]

    def unreachable(self) -> int:
        """Return how many services that pass the filters are near enough as the crow flies, but off the streets."""
        places = self._within(self._most_s(), self._all, self._allowed(None))
        owners = self._catalog.owner[places]
        off = self._doors.snapped.off[places]
        return len(np.setdiff1d(owners[off], owners[~off]))

    def _asking(self, question: Question) -> StreetSearch:
        return StreetSearch(self._catalog, question, self._network, self._doors)

    def _most_s(self) -> float:
        minutes = self._question.max_minutes
        return math.inf if minutes is None else minutes * 60

    def _longest_trip_s(self) -> float:
        return math.inf

    def _far(self, place: int) -> float:
        seconds = float(self._seconds(np.array([place]), self._most_s())[0])
        return seconds if self._trip(place, seconds)[0] <= self._most_m() else math.inf

    def _trip(self, place: int, far: float) -> tuple[float, float]:
        lon, lat = self._catalog.lon[place], self._catalog.lat[place]
        return geodesic_m(self._lon, self._lat, lon, lat), far

    def _most_m(self) -> float:
        return math.inf if self._question.max_m is None else self._question.max_m

    def _near(self, k: int, *, among: Mask | None = None, all_bits: int = 0) -> Found:
        bits = self._all | all_bits
        return self._best(k, bits, self._allowed(among), self._most_s(), lambda _, seconds: seconds)

    def _round_the_clock(self) -> Found:
        """Return the soonest reached that is open round the clock: within two hours, or as long as was asked."""
        question = self._question
        bounded = question.max_minutes is not None or question.max_m is not None
        most_s = max(question.max_minutes or 0.0, FALLBACK_MIN) * 60 if bounded else math.inf
        allowed = self._codes, self._catalog.profiles.always_open(question.at)
        bits = self._all | BITS["round-the-clock"]
        return self._best(1, bits, allowed, most_s, lambda _, seconds: seconds, math.inf)

    def _soonest(self, k: int, windows: Windows, now: Mask | None, wait: float, all_bits: int = 0) -> Found:
        question, profile = self._question, self._catalog.profile
        if now is not None:
            windows = windows.only(now)
        depart, stay = (question.at - windows.base) / _MINUTE, question.stay
        most = self._most_s() / 60
        timed = (*windows[1:],)

        def cost(places: Rows, seconds: Floats) -> Floats:
            found = np.full(len(places), math.inf)
            for i, (number, far) in enumerate(zip(profile[places].tolist(), seconds.tolist(), strict=True)):
                offsets, starts, ends = timed
                arrive = depart + far / 60
                inside = inside_at(arrive, stay, starts, ends, offsets[number], offsets[number + 1])
                if inside < math.inf and inside - arrive <= wait and inside - depart <= most:
                    found[i] = (inside - depart) * 60 if question.sort == "soonest" else far
            return found

        allowed = self._codes, np.ones(len(self._catalog.profiles), np.bool_)
        return self._best(k, self._all | all_bits, allowed, self._most_s(), cost)

    def _best(
        self,
        k: int,
        bits: int,
        allowed: tuple[Codes, Mask] | None,
        most_s: float,
        cost: Callable[[Rows, Floats], Floats],
        most_m: float | None = None,
    ) -> Found:
        """Return the k places that cost least and pass, one of each service; ties by seconds, then place.

        A cost is never less than the seconds of the way, so what costs no more than the search has spread
        to is final.
        """
        limit_s = self._first_guess(k, bits, allowed)
        while True:
            limit_s = min(limit_s, most_s)
            places = self._within(limit_s, bits, allowed, most_m)
            seconds = self._seconds(places, limit_s)
            reached = seconds <= limit_s
            places, seconds = places[reached], seconds[reached]
            costs = cost(places, seconds)
            order = np.lexsort((places, seconds, costs))
            order = order[np.isfinite(costs[order])]
            _, first = np.unique(self._catalog.owner[places[order]], return_index=True)
            order = order[np.sort(first)][:k]
            if limit_s >= most_s or (len(order) == k and costs[order[-1]] <= limit_s):
                return Found(places[order], seconds[order])
            # Once every street is reached, only the way from the last street to the doors is left.
            limit_s = math.inf if np.isfinite(self._nodes).all() else 2 * limit_s

    def _first_guess(self, k: int, bits: int, allowed: tuple[Codes, Mask] | None) -> float:
        _, metres = self._catalog.index.nearest(
            self._lon, self._lat, k, bits, self._any, self._question.reach_m, allowed
        )
        far = float(metres[-1]) if len(metres) else 0.0
        return _FIRST_S + _LONGER * self._question.travel.seconds(far)

    def _within(
        self, limit_s: float, bits: int, allowed: tuple[Codes, Mask] | None, most_m: float | None = None
    ) -> Rows:
        """Return the places that pass and that no law of nature keeps out of reach within a time, in order."""
        catalog, most_m = self._catalog, self._most_m() if most_m is None else most_m
        held = catalog.bits
        fit = (held & np.uint64(bits)) == np.uint64(bits)
        if self._any:
            fit &= (held & np.uint64(self._any)) != 0
        if allowed is not None:
            codes, counts = allowed
            fit &= (codes >= 0) & (codes < len(counts))
            fit[fit] = counts[codes[fit]]
        places = np.flatnonzero(fit)
        bound_m = min(most_m, limit_s * self._network.fastest_m_s)
        if bound_m < _EARTH_M:
            # Chords are shorter than arcs: nothing within the bound is lost.
            apart = self._doors.xyz[places] - self._own
            places = places[np.einsum("ij,ij->i", apart, apart) <= (bound_m * _SLACK) ** 2]
        if most_m < math.inf:
            near = [self._trip(place, 0.0)[0] <= most_m for place in places.tolist()]
            places = places[np.array(near, np.bool_)]
        return places

    def _seconds(self, places: Rows, limit_s: float) -> Floats:
        """Return the seconds to places, infinite beyond the limit. Shape of places."""
        if limit_s > self._spread_s:
            self._nodes, _ = self._network.nodes_from(self._lon, self._lat, limit_s)
            self._spread_s = limit_s
        return self._network.seconds_on(
            self._lon, self._lat, self._nodes, self._doors.snapped.some(places), limit_s
        )
