"""True, false and unknown over many rows at once, as SQL and CQL2 combine them."""

from __future__ import annotations

import operator
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
# The same comparison with its sides exchanged.
TURNED = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


class Truth(NamedTuple):
    """Where something is true and where it is false, (n,) or () bool; elsewhere it is unknown."""

    true: NDArray[np.bool_]
    false: NDArray[np.bool_]

    def __invert__(self) -> Truth:
        """Not: the unknown stays unknown."""
        return Truth(self.false, self.true)

    @property
    def unknown(self) -> NDArray[np.bool_]:
        """Where neither is known."""
        return np.logical_not(self.true | self.false)

    @property
    def as_numbers(self) -> NDArray[np.float64]:
        """1, 0, and NaN where unknown, so that false is less than true."""
        return np.where(self.true, 1.0, np.where(self.false, 0.0, np.nan))


def known(hits: NDArray[np.bool_], unknown: NDArray[np.bool_]) -> Truth:
    """Return the truth of ``hits``, of which some rows are unknown after all."""
    seen = np.logical_not(unknown)
    return Truth(np.asarray(hits & seen), np.asarray(np.logical_not(hits) & seen))


def every(parts: Sequence[Truth]) -> Truth:
    """And: false as soon as one is false, whatever the others are."""
    return Truth(
        reduce(operator.and_, (p.true for p in parts)), reduce(operator.or_, (p.false for p in parts))
    )


def some(parts: Sequence[Truth]) -> Truth:
    """Or: true as soon as one is true, whatever the others are."""
    return ~every([~part for part in parts])


def constant(value: bool) -> Truth:  # noqa: FBT001  the value itself
    """Return what holds for every row alike."""
    return Truth(np.array(value), np.array(not value))
