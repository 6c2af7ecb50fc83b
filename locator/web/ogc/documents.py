"""The documents that lead to the features: landing page, conformance, collections, queryables, schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from locator import vocabulary
from locator._errors import Text
from locator.datum import Datum
from locator.web.ogc.collections import COLLECTIONS, Collection
from locator.web.ogc.conformance import classes
from locator.web.ogc.crs import systems
from locator.web.ogc.fields import GEOMETRY
from locator.web.ogc.items import said_datum
from locator.web.ogc.links import GEOJSON, HTML, JSON, OGC_REL, OPENAPI, SCHEMA, Site

if TYPE_CHECKING:
    from collections.abc import Callable

    from locator.web.ogc.tables import Table

TITLE = Text("工会驿站地图的开放数据", "Open data of the union station map")
TEXT = Text(
    "户外劳动者能用的驿站、食堂、住处和优惠，任何 GIS 软件都能直接打开（OGC API - Features）。",
    "Stations, canteens, homes and offers for outdoor workers, for any GIS to open (OGC API - Features).",
)
_NOTE = Text(
    "坐标是 {0}，不是 WGS 84：按发布要求整体偏移过，bbox 和 filter 里的坐标也按 {0} 算。",
    "Coordinates are {0}, not WGS 84: shifted as the law on publication asks; those in bbox and filter are taken as {0}, too.",
)
_API, _DOCS = (
    Text("接口描述（OpenAPI）", "the API described (OpenAPI)"),
    Text("接口说明", "the API explained"),
)
_CONFORMANCE, _DATA = Text("符合哪些标准", "what it conforms to"), Text("集合", "the collections")
_ITEMS, _QUERYABLES = Text("要素", "the features"), Text("能筛选的字段", "what filters may name")
_SCHEMA = Text("要素的结构", "what features hold")
_FEATURE_SCHEMA = Text("GeoJSON 要素的结构", "what a GeoJSON feature holds")


def title_of(text: Text, datum: str) -> Text:
    """Return a title that names the datum where it is not WGS-84."""
    return (
        text if datum == Datum.WGS84 else Text(f"{text.zh}（{_name(datum)}）", f"{text.en} ({_name(datum)})")
    )


def text_of(text: Text, datum: str) -> Text:
    """Return a description that says which datum coordinates are in where it is not WGS-84."""
    if datum == Datum.WGS84:
        return text
    return Text(*(f"{one} {note.format(_name(datum))}" for one, note in zip(text, _NOTE, strict=True)))


def _name(datum: str) -> str:
    return {Datum.GCJ02: "GCJ-02", Datum.BD09: "BD-09"}.get(Datum(datum), datum)


def landing(site: Site) -> dict[str, Any]:
    """Return the landing page."""
    return {
        "title": site.said(title_of(TITLE, site.datum)),
        "description": site.said(text_of(TEXT, site.datum)),
        **said_datum(site),
        "links": [
            *site.itself("", JSON),
            # Without a query: what type it is sent as depends on what the asker takes.
            {**site.link("service-desc", "/api", OPENAPI, _API), "href": site.plain("/api")},
            site.link("service-doc", "/api", HTML, _DOCS),
            site.link("conformance", "/conformance", JSON, _CONFORMANCE),
            site.link("data", "/collections", JSON, _DATA),
            site.link("data", "/collections", HTML, _DATA),
        ],
    }


def conformance(site: Site) -> dict[str, Any]:
    """Return the classes that are conformed to."""
    return {"conformsTo": classes(site.datum), "links": site.itself("/conformance", JSON)}


def collections(site: Site, table: Callable[[Collection], Table]) -> dict[str, Any]:
    """Return all collections."""
    return {
        "links": site.itself("/collections", JSON),
        "crs": [crs.uri for crs in systems(site.datum)],
        "collections": [collection(one, table(one), site) for one in COLLECTIONS.values()],
    }


def collection(one: Collection, table: Table, site: Site) -> dict[str, Any]:
    """Return a collection: what it is, where and when it lies, and where its features are."""
    path = f"/collections/{one.id}"
    offered = [crs.uri for crs in systems(site.datum)]
    return {
        "id": one.id,
        "title": site.said(title_of(one.title, site.datum)),
        "description": site.said(text_of(one.text, site.datum)),
        "itemType": "feature",
        **said_datum(site),
        "extent": _extent(table, offered[0]),
        "crs": offered,
        "storageCrs": offered[0],
        "links": [
            *site.itself(path, JSON),
            # Without a query: GDAL appends a feature's id to it.
            {**site.link("items", f"{path}/items", GEOJSON, _ITEMS), "href": site.plain(f"{path}/items")},
            site.link("items", f"{path}/items", HTML, _ITEMS),
            site.link(OGC_REL + "queryables", f"{path}/queryables", SCHEMA, _QUERYABLES),
            site.link(OGC_REL + "schema", f"{path}/schema", SCHEMA, _SCHEMA),
            site.link("describedby", f"{path}/schema/feature", SCHEMA, _FEATURE_SCHEMA),
        ],
    }


def _extent(table: Table, crs: str) -> dict[str, Any]:
    west, south, east, north = table.corners()
    extent: dict[str, Any] = {}
    if np.isfinite(west).any():
        box = [np.nanmin(west), np.nanmin(south), np.nanmax(east), np.nanmax(north)]
        extent["spatial"] = {"bbox": [[round(float(edge), 8) for edge in box]], "crs": crs}
    interval = table.interval()
    if interval is not None:
        starts, ends = interval.start[interval.known], interval.end[interval.known]
        if len(starts):
            ends_at = [
                None if np.isnat(edge).any() else f"{pick(edge).astype('datetime64[s]')}Z"
                for edge, pick in ((starts, np.min), (ends, np.max))
            ]
            extent["temporal"] = {
                "interval": [ends_at], "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
            }  # fmt: skip
    return extent


def queryables(one: Collection, site: Site) -> dict[str, Any]:
    """Return what a filter may name, as JSON Schema."""
    fields = {field.name: field.schema(site.language, nullable=False) for field in one.fields}
    return _schema(one, site, "queryables", fields)


def schema(one: Collection, site: Site) -> dict[str, Any]:
    """Return what features hold, as JSON Schema of their properties.

    Unknown is null in a feature, whatever its type here: GDAL and QGIS read a type that stands alone, not a list.
    """
    fields = {field.name: field.schema(site.language, nullable=False) for field in one.fields}
    return _schema(one, site, "schema", fields)


def feature_schema(one: Collection, site: Site) -> dict[str, Any]:
    """Return the JSON Schema of a feature as GeoJSON, from which GDAL takes the types of the fields."""
    flat = schema(one, site)
    properties = {name: said for name, said in flat["properties"].items() if name not in {"id", GEOMETRY}}
    return {
        **flat,
        "$id": site.url(f"/collections/{one.id}/schema/feature", {"f": "json"}),
        "properties": {
            "type": {"const": "Feature"},
            "id": {"type": "string"},
            "geometry": {"title": one.geometry, "type": "object"},
            "properties": {"type": "object", "properties": properties},
        },
        "additionalProperties": True,
    }


def _schema(one: Collection, site: Site, name: str, fields: dict[str, Any]) -> dict[str, Any]:
    ordered = {
        field: {**schema, "x-ogc-propertySeq": number}
        for number, (field, schema) in enumerate(fields.items(), 1)
    }
    ordered[GEOMETRY] = {
        "x-ogc-role": "primary-geometry",
        "format": f"geometry-{one.geometry.lower()}",
        "x-ogc-propertySeq": len(ordered) + 1,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": site.url(f"/collections/{one.id}/{name}", {"f": "json"}),
        "type": "object",
        "title": site.said(title_of(one.title, site.datum)),
        "description": site.said(text_of(one.text, site.datum)),
        "properties": ordered,
        "additionalProperties": False,
    }


def word_of(field: str, code: str, site: Site) -> str:
    """Return what people call a word of a field; the word itself if nobody has named it."""
    if field == "kind":
        kind = vocabulary.KINDS.get(code)
        return code if kind is None else site.said(kind.label)
    known = {
        "has": vocabulary.AMENITIES, "lacks": vocabulary.AMENITIES, "needs": vocabulary.NEEDS, "groups": vocabulary.GROUPS,
        "group": vocabulary.GROUPS, "topic": vocabulary.TOPICS, "mode": vocabulary.MODES,
        "position_quality": vocabulary.POSITION_QUALITIES,
    }.get(field, {})  # fmt: skip
    return site.said(known[code]) if code in known else code
