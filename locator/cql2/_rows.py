"""The columns that a filter walks, each fetched and prepared once however often it is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from locator.cql2._moments import Moments, moments_of
from locator.cql2._truth import Truth

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


_SAMPLE = 512
_NONE = np.array(None)


class Coded(NamedTuple):
    """Values that repeat: each of them, and for every row which of them it has (-1: unknown).

    A predicate is decided once for each value. ``codes`` is None for a literal.
    """

    values: list[Any]
    codes: NDArray[np.int64] | None

    def where(self, hits: list[bool]) -> Truth:
        """Return the truth of every row, given that of every value."""
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


def coded(column: NDArray[Any], blank: object) -> Coded:
    """Return an object column by the values it has; ``blank`` stands among them where one is unknown."""
    sample = column[:: max(len(column) // _SAMPLE, 1)]
    if len(set(sample.tolist())) < len(sample) / 2:
        places: dict[Any, int] = {None: -1}
        codes = [places.setdefault(value, len(places) - 1) for value in column.tolist()]
        return Coded(list(places)[1:], np.array(codes, dtype=np.int64))
    # Names hardly repeat, and finding that out in a hash table costs ten times what walking them does.
    missing = np.equal(column, _NONE).astype(bool)
    filled = column.tolist()
    for row in np.flatnonzero(missing).tolist():
        filled[row] = blank
    return Coded(filled, np.where(missing, -1, np.arange(len(column))))


class Rows:
    """The columns of one evaluation."""

    def __init__(self, column: Callable[[str], NDArray[Any]]) -> None:
        self._column = column
        self._prepared: dict[tuple[str, str], Any] = {}

    def _once(self, kind: str, name: str, prepare: Callable[[NDArray[Any]], Any]) -> Any:  # noqa: ANN401
        if (kind, name) not in self._prepared:
            self._prepared[kind, name] = prepare(self._column(name))
        return self._prepared[kind, name]

    def changed(self, written: object, compute: Callable[[], Coded]) -> Coded:
        """Return what ``compute`` gives for a term, once however often the term is written."""
        key = ("changed", repr(written))
        if key not in self._prepared:
            self._prepared[key] = compute()
        found: Coded = self._prepared[key]
        return found

    def strings(self, name: str) -> Coded:
        """Return a column of strings."""
        found: Coded = self._once("string", name, lambda column: coded(column, ""))
        return found

    def arrays(self, name: str) -> Coded:
        """Return a column of arrays, each a tuple."""
        found: Coded = self._once("array", name, lambda column: coded(column, ()))
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
