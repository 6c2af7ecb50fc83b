"""The operators of CQL2: what each takes, and its truth over rows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from locator.cql2 import _arrays, _moments, _shapes, _strings
from locator.cql2._faults import fault
from locator.cql2._names import ARITHMETIC, ARRAY, CHARACTERS, COMPARISONS, SPATIAL, TEMPORAL
from locator.cql2._terms import Term, arithmetic, check, same_kind, unknown_of
from locator.cql2._truth import COMPARE, Truth, every, known, some

if TYPE_CHECKING:
    from collections.abc import Callable

    from locator.cql2._rows import Coded, Rows

_ORDERED = ("string", "number", "boolean", "moment")
# Of IN: values that differ from row to row cost a comparison each.
_MAX_CHANGING = 50


def apply(op: str, args: list[Term], items: list[Term] | None) -> Term:
    """Return the term of an operator with its arguments; ``items`` are the members of IN's list.

    Raises
    ------
    InputError
        If an argument is of a kind the operator does not take, or there are too few or too many.
    """
    fewest, most = _COUNTS.get(op, (2, 2))
    if not fewest <= len(args) <= most:
        raise fault(
            op, f"{op} 的参数个数不对：{len(args)}", f"{op} has the wrong number of arguments: {len(args)}"
        )
    if op in ARITHMETIC:
        return arithmetic(op, *(check(arg, ("number",), op) for arg in args))
    if op in CHARACTERS:
        return _changed(op, check(args[0], ("string",), op))
    return Term("boolean", _test(op, args, items or []), {"op": op})


_MANY = 1_000_000
_COUNTS = {
    "and": (2, _MANY),
    "or": (2, _MANY),
    "not": (1, 1),
    "isNull": (1, 1),
    "between": (3, 3),
    "in": (1, 1),
    "casei": (1, 1),
    "accenti": (1, 1),
}


def _test(op: str, args: list[Term], items: list[Term]) -> Callable[[Rows], Truth]:  # noqa: PLR0911
    if op in {"and", "or", "not"}:
        return _logic(op, [check(arg, ("boolean",), op.upper()) for arg in args])
    if op in COMPARISONS:
        return _comparison(op, *args)
    if op in SPATIAL:
        return _spatial(op, *(check(arg, ("geometry",), op.upper()) for arg in args))
    if op in TEMPORAL:
        return _temporal(op, *args)
    if op in ARRAY:
        a, b = (check(arg, ("array",), op.upper()) for arg in args)
        return lambda rows: _arrays.relation(op, a.evaluate(rows), b.evaluate(rows))
    if op == "like":
        return _like(*(check(arg, ("string",), "LIKE") for arg in args))
    if op == "in":
        return _in(args[0], items)
    if op == "between":
        low = _comparison(">=", args[0], args[1], written="BETWEEN")
        high = _comparison("<=", args[0], args[2], written="BETWEEN")
        return lambda rows: every([low(rows), high(rows)])
    return partial(_is_null, args[0])


def _is_null(term: Term, rows: Rows) -> Truth:
    unknown = unknown_of(term, rows)
    return Truth(unknown, np.logical_not(unknown))


def _changed(op: str, text: Term) -> Term:
    change = {"casei": _strings.casei, "accenti": _strings.accenti}[op]
    written = {"op": op, "args": [text.written]}
    if text.is_literal:
        value: Coded = text.literal.each(change)
        return Term("string", lambda _: value, written, value)

    def evaluate(rows: Rows) -> Coded:
        return rows.changed(written, lambda: text.evaluate(rows).each(change))

    return Term("string", evaluate, written)


def _logic(op: str, args: list[Term]) -> Callable[[Rows], Truth]:
    if op == "not":
        return lambda rows: ~args[0].evaluate(rows)
    combine = every if op == "and" else some
    return lambda rows: combine([arg.evaluate(rows) for arg in args])


def _comparison(op: str, a: Term, b: Term, *, written: str = "") -> Callable[[Rows], Truth]:
    for term in (a, b):
        check(term, _ORDERED, written or op)
    compare = _COMPARERS[same_kind([a, b], written or op)]
    return lambda rows: compare(op, a.evaluate(rows), b.evaluate(rows))


def _numbers(op: str, a: Any, b: Any) -> Truth:  # noqa: ANN401
    return known(COMPARE[op](a, b), np.isnan(a) | np.isnan(b))


def _booleans(op: str, a: Truth, b: Truth) -> Truth:
    return _numbers(op, a.as_numbers, b.as_numbers)


_COMPARERS: dict[str, Callable[[str, Any, Any], Truth]] = {
    "string": _strings.compare,
    "number": _numbers,
    "boolean": _booleans,
    "moment": _moments.compare,
}


def _like(text: Term, pattern: Term) -> Callable[[Rows], Truth]:
    if not pattern.is_literal:
        raise fault(pattern.written, "LIKE 的模式要写成文字", "the pattern of LIKE must be a literal")
    matches = _strings.like(pattern.literal.values[0])

    def evaluate(rows: Rows) -> Truth:
        values: Coded = text.evaluate(rows)
        return values.where([matches(value) for value in values.values])

    return evaluate


def _in(value: Term, items: list[Term]) -> Callable[[Rows], Truth]:
    check(value, _ORDERED, "IN")
    if not items:
        raise fault("IN", "IN 的列表是空的", "the list of IN is empty")
    kind = same_kind([value, *items], "IN")
    fixed = [item for item in items if item.is_literal]
    changing = [item for item in items if not item.is_literal]
    if len(changing) > _MAX_CHANGING:
        raise fault(
            "IN",
            f"IN 的列表里最多 {_MAX_CHANGING} 个非常量",
            f"the list of IN holds at most {_MAX_CHANGING} properties or expressions",
        )
    compare = _COMPARERS[kind]
    among = _AMONG[kind]([item.literal for item in fixed])

    def evaluate(rows: Rows) -> Truth:
        values = value.evaluate(rows)
        found = [compare("=", values, item.evaluate(rows)) for item in changing]
        return some([*found, among(values)] if fixed else found)

    return evaluate


def _among_strings(items: list[Coded]) -> Callable[[Coded], Truth]:
    wanted = {item.values[0] for item in items}
    return lambda values: values.where([value in wanted for value in values.values])


def _among_numbers(items: list[Any]) -> Callable[[Any], Truth]:
    wanted = np.array([float(item) for item in items])
    return lambda values: known(np.isin(values, wanted), np.isnan(values))


def _among_booleans(items: list[Truth]) -> Callable[[Truth], Truth]:
    among = _among_numbers([item.as_numbers for item in items])
    return lambda values: among(values.as_numbers)


def _among_moments(items: list[_moments.Moments]) -> Callable[[_moments.Moments], Truth]:
    days = np.array([int(item.start) for item in items if item.days], dtype=np.int64)
    times = [item for item in items if not item.days]
    instants = np.array([int(item.start) for item in times], dtype=np.int64)
    # A date is among instants if one of them falls on it.
    all_days = np.concatenate([days, np.array([int(item.as_days().start) for item in times], dtype=np.int64)])

    def among(values: _moments.Moments) -> Truth:
        if values.days:
            hits = np.isin(values.start, all_days)
        else:
            hits = np.isin(values.start, instants) | np.isin(values.as_days().start, days)
        return known(hits, values.unknown)

    return among


_AMONG: dict[str, Callable[[list[Any]], Callable[[Any], Truth]]] = {
    "string": _among_strings,
    "number": _among_numbers,
    "boolean": _among_booleans,
    "moment": _among_moments,
}


def _spatial(op: str, a: Term, b: Term) -> Callable[[Rows], Truth]:
    turned = b.is_literal and not a.is_literal
    return lambda rows: _shapes.relation(op, a.evaluate(rows), b.evaluate(rows), turned=turned)


def _temporal(op: str, a: Term, b: Term) -> Callable[[Rows], Truth]:
    for term, instant in zip((a, b), _moments.MAY_BE_INSTANT.get(op, (False, False)), strict=True):
        check(term, ("moment", "interval") if instant else ("interval",), op.upper())
    return lambda rows: _moments.relation(op, a.evaluate(rows), b.evaluate(rows))
