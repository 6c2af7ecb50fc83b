"""The abstract tests of CQL2 put to every queryable of every collection, and the manual's own filters, over HTTP."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

MANUAL = Path(__file__).parents[2] / "docs" / "cql2.md"
_COMPARED = {
    "string": "'foo'",
    "boolean": "true",
    "number": "3.14",
    "integer": "1",
    "date": "DATE('2022-04-14')",
    "date-time": "TIMESTAMP('2022-04-14T14:48:46Z')",
}
# Pairs of comparisons that no feature can satisfy both.
_APART = (("=", "<>"), (">", "<="), ("<", ">="))
_SPATIAL = ("INTERSECTS", "EQUALS", "DISJOINT", "TOUCHES", "WITHIN", "OVERLAPS", "CROSSES", "CONTAINS")
_SHAPES = (
    "POINT(121.5 31.2)",
    "BBOX(150, -90, -150, 90)",
    "LINESTRING(120 30, 122 32)",
    "POLYGON((120 30, 122 30, 122 32, 120 32, 120 30))",
    "MULTIPOINT((121.5 31.2), (121.6 31.3))",
    "MULTILINESTRING((120 30, 122 32), (121 30, 122 31))",
    "MULTIPOLYGON(((120 30, 122 30, 122 32, 120 32, 120 30)))",
    "GEOMETRYCOLLECTION(POINT(7 49), POLYGON((120 30, 122 30, 122 32, 120 32, 120 30)))",
)
_TEMPORAL = ("AFTER", "BEFORE", "DISJOINT", "EQUALS", "INTERSECTS")
_SPANS = ("INTERVAL('2021-01-01', '2021-12-31')", "INTERVAL('2021-01-01T00:00:00Z', '..')")


def kind_of(schema: dict[str, Any]) -> str:
    """Return what a queryable's schema says it holds."""
    types = schema.get("type", "geometry")
    said = next(t for t in types if t != "null") if isinstance(types, list) else types
    return schema["format"] if schema.get("format") in _COMPARED else said


def filters_of(name: str, kind: str) -> list[str]:
    """Return filters that must be answered for a queryable of a kind."""
    if kind == "array":
        return [f"A_{op}({name}, ('foo', 'bar'))" for op in ("CONTAINS", "CONTAINEDBY", "EQUALS", "OVERLAPS")]
    if kind in {"date", "date-time"}:
        return [f"T_{op}({name}, {span})" for op in _TEMPORAL for span in (_COMPARED[kind], *_SPANS)]
    if kind == "string":
        return [f"{name} LIKE 'foo%'", f"CASEI({name}) IN (CASEI('x'))", f"ACCENTI({name}) = ACCENTI('é')"]
    if kind in {"number", "integer"}:
        return [f"{name} BETWEEN 1 AND 2", f"{name} + 1 > 2 * {name}"]
    return []


@pytest.mark.parametrize("collection", ["services", "stops", "offers", "events", "districts", "gaps"])
def test_what_the_standard_asks_of_every_queryable_is_answered(ogc: FlaskClient, collection: str) -> None:
    items = f"/ogc/collections/{collection}/items"

    def count(condition: str) -> int:
        answer = ogc.get(items, query_string={"filter": condition, "limit": 1})
        assert answer.status_code == 200, (condition, answer.text)
        number: int = answer.get_json(force=True)["numberMatched"]
        return number

    def check_apart(one: str, other: str, unknown: str) -> None:
        assert count(f"{one} AND {other}") == 0
        assert count(one) + count(other) + count(unknown) == whole, (one, other)

    whole = count("true")
    assert whole > 0
    assert count("false") == 0
    schema = ogc.get(f"/ogc/collections/{collection}/queryables").get_json(force=True)
    for name, queryable in schema["properties"].items():
        kind, unknown = kind_of(queryable), f"{name} IS NULL"
        for one, other in _APART if kind in _COMPARED else ():
            check_apart(f"{name} {one} {_COMPARED[kind]}", f"{name} {other} {_COMPARED[kind]}", unknown)
        for condition in filters_of(name, kind):
            check_apart(condition, f"NOT ({condition})", unknown)
    for shape in _SHAPES:
        check_apart(f"S_INTERSECTS(geometry, {shape})", f"S_DISJOINT({shape}, geometry)", "geometry IS NULL")
        for op in _SPATIAL:
            condition = f"S_{op}({shape}, geometry)"
            check_apart(condition, f"NOT {condition}", "geometry IS NULL")


def test_every_filter_of_the_manual_finds_something(ogc: FlaskClient) -> None:
    manual = MANUAL.read_text(encoding="utf-8")
    shown = [("cql2-text", text) for text in re.findall(r'--data-urlencode "filter=(.+)"', manual)]
    shown += [("cql2-json", tree) for tree in re.findall(r"--data-urlencode 'filter=(.+)'", manual)]
    assert len(shown) == 6
    for lang, condition in shown:
        given = {"filter": condition, "filter-lang": lang}
        answer = ogc.get("/ogc/collections/services/items", query_string=given)
        assert answer.status_code == 200, (condition, answer.text)
        assert answer.get_json(force=True)["numberMatched"] > 0, condition


@pytest.mark.parametrize("lang", ["cql2-text", "cql2-json"])
@pytest.mark.parametrize(
    "condition",
    [
        *(
            "(" * 9_000,
            "NOT " * 4_000 + "demo",
            "[" * 9_000,
            '{"op":"not","args":[' * 900,
            "'",
            "\0",
            "name",
        ),
        *("foo = 1", "S_INTERSECTS(geometry, POINT(1e300 1))", "name LIKE '" + "%_" * 5_000 + "'", "1 = 'a'"),
    ],
    ids=range(11),
)
@pytest.mark.parametrize(
    ("language", "told"), [("zh", "筛选|属性|字符|JSON|几何|LIKE|filter|类型"), ("en", "[a-z]{3}")]
)
def test_a_filter_that_cannot_be_meant_is_the_askers_mistake_and_is_told_in_words(
    ogc: FlaskClient, condition: str, lang: str, language: str, told: str
) -> None:
    answer = ogc.get(
        "/ogc/collections/services/items",
        query_string={"filter": condition, "filter-lang": lang},
        headers={"Accept-Language": language},
    )
    assert answer.status_code == 400
    (error,) = answer.get_json(force=True)["errors"]
    assert error["field"] == "filter"
    assert re.search(told, error["message"])
