"""What a search has found so far: places, best first, before they are told as hits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Found(NamedTuple):
    """Places, best first, and how far they are: metres, or seconds over the streets. Both of shape (found,)."""

    places: NDArray[np.int64]
    far: NDArray[np.float64]

    def picked(self, which: NDArray[np.bool_], most: int) -> Found:
        """Return the first so many of those that are marked."""
        return Found(self.places[which][:most], self.far[which][:most])

    def then(self, more: Found) -> Found:
        """Return these, and others behind them."""
        return Found(np.concatenate((self.places, more.places)), np.concatenate((self.far, more.far)))


NO_PLACES = Found(np.empty(0, np.int64), np.empty(0, np.float64))


def others(owners: NDArray[np.int64], taken: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of some owners are not among others. For the few of one answer a set is quicker than a sort."""
    known = set(taken.tolist())
    return np.array([owner not in known for owner in owners.tolist()], np.bool_)
