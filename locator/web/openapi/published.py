"""What the description says otherwise where another datum than WGS-84 is published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from locator._errors import Text
from locator.datum import Datum
from locator.publication import NAMES
from locator.web.openapi.shapes import const, ref
from locator.web.openapi.words import datum_schema

if TYPE_CHECKING:
    from locator.web.openapi.shapes import Shape

# Records and files that name the datum only on such a site: elsewhere it is WGS-84, as GeoJSON has it.
_NAME_THEIR_DATUM = ("Service", "Stop", "OfflineCopy", "DistrictCopy", "Outline")


def narrowed(whole: Shape, published: Datum) -> Shape:
    """Return a description, still in both languages, as it holds where a shifted datum is published.

    The recorded examples are left out: they are answers of a site that publishes WGS-84.
    """
    name = NAMES[published]
    schemas: dict[str, Any] = whole["components"]["schemas"]
    schemas |= {"Datum": datum_schema(published)}
    for each in _NAME_THEIR_DATUM:
        schemas[each] = _with(schemas[each], "datum", const(published.value))
    place = schemas["OfflinePlace"]
    pairs = {key: shape for key, shape in place["properties"].items() if key != Datum.WGS84}
    schemas["OfflinePlace"] = {**place, "properties": {**pairs, published.value: ref("Pair")}}
    info = {**whole["info"], "description": _led(whole["info"]["description"], name)}
    return {**whole, "info": info, "paths": _without_examples(whole["paths"], published)}


def _led(text: Text, name: str) -> Text:
    """Return the introduction, led by what is published; its own first sentence speaks of the default."""
    zh = (
        f"本站只公布 {name} 坐标（LOCATOR_PUBLISH_DATUM），没有 WGS-84 可要；示例答案是 WGS-84 的，所以不放。"
    )
    en = (
        f"This site publishes positions in {name} only (LOCATOR_PUBLISH_DATUM): WGS-84 cannot be asked for, and the "
        "recorded answers, which are in it, are left out. "
    )
    return Text(zh + text.zh.replace("WGS-84", name), en + text.en.replace("WGS-84", name))


def _with(shape: Shape, name: str, member: Shape) -> Shape:
    """Return an object's schema with one more member, which is always there."""
    members, required = {**shape["properties"], name: member}, [*shape.get("required", ()), name]
    return {**shape, "properties": members, "required": required}


def _without_examples(value: Any, published: Datum) -> Any:  # noqa: ANN401  whatever a description holds
    if isinstance(value, list):
        return [_without_examples(each, published) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: _without_examples(each, published) for key, each in value.items() if key != "examples"}
    if found.get("name") == "datum" and "default" in found.get("schema", {}):
        found["schema"] = {**ref("Datum"), "default": published.value}
    return found
