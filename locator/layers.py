"""A few changed places beside a large index, answering as one index of all of them would."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from locator._trips import Visits

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from locator._trips import Trip
    from locator.index import NearestIndex

    Rows = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Codes = NDArray[np.int32]

_EITHER = np.array([False, True])


class LayeredIndex:
    """The places of a base index that still stand, and newer ones behind them.

    Parameters
    ----------
    base
        The large index; its places are numbered from 0.
    delta
        The changed places; they are numbered on from the base's last.
    alive
        Which of the base's places still stand, shape (len(base),).
    rank
        The order of all places when nothing else decides, shape (len(base) + len(delta),).
    """

    def __init__(
        self, base: NearestIndex, delta: NearestIndex, alive: NDArray[np.bool_], rank: Floats
    ) -> None:
        self._base, self._delta, self._rank = base, delta, rank
        self._alive: Codes = alive.astype(np.int32)

    def __len__(self) -> int:
        return len(self._base) + len(self._delta)

    @property
    def nbytes(self) -> int:
        """How much memory both take."""
        return self._base.nbytes + self._delta.nbytes

    def nearest(
        self,
        lon: float,
        lat: float,
        k: int = 10,
        all_bits: int = 0,
        any_bits: int = 0,
        max_m: float = math.inf,
        codes_allowed: tuple[Codes, NDArray[np.bool_]] | None = None,
    ) -> tuple[Rows, Floats]:
        """Answer as `NearestIndex.nearest`; codes of places that no longer stand must not be allowed."""
        n = len(self._base)
        old = new = (self._alive, _EITHER)
        if codes_allowed is None:
            fresh = None
        else:
            codes, allowed = codes_allowed
            old, new = (codes[:n], allowed), (codes[n:], allowed)
            fresh = new
        rows, metres = self._base.nearest(lon, lat, k, all_bits, any_bits, max_m, old)
        rows2, metres2 = self._delta.nearest(lon, lat, k, all_bits, any_bits, max_m, fresh)
        rows, metres = np.concatenate([rows, rows2 + n]), np.concatenate([metres, metres2])
        order = np.lexsort((self._rank[rows], metres))[:k]
        return rows[order], metres[order]

    def soonest(
        self,
        lon: float,
        lat: float,
        k: int = 10,
        *,
        codes: Codes,
        by_metres: bool = False,
        **trip: Any,  # noqa: ANN401  as NearestIndex.soonest names them
    ) -> tuple[Rows, Floats, Floats]:
        """Answer as `NearestIndex.soonest`; places that no longer stand must have the code -1."""
        n = len(self._base)
        old = self._base.soonest(lon, lat, k, codes=codes[:n], by_metres=by_metres, **trip)
        new = self._delta.soonest(lon, lat, k, codes=codes[n:], by_metres=by_metres, **trip)
        rows = np.concatenate([old[0], new[0] + n])
        minutes, metres = (np.concatenate([a, b]) for a, b in zip(old[1:], new[1:], strict=True))
        keys = (self._rank[rows], metres) if by_metres else (self._rank[rows], metres, minutes)
        order = np.lexsort(keys)[:k]
        return rows[order], minutes[order], metres[order]

    def along(self, trip: Trip, k: int) -> Visits:
        """Answer as `NearestIndex.along`; places that no longer stand must have the code -1."""
        n = len(self._base)
        old = self._base.along(trip._replace(codes=trip.codes[:n], services=trip.services[:n]), k)
        new = self._delta.along(trip._replace(codes=trip.codes[n:], services=trip.services[n:]), k)
        new = new._replace(rows=new.rows + n)
        both = Visits(*(np.concatenate(columns) for columns in zip(old, new, strict=True)))
        return both.picked(np.lexsort((self._rank[both.rows], both.minutes)), k)
