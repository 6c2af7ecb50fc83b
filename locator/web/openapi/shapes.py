"""The words of JSON Schema and OpenAPI, as short functions: what a description is put together from.

Texts are `Text(zh, en)` until the whole is spoken in one language by `said`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from locator._errors import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Shape = dict[str, Any]

STRING: Shape = {"type": "string"}
NUMBER: Shape = {"type": "number"}
INTEGER: Shape = {"type": "integer"}
BOOLEAN: Shape = {"type": "boolean"}
INSTANT: Shape = {"type": "string", "format": "date-time"}
DAY: Shape = {"type": "string", "format": "date"}
COUNT: Shape = {"type": "integer", "minimum": 0}


def ref(name: str) -> Shape:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: Shape, **more: object) -> Shape:
    """Return a list of something."""
    return {"type": "array", "items": items, **more}


def one_of(*values: object) -> Shape:
    """Return one of some texts."""
    return {"type": "string", "enum": list(values)}


def const(value: str) -> Shape:
    """Return a text that is always the same."""
    return {"type": "string", "const": value}


def told(shape: Shape, zh: str, en: str) -> Shape:
    """Return a shape with what it means."""
    return {**shape, "description": Text(zh, en)}


def or_null(shape: Shape) -> Shape:
    """Return a shape that may be null: unknown, or not there."""
    if isinstance(shape.get("type"), str) and "enum" not in shape and "const" not in shape:
        return {**shape, "type": [shape["type"], "null"]}
    inner = {name: value for name, value in shape.items() if name != "description"}
    outer = {name: value for name, value in shape.items() if name == "description"}
    return {"anyOf": [inner, {"type": "null"}], **outer}


def thing(members: Mapping[str, Shape], optional: Iterable[str] = (), **more: object) -> Shape:
    """Return an object with just these members, all of them there but the optional ones."""
    left_out = set(optional)
    required = [name for name in members if name not in left_out]
    found: Shape = {"type": "object", "properties": dict(members), "additionalProperties": False, **more}
    return {**found, "required": required} if required else found


def said(value: Any, language: str) -> Any:  # noqa: ANN401  whatever a description holds
    """Return a description with its texts in one language."""
    if isinstance(value, Text):
        return value.of(language)
    if isinstance(value, dict):
        return {name: said(each, language) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [said(each, language) for each in value]
    return value
