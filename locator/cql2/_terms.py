"""The terms of a filter: what each piece is, and how its values over many rows are found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from locator.cql2 import _moments
from locator.cql2._faults import fault
from locator.cql2._rows import Coded, Rows
from locator.cql2._shapes import unknown_shapes
from locator.cql2._truth import constant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from locator.cql2._shapes import ToWgs84

_NOTHING = object()
# What a queryable's type is called here, and how Rows fetches it.
_KINDS: dict[str, tuple[str, Callable[[Rows, str], Any]]] = {
    "string": ("string", Rows.strings),
    "integer": ("number", Rows.numbers),
    "number": ("number", Rows.numbers),
    "boolean": ("boolean", Rows.truth),
    "date": ("moment", Rows.dates),
    "instant": ("moment", Rows.instants),
    "geometry": ("geometry", Rows.shapes),
    "array": ("array", Rows.arrays),
}
TYPES = tuple(_KINDS)
WORDS = {
    "string": ("字符串", "a string"),
    "number": ("数", "a number"),
    "boolean": ("是非", "a boolean"),
    "moment": ("日期或时刻", "a date or a timestamp"),
    "interval": ("时间段", "an interval"),
    "geometry": ("几何", "a geometry"),
    "array": ("数组", "an array"),
}


@dataclass(frozen=True)
class Queryable:
    """A property that a filter may name.

    Parameters
    ----------
    type
        ``string``, ``integer``, ``number``, ``boolean``, ``date``, ``instant``, ``geometry`` or ``array``.
    """

    type: str

    def __post_init__(self) -> None:
        """Refuse a type that no column can have."""
        if self.type not in _KINDS:
            raise ValueError(f"{self.type!r} is none of {', '.join(_KINDS)}")


@dataclass(frozen=True)
class Term:
    """One piece of a filter: its kind, its values over rows, how it was written, and its value if a literal.

    ``evaluate`` gives Coded for strings and arrays, float64 for numbers, Truth for booleans, Moments for moments and
    intervals, geometries for geometries.
    """

    kind: str
    evaluate: Callable[[Rows], Any]
    written: object
    literal: Any = _NOTHING

    @property
    def is_literal(self) -> bool:
        """Whether it is the same for every row."""
        return self.literal is not _NOTHING


@dataclass
class Scope:
    """What a filter is read against, and what it has used so far."""

    queryables: Mapping[str, Queryable]
    to_wgs84: ToWgs84
    used: set[str] = field(default_factory=set)
    operations: int = 0

    def property(self, name: object) -> Term:
        """Return the term of a property.

        Raises
        ------
        InputError
            If it is not known; the message names those that are.
        """
        found = self.queryables.get(name) if isinstance(name, str) else None
        if found is None or not isinstance(name, str):
            names = ", ".join(sorted(self.queryables))
            raise fault(
                name,
                f"没有属性 {_short(name)}；可以用：{names}（文字值请用单引号）",
                f"there is no property {_short(name)}; known: {names} (text values stand in single quotes)",
            )
        self.used.add(name)
        kind, fetch = _KINDS[found.type]
        return Term(kind, lambda rows: fetch(rows, name), {"property": name})


def _short(name: object) -> str:
    text = str(name)
    return text if len(text) <= 40 else text[:40] + "…"  # noqa: PLR2004


def literal(kind: str, value: Any, written: object) -> Term:  # noqa: ANN401
    """Return the term of a value that is the same for every row."""
    return Term(kind, lambda _: value, written, value)


def scalar(value: object) -> Term | None:
    """Return the term of a JSON string, number or boolean; None for anything else.

    Raises
    ------
    InputError
        If a number is too large for a float.
    """
    if isinstance(value, bool):
        return literal("boolean", constant(value), value)
    if isinstance(value, str):
        return literal("string", Coded([value], None), value)
    if isinstance(value, int | float):
        number = np.float64(value)
        if not np.isfinite(number):
            raise fault(value, "数太大", "this number is too large")
        return literal("number", np.asarray(number), value)
    return None


def unknown_of(term: Term, rows: Rows) -> NDArray[np.bool_]:
    """Return where a term has no value."""
    values = term.evaluate(rows)
    if term.kind == "number":
        return np.asarray(np.isnan(values))
    if term.kind == "geometry":
        return unknown_shapes(values)
    unknown: NDArray[np.bool_] = values.unknown
    return unknown


def check(term: Term, kinds: tuple[str, ...], op: str) -> Term:
    """Return a term that is of one of the kinds that an operator takes.

    Raises
    ------
    InputError
        If it is of another.
    """
    if term.kind in kinds:
        return term
    wanted = tuple(("或", " or ")[i].join(WORDS[kind][i] for kind in kinds) for i in (0, 1))
    got = WORDS[term.kind]
    raise fault(
        term.written, f"{op} 要{wanted[0]}，不能是{got[0]}", f"{op} takes {wanted[1]}, this is {got[1]}"
    )


def same_kind(terms: list[Term], op: str) -> str:
    """Return the kind that all of some terms have.

    Raises
    ------
    InputError
        If they have not one kind; with a hint where a string stands for a time.
    """
    for term in terms[1:]:
        if term.kind != terms[0].kind:
            kinds = [WORDS[t.kind] for t in (terms[0], term)]
            zh = f"{op} 两边类型不同：{kinds[0][0]}和{kinds[1][0]}"
            en = f"{op} compares {kinds[0][1]} with {kinds[1][1]}"
            if {terms[0].kind, term.kind} == {"moment", "string"}:
                zh += "；请写 DATE('2026-11-23') 或 TIMESTAMP('2026-11-23T00:00:00Z')"
                en += ": write DATE('2026-11-23') or TIMESTAMP('2026-11-23T00:00:00Z')"
            raise fault(term.written, zh, en)
    return terms[0].kind


def arithmetic(op: str, a: Term, b: Term) -> Term:
    """Return the result of an operation on numbers; what is no finite number is unknown."""
    compute = _ARITHMETIC[op]

    def evaluate(rows: Rows) -> NDArray[np.float64]:
        first, second = a.evaluate(rows), b.evaluate(rows)
        with np.errstate(all="ignore"):
            result = np.asarray(compute(first, second), dtype=np.float64)
        # Asked for, because NaN to the power of 0 is 1.
        unknown = np.isnan(first) | np.isnan(second) | np.logical_not(np.isfinite(result))
        return np.where(unknown, np.nan, result)

    return Term("number", evaluate, {"op": op, "args": [a.written, b.written]})


# As SQL has them: the remainder carries the dividend's sign, whole division cuts.
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,
    "div": lambda a, b: np.trunc(np.divide(a, b)),
    "^": np.power,
}


def end_of_interval(value: object, scope: Scope) -> Term | None:
    """Return one end of an interval as a moment; None for the open end.

    Raises
    ------
    InputError
        If it is neither a time, a property of times nor ``..``.
    """
    if isinstance(value, dict) and "property" in value:
        return check(scope.property(value["property"]), ("moment",), "INTERVAL")
    moment = _moments.of_end(value)
    return None if moment is None else literal("moment", moment, value)


def interval(value: object, scope: Scope) -> Term:
    """Return an interval from its two ends.

    Raises
    ------
    InputError
        If it has not two ends, or they stand the wrong way round.
    """
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004
        raise fault(value, "时间段要有两端，开放端写 '..'", "an interval has two ends; an open one is '..'")
    ends = [end_of_interval(item, scope) for item in value]
    if all(end is None or end.is_literal for end in ends):
        fixed = _moments.interval(*(None if end is None else end.literal for end in ends))
        if fixed.start > fixed.end:
            raise fault(value, "时间段的结束早于开始", "the interval ends before it starts")
        return literal("interval", fixed, {"interval": value})

    def evaluate(rows: Rows) -> _moments.Moments:
        return _moments.interval(*(None if end is None else end.evaluate(rows) for end in ends))

    return Term("interval", evaluate, {"interval": value})
