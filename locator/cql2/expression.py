"""A filter as one object: read once, checked against what may be asked, applied to columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec
import numpy as np

from locator.cql2 import _arrays, _moments, _shapes
from locator.cql2._faults import fault, too_deep, too_many
from locator.cql2._grammar import tree_of
from locator.cql2._names import CANONICAL, MAX_DEPTH, MAX_LENGTH, MAX_OPERATIONS
from locator.cql2._predicates import apply
from locator.cql2._rows import Rows
from locator.cql2._terms import Queryable, Scope, Term, check, interval, literal, scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from locator.cql2._shapes import ToWgs84

Language = Literal["cql2-text", "cql2-json"]


class Expression:
    """A checked filter; made by :func:`parse`.

    Attributes
    ----------
    properties
        The names of the properties it needs.
    json
        The filter in the JSON encoding.
    """

    def __init__(self, term: Term, scope: Scope, json: Any) -> None:  # noqa: ANN401
        self.properties = frozenset(scope.used)
        self.json = json
        self._term = term
        # What holds for every row alike needs a column all the same, to know how many there are.
        self._measured = min(self.properties or scope.queryables, default="")

    def mask(self, column: Callable[[str], NDArray[Any]]) -> NDArray[np.bool_]:
        """Return the rows for which the filter is true, neither false nor unknown, (n,) bool.

        Parameters
        ----------
        column
            Gives a property's values, (n,): strings, booleans, geometries and arrays (as tuples) as objects with
            None where unknown; numbers as float64 with NaN; dates and instants (UTC) as datetime64 with NaT.
        """
        rows = len(column(self._measured)) if self._measured else 1
        true = self._term.evaluate(Rows(column)).true
        return np.array(np.broadcast_to(true, (rows,)))


def parse(
    source: str,
    lang: Language,
    queryables: Mapping[str, Queryable],
    to_wgs84: ToWgs84 = None,
) -> Expression:
    """Return a filter, read and checked.

    Parameters
    ----------
    source
        The filter, at most 128,000 characters, 100 levels and 500 operations.
    lang
        ``cql2-text`` or ``cql2-json``.
    queryables
        The properties that it may name.
    to_wgs84
        Takes a literal geometry from the filter's reference system to WGS-84, lon before lat; None if it is there.

    Raises
    ------
    InputError
        On the field ``filter``: not CQL2, an unknown property, or a value of the wrong kind.
    """
    if len(source) > MAX_LENGTH:
        raise fault(
            source, f"筛选条件超过 {MAX_LENGTH} 个字符", f"the filter is longer than {MAX_LENGTH} characters"
        )
    if not source.isascii() and any("\ud800" <= letter <= "\udfff" for letter in source):
        piece = source.encode("utf-8", "replace").decode()
        raise fault(piece, "筛选条件不是 UTF-8 文本", "the filter is not UTF-8 text")
    tree = tree_of(source) if lang == "cql2-text" else _decoded(source)
    scope = Scope(queryables, to_wgs84)
    return Expression(check(_term(tree, scope, 0), ("boolean",), "filter"), scope, tree)


def _decoded(source: str) -> Any:  # noqa: ANN401
    try:
        return msgspec.json.decode(source)
    except msgspec.DecodeError as error:
        raise fault(source, f"不是 JSON：{error}", f"this is not JSON: {error}") from None
    except RecursionError:
        raise too_deep(MAX_DEPTH) from None


def _term(node: Any, scope: Scope, depth: int) -> Term:  # noqa: ANN401
    if depth > MAX_DEPTH:
        raise too_deep(MAX_DEPTH)
    found = scalar(node)
    if found is not None:
        return found
    if isinstance(node, list):
        return _arrays.array([_term(item, scope, depth + 1) for item in node], node)
    if not isinstance(node, dict):
        raise fault(node, "不能与 null 比较，请用 isNull", "nothing equals null: use isNull")
    if "op" in node:
        return _operation(node, scope, depth)
    return _value(node, scope)


def _value(node: dict[str, Any], scope: Scope) -> Term:
    if "property" in node:
        return scope.property(node["property"])
    if "date" in node:
        return literal("moment", _moments.of_date(node["date"]), node)
    if "timestamp" in node:
        return literal("moment", _moments.of_instant(node["timestamp"]), node)
    if "interval" in node:
        return interval(node["interval"], scope)
    if "type" in node or "bbox" in node:
        return literal("geometry", _shapes.shape_of(node, scope.to_wgs84), node)
    raise fault(
        node,
        "要有 op、property、date、timestamp、interval、type 或 bbox",
        "an object here has op, property, date, timestamp, interval, type or bbox",
    )


def _operation(node: dict[str, Any], scope: Scope, depth: int) -> Term:
    name, args = node["op"], node.get("args")
    op = CANONICAL.get(name.lower()) if isinstance(name, str) else None
    if op is None:
        known = ", ".join(CANONICAL.values())
        raise fault(name, f"没有这个运算；可用：{known}", f"there is no such operator; known: {known}")
    if not isinstance(args, list):
        raise fault(node, f"{op} 缺少 args 列表", f"{op} needs a list of args")
    # a AND b AND c are two.
    scope.operations += max(len(args) - 1, 1) if op in {"and", "or"} else 1
    if scope.operations > MAX_OPERATIONS:
        raise too_many(MAX_OPERATIONS)
    items = None
    if op == "in" and len(args) == 2 and isinstance(args[1], list):  # noqa: PLR2004
        items = [_term(item, scope, depth + 1) for item in args[1]]
        args = args[:1]
    elif op == "in":
        raise fault(node, "in 要一个值和一个列表", "in takes a value and a list")
    return apply(op, [_term(arg, scope, depth + 1) for arg in args], items)
