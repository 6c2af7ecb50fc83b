"""CQL2, the filter language of OGC API - Features Part 3 (OGC 21-065r2): read, checked, applied to columns."""

from __future__ import annotations

from locator.cql2._terms import Queryable
from locator.cql2.expression import Expression, parse

__all__ = ["CONFORMANCE", "Expression", "Queryable", "parse"]

# Custom functions are the one class left out: there are none to call.
CONFORMANCE = tuple(
    f"http://www.opengis.net/spec/cql2/1.0/conf/{name}"
    for name in (
        "basic-cql2",
        "advanced-comparison-operators",
        "case-insensitive-comparison",
        "accent-insensitive-comparison",
        "basic-spatial-functions",
        "basic-spatial-functions-plus",
        "spatial-functions",
        "temporal-functions",
        "array-functions",
        "property-property",
        "arithmetic",
        "cql2-text",
        "cql2-json",
    )
)
