"""The filters that the manual shows are filters, and it names all that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from locator.cql2 import Queryable, parse
from locator.cql2._names import FUNCTIONS, GEOMETRIES

_DOCS = Path(__file__).parents[2] / "docs"
_QUERYABLES = {
    **dict.fromkeys(("kind", "name", "town", "hours"), Queryable("string")),
    "stars": Queryable("integer"),
    "has": Queryable("array"),
    "geometry": Queryable("geometry"),
    "verified_on": Queryable("date"),
}


@pytest.mark.parametrize("chapter", ["cql2.md", "zh/cql2.md"])
def test_every_filter_of_the_manual_is_read(chapter: str) -> None:
    manual = (_DOCS / chapter).read_text(encoding="utf-8")
    texts = re.findall(r'--data-urlencode "filter=(.+)"', manual)
    trees = re.findall(r"--data-urlencode 'filter=(.+)'", manual)
    assert (len(texts), len(trees)) == (5, 1)
    for source in texts:
        assert parse(source, "cql2-text", _QUERYABLES).properties
    assert parse(trees[0], "cql2-json", _QUERYABLES).properties == {"kind"}
    for name in (*FUNCTIONS, *(name for name in GEOMETRIES if not name.startswith("MULTI"))):
        assert re.search(rf"`{name.upper()}\b", manual), name
