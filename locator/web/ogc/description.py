"""/ogc described as OpenAPI 3.1: its paths and schemas, with examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from locator import __version__
from locator._errors import Text
from locator.web.ogc import documents
from locator.web.ogc.collections import COLLECTIONS, Collection
from locator.web.ogc.crs import CRS84, systems
from locator.web.ogc.links import GEOJSON, HTML, JSON, OPENAPI, SCHEMA, Site
from locator.web.ogc.query import DEFAULT_LIMIT, LANGUAGES, MOST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from locator.web.ogc.fields import Field

_ROOT = "/ogc"
TAG = "ogc"
# In an address only: what a feature has one of.
_SHOWN_TIME, _SHOWN_BOX = "2026-11-23/..", "121.4,31.2,121.6,31.4"


def document(site: Site) -> dict[str, Any]:
    """Return the whole description, its addresses beginning at /ogc; clients read from it what they may filter by."""
    said = paths(site.language, site.datum)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": site.said(documents.title_of(documents.TITLE, site.datum)),
            "description": site.said(documents.text_of(documents.TEXT, site.datum)),
            "version": __version__,
        },
        "servers": [{"url": site.root}],
        "paths": {path.removeprefix(_ROOT) or "/": operations for path, operations in said.items()},
        # Where QGIS looks for the size of a page; without it, it reads one page and stops.
        "components": {
            "parameters": {"limit": _limit(site.language)},
            "schemas": schemas(site.language),
        },
    }


def paths(language: str = "en", datum: str = "wgs84") -> dict[str, Any]:
    """Return every address under /ogc as OpenAPI path items; schemas are those of `schemas`.

    `datum` is that of publication, which says what reference systems there are.
    """
    found = {
        _ROOT: _document("ogcLanding", Text("从哪里开始", "Where to begin"), "ogcDocument", JSON, language),
        f"{_ROOT}/conformance": _document(
            "ogcConformance", Text("符合哪些标准", "What it conforms to"), "ogcConformance", JSON, language
        ),
        f"{_ROOT}/api": _document(
            "ogcApi", Text("这份描述", "This description"), "ogcApi", OPENAPI, language
        ),
        f"{_ROOT}/collections": _document(
            "ogcCollections", Text("所有集合", "The collections"), "ogcCollections", JSON, language
        ),
    }
    for one in COLLECTIONS.values():
        found |= _paths_of(one, language, datum)
    return found


def schemas(language: str = "en") -> dict[str, Any]:
    """Return the schemas of the answers under /ogc, by the names that `paths` refers to."""
    link = {
        "type": "object",
        "required": ["rel", "href"],
        "properties": {name: {"type": "string"} for name in ("rel", "href", "type", "title", "hreflang")},
    }
    links = {"type": "array", "items": _ref("ogcLink")}
    one = {
        "type": "object",
        "required": ["id", "links", "crs"],
        "properties": {
            "id": {"type": "string"}, "title": {"type": "string"}, "description": {"type": "string"},
            "itemType": {"const": "feature"}, "datum": {"type": "string"}, "extent": {"type": "object"},
            "crs": {"type": "array", "items": {"type": "string"}}, "storageCrs": {"type": "string"}, "links": links,
        },
    }  # fmt: skip
    return {
        "ogcLink": link,
        "ogcDocument": _object(
            {"title": {"type": "string"}, "description": {"type": "string"}, "links": links}
        ),
        "ogcConformance": _object(
            {"conformsTo": {"type": "array", "items": {"type": "string"}}, "links": links}
        ),
        "ogcApi": _object({"openapi": {"type": "string"}, "paths": {"type": "object"}}),
        "ogcSchema": _object({"$id": {"type": "string"}, "properties": {"type": "object"}}),
        "ogcCollection": one,
        "ogcCollections": _object(
            {"collections": {"type": "array", "items": _ref("ogcCollection")}, "links": links}
        ),
        "ogcProblem": _object(
            {"title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"}}
        ),
        **{_feature_name(one): _feature(one, language) for one in COLLECTIONS.values()},
        **{_page_name(one): _page(one, links) for one in COLLECTIONS.values()},
    }


def _feature_name(one: Collection) -> str:
    return f"ogc{one.id.capitalize()}Feature"


def _page_name(one: Collection) -> str:
    return f"ogc{one.id.capitalize()}Page"


def _feature(one: Collection, language: str) -> dict[str, Any]:
    properties = {field.name: field.schema(language, nullable=True) for field in one.fields[1:]}
    geometry = {
        "type": ["object", "null"],
        "properties": {"type": {"enum": [one.geometry]}, "coordinates": {"type": "array", "items": {}}},
    }
    return {
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"const": "Feature"},
            "id": {"type": "string"},
            "geometry": geometry,
            "properties": {"type": "object", "required": list(properties), "properties": properties},
        },
    }


def _page(one: Collection, links: dict[str, Any]) -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0}
    found = _object(
        {
            "type": {"const": "FeatureCollection"},
            "features": {"type": "array", "items": _ref(_feature_name(one))},
            "links": links,
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": count,
            "numberReturned": count,
        }
    )
    found["properties"]["datum"] = {"type": "string"}
    return found


def _paths_of(one: Collection, language: str, datum: str) -> dict[str, Any]:
    base, title = f"{_ROOT}/collections/{one.id}", one.title.of(language)
    queryables = Text(f"{one.title.zh}：能筛选的字段", f"{one.title.en}: what filters may name")
    schema = Text(f"{one.title.zh}：要素的结构", f"{one.title.en}: what features hold")
    described = _document(f"ogcCollection_{one.id}", one.title, "ogcCollection", JSON, language)
    described["get"]["description"] = one.text.of(language)
    page = _operation(
        f"ogcItems_{one.id}", Text(f"{title}：一页要素", f"{title}: a page of features"), language,
        [*_item_parameters(one, language, datum), *_common(language)], _page_name(one), GEOJSON,
    )  # fmt: skip
    by_id = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}
    feature = _operation(
        f"ogcItem_{one.id}", Text(f"{title}：一个要素", f"{title}: one feature"), language,
        [by_id, _crs("crs", language, datum), *_common(language)], _feature_name(one), GEOJSON,
    )  # fmt: skip
    return {
        base: described,
        f"{base}/queryables": _document(f"ogcQueryables_{one.id}", queryables, "ogcSchema", SCHEMA, language),
        f"{base}/schema": _document(f"ogcSchema_{one.id}", schema, "ogcSchema", SCHEMA, language),
        f"{base}/schema/feature": _document(
            f"ogcFeatureSchema_{one.id}", schema, "ogcSchema", SCHEMA, language
        ),
        f"{base}/items": page,
        f"{base}/items/{{featureId}}": feature,
    }


def _item_parameters(one: Collection, language: str, datum: str) -> list[dict[str, Any]]:
    time = one.time or Text("这个集合没有时间，不起作用", "the features have no time: without effect")
    when = Text(
        f"时刻、日期或区间，一头可写 ..；比的是：{one.time.zh if one.time else time.zh}",
        f"an instant, a day or an interval, .. for an open end; compared with {time.en}",
    )
    box = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    said = [
        _limit(language),
        {
            **_parameter("bbox", Text("范围：西,南,东,北", "west,south,east,north"), box, language),
            "style": "form", "explode": False, "example": [float(edge) for edge in _SHOWN_BOX.split(",")],
        },
        _crs("bbox-crs", language, datum),
        _parameter("datetime", when, {"type": "string"}, language, _SHOWN_TIME),
        _crs("crs", language, datum),
        _parameter("filter", Text("CQL2 条件", "a CQL2 condition"), {"type": "string"}, language),
        _parameter(
            "filter-lang", Text("条件的写法", "how the condition is written"),
            {"type": "string", "enum": list(LANGUAGES), "default": LANGUAGES[0]}, language,
        ),
        _crs("filter-crs", language, datum),
        _parameter("after", Text("照 next 链接里的用", "as in a next link"), {"type": "string"}, language),
    ]  # fmt: skip
    return said + [_of_field(field, language) for field in one.fields]


def _limit(language: str) -> dict[str, Any]:
    limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}
    return _parameter("limit", Text("一页多少个", "features on a page"), limit, language, 100)


def _of_field(field: Field, language: str) -> dict[str, Any]:
    """Return a property as a parameter; of words, one that must be among them."""
    schema = field.schema(language, nullable=False)
    return _parameter(field.name, field.text, schema.get("items", schema), language)


def _common(language: str) -> list[dict[str, Any]]:
    form = {"type": "string", "enum": ["json", "html"]}
    return [
        _parameter(
            "f", Text("格式；不写就看 Accept", "the form; by Accept if left out"), form, language, "json"
        ),
        _parameter(
            "lang", Text("语言：zh、en", "the language: zh, en"), {"type": "string"}, language, language
        ),
    ]


def _crs(name: str, language: str, datum: str) -> dict[str, Any]:
    text = Text("坐标系", "reference system")
    offered = [crs.uri for crs in systems(datum)]
    return _parameter(name, text, {"type": "string", "enum": offered, "default": CRS84}, language)


def _parameter(
    name: str, text: Text, schema: dict[str, Any], language: str, example: object = None
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": name, "in": "query", "required": False, "allowEmptyValue": True, "description": text.of(language), "schema": schema,
    }  # fmt: skip
    return found if example is None else {**found, "example": example}


def _document(name: str, text: Text, schema: str, kind: str, language: str) -> dict[str, Any]:
    return _operation(name, text, language, _common(language), schema, kind)


def _operation(
    name: str, text: Text, language: str, parameters: Sequence[dict[str, Any]], schema: str, kind: str
) -> dict[str, Any]:
    content = {kind: {"schema": _ref(schema)}, HTML: {"schema": {"type": "string"}}}
    refused = {"application/problem+json": {"schema": _ref("ogcProblem")}}
    wrong, gone = Text("问法不对", "The request is not right"), Text("没有这个", "Not found")
    responses: dict[str, Any] = {
        "200": {"description": text.of(language), "content": content},
        "304": {"description": Text("和上次一样", "Not modified").of(language)},
        "400": {"description": wrong.of(language), "content": refused},
    }
    if any(parameter["in"] == "path" for parameter in parameters):
        responses["404"] = {"description": gone.of(language), "content": refused}
    return {
        "get": {
            "operationId": name,
            "summary": text.of(language),
            "tags": [TAG],
            "parameters": list(parameters),
            "responses": responses,
        }
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
