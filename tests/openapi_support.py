"""The described API under test: operations, requests that follow an example, validators of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from locator.web.openapi import document
from locator.web.openapi.page import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

HOST = "http://127.0.0.1:8000"
# A list with one good row and one without a name.
LIST = (
    "编号,名称,类型,地址,区县,经度,纬度,坐标系,开放时间\n"
    "yp-001,定海路驿站,驿站,隆昌路1号,杨浦区,121.5443,31.2733,gcj02,周一至周日 8:00-20:00\n"
    "yp-002,,驿站,隆昌路2号,杨浦区,121.5444,31.2734,gcj02,8:00-20:00\n"
)
# What changes with every edit or minute: an example shows it, nobody compares it.
_MOVING = {"version", "as_of", "names"}


class Described(NamedTuple):
    """An operation of the document."""

    id: str
    method: str
    path: str
    shape: dict[str, Any]


def operations(language: str = "en") -> Iterator[Described]:
    for path, item in document(language)["paths"].items():
        for method, shape in item.items():
            yield Described(shape["operationId"], method, path, shape)


def operation(name: str) -> Described:
    return next(one for one in operations() if one.id == name)


def address(one: Described, values: dict[str, Any]) -> str:
    """Return the address that gives an operation's parameters some values, as the description has it written."""
    path, query = one.path, []
    for parameter in one.shape.get("parameters", ()):
        if parameter["name"] in values:
            text = written(values[parameter["name"]])
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", text)
            else:
                query.append(f"{parameter['name']}={text}")
    assert set(values) <= {parameter["name"] for parameter in one.shape.get("parameters", ())}
    return f"{path}?{'&'.join(query)}" if query else path


def validator(schema: str) -> Draft202012Validator:
    """Return what checks values against a schema of the document, formats included."""
    whole = document("en")
    found = {"$ref": f"#/components/schemas/{schema}", "components": whole["components"]}
    assert validator_for(found, Draft202012Validator) is Draft202012Validator
    return Draft202012Validator(found, format_checker=Draft202012Validator.FORMAT_CHECKER)


def schema_of(one: Described, status: int | str) -> tuple[str, str]:
    """Return media type and schema of an operation's answer by its status."""
    reply = one.shape["responses"][str(status)]
    if "$ref" in reply:
        reply = document("en")["components"]["responses"][reply["$ref"].rsplit("/", 1)[-1]]
    ((media, body),) = reply["content"].items()
    return media, body["schema"].get("$ref", "").rsplit("/", 1)[-1]


def still(answer: Any) -> Any:
    """Return an answer without what changes with every edit."""
    if isinstance(answer, dict):
        return {name: still(value) for name, value in answer.items() if name not in _MOVING}
    if isinstance(answer, list):
        return [still(value) for value in answer]
    return answer


def routes(app: Flask) -> dict[str, set[str]]:
    """Return the application's addresses and their methods."""
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        found.setdefault(rule.rule, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    return found
