"""The description as a page shows it: operations with their parameters, answers and a line to try, then schemas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from markupsafe import Markup, escape

from locator._errors import Text
from locator.web.openapi.examples import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from locator.web.openapi.shapes import Shape


class Kind(NamedTuple):
    """What a value is, in words, and the schema that says more, if one does."""

    words: str
    schema: str


class Row(NamedTuple):
    """A parameter or a member: what it is called, what it is, and what it means."""

    name: str
    kind: Kind
    required: bool
    default: str
    example: str
    meaning: str


class Reply(NamedTuple):
    """An answer by its status: media type, schema, and what it means."""

    status: str
    media: str
    schema: str
    meaning: str


class Operation(NamedTuple):
    """What can be asked of an address; `example` is an answer as JSON text, "" if none is recorded."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    rows: list[Row]
    replies: list[Reply]
    curl: str
    example: str


class Section(NamedTuple):
    """Operations of one subject."""

    id: str
    title: str
    operations: list[Operation]


class Described(NamedTuple):
    """A schema: its name, meaning and members, or the kind of value that it is."""

    name: str
    meaning: str
    rows: list[Row]
    kind: Kind


def sections(document: Shape, language: str, server: str) -> list[Section]:
    """Return the operations by subject, in the order of the document's tags."""
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            shown = _operation(document, path, method, operation, language, server)
            found[operation["tags"][0]].append(shown)
    titles = {tag["name"]: tag["description"] for tag in document["tags"]}
    return [Section(name, titles[name], operations) for name, operations in found.items() if operations]


def described(document: Shape, language: str) -> list[Described]:
    """Return the schemas, by name."""
    return [
        Described(name, shape.get("description", ""), _members(shape, language), kind_of(shape, language))
        for name, shape in sorted(document["components"]["schemas"].items())
    ]


def _members(shape: Shape, language: str) -> list[Row]:
    required = shape.get("required", ())
    return [
        _row(name, value, value.get("description", ""), language, {"required": name in required})
        for name, value in shape.get("properties", {}).items()
    ]


def marked(text: str) -> Markup:
    """Return a text with what stands between backticks as code."""
    parts = (escape(part) for part in text.split("`"))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else part for number, part in enumerate(parts)
    )


def kind_of(shape: Shape, language: str) -> Kind:
    """Return in words what a schema allows."""
    return Kind(" ".join(filter(None, _words(shape, language))), _schema(shape))


def _words(shape: Shape, language: str) -> Iterator[str]:
    """Yield the words for a schema: its type, then what bounds it."""

    def said(zh: str, en: str) -> str:
        return Text(zh, en).of(language)

    kinds = shape.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    null = "null" in kinds
    if "$ref" in shape:
        yield shape["$ref"].rsplit("/", 1)[-1]
    for choice in shape.get("anyOf", ()):
        if choice == {"type": "null"}:
            null = True
        else:
            yield from _words(choice, language)
    for kind in kinds:
        if kind == "array":
            inside = kind_of(shape.get("items", {}), language).words
            yield said(f"列表：{inside}", f"list of {inside}")
        elif kind != "null" and "enum" not in shape and "const" not in shape:
            yield {"string": said("文字", "text"), "integer": said("整数", "whole number"), "number": said("数", "number"),
                   "boolean": "true / false", "object": said("对象", "object")}[kind]  # fmt: skip
    yield " | ".join(f"{value}" for value in shape.get("enum", ()))
    yield str(shape.get("const", ""))
    yield _bounds(shape)
    yield {"date-time": said("（时间）", "(time)"), "date": said("（日期）", "(day)"), "binary": said("（文件）", "(file)")}.get(
        shape.get("format", ""), ""
    )  # fmt: skip
    if null:
        yield said("或 null", "or null")


def _bounds(shape: Shape) -> str:
    least, most = shape.get("minimum"), shape.get("maximum")
    above = shape.get("exclusiveMinimum")
    if above is not None:
        return f"> {above:g}"
    if least is not None and most is not None:
        return f"{least:g} … {most:g}"
    return "" if least is None else f"≥ {least:g}"


def _schema(shape: Shape) -> str:
    """Return the name of the schema that a value is of, or that its parts are of; "" if of none."""
    if "$ref" in shape:
        return str(shape["$ref"].rsplit("/", 1)[-1])
    inside = [*shape.get("anyOf", ()), *([shape["items"]] if "items" in shape else [])]
    return next(filter(None, map(_schema, inside)), "")


def _operation(
    document: Shape, path: str, method: str, operation: Shape, language: str, server: str
) -> Operation:
    rows = [
        _row(one["name"], one["schema"], one.get("description", ""), language, one)
        for one in operation.get("parameters", ())
    ]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        form = content["schema"]
        rows += [
            _row(name, shape, shape.get("description", ""), language, {"required": name in form["required"]})
            for name, shape in form["properties"].items()
        ]
    replies = [_reply(document, status, reply) for status, reply in sorted(operation["responses"].items())]
    there = recorded().get(operation["operationId"])
    example = json.dumps(there[0].answer, ensure_ascii=False, indent=1) if there and there[0].answer else ""
    return Operation(
        operation["operationId"],
        method.upper(),
        path,
        operation["summary"],
        operation.get("description", ""),
        rows,
        replies,
        curl_of(path, method, operation, server),
        example,
    )


def _row(name: str, shape: Shape, meaning: str, language: str, said: Shape) -> Row:
    example = written(said["example"]) if "example" in said else ""
    default = str(shape.get("default", ""))
    return Row(name, kind_of(shape, language), said["required"], default, example, meaning)


def _reply(document: Shape, status: str, reply: Shape) -> Reply:
    if "$ref" in reply:
        reply = document["components"]["responses"][reply["$ref"].rsplit("/", 1)[-1]]
    media = next(iter(reply.get("content", {})), "")
    shape = reply.get("content", {}).get(media, {}).get("schema", {})
    return Reply(status, media, _schema(shape), reply["description"])


def curl_of(path: str, method: str, operation: Shape, server: str) -> str:
    """Return a line that asks the first example of an operation."""
    there = recorded().get(operation["operationId"])
    values: dict[str, Any] = there[0].values if there else {}
    if method == "post":
        return f'curl -H "Authorization: Bearer $TOKEN" -F file=@list.xlsx -F dry_run=true {server}{path}'
    query = []
    for parameter in operation.get("parameters", ()):
        name = parameter["name"]
        if name in values:
            text = written(values[name])
            if parameter["in"] == "path":
                path = path.replace(f"{{{name}}}", text)
            else:
                query.append(f"{name}={text}")
    return f"curl '{server}{path}{'?' if query else ''}{'&'.join(query)}'"


def written(value: object) -> str:
    """Return a value as an address carries it; lists are separated by commas."""
    parts = value if isinstance(value, list) else [value]
    return ",".join(quote(str(part), safe=":;,/-") for part in parts)
