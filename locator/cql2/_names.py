"""The names of CQL2: operators as JSON spells them, found by any spelling; and the limits of a filter."""

from __future__ import annotations

# Of a filter, characters: a list of ten thousand codes fits, and no more work than a request may cost.
MAX_LENGTH = 128_000
# A parser and an evaluator that call themselves: well inside Python's own limit of a thousand frames.
MAX_DEPTH = 100
# Comparisons, ANDs, sums and all others together: each walks every row, 200,000 of them in a few milliseconds.
MAX_OPERATIONS = 500
COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")
ARITHMETIC = ("+", "-", "*", "/", "%", "div", "^")
SPATIAL = (
    "s_intersects",
    "s_equals",
    "s_disjoint",
    "s_touches",
    "s_within",
    "s_overlaps",
    "s_crosses",
    "s_contains",
)
TEMPORAL = (
    "t_after",
    "t_before",
    "t_contains",
    "t_disjoint",
    "t_during",
    "t_equals",
    "t_finishedBy",
    "t_finishes",
    "t_intersects",
    "t_meets",
    "t_metBy",
    "t_overlappedBy",
    "t_overlaps",
    "t_startedBy",
    "t_starts",
)
ARRAY = ("a_equals", "a_contains", "a_containedBy", "a_overlaps")
CHARACTERS = ("casei", "accenti")
FUNCTIONS = (*CHARACTERS, *SPATIAL, *TEMPORAL, *ARRAY)
# Clients write t_metby as often as t_metBy.
CANONICAL = {
    name.lower(): name
    for name in ("and", "or", "not", "isNull", "like", "between", "in", *COMPARISONS, *ARITHMETIC, *FUNCTIONS)
}
GEOMETRIES = {
    name.upper(): name
    for name in (
        "Point",
        "LineString",
        "Polygon",
        "MultiPoint",
        "MultiLineString",
        "MultiPolygon",
        "GeometryCollection",
    )
}
