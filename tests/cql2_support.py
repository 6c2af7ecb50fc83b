"""CQL2 for tests: random filters and rows, the text of a filter, and a second, slow way to answer it.

``answer`` walks one row at a time in plain Python; it shares nothing with ``locator.cql2`` but the JSON encoding.
Others may draw from ``filters()``, ``filter_texts()`` and ``tables()``.
"""

from __future__ import annotations

import math
import operator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import shapely
from hypothesis import strategies as st

from locator.cql2 import Queryable

QUERYABLES = {
    "name": Queryable("string"),
    "town": Queryable("string"),
    "beds": Queryable("integer"),
    "rent": Queryable("number"),
    "free": Queryable("boolean"),
    "seen": Queryable("date"),
    "due": Queryable("date"),
    "opened": Queryable("instant"),
    "closed": Queryable("instant"),
    "geom": Queryable("geometry"),
    "area": Queryable("geometry"),
    "has": Queryable("array"),
    "名称": Queryable("string"),
}
_CHINA = timezone(timedelta(hours=8))
_LETTERS = "aAbé É食堂%_\\'"
_LOWER = {"A": "a", "É": "é", "ß": "ss"}
_PLAIN = {"é": "e", "É": "E"}
_COMPARE = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def shape(tree: dict[str, Any]) -> Any:
    """Return a literal's geometry."""
    if "bbox" not in tree:
        return shapely.geometry.shape(tree)
    west, south, east, north = tree["bbox"]
    return shapely.MultiPoint([(x, y) for x in (west, east) for y in (south, north)]).convex_hull


# ---- rows ----------------------------------------------------------------------------------------------------

_strings = st.one_of(st.sampled_from(["a", "食堂", "éA", "", "ß"]), st.text(_LETTERS, max_size=5))
_numbers = st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0])
_days = st.dates(date(2026, 2, 27), date(2026, 3, 2))
_times = st.timedeltas(timedelta(0), timedelta(3)).map(
    lambda past: datetime(2026, 2, 27, 12, tzinfo=UTC) + past
)
_grid = st.integers(0, 3).map(float)
_positions = st.tuples(_grid, _grid).map(list)


def _boxes(west: float, south: float, wide: float, high: float) -> dict[str, Any]:
    corners = [(0, 0), (wide, 0), (wide, high), (0, high), (0, 0)]
    return {"type": "Polygon", "coordinates": [[[west + x, south + y] for x, y in corners]]}


_sizes = st.integers(1, 3).map(float)
_points = _positions.map(lambda p: {"type": "Point", "coordinates": p})
_lines = st.lists(_positions, min_size=2, max_size=3, unique_by=tuple).map(
    lambda line: {"type": "LineString", "coordinates": line}
)
_polygons = st.builds(_boxes, _grid, _grid, _sizes, _sizes)
_bounds = st.builds(lambda w, s, x, y: {"bbox": [w, s, w + x, s + y]}, _grid, _grid, _grid, _grid)
_geometries = st.one_of(
    _points,
    _lines,
    _polygons,
    _bounds,
    st.lists(_positions, min_size=1, max_size=3, unique_by=tuple).map(
        lambda points: {"type": "MultiPoint", "coordinates": points}
    ),
    st.lists(_lines, min_size=1, max_size=2).map(
        lambda lines: {"type": "MultiLineString", "coordinates": [line["coordinates"] for line in lines]}
    ),
    st.builds(
        lambda a, b: {"type": "MultiPolygon", "coordinates": [a, b]},
        st.builds(_boxes, _grid, _grid, _sizes, _sizes).map(lambda p: p["coordinates"]),
        st.builds(_boxes, _grid.map(lambda x: x + 10), _grid, _sizes, _sizes).map(lambda p: p["coordinates"]),
    ),
)
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "string": _strings,
    "integer": st.integers(-3, 3).map(float),
    "number": _numbers,
    "boolean": st.booleans(),
    "date": _days,
    "instant": _times,
    "geometry": st.one_of(_points, _lines, _polygons).map(shape),
    "array": st.lists(st.sampled_from(["a", "b", "食堂"]), max_size=3).map(tuple),
}
Row = dict[str, Any]


def tables(max_size: int = 8) -> st.SearchStrategy[list[Row]]:
    """Draw rows: values by name, None where unknown."""
    row = st.fixed_dictionaries({n: st.none() | _VALUES[q.type] for n, q in QUERYABLES.items()})
    return st.lists(row, min_size=1, max_size=max_size)


def columns_of(rows: list[Row]) -> dict[str, np.ndarray]:
    """Return rows as the columns that the contract of ``Expression.mask`` asks for."""
    columns = {}
    for name, queryable in QUERYABLES.items():
        values = [row[name] for row in rows]
        if queryable.type in {"integer", "number"}:
            columns[name] = np.array([math.nan if v is None else v for v in values])
        elif queryable.type == "date":
            columns[name] = np.array(values, dtype="datetime64[D]")
        elif queryable.type == "instant":
            plain = [None if v is None else v.replace(tzinfo=None) for v in values]
            columns[name] = np.array(plain, dtype="datetime64[us]")
        else:
            columns[name] = np.empty(len(rows), dtype=object)
            columns[name][:] = values
    return columns


# ---- filters -------------------------------------------------------------------------------------------------


def _op(name: str, *args: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*args).map(lambda found: {"op": name, "args": list(found)})


def _any_op(names: list[str], *args: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(names).flatmap(lambda name: _op(name, *args))


def _named(*types: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from([{"property": n} for n, q in QUERYABLES.items() if q.type in types])


_string_terms = st.recursive(
    st.one_of(_strings, _named("string")), lambda inner: _any_op(["casei", "accenti"], inner), max_leaves=2
)
_patterns = st.recursive(
    st.one_of(_strings, st.sampled_from(["%", "a%", "%堂", "_%", "%a%_", "\\%%", "a\\_"])),
    lambda inner: _any_op(["casei", "accenti"], inner),
    max_leaves=1,
)
_number_leaves = st.one_of(_numbers, st.integers(-3, 3), _named("integer", "number"))
_number_terms = st.recursive(
    _number_leaves,
    lambda inner: st.one_of(
        _any_op(["+", "-", "*", "/", "%", "div"], inner, inner),
        _op("^", inner, st.sampled_from([0, 1, 2, -1, 0.5])),
    ),
    max_leaves=4,
)
_date_literals = _days.map(lambda day: {"date": day.isoformat()})
_time_texts = _times.map(lambda time: time.isoformat().replace("+00:00", "Z"))
_time_literals = _time_texts.map(lambda text: {"timestamp": text})
_moments = st.one_of(_date_literals, _time_literals, _named("date", "instant"))


def _forward(ends: list[Any]) -> bool:
    # A literal interval that ends before it starts is refused.
    a, b = (_moment(end, {}) if isinstance(end, str) and end != ".." else None for end in ends)
    if a is None or b is None:
        return True
    return _day(a) <= _day(b) if date in {type(a), type(b)} else a <= b


_ends = st.one_of(st.just(".."), _days.map(date.isoformat), _time_texts, _named("date", "instant"))
_intervals = st.lists(_ends, min_size=2, max_size=2).filter(_forward).map(lambda ends: {"interval": ends})
_both = ["t_after", "t_before", "t_disjoint", "t_equals", "t_intersects"]
_only_intervals = [
    *("t_contains", "t_during", "t_finishedBy", "t_finishes", "t_meets", "t_metBy"),
    *("t_overlappedBy", "t_overlaps", "t_startedBy", "t_starts"),
]
_geom_terms = st.one_of(_geometries, _named("geometry"))
_spatial = [
    *("s_intersects", "s_equals", "s_disjoint", "s_touches"),
    *("s_within", "s_overlaps", "s_crosses", "s_contains"),
]
_array_terms = st.one_of(
    _named("array"),
    st.lists(st.one_of(st.sampled_from(["a", "b", "食堂", 1, True]), _named("string")), max_size=3),
)


def _compared(terms: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        _any_op(list(_COMPARE), terms, terms),
        _op("in", terms, st.lists(terms, min_size=1, max_size=4)),
    )


_predicates = st.one_of(
    _compared(_string_terms),
    _compared(_number_terms),
    _compared(_moments),
    _compared(st.one_of(st.booleans(), _named("boolean"))),
    _op("like", _string_terms, _patterns),
    _op("between", _number_terms, _number_terms, _number_terms),
    _op("isNull", st.one_of(_named(*{q.type for q in QUERYABLES.values()}), _number_terms)),
    _any_op(_spatial, _geom_terms, _geom_terms),
    _any_op(_both, st.one_of(_moments, _intervals), st.one_of(_moments, _intervals)),
    _any_op(_only_intervals, _intervals, _intervals),
    _op("t_during", _moments, _intervals),
    _op("t_contains", _intervals, _moments),
    _any_op(["a_equals", "a_contains", "a_containedBy", "a_overlaps"], _array_terms, _array_terms),
    _named("boolean"),
    st.booleans(),
)


def filters() -> st.SearchStrategy[Any]:
    """Draw filters over ``QUERYABLES``, as the JSON encoding's trees."""
    return st.recursive(
        _predicates,
        lambda inner: st.one_of(
            _op("not", inner),
            st.sampled_from(["and", "or"]).flatmap(
                lambda name: st.lists(inner, min_size=2, max_size=3).map(lambda a: {"op": name, "args": a})
            ),
            _any_op(["=", "<>"], inner, inner),
        ),
        max_leaves=4,
    )


def filter_texts() -> st.SearchStrategy[str]:
    """Draw filters over ``QUERYABLES`` in the text encoding."""
    return filters().map(text_of)


# ---- text ----------------------------------------------------------------------------------------------------


def text_of(tree: Any) -> str:  # noqa: C901, PLR0911, PLR0912  a grammar's worth of cases
    """Return the text encoding of a tree, with brackets wherever they may stand."""
    if isinstance(tree, bool):
        return str(tree).lower()
    if isinstance(tree, str):
        return "'" + tree.replace("\\", "\\\\").replace("'", "''") + "'"
    if isinstance(tree, int | float):
        return repr(tree)
    if isinstance(tree, list):
        return "(" + ", ".join(map(text_of, tree)) + ")"
    if "property" in tree:
        return tree["property"] if tree["property"] != "has" else '"has"'
    for word in ("date", "timestamp"):
        if word in tree:
            return f"{word.upper()}('{tree[word]}')"
    if "interval" in tree:
        return f"INTERVAL({', '.join(map(text_of, tree['interval']))})"
    if "bbox" in tree:
        return f"BBOX({', '.join(map(repr, tree['bbox']))})"
    if "type" in tree:
        return shape(tree).wkt
    op, args = tree["op"], tree["args"]
    if op == "not":
        return f"(NOT {text_of(args[0])})"
    if op == "isNull":
        return f"({text_of(args[0])} IS NULL)"
    if op == "between":
        value, low, high = map(text_of, args)
        return f"({value} BETWEEN {low} AND {high})"
    if op in {"and", "or", "in", "like", "div", *_COMPARE, "+", "-", "*", "/", "%", "^"}:
        return "(" + f" {op.upper()} ".join(map(text_of, args)) + ")"
    return f"{op.upper()}({', '.join(map(text_of, args))})"


# ---- the second way ------------------------------------------------------------------------------------------


def answer(tree: Any, row: Row) -> Any:  # noqa: C901, PLR0911
    """Return what a tree is worth for one row; None is unknown."""
    if isinstance(tree, list):
        values = [answer(item, row) for item in tree]
        return None if None in values else tuple(values)
    if not isinstance(tree, dict):
        return tree
    if "property" in tree:
        return row[tree["property"]]
    if "date" in tree or "timestamp" in tree:
        return _moment(tree.get("date") or tree.get("timestamp"), row)
    if "interval" in tree:
        return [".." if end == ".." else _moment(end, row) for end in tree["interval"]]
    if "type" in tree or "bbox" in tree:
        return shape(tree)
    op, args = tree["op"], [answer(arg, row) for arg in tree["args"]]
    if op == "and":
        return False if False in args else None if None in args else True
    if op == "or":
        return True if True in args else None if None in args else False
    if op == "isNull":
        return args[0] is None
    if op == "in":
        found = [answer({"op": "=", "args": [tree["args"][0], item]}, row) for item in tree["args"][1]]
        return True if True in found else None if None in found else False
    if op == "between":
        value, low, high = tree["args"]
        pair = [{"op": ">=", "args": [value, low]}, {"op": "<=", "args": [value, high]}]
        return answer({"op": "and", "args": pair}, row)
    if any(arg is None or (isinstance(arg, list) and None in arg) for arg in args):
        return None
    return _answer_known(op, args)


def _answer_known(op: str, args: list[Any]) -> Any:  # noqa: PLR0911
    if op == "not":
        return not args[0]
    if op in _COMPARE:
        if isinstance(args[0], date):
            args = [_day(arg) for arg in args] if date in map(type, args) else args
        return _COMPARE[op](*args)
    if op == "like":
        return _like(_pieces(args[1]), args[0])
    if op == "casei":
        return "".join(_LOWER.get(letter, letter) for letter in args[0])
    if op == "accenti":
        return "".join(_PLAIN.get(letter, letter) for letter in args[0])
    if op.startswith("s_"):
        return _stands(op, *args)
    if op.startswith("t_"):
        return _allen(op, *args)
    if op.startswith("a_"):
        a, b = map(set, args)
        return {"a_equals": a == b, "a_contains": a >= b, "a_containedBy": a <= b, "a_overlaps": bool(a & b)}[
            op
        ]
    return _computed(op, *args)


def _computed(op: str, a: float, b: float) -> float | None:
    compute = {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": operator.truediv,
        "%": math.fmod,
        "div": lambda x, y: math.trunc(x / y),
        "^": operator.pow,
    }
    try:
        result = compute[op](float(a), b)
    except (ArithmeticError, ValueError):
        return None
    return result if not isinstance(result, complex) and math.isfinite(result) else None


def _pieces(pattern: str) -> list[str]:
    pieces = []
    while pattern:
        size = 2 if pattern[0] == "\\" and len(pattern) > 1 else 1
        pieces.append(pattern[:size])
        pattern = pattern[size:]
    return pieces


def _like(pieces: list[str], text: str) -> bool:
    if not pieces:
        return not text
    if pieces[0] == "%":
        return any(_like(pieces[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and pieces[0] in {"_", text[0], "\\" + text[0]} and _like(pieces[1:], text[1:])


def _moment(end: Any, row: Row) -> Any:
    if isinstance(end, dict):
        return row[end["property"]]
    return date.fromisoformat(end) if "T" not in end else datetime.fromisoformat(end)


def _day(moment: date) -> date:
    return moment.astimezone(_CHINA).date() if isinstance(moment, datetime) else moment


def _allen(op: str, a: Any, b: Any) -> bool:
    pairs = [side if isinstance(side, list) else [side, side] for side in (a, b)]
    known = [end for pair in pairs for end in pair if end != ".."]
    if date in map(type, known):
        pairs = [[end if end == ".." else _day(end) for end in pair] for pair in pairs]

    def at(end: Any, opened: float) -> float:
        if end == "..":
            return opened
        if isinstance(end, datetime):
            return (end - datetime(2026, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        return end.toordinal()

    (a0, a1), (b0, b1) = ((at(first, -math.inf), at(last, math.inf)) for first, last in pairs)
    return {
        "t_after": a0 > b1,
        "t_before": a1 < b0,
        "t_disjoint": a0 > b1 or a1 < b0,
        "t_equals": a0 == b0 and a1 == b1,
        "t_intersects": not (a0 > b1 or a1 < b0),
        "t_contains": a0 < b0 and a1 > b1,
        "t_during": a0 > b0 and a1 < b1,
        "t_finishedBy": a0 < b0 and a1 == b1,
        "t_finishes": a0 > b0 and a1 == b1,
        "t_meets": a1 == b0,
        "t_metBy": a0 == b1,
        "t_overlappedBy": b0 < a0 < b1 < a1,
        "t_overlaps": a0 < b0 < a1 < b1,
        "t_startedBy": a0 == b0 and a1 > b1,
        "t_starts": a0 == b0 and a1 < b1,
    }[op]


def _stands(op: str, a: Any, b: Any) -> bool:
    # The standard's own definition: patterns of the DE-9IM matrix.
    dims = tuple(int(shapely.get_dimensions(side)) for side in (a, b))
    crosses = "T*T******" if dims[0] < dims[1] else "T*****T**" if dims[0] > dims[1] else "0********"
    overlaps = "1*T***T**" if dims == (1, 1) else "T*T***T**"
    patterns = {
        "s_equals": ["T*F**FFF*"],
        "s_touches": ["FT*******", "F**T*****", "F***T****"],
        "s_within": ["T*F**F***"],
        "s_contains": ["T*****FF*"],
        "s_disjoint": ["FF*FF****"],
        "s_crosses": [crosses] if dims[0] != dims[1] or dims == (1, 1) else [],
        "s_overlaps": [overlaps] if dims[0] == dims[1] else [],
    }
    if op == "s_intersects":
        return not a.relate_pattern(b, "FF*FF****")
    return any(a.relate_pattern(b, pattern) for pattern in patterns[op])
