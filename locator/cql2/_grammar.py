"""CQL2 text read into the JSON encoding's tree, so that everything behind it is written once.

Precedence climbing (Clarke 1986) over the grammar of OGC 21-065r2, annex B. Written here because the parsers on
PyPI overflow the stack and end the process on nested brackets, and word their errors for themselves.
"""

from __future__ import annotations

from typing import Any

from locator._errors import Text
from locator.cql2 import _wkt
from locator.cql2._faults import fault
from locator.cql2._names import ARRAY, CANONICAL, CHARACTERS, COMPARISONS, FUNCTIONS, GEOMETRIES
from locator.cql2._walk import Walk

_OR, _AND, _COMPARISON, _SUM, _PRODUCT, _POWER = 1, 2, 4, 5, 6, 7
_LEVELS = (
    {"OR": _OR, "AND": _AND, "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "%": _PRODUCT}
    | {"DIV": _PRODUCT, "^": _POWER}
    | dict.fromkeys((*COMPARISONS, "IS", "LIKE", "BETWEEN", "IN", "NOT"), _COMPARISON)
)
_RESERVED = {"AND", "OR", "NOT", "IS", "NULL", "LIKE", "BETWEEN", "IN", "DIV"}
_CALLS = {name.upper() for name in FUNCTIONS} | set(GEOMETRIES) | {"BBOX", "DATE", "TIMESTAMP", "INTERVAL"}
_VALUE = Text("属性名或值", "a property or a value")
_QUOTED = Text("引号里的时间", "a quoted time")


def tree_of(source: str) -> Any:  # noqa: ANN401  JSON
    """Return the JSON encoding of a filter in the text encoding.

    Raises
    ------
    InputError
        If it is not CQL2 text; the message names the place.
    """
    walk = Walk(source)
    tree = _expression(walk, _OR)
    if walk.peek.kind != "end":
        raise walk.unexpected(walk.peek, Text("AND、OR 或条件的结尾", "AND, OR or the end"))
    return tree


def _expression(walk: Walk, lowest: int) -> Any:  # noqa: ANN401
    walk.down()
    left = _operand(walk)
    compared = False
    while (level := _LEVELS.get(walk.peek.keyword, 0)) >= lowest:
        if level == _COMPARISON and compared:
            raise walk.unexpected(walk.peek, Text("括号隔开的比较", "brackets around one of two comparisons"))
        compared = level == _COMPARISON
        walk.operate()
        left = _compared(walk, left) if compared else _joined(walk, left, level)
    walk.up()
    return left


def _joined(walk: Walk, left: Any, level: int) -> dict[str, Any]:  # noqa: ANN401
    op = walk.next().text.lower()
    # 2 ^ 3 ^ 2 is 2 ^ 9; all the others are read from the left.
    right = _expression(walk, level if level == _POWER else level + 1)
    args = [left, right]
    while level <= _AND and walk.takes(op.upper()):
        walk.operate()
        args.append(_expression(walk, level + 1))
    return {"op": op, "args": args}


def _compared(walk: Walk, left: Any) -> dict[str, Any]:  # noqa: ANN401
    word = walk.next().keyword
    if word in COMPARISONS:
        return {"op": word, "args": [left, _expression(walk, _SUM)]}
    negated = word == "NOT"
    if negated:
        word = walk.next().keyword
    if word == "IS" and not negated:
        negated = walk.takes("NOT")
        walk.take("NULL")
        found: dict[str, Any] = {"op": "isNull", "args": [left]}
    elif word == "LIKE":
        found = {"op": "like", "args": [left, _expression(walk, _SUM)]}
    elif word == "BETWEEN":
        low = _expression(walk, _SUM)
        walk.take("AND")
        found = {"op": "between", "args": [left, low, _expression(walk, _SUM)]}
    elif word == "IN":
        found = {"op": "in", "args": [left, _listed(walk)]}
    else:
        raise walk.unexpected(walk.peek, Text("LIKE、BETWEEN 或 IN", "LIKE, BETWEEN or IN"))
    return {"op": "not", "args": [found]} if negated else found


def _listed(walk: Walk) -> list[Any]:
    walk.take("(")
    items = [_expression(walk, _OR)]
    while walk.takes(","):
        items.append(_expression(walk, _OR))
    walk.take(")")
    return items


def _operand(walk: Walk) -> Any:  # noqa: ANN401, PLR0911  one way out for each kind of word
    token = walk.next()
    if token.kind == "number":
        return _wkt.number_of(token.text)
    if token.kind == "string":
        return token.text
    if token.kind == "quoted":
        return {"property": token.text}
    if token.keyword == "(":
        inner = _expression(walk, _OR)
        walk.take(")")
        return inner
    if token.keyword == "NOT":
        return {"op": "not", "args": [_expression(walk, _COMPARISON)]}
    if token.keyword in {"-", "+"}:
        return _signed(walk, token.text)
    if token.kind == "name":
        return _named(walk, token.text)
    raise walk.unexpected(token, _VALUE)


def _signed(walk: Walk, sign: str) -> Any:  # noqa: ANN401
    if walk.peek.kind == "number":
        value = _wkt.number_of(walk.next().text)
        return -value if sign == "-" else value
    operand = _expression(walk, _POWER)
    return {"op": "*", "args": [-1, operand]} if sign == "-" else operand


def _named(walk: Walk, name: str) -> Any:  # noqa: ANN401
    keyword = name.upper()
    if keyword in {"TRUE", "FALSE"}:
        return keyword == "TRUE"
    if keyword == "NULL":
        raise fault(name, "不能与 NULL 比较，请写 IS NULL", "nothing equals NULL: write IS NULL")
    if keyword in _RESERVED:
        raise fault(
            name,
            f'“{name}”是关键字；若是属性名，请写成 "{name}"',
            f'{name} is a keyword; if a property is meant, write "{name}"',
        )
    bracket = walk.after if walk.peek.keyword == "Z" and keyword in GEOMETRIES else walk.peek
    if bracket.keyword != "(":
        return {"property": name}
    if keyword not in _CALLS:
        known = ", ".join(sorted(_CALLS))
        raise fault(name, f"没有函数 {name}；可用：{known}", f"there is no function {name}; known: {known}")
    return _called(walk, keyword)


def _called(walk: Walk, keyword: str) -> dict[str, Any]:
    if keyword in GEOMETRIES:
        return _wkt.geometry(walk, keyword)
    if keyword == "BBOX":
        return _wkt.bbox(walk)
    if keyword in {"DATE", "TIMESTAMP"}:
        walk.take("(")
        token = walk.next()
        if token.kind != "string":
            raise walk.unexpected(token, _QUOTED)
        walk.take(")")
        return {keyword.lower(): token.text}
    if keyword == "INTERVAL":
        return {"interval": _arguments(walk, 2)}
    name = CANONICAL[keyword.lower()]
    return {"op": name, "args": _arguments(walk, 1 if name in CHARACTERS else 2, arrays=name in ARRAY)}


def _arguments(walk: Walk, count: int, *, arrays: bool = False) -> list[Any]:
    walk.take("(")
    found = []
    for index in range(count):
        if index:
            walk.take(",")
        found.append(_element(walk) if arrays else _expression(walk, _OR))
    walk.take(")")
    return found


def _element(walk: Walk) -> Any:  # noqa: ANN401
    # Inside an array function a bracket opens an array, ('a') too.
    if not walk.takes("("):
        return _expression(walk, _OR)
    walk.down()
    items: list[Any] = []
    if not walk.takes(")"):
        items.append(_element(walk))
        while walk.takes(","):
            items.append(_element(walk))
        walk.take(")")
    walk.up()
    return items
