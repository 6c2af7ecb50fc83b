"""What the search along a run is asked, and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from locator._kdtree import Floats, Ints
    from locator._nearest import Codes


class Trip(NamedTuple):
    """A run and what counts on it.

    `path` holds earth-centred metres of the drop-offs, shape (points, 3). Minutes lie on one axis: one sets
    out at `depart`, a metre takes `min_per_m`. A visit adds at most `max_m` metres and `max_minutes` minutes.
    Timeline c is open from starts[i] to ends[i] for offsets[c] <= i < offsets[c + 1], and past for good at
    expires[c]; a place has the timeline codes[row] (-1 = does not count) and the service services[row],
    whose places follow one another.

    With `timed`, one has to get in, after at most `max_wait` minutes, which count as added, and with `stay`
    minutes left. Without it, one only goes where a service stands on arrival: at its open places; while none
    is open, at any that is not past.
    """

    path: Floats
    all_bits: int
    any_bits: int
    codes: Codes
    offsets: Ints
    starts: Floats
    ends: Floats
    services: Ints
    expires: Floats
    depart: float
    stay: float
    min_per_m: float
    max_minutes: float
    max_wait: float
    max_m: float
    timed: bool


class Visits(NamedTuple):
    """Places and how they are visited, best first: row, leg, minutes and metres added, metres from the leg's start."""

    rows: Ints
    legs: Ints
    minutes: Floats
    metres: Floats
    ways: Floats

    def picked(self, which: NDArray[np.bool_] | NDArray[np.int64], most: int) -> Visits:
        """Return the first so many of those that are marked, or of those in an order."""
        rows, legs, minutes, metres, ways = self
        return Visits(
            rows[which][:most],
            legs[which][:most],
            minutes[which][:most],
            metres[which][:most],
            ways[which][:most],
        )


def no_visits(k: int) -> Visits:
    """Return columns for so many visits, to be filled."""
    return Visits(np.empty(k, np.int64), np.empty(k, np.int64), np.empty(k), np.empty(k), np.empty(k))
