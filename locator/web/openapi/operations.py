"""Operations: what can be asked of an address, and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator.web.openapi.errors import errors
from locator.web.openapi.examples import examples_of, first_query
from locator.web.openapi.shapes import Shape, ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from locator._errors import Text

GEOJSON, JSON = "application/geo+json", "application/json"
_NOT_MODIFIED_STATUS = "304"


def answer(schema: str, meaning: Text, media: str = JSON, operation: str = "") -> Shape:
    """Return a response with a body; the examples are those recorded for an operation."""
    body: Shape = {"schema": ref(schema)}
    recorded = examples_of(operation)
    if recorded:
        body["examples"] = recorded
    return {"description": meaning, "content": {media: body}}


def binary(media: str, meaning: Text) -> Shape:
    """Return a response that is a file."""
    return {"description": meaning, "content": {media: {"schema": {"type": "string", "format": "binary"}}}}


def get(
    operation: str,
    tag: str,
    summary: Text,
    description: Text,
    *,
    parameters: Iterable[Shape] = (),
    responses: Mapping[str, Shape],
    fails: Iterable[int] = (),
    links: Mapping[str, Shape] | None = None,
) -> Shape:
    """Return an operation that reads something."""
    query = first_query(operation)
    ok = dict(responses["200"])
    if links:
        ok["links"] = dict(links)
    return {
        "get": {
            "operationId": operation,
            "tags": [tag],
            "summary": summary,
            "description": description,
            "parameters": [_with_example(parameter, query) for parameter in parameters],
            "responses": {**responses, "200": ok, **errors(*fails)},
        }
    }


def link(operation: str, meaning: Text, **parameters: str) -> Shape:
    """Return a link from an answer to another operation."""
    return {"operationId": operation, "parameters": parameters, "description": meaning}


def _with_example(parameter: Shape, query: Mapping[str, object]) -> Shape:
    if parameter["name"] not in query:
        return parameter
    return {**parameter, "example": query[parameter["name"]]}
