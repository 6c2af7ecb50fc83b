"""Errors as they are described: one schema, and one response for each status that something answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator._errors import Text
from locator.web.openapi.shapes import INTEGER, STRING, Shape, array, const, ref, thing, told

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEM = "application/problem+json"
_MEANINGS: Mapping[int, tuple[str, Text]] = {
    400: ("BadRequest", Text("有参数不对；errors 逐个说是哪个", "A parameter is wrong; `errors` names each of them")),
    401: ("Unauthorized", Text("没有令牌，或令牌不对", "No token, or not a good one")),
    403: ("Forbidden", Text("这个令牌的人没有这个权限", "Whoever has this token may not do that")),
    404: ("NotFound", Text("没有这个", "There is no such thing")),
    405: ("MethodNotAllowed", Text("这个地址不能这样用；Allow 写着能怎样用", "Not with this method; `Allow` names those there are")),
    413: ("TooLarge", Text("发来的太大", "What was sent is too large")),
    415: ("UnsupportedMediaType", Text("发来的不是能读的那种文件", "What was sent is not of a kind that is read")),
    503: ("Unavailable", Text("暂时用不了，过一会儿再试", "Not available for now; try again later")),
}  # fmt: skip
_HEADERS: Mapping[int, Mapping[str, Shape]] = {
    401: {"WWW-Authenticate": {"schema": const("Bearer")}},
    405: {"Allow": {"schema": STRING, "required": True}},
    503: {"Retry-After": {"schema": {"type": "integer", "minimum": 0}}},
}


def schemas() -> Mapping[str, Shape]:
    """Return the schema of errors (RFC 9457)."""
    fault = thing(
        {
            "field": told(STRING, "哪个参数或哪一列", "Which parameter or column"),
            "message": told(STRING, "哪里不对，怎么改", "What is wrong with it, and what was likely meant"),
            "got": {
                "description": Text("收到的是什么", "What was received"),
                "type": ["string", "number", "null"],
            },
        }
    )
    problem = thing(
        {
            "type": const("about:blank"),
            "title": told(STRING, "是哪一类错", "The kind of error"),
            "status": told({**INTEGER, "minimum": 400, "maximum": 599}, "HTTP 状态码", "The HTTP status"),
            "detail": told(STRING, "这一次错在哪", "What went wrong this time"),
            "errors": told(array(ref("Fault")), "每个不对的参数", "Each faulty parameter"),
        },
        optional=("errors",),
        description=Text("错误，按 RFC 9457", "An error as RFC 9457 has it"),
    )
    return {"Problem": problem, "Fault": fault}


def responses() -> Mapping[str, Shape]:
    """Return the responses that operations refer to, by name."""
    return {name: _response(status, meaning) for status, (name, meaning) in _MEANINGS.items()}


def errors(*statuses: int) -> dict[str, Shape]:
    """Return references to the errors that an operation answers with, and what any may: 405."""
    return {str(s): {"$ref": f"#/components/responses/{_MEANINGS[s][0]}"} for s in sorted({*statuses, 405})}


def _response(status: int, meaning: Text) -> Shape:
    found: Shape = {"description": meaning, "content": {PROBLEM: {"schema": ref("Problem")}}}
    return {**found, "headers": dict(_HEADERS[status])} if status in _HEADERS else found
