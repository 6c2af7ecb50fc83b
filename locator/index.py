"""Where things are: the k nearest, or soonest inside, of those that have what is needed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from locator._along import visit
from locator._asking import askers, column, explain, mistake, shared
from locator._kdtree import NODE, POINT, build, node_count
from locator._nearest import nearest, nearest_many, within_many
from locator._soonest import soonest
from locator._trips import no_visits
from locator.datum import check_position

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from locator._trips import Trip, Visits

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

_MOST_POINTS = 2**31 - 1
_NO_CODES, _NO_FLAGS = np.empty(0, np.int32), np.empty(0, np.uint8)
for _placeholder in (_NO_CODES, _NO_FLAGS):
    _placeholder.flags.writeable = False


class NearestIndex:
    """Points on WGS-84 that answer "which k are nearest, of those that have what is needed?".

    A kd-tree over earth-centred coordinates, whose nodes know the attribute bits below them. Answers are
    exact: the distance is the geodesic's (to 1e-7 m of PROJ's), ties go to the lower row. An
    index never changes and may be asked from many threads at once; compiled code holds no lock.

    Parameters
    ----------
    lon, lat
        WGS-84 degrees, shape (n,), n may be 0.
    bits
        Attribute bits of each row, unsigned 64-bit, shape (n,); none if left out.
    owner
        Whose stop each row is, 64-bit, shape (n,): an answer holds only the best row of an owner.

    Raises
    ------
    InputError
        A position is not finite or out of range, or the columns are not of one length.
    """

    def __init__(
        self, lon: ArrayLike, lat: ArrayLike, bits: ArrayLike | None = None, owner: ArrayLike | None = None
    ) -> None:
        lons, lats = (np.array(part, ndmin=1) for part in check_position(lon, lat))
        n = self._n = lons.size
        if lons.ndim != 1 or n > _MOST_POINTS:
            raise mistake(
                "lon", lons.shape, "是一列，不超过 2^31-1 个", "a column of at most 2**31 - 1 positions"
            )
        bit_column = np.zeros(n, np.uint64) if bits is None else column("bits", bits, np.uint64, n)
        owners = np.full(n, -1, np.int32) if owner is None else _owners(column("owner", owner, np.int64, n))
        self._nodes, self._points = np.zeros(node_count(n), NODE), np.zeros(n, POINT)
        build(self._nodes, self._points, lons, lats, bit_column, owners)

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._n

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        return int(self._nodes.nbytes + self._points.nbytes)

    def nearest(
        self,
        lon: float,
        lat: float,
        k: int = 10,
        all_bits: int = 0,
        any_bits: int = 0,
        max_m: float = math.inf,
        codes_allowed: tuple[NDArray[np.int32], NDArray[np.bool_]] | None = None,
    ) -> tuple[Rows, Floats]:
        """Return the rows of the k nearest that match, and their distances in metres, nearest first.

        Parameters
        ----------
        lon, lat
            The asker, WGS-84 degrees.
        k
            At most so many, 1 or more.
        all_bits, any_bits
            A match has all bits of the first and, unless it is 0, at least one of the second.
        max_m
            Matches farther than this many metres do not count; one just as far does.
        codes_allowed
            A code for each row, int32, shape (n,), and whether each code is allowed, shape (codes,): a
            match has an allowed code. A code without an entry, as -1, is not allowed.

        Raises
        ------
        InputError
            The position is none, k is below 1, max_m is negative, or a column has the wrong length.
        """
        codes, allowed = (_NO_CODES, _NO_FLAGS) if codes_allowed is None else self._lookup(*codes_allowed)
        try:
            most = min(k, self._n or 1)
            rows, metres = np.empty(most, np.int64), np.empty(most)
            found = nearest(
                self._nodes, self._points, lon, lat, all_bits, any_bits, max_m, codes, allowed, rows, metres
            )
        except (TypeError, ValueError, OverflowError):
            explain(lon, lat, k, all_bits, any_bits, max_m=max_m)
            raise
        if found == most:
            return rows, metres
        if found < 0:
            explain(lon, lat, k, all_bits, any_bits, max_m=max_m)
        return rows[:found], metres[:found]

    def nearest_many(
        self,
        lon: ArrayLike,
        lat: ArrayLike,
        k: int = 1,
        all_bits: int = 0,
        any_bits: int = 0,
        max_m: float = math.inf,
    ) -> tuple[Rows, Floats]:
        """Return rows and metres of the k nearest to each of m askers, both of shape (m, k).

        Each line is what `nearest` answers, filled up with row -1 at infinity. All cores share the work.

        Raises
        ------
        InputError
            As `nearest`.
        """
        explain(0.0, 0.0, k, all_bits, any_bits, max_m=max_m)
        lons, lats = askers(lon, lat)
        rows, metres = np.empty((lons.size, k), np.int64), np.empty((lons.size, k))

        def answer(part: slice) -> bool:
            where = lons[part], lats[part]
            return (
                nearest_many(
                    self._nodes, self._points, *where, all_bits, any_bits, max_m, rows[part], metres[part]
                )
                < 0
            )

        if not shared(answer, lons.size):
            check_position(lons, lats)
        return rows, metres

    def within_many(
        self, lon: ArrayLike, lat: ArrayLike, max_m: float, all_bits: int = 0, any_bits: int = 0
    ) -> NDArray[np.bool_]:
        """Tell for each of m askers whether a match lies within max_m metres, shape (m,).

        Raises
        ------
        InputError
            As `nearest`.
        """
        explain(0.0, 0.0, 1, all_bits, any_bits, max_m=max_m)
        lons, lats = askers(lon, lat)
        inside = np.empty(lons.size, np.bool_)

        def answer(part: slice) -> bool:
            where = lons[part], lats[part]
            return within_many(self._nodes, self._points, *where, all_bits, any_bits, max_m, inside[part]) < 0

        if not shared(answer, lons.size):
            check_position(lons, lats)
        return inside

    def soonest(
        self,
        lon: float,
        lat: float,
        k: int = 10,
        *,
        codes: NDArray[np.int32],
        offsets: NDArray[np.int64],
        starts: Floats,
        ends: Floats,
        depart: float,
        stay: float,
        min_per_m: float,
        max_minutes: float,
        max_wait: float = math.inf,
        max_m: float = math.inf,
        by_metres: bool = False,
        all_bits: int = 0,
        any_bits: int = 0,
    ) -> tuple[Rows, Floats, Floats]:
        """Return the rows of the k that one is inside soonest, the minutes until then, and the metres.

        One arrives at a = depart + metres * min_per_m and is inside at max(a, start) of the first span
        that is then open for `stay` more minutes (and longer than none). Sorted by minutes, metres, row.

        Parameters
        ----------
        lon, lat
            The asker, WGS-84 degrees.
        k
            At most so many, 1 or more.
        codes
            The timeline of each row, int32, shape (n,); -1 = unknown, which never counts as open.
        offsets, starts, ends
            Timeline c is open from starts[i] to ends[i] for offsets[c] <= i < offsets[c + 1]: minutes on
            one axis, in order, disjoint. Shapes (timelines + 1,), (spans,), (spans,).
        depart, stay, max_minutes
            Minutes: when one sets out on that axis, what must be left inside, and the longest wait.
        min_per_m
            Minutes that one metre takes, 0 or more.
        max_wait
            Minutes that one waits outside at most; 0 = it is open on arrival.
        max_m
            As in `nearest`.
        by_metres
            Rank those that one gets into in time by distance instead.
        all_bits, any_bits
            As in `nearest`.

        Raises
        ------
        InputError
            As `nearest`; or the timelines do not fit together.
        """
        hours = self._timelines(codes, offsets, starts, ends)
        try:
            most = min(k, self._n or 1)
            rows, minutes, metres = np.empty(most, np.int64), np.empty(most), np.empty(most)
            found = soonest(
                *(self._nodes, self._points, lon, lat, all_bits, any_bits, *hours),
                *(depart, stay, min_per_m, max_minutes, max_wait, max_m, by_metres, rows, minutes, metres),
            )
        except (TypeError, ValueError, OverflowError):
            explain(lon, lat, k, all_bits, any_bits, min_per_m=min_per_m, max_minutes=max_minutes, stay=stay)
            raise
        if found < 0:
            explain(lon, lat, k, all_bits, any_bits, min_per_m=min_per_m, max_minutes=max_minutes, stay=stay)
            raise mistake("depart", depart, "是有限的数", "a finite number")
        return rows[:found], minutes[:found], metres[:found]

    def along(self, trip: Trip, k: int) -> Visits:
        """Return how the k services are visited that add the fewest minutes to a run, ties by row."""
        found = no_visits(min(k, self._n or 1))
        count = visit(self._nodes, self._points, *trip, *found)
        return found.picked(np.arange(count), count)

    def _lookup(
        self, codes: NDArray[np.int32], allowed: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        if not self._n:
            return _NO_CODES, _NO_FLAGS
        flags = np.ascontiguousarray(allowed, np.bool_).view(np.uint8)
        return column("codes", codes, np.int32, self._n), flags

    def _timelines(
        self, codes: ArrayLike, offsets: ArrayLike, starts: ArrayLike, ends: ArrayLike
    ) -> tuple[NDArray[np.int32], Rows, Floats, Floats]:
        first = np.ascontiguousarray(offsets, np.int64)
        opening = np.ascontiguousarray(starts, np.float64)
        closing = column("ends", ends, np.float64, opening.size)
        if first.ndim != 1 or (first.size and (first[0] < 0 or first[-1] > opening.size)):
            raise mistake("offsets", first.shape, "与 starts 对不上", "a column that ends within starts")
        return column("codes", codes, np.int32, self._n), first, opening, closing


def warm() -> None:
    """Ask each compiled question once, so that no request waits for code to be loaded."""
    index = NearestIndex([121.5], [31.2])
    index.nearest(121.5, 31.2, 1, codes_allowed=(np.zeros(1, np.int32), np.ones(1, np.bool_)))
    index.nearest_many([121.5], [31.2])
    index.within_many([121.5], [31.2], 1.0)
    index.soonest(
        *(121.5, 31.2, 1),
        codes=np.zeros(1, np.int32),
        offsets=np.array([0, 1]),
        starts=np.zeros(1),
        ends=np.ones(1),
        depart=0.0,
        stay=0.0,
        min_per_m=0.0,
        max_minutes=1.0,
    )


def _owners(owner: Rows) -> NDArray[np.int32]:
    """Return a number from 0 for the owners of several rows, -1 for rows that are their owner's only one."""
    _, rank, rows = np.unique(owner, return_inverse=True, return_counts=True)
    return np.where(rows[rank] > 1, rank, -1).astype(np.int32)
