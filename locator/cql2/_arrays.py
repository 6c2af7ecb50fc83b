"""Arrays as sets: what they hold, and how two of them stand to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from locator.cql2._rows import Coded, Rows
from locator.cql2._terms import Term, literal
from locator.cql2._truth import Truth, known

if TYPE_CHECKING:
    from collections.abc import Callable

_RELATIONS: dict[str, Callable[[frozenset[Any], frozenset[Any]], bool]] = {
    "a_equals": frozenset.__eq__,
    "a_contains": frozenset.__ge__,
    "a_containedBy": frozenset.__le__,
    "a_overlaps": lambda a, b: not a.isdisjoint(b),
}


def array(items: list[Term], written: object) -> Term:
    """Return an array of terms; one that names a property is made row by row."""
    if all(item.is_literal for item in items):
        values = tuple(_listed(item, Rows(_no_column))[0] for item in items)
        return literal("array", Coded([values], None), written)

    def evaluate(rows: Rows) -> Coded:
        columns = [_listed(item, rows) for item in items]
        lengths = {len(column) for column in columns}
        # A literal is one value for however many rows, none included.
        count = 0 if 0 in lengths else max(lengths)
        wide = [column if len(column) == count else column * count for column in columns]
        found = list(zip(*wide, strict=True))
        # An element that is not known leaves the set unknown.
        codes = [-1 if None in row else index for index, row in enumerate(found)]
        return Coded(found, np.array(codes, dtype=np.int64))

    return Term("array", evaluate, written)


def _no_column(name: str) -> Any:  # noqa: ANN401
    raise KeyError(name)  # a literal asks for none


def _listed(term: Term, rows: Rows) -> list[Any]:
    values = term.evaluate(rows)
    if term.kind in {"string", "array"}:
        codes = [0] if values.codes is None else values.codes.tolist()
        return [None if code < 0 else values.values[code] for code in codes]
    if term.kind == "number":
        return [None if value != value else value for value in np.atleast_1d(values).tolist()]  # noqa: PLR0124
    if term.kind == "boolean":
        return [None if value != value else value == 1 for value in np.atleast_1d(values.as_numbers).tolist()]  # noqa: PLR0124
    if term.kind == "geometry":
        return [None if shape is None else shapely.normalize(shape).wkb for shape in np.atleast_1d(values)]
    unknown = np.atleast_1d(values.unknown).tolist()
    ends = zip(*(np.atleast_1d(side).tolist() for side in (values.start, values.end)), strict=False)
    return [None if missing else (*pair, values.days) for missing, pair in zip(unknown, ends, strict=False)]


def relation(op: str, a: Coded, b: Coded) -> Truth:
    """Return where two arrays, taken as sets, stand as ``op`` says."""
    test = _RELATIONS[op]
    first, second = ([frozenset(value) for value in side.values] for side in (a, b))
    if b.codes is None:
        return a.where([test(value, second[0]) for value in first])
    if a.codes is None:
        return b.where([test(first[0], value) for value in second])
    unknown = a.unknown | b.unknown
    pairs = zip(a.codes.tolist(), b.codes.tolist(), unknown.tolist(), strict=True)
    hits = [not missing and test(first[i], second[j]) for i, j, missing in pairs]
    return known(np.array(hits, dtype=bool), unknown)
