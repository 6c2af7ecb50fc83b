"""Any filter over any rows: text and JSON mean the same, and it is what a walk row by row finds."""

from __future__ import annotations

import json
import os
import re
from typing import Any

import cql2
import cql2_support as support
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from locator.cql2 import parse

# CQL2_EXAMPLES=20000 for a long run.
_EXAMPLES = int(os.environ.get("CQL2_EXAMPLES", "300"))


@settings(max_examples=_EXAMPLES, deadline=None)
@given(support.filters(), support.tables())
def test_a_filter_keeps_the_rows_that_a_walk_row_by_row_keeps(tree, rows) -> None:
    columns = support.columns_of(rows)
    expected = [support.answer(tree, row) is True for row in rows]
    from_json = parse(json.dumps(tree), "cql2-json", support.QUERYABLES)
    from_text = parse(support.text_of(tree), "cql2-text", support.QUERYABLES)
    assert from_json.mask(columns.__getitem__).tolist() == expected
    assert from_text.mask(columns.__getitem__).tolist() == expected
    assert from_json.properties == from_text.properties


@settings(max_examples=_EXAMPLES // 2, deadline=None)
@given(support.filter_texts())
def test_text_to_json_to_text_comes_back_to_the_same_filter(text) -> None:
    tree = parse(text, "cql2-text", support.QUERYABLES).json
    again = parse(support.text_of(tree), "cql2-text", support.QUERYABLES).json
    assert again == tree
    assert parse(json.dumps(tree), "cql2-json", support.QUERYABLES).json == tree


def _common(tree: Any) -> Any:
    # What two readers may write differently: brackets inside one chain, capitals, ends of fractions.
    if isinstance(tree, list):
        return [_common(item) for item in tree]
    if not isinstance(tree, dict):
        return (
            re.sub(r"\.?0*Z$", "Z", tree) if isinstance(tree, str) and re.search(r"\.\d+Z$", tree) else tree
        )
    tree = {name: _common(value) for name, value in tree.items()}
    if "op" in tree:
        tree["op"] = tree["op"].lower()
    if tree.get("op") in {"and", "or"}:
        nested = [
            a["args"] if isinstance(a, dict) and a.get("op") == tree["op"] else [a] for a in tree["args"]
        ]
        tree["args"] = [item for items in nested for item in items]
    return tree


def _chains() -> st.SearchStrategy[str]:
    # Without brackets, so that it is precedence that decides.
    numbers = st.sampled_from(["1", "beds", "2.5", "rent"])
    sums = st.lists(st.tuples(st.sampled_from(["+", "-", "*", "/", "%", "div"]), numbers), max_size=3)
    number = st.builds(lambda first, rest: " ".join([first, *(f"{op} {n}" for op, n in rest)]), numbers, sums)
    predicate = st.one_of(
        st.builds(lambda a, op, b: f"{a} {op} {b}", number, st.sampled_from(["=", "<>", "<", ">="]), number),
        st.builds(lambda a, b, c: f"{a} BETWEEN {b} AND {c}", number, number, number),
        st.builds(lambda a, b: f"{a} NOT IN ({b}, 1)", number, number),
        st.sampled_from(["free", "name NOT LIKE '%a'", "seen IS NOT NULL", "true"]),
    )
    negated = st.builds(lambda no, p: no + p, st.sampled_from(["", "", "NOT "]), predicate)
    rest = st.lists(st.tuples(st.sampled_from(["AND", "OR"]), negated), max_size=4)
    return st.builds(lambda first, more: " ".join([first, *(f"{op} {p}" for op, p in more)]), negated, rest)


@settings(max_examples=_EXAMPLES, deadline=None)
@given(st.one_of(support.filter_texts(), _chains()))
def test_another_reader_reads_the_same(text) -> None:
    # It takes a backslash for itself, knows no empty array, and of one with a single name thinks that it is in brackets.
    assume("\\" not in text)
    assume("()" not in text)
    assume(not re.search(r'A_\w+\(.*\("?\w+"?\)', text))
    ours = parse(text, "cql2-text", support.QUERYABLES).json
    assert _common(ours) == _common(cql2.parse_text(text).to_json())
