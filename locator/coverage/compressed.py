"""Pairs of elements and actions as compressed rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator.coverage._atoms import numbered
from locator.coverage._cover import transposed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Rows = NDArray[np.int32]
    Flags = NDArray[np.bool_]


class Compressed(NamedTuple):
    """Compressed rows: row i holds indices[indptr[i] : indptr[i + 1]]."""

    indptr: Ints
    indices: Rows

    @classmethod
    def none(cls, rows: int) -> Compressed:
        """Return so many empty rows."""
        return cls(np.zeros(rows + 1, np.int64), np.empty(0, np.int32))

    def turned(self, columns: int) -> Compressed:
        """Return the same pairs, rows and columns exchanged."""
        return Compressed(*transposed(self.indptr, self.indices, columns))

    def row(self, number: int) -> Rows:
        """Return one row."""
        return self.indices[self.indptr[number] : self.indptr[number + 1]]


def merged(by_element: Compressed, weight: Floats, must: Flags) -> tuple[Compressed, Floats, Flags]:
    """Return elements with those that the same actions cover made one, and those that none covers left out."""
    indptr, indices = by_element
    sizes = np.diff(indptr)
    # Two sums of random numbers, one an action, tell sets apart: they agree by chance once in 2 ** 128 pairs.
    names = np.random.default_rng(1974).integers(0, 2**64, (2, int(indices.max(initial=0)) + 1), np.uint64)
    must = must if len(must) else np.zeros(len(weight), np.bool_)
    keys = np.empty((len(weight), 3), np.uint64)
    for at, name in enumerate(names):
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(name[indices], dtype=np.uint64)])
        keys[:, at] = sums[indptr[1:]] - sums[indptr[:-1]]
    keys[:, 2] = must
    there = np.flatnonzero(sizes)
    group = np.empty(len(there), np.int32)
    first = there[numbered(keys[there], group)]
    totals: Floats = np.bincount(group, weight[there], len(first)).astype(np.float64)
    return kept_rows(by_element, first), totals, must[first]


def kept_rows(table: Compressed, rows: Ints) -> Compressed:
    """Return some rows, in the order given."""
    sizes = np.diff(table.indptr)[rows]
    indptr = np.concatenate([[0], np.cumsum(sizes)])
    at = np.arange(indptr[-1]) + np.repeat(table.indptr[rows] - indptr[:-1], sizes)
    return Compressed(indptr, table.indices[at])


def kept_columns(table: Compressed, renumbered: Rows) -> Compressed:
    """Return the columns that have a new number, -1 = none, under it."""
    numbers = renumbered[table.indices]
    before = np.concatenate([[0], np.cumsum(numbers >= 0)])
    return Compressed(before[table.indptr], numbers[numbers >= 0])
