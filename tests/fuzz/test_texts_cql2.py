"""CQL2 from valid filters, changed a little: a filter that can be applied and written down, or a refusal."""

from __future__ import annotations

import json

import cql2_support as support
from fuzz.limits import tried
from fuzz.mutations import near
from fuzz.profile import fuzzed
from hypothesis import given
from hypothesis import strategies as st

from locator.cql2 import parse

WORDS = ["AND", " OR ", "NOT ", "(", ")", "''", "'", "CASEI(", "BETWEEN", "LIKE '%", "IN (", "DATE('2026-02-30')", "POINT(1e400 0)", "POLYGON((0 0,1 1,0 0))", "INTERVAL('..','..')", "^", "/0", "%0", "div", "1e999", "BBOX(1,2,0,0)", "name", "beds"]  # fmt: skip
WORDS_JSON = ['{"op":', '"args":[', "]", "}", "null", '"and"', '"date":"0000-00-00"', '"bbox":[1,2]', '"interval":["..",".."]', '"property":"beds"', "-0", "1e400"]  # fmt: skip


@fuzzed
@given(near(support.filter_texts(), WORDS), support.tables())
def test_a_filter_in_words_can_be_applied_and_written_down_or_is_refused(
    text: str, rows: list[support.Row]
) -> None:
    read = tried(lambda: parse(text, "cql2-text", support.QUERYABLES))
    if read is not None:
        columns = support.columns_of(rows)
        kept = tried(lambda: read.mask(columns.__getitem__))
        again = parse(json.dumps(read.json), "cql2-json", support.QUERYABLES)
        assert again.json == read.json
        assert again.mask(columns.__getitem__).tolist() == kept.tolist()


@fuzzed
@given(near(support.filters().map(json.dumps), WORDS_JSON), st.booleans())
def test_a_filter_in_json_can_be_applied_or_is_refused(text: str, full: bool) -> None:
    read = tried(lambda: parse(text, "cql2-json", support.QUERYABLES))
    if read is not None:
        columns = support.columns_of([dict.fromkeys(support.QUERYABLES)] * 3 if full else [])
        assert len(tried(lambda: read.mask(columns.__getitem__))) == (3 if full else 0)
