"""Any filter over any rows: text and JSON mean the same, and it is what a walk row by row finds."""

from __future__ import annotations

import json
import os

import cql2_support as support
from hypothesis import given, settings

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
