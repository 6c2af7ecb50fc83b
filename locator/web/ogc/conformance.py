"""The conformance classes that /ogc declares; each has its test in tests/ogc."""

from __future__ import annotations

from locator import cql2
from locator.datum import Datum

_CRS = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs"
# By specification and version, as the addresses of the classes are made.
_CLASSES = (
    ("ogcapi-common-1/1.0", ("core",)),
    ("ogcapi-features-1/1.0", ("core", "geojson", "html")),
    ("ogcapi-features-3/1.0", ("queryables", "queryables-query-parameters", "filter", "features-filter")),
    ("ogcapi-features-5/1.0", ("schemas", "core-roles-features", "returnables-and-receivables")),
)


def classes(datum: str) -> list[str]:
    """Return what is conformed to; where positions are not what a reference system says, not the part on those."""
    listed = [f"http://www.opengis.net/spec/{spec}/conf/{name}" for spec, names in _CLASSES for name in names]
    return [*listed, *([_CRS] if datum == Datum.WGS84 else []), *cql2.CONFORMANCE]
