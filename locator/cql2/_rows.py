"""The columns that a filter walks, each fetched and prepared once however often it is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from locator.cql2._moments import Moments, moments_of
from locator.cql2._truth import Truth

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


class Coded(NamedTuple):
    """Values that repeat: the distinct ones, and for every row which of them it has (-1: unknown).

    A predicate is decided once for each distinct value. ``codes`` is None for a literal.
    """

    values: list[Any]
    codes: NDArray[np.int64] | None

    def where(self, hits: list[bool]) -> Truth:
        """Return the truth of every row, given that of every distinct value."""
        if self.codes is None:
            return Truth(np.array(hits[0]), np.array(not hits[0]))
        # Code -1 finds the last place.
        true = np.array([*hits, False])[self.codes]
        return Truth(true, np.logical_not(true) & (self.codes >= 0))

    def each(self, change: Callable[[Any], Any]) -> Coded:
        """Return the values changed, row by row the same ones."""
        return Coded([change(value) for value in self.values], self.codes)

    @property
    def unknown(self) -> NDArray[np.bool_]:
        """Where there is no value."""
        return np.array(False) if self.codes is None else self.codes < 0


def coded(column: NDArray[Any]) -> Coded:
    """Return an object column by its distinct values."""
    codes, values = pd.factorize(column)
    return Coded(list(values), codes)


class Rows:
    """The columns of one evaluation."""

    def __init__(self, column: Callable[[str], NDArray[Any]]) -> None:
        self._column = column
        self._prepared: dict[tuple[str, str], Any] = {}

    def _once(self, kind: str, name: str, prepare: Callable[[NDArray[Any]], Any]) -> Any:  # noqa: ANN401
        if (kind, name) not in self._prepared:
            self._prepared[kind, name] = prepare(self._column(name))
        return self._prepared[kind, name]

    def coded(self, name: str) -> Coded:
        """Return a column of strings or of arrays."""
        found: Coded = self._once("coded", name, coded)
        return found

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers, NaN where unknown."""
        return np.asarray(self._column(name), dtype=np.float64)

    def truth(self, name: str) -> Truth:
        """Return a column of booleans."""
        found: Truth = self._once("truth", name, _truth_of)
        return found

    def dates(self, name: str) -> Moments:
        """Return a column of dates."""
        found: Moments = self._once("date", name, lambda column: moments_of(column, days=True))
        return found

    def instants(self, name: str) -> Moments:
        """Return a column of instants."""
        found: Moments = self._once("instant", name, lambda column: moments_of(column, days=False))
        return found

    def shapes(self, name: str) -> NDArray[Any]:
        """Return a column of geometries, None where unknown."""
        return self._column(name)


def _truth_of(column: NDArray[Any]) -> Truth:
    return Truth(np.equal(column, True).astype(bool), np.equal(column, False).astype(bool))
