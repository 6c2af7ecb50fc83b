"""A week of minutes spelled as opening hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from locator.coverage.weeks import unpacked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from locator.coverage.weeks import Bits

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY_MIN = 24 * 60


def spelled(row: Bits) -> str | None:
    """Return a week of minutes, shape (WORDS,), as OSM opening hours; None if it is never open."""
    days = unpacked(row).reshape(7, _DAY_MIN)
    if days.all():
        return "24/7"
    groups: dict[str, list[int]] = {}
    for day, marks in enumerate(days):
        if marks.any():
            groups.setdefault(_ranges(marks), []).append(day)
    return "; ".join(f"{_named(which)} {ranges}" for ranges, which in groups.items()) or None


def _ranges(marks: NDArray[np.bool_]) -> str:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marks, [False]]).astype(np.int8)))
    return ",".join(f"{clock(first)}-{clock(past)}" for first, past in edges.reshape(-1, 2))


def _named(days: list[int]) -> str:
    """Return days as runs: Mo-Fr, or Mo,We."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(_DAYS[run[0]] if len(run) == 1 else f"{_DAYS[run[0]]}-{_DAYS[run[-1]]}" for run in runs)


def clock(minute: int) -> str:
    """Return a minute of the day as 08:05; the day's end is 24:00."""
    return f"{minute // 60:02}:{minute % 60:02}"
