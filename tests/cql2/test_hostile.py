"""Whatever is sent as a filter: it is a filter or an InputError, within a second, and the process lives."""

from __future__ import annotations

import json
import time
from typing import Any

import cql2_support as support
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locator import InputError
from locator.cql2 import Expression, parse

_LIMIT_S = 1.0


def read(source: str, lang: str = "cql2-text") -> Expression | InputError:
    """Return what a source is read as; it must take less than a second and say why in both languages."""
    started = time.process_time()
    found: Expression | InputError
    try:
        found = parse(source, lang, support.QUERYABLES)
    except InputError as error:
        found = error
    assert time.process_time() - started < _LIMIT_S
    if isinstance(found, InputError):
        assert found.field == "filter"
        assert "" not in found.text
        assert found.text.zh != found.text.en
        # It is sent back, in UTF-8, and not longer than somebody would read.
        assert len(f"{found.got}{found.text.zh}{found.text.en}".encode()) < 3_000
    return found


def refused(source: str, lang: str = "cql2-text") -> InputError:
    """Return the error of a source that must be refused."""
    found = read(source, lang)
    assert isinstance(found, InputError), source[:80]
    return found


_DEEP = [20, 99, 101, 1_000, 30_000]


@pytest.mark.parametrize("levels", _DEEP)
@pytest.mark.parametrize(
    ("before", "inside", "after"),
    [
        ("(", "free", ")"),
        ("NOT ", "free", ""),
        ("NOT (", "free", ")"),
        ("-(", "1", ") = 1"),
        ("(", "1", ") = 1"),
        ("CASEI(", "name", ") = 'a'"),
        ("1 ^ ", "1", ""),
        ("1 + ", "1", ""),
        ("beds = 1 AND (", "free", ")"),
        ("A_EQUALS(has, (", "'a'", "))"),
        ("GEOMETRYCOLLECTION(", "POINT(1 1)", ")"),
        ("MULTIPOLYGON(", "1 1", ")"),
        ("INTERVAL(", "1", ",1)"),
    ],
)
def test_however_deep_it_is_nested(levels: int, before: str, inside: str, after: str) -> None:
    read(before * levels + inside + after * levels)
    read(before * levels)
    read(before * levels + inside)


def test_a_hundred_levels_are_read_and_more_are_refused() -> None:
    assert isinstance(read("(" * 99 + "free" + ")" * 99), Expression)
    assert "100" in str(refused("(" * 101 + "free" + ")" * 101))
    assert isinstance(read("NOT " * 98 + "free"), Expression)
    assert "100" in str(refused("NOT " * 101 + "free"))
    tree: Any = {"property": "free"}
    for _ in range(100):
        tree = {"op": "not", "args": [tree]}
    assert isinstance(read(json.dumps(tree), "cql2-json"), Expression)
    assert "100" in str(refused(json.dumps({"op": "not", "args": [tree]}), "cql2-json"))


@pytest.mark.parametrize("levels", _DEEP)
@pytest.mark.parametrize(
    ("before", "after"),
    [("[", "]"), ('{"op":"not","args":[', "]}"), ('{"a":', "}"), ('{"op":"casei","args":[', "]}")],
)
def test_however_deep_the_json_is_nested(levels: int, before: str, after: str) -> None:
    for source in (before * levels + "true" + after * levels, before * levels):
        read(source, "cql2-json")
        read('{"op":"=","args":[' + source + ",1]}", "cql2-json")


@pytest.mark.parametrize(
    "source",
    [
        *("", " ", "'", '"', "''", '""', "'a", '"a', "a'", "\\", "'\\", "'\\'", "name = 'a\\'", "\0", "name\0 = 'a'"),
        *("(", ")", "()", "name", "name =", "= 'a'", "name = = 'a'", "name == 'a'", "name != 'a'", "name = 'a' 'b'"),
        *("AND", "NOT", "free AND", "free free", "name IS", "name IS NOT", "name NOT", "name NOT IS NULL", "NULL"),
        *("name LIKE", "name LIKE town", "name LIKE 1", "beds LIKE 'a'", "name IN", "name IN ()", "name IN ('a'"),
        *("name IN 'a'", "name IN ('a', 1)", "beds BETWEEN 1", "beds BETWEEN 1 AND", "beds BETWEEN 'a' AND 2"),
        *("beds = 'a'", "name = 1", "free = 1", "seen = '2026-01-01'", "seen = 1", "geom = 1", "has = 'a'"),
        *("geom = geom", "has = has", "name + 1 = 2", "name AND free", "beds", "1", "'a'", "beds OR free", "NOT 1"),
        *("beds = NaN", "beds = Infinity", "beds = 1e999", "beds = -1e999", "beds = " + "9" * 5_000, "beds = 0x1"),
        *("beds = 1_000", "beds = １", "名 = 'a'", "name ＝ 'a'", "name = ‘a’", "name = 'a'；", "beds = 1.2.3", "beds=--"),
        *("beds < 1 < 2", "name = town = 'a'", "f(name) = 1", "CASEI() = 'a'", "CASEI(1) = 'a'", "CASEI(name, 1) = 'a'"),
        *("S_INTERSECTS(geom)", "S_INTERSECTS(geom, 1)", "S_INTERSECTS(geom, name)", "S_INTERSECTS(geom, geom, geom)"),
        *("T_AFTER(seen)", "T_AFTER(seen, '2026-01-01')", "T_MEETS(seen, due)", "T_DURING(seen, due)"),
        *("A_EQUALS(has, 'a')", "A_EQUALS(has, ('a')", "A_EQUALS(has)", "A_EQUALS(('a'), name)"),
        *("seen = DATE(2026)", "seen = DATE('2026-02-30')", "seen = DATE('2026-2-3')", "seen = DATE('0000-01-01')"),
        *("seen = DATE(' 2026-02-03')", "seen = DATE('２０２６-02-03')", "seen = DATE()", "seen = DATE('99999-01-01')"),
        *("opened = TIMESTAMP('2026-02-03')", "opened = TIMESTAMP('2026-02-03T25:00:00Z')"),
        *("opened = TIMESTAMP('2026-02-03T00:00:00')", "opened = TIMESTAMP('2026-02-03T00:00:00 08:00')"),
        *("opened = TIMESTAMP('2026-02-03T00:00:60Z')", "opened = TIMESTAMP('2026-02-03T00:00:00+99:00')"),
        *("T_AFTER(seen, INTERVAL('2026-02-03'))", "T_AFTER(seen, INTERVAL('2026-02-03', 'x'))"),
        *("T_AFTER(seen, INTERVAL('2026-02-03', '2026-02-02'))", "T_AFTER(seen, INTERVAL(name, '..'))"),
        *("T_AFTER(seen, INTERVAL(1, 2))", "T_AFTER(seen, INTERVAL('a', DATE('2026-01-01')))"),
    ],
)  # fmt: skip
def test_what_is_no_filter_is_refused(source: str) -> None:
    refused(source)


@pytest.mark.parametrize(
    "geometry",
    [
        *("POINT", "POINT()", "POINT(1)", "POINT(1 2 3 4)", "POINT(1, 2)", "POINT(1 2, 3 4)", "POINT((1 2))"),
        *(
            "POINT EMPTY",
            "POINT(1 1e999)",
            "POINT(NaN NaN)",
            "POINT(1e300 1)",
            "POINT(a b)",
            "POINT('1' '2')",
        ),
        *("LINESTRING(1 1)", "LINESTRING(1 1, 1 1)", "LINESTRING((1 1, 2 2))", "LINESTRING(1 1, 2)"),
        *(
            "POLYGON((0 0, 1 0, 1 1))",
            "POLYGON((0 0, 1 0, 1 1, 0 1))",
            "POLYGON(0 0, 1 0, 1 1, 0 0)",
            "POLYGON(())",
        ),
        *(
            "POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))",
            "POLYGON((0 0, 0 0, 0 0, 0 0))",
            "POLYGON((0 0, 1 0, 2 0, 0 0))",
        ),
        *("POLYGON((0 0, 4 0, 4 4, 0 0), (9 9, 10 9, 10 10, 9 9))", "POLYGON(((0 0, 1 0, 1 1, 0 0)))"),
        *("MULTIPOINT()", "MULTIPOINT((1 1), 2)", "MULTIPOINT(((1 1)))", "MULTILINESTRING((1 1))"),
        *(
            "MULTIPOLYGON((0 0, 1 0, 1 1, 0 0))",
            "MULTIPOLYGON(((0 0, 2 0, 2 2, 0 0)), ((0 0, 2 0, 2 2, 0 0)))",
        ),
        *(
            "GEOMETRYCOLLECTION()",
            "GEOMETRYCOLLECTION(1 1)",
            "GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(POINT(1 1)))",
        ),
        *(
            "BBOX()",
            "BBOX(1, 2, 3)",
            "BBOX(1, 2, 3, 4, 5)",
            "BBOX(0, 2, 1, 1)",
            "BBOX(1 2 3 4)",
            "BBOX(1, 2, 3, x)",
        ),
        *(
            "BBOX(181, 0, -1, 1)",
            "BBOX(1, 2, 3, 1e999)",
            "CIRCULARSTRING(0 0, 1 1, 2 0)",
            "SRID=4326;POINT(1 1)",
        ),
    ],
)
def test_what_is_no_geometry_is_refused(geometry: str) -> None:
    refused(f"S_INTERSECTS(geom, {geometry})")


@pytest.mark.parametrize(
    "source",
    [
        *("", "[]", "{}", "null", "1", '"a"', "nan", "NaN", "[true]", "{", '{"op":1}', '{"op":"not"}', "tru", "'a'"),
        *('{"op":"not","args":{}}', '{"op":"not","args":[]}', '{"op":"not","args":[true,true]}', '{"op":null,"args":[]}'),
        *('{"op":"and","args":[true]}', '{"op":"=","args":[1]}', '{"op":"=","args":[1,null]}', '{"op":"x","args":[]}'),
        *('{"op":"in","args":[1,2]}', '{"op":"in","args":[1,[]]}', '{"op":"in","args":[[1],1]}', '{"property":["a"]}'),
        *('{"property":1}', '{"property":null}', '{"property":"x"}', '{"op":"isNull","args":[null]}', '{"date":1}'),
        *('{"op":"=","args":[{"date":null},1]}', '{"op":"=","args":[{"timestamp":[]},1]}', '{"interval":"a"}'),
        *('{"op":"t_after","args":[{"property":"seen"},{"interval":[null,".."]}]}', '{"op":"=","args":[NaN,1]}'),
        *('{"op":"=","args":[1e999,1]}', '{"op":"=","args":[' + "9" * 5_000 + ",1]}", '"\\ud800"', '{"op":"like"}'),
        *('{"op":"s_intersects","args":[{"property":"geom"},{"type":"Point"}]}', '{"type":{}}', '{"bbox":{}}'),
        *('{"op":"s_intersects","args":[{"property":"geom"},{"type":"Point","coordinates":{"a":1}}]}', '{"type":"x"}'),
        *('{"op":"s_intersects","args":[{"property":"geom"},{"type":"Point","coordinates":[true,false]}]}', "\x00"),
        *('{"op":"s_intersects","args":[{"property":"geom"},{"type":"Polygon","coordinates":[[]]}]}', "[[[[[["),
        *('{"op":"s_intersects","args":[{"property":"geom"},{"type":"Polygon","coordinates":[null]}]}', "\ufeff{}"),
        *('{"op":"s_intersects","args":[{"property":"geom"},{"type":"GeometryCollection"}]}', '{"op":["a"],"args":[]}'),
        *('{"op":"s_intersects","args":[{"property":"geom"},{"bbox":["a",1,2,3]}]}', '{"op":"a_equals","args":[[],1]}'),
    ],
)  # fmt: skip
def test_what_is_no_json_filter_is_refused(source: str) -> None:
    refused(source, "cql2-json")


@pytest.mark.parametrize("lang", ["cql2-text", "cql2-json"])
def test_what_is_too_long_or_no_unicode_is_refused(lang: str) -> None:
    assert "128000" in str(refused("name = '" + "a" * 128_000 + "'", lang))
    assert "UTF-8" in str(refused("name = '\ud800'", lang))
    assert "UTF-8" in str(refused("\udcff", lang))


@pytest.mark.parametrize(
    "source",
    [
        "name = '" + "a" * 100_000 + "'",
        "name = '" + "''" * 50_000 + "'",
        "name = '" + "\\\\" * 50_000 + "'",
        '"' + "a" * 100_000 + '" = 1',
        "a" * 100_000 + " = 1",
        " " * 100_000 + "free",
        "name IN (" + ",".join(f"'号{i}'" for i in range(10_000)) + ")",
        "beds IN (" + ",".join(map(str, range(10_000))) + ")",
        "S_INTERSECTS(geom, MULTIPOINT(" + ",".join(f"{i % 99} {i}" for i in range(9_000)) + "))",
        "A_OVERLAPS(has, (" + ",".join(f"'{i}'" for i in range(10_000)) + "))",
        "name LIKE '" + "%a" * 30_000 + "'",
        "name LIKE '" + "%_" * 30_000 + "'",
    ],
)
def test_what_is_long_is_read_in_time(source: str) -> None:
    found = read(source)
    if isinstance(found, Expression):
        columns = support.columns_of([dict.fromkeys(support.QUERYABLES)] * 3)
        assert not found.mask(columns.__getitem__).any()


@pytest.mark.parametrize(
    "source",
    [
        "'" * 99_999,
        '"' * 99_999,
        "'\\" * 50_000,
        "-" * 99_999,
        "^" * 99_999,
        "free AND " * 12_000,
        "1," * 50_000,
    ],
)
def test_what_is_long_and_wrong_is_refused_in_time(source: str) -> None:
    refused(source)
    refused(source, "cql2-json")
    refused("name IN (" + source)
    refused("S_INTERSECTS(geom, MULTIPOINT(" + source)


def test_more_work_than_a_request_may_cost_is_refused() -> None:
    many = [{"op": "=", "args": [{"property": "beds"}, 1]}] * 250
    for tree in ({"op": "or", "args": many}, {"op": "or", "args": [*many, True, True]}):
        text, encoded, short = support.text_of(tree), json.dumps(tree), len(tree["args"]) == len(many)
        for source, lang in ((text, "cql2-text"), (encoded, "cql2-json")):
            assert (
                isinstance(read(source, lang), Expression) if short else "500" in str(refused(source, lang))
            )
    assert "100" in str(refused("name LIKE '" + "%a" * 101 + "'"))
    assert "50" in str(refused("name IN (" + ",".join(["town"] * 51) + ")"))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("%a" * 30 + "%b", "a" * 5_000),
        ("%_a" * 20 + "%b", "a" * 5_000),
        ("%" * 20_000, "a" * 5_000),
        ("_%" * 100 + "b", "a" * 5_000),
        ("%" + "_" * 2_000 + "b%", "a" * 5_000),
    ],
)
def test_a_pattern_cannot_be_made_to_try_forever(pattern: str, text: str) -> None:
    expression = parse(f"name LIKE '{pattern}'", "cql2-text", support.QUERYABLES)
    column = np.array([text, None, text + "c"], dtype=object)
    started = time.process_time()
    kept = expression.mask(lambda _: column).tolist()
    assert time.process_time() - started < _LIMIT_S
    assert kept == [not pattern.strip("%"), False, not pattern.strip("%")]


@settings(max_examples=1_000, deadline=None)
@given(st.text("ab%_\\\n", max_size=9), st.text("aab%_\\\n", max_size=9))
def test_a_pattern_matches_what_trying_everything_matches(pattern: str, text: str) -> None:
    tree = {"op": "like", "args": [{"property": "name"}, pattern]}
    column = np.array([text], dtype=object)
    kept = parse(json.dumps(tree), "cql2-json", support.QUERYABLES).mask(lambda _: column).tolist()
    assert kept == [support.answer(tree, {"name": text})]


def test_numbers_at_the_edge_of_floats_do_not_break_the_walk() -> None:
    columns = support.columns_of([{**dict.fromkeys(support.QUERYABLES), "beds": 1e308, "rent": -1e308}])
    for source in (
        "beds * beds > 1",
        "rent - beds < 0",
        "beds ^ 99 = 1",
        "beds % 0 = 0",
        "beds div rent = -1",
    ):
        kept = parse(source, "cql2-text", support.QUERYABLES).mask(columns.__getitem__).tolist()
        assert kept == [source == "beds div rent = -1"]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("nam = 'a'", "name"),
        ("name = Café", "single quotes"),
        ("seen > '2026-01-01'", "DATE('"),
        ("name = NULL", "IS NULL"),
        ("name == 'a'", "<> or ="),
        ("name = 'it's'", "written twice"),
        ("name = 'a", "never closed"),
        ("(free", "')'"),
        ("free = （true）", "（true）"),
        ("free AND （name = 'a'）", "full-width"),
        ("like = 1", '"like"'),
        ("T_MEETS(seen, due)", "interval"),
        ("S_INTERSECTS(geom, POLYGON((0 0, 1 0, 1 1, 0 1)))", "end where it starts"),
        ("S_INTERSECTS(geom, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))", "Self-intersection"),
        ("distance(geom) < 3", "S_INTERSECTS"),
    ],
)
def test_the_message_says_what_to_write(source: str, told: str) -> None:
    assert told in str(refused(source))


_PIECES = st.sampled_from(
    [
        *(
            "(",
            ")",
            ",",
            "'",
            '"',
            "\\",
            " ",
            "AND",
            "OR",
            "NOT",
            "IS",
            "NULL",
            "LIKE",
            "IN",
            "BETWEEN",
            "=",
            "<",
        ),
        *(
            "<>",
            "+",
            "-",
            "*",
            "/",
            "^",
            "DIV",
            "name",
            "beds",
            "free",
            "geom",
            "seen",
            "has",
            "'a'",
            "1",
            "2.5",
        ),
        *(
            "1e9",
            "true",
            "S_INTERSECTS",
            "POINT",
            "POLYGON",
            "BBOX",
            "T_AFTER",
            "DATE",
            "TIMESTAMP",
            "INTERVAL",
        ),
        *(
            "'..'",
            "A_EQUALS",
            "CASEI",
            "'2026-01-01'",
            "'2026-01-01T00:00:00Z'",
            "0 0",
            "\0",
            "名称",
            "：",
            "Z",
        ),
    ]
)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.text(), st.lists(_PIECES, max_size=25).map(" ".join), st.lists(_PIECES, max_size=25).map("".join)
    )
)
def test_any_text_is_a_filter_or_is_refused(source: str) -> None:
    read(source)
    read(source, "cql2-json")


@settings(max_examples=300, deadline=None)
@given(support.filter_texts(), st.data())
def test_a_filter_with_a_piece_changed_is_a_filter_or_is_refused(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, min(len(text), start + 4)))
    read(text[:start] + data.draw(st.one_of(_PIECES, st.text(max_size=2))) + text[stop:])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | support.filters(),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(
                ["op", "args", "property", "type", "coordinates", "bbox", "date", "interval", "geometries"]
            ),
            inner
            | st.sampled_from(
                ["and", "=", "in", "like", "s_within", "t_after", "a_equals", "Point", "Polygon"]
            ),
            max_size=3,
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(_JSON)
def test_any_json_is_a_filter_or_is_refused(tree: Any) -> None:
    read(json.dumps(tree), "cql2-json")
