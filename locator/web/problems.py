"""Errors as people and programs can use them: RFC 9457 under /api, a page with a next step elsewhere."""

from __future__ import annotations

import json
import math
from http import HTTPStatus

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from locator._errors import (
    ConfigurationError,
    ConflictError,
    InputError,
    NotFoundError,
    StoreError,
    Text,
)
from locator.web.language import language
from locator.wechat import WeChatError

_TITLES = {
    400: Text("问法不对", "The request is not right"),
    401: Text("要先登录，或带上令牌", "Log in, or send a token"),
    403: Text("没有这个权限", "Not allowed"),
    404: Text("没有这个", "Not found"),
    405: Text("不能这样用这个地址", "This address does not take that method"),
    409: Text("别人先改了", "Changed meanwhile"),
    413: Text("发来的太大", "Too large"),
    415: Text("发来的不是表格文件", "Not a file of a kind that is taken"),
    429: Text("报得太勤了，过一会儿再来", "Too many, come back later"),
    503: Text("暂时用不了", "Not available for now"),
    500: Text("我们这边出错了", "Our mistake"),
}
# Programs ask there; people ask elsewhere.
_DATA = ("/api/", "/healthz", "/wechat/", "/oembed", "/ogc")
_WECHAT = Text("微信接口暂时用不了", "WeChat is away")
_OURS = Text("这是我们的错，已经记下。稍后再试", "It is logged. Try again later")


def register(app: Flask) -> None:
    """Install the error answers on an application."""
    app.register_error_handler(InputError, _from_input)
    app.register_error_handler(NotFoundError, lambda error: _answer(404, error.text))
    app.register_error_handler(ConflictError, _from_conflict)
    app.register_error_handler(StoreError, _from_ours)
    app.register_error_handler(ConfigurationError, _from_ours)
    app.register_error_handler(WeChatError, _from_wechat)
    app.register_error_handler(HTTPException, _from_http)


def problem(status: int, detail: Text, **headers: str) -> Response:
    """Return an error of a kind that has no exception; headers with _ for -."""
    response = _answer(status, detail)
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def _from_input(error: InputError) -> Response:
    said = language()
    errors = [{"field": e.field, "message": e.text.of(said), "got": _shown(e.got)} for e in error.errors]
    return _answer(400, error.text, errors)


def _from_conflict(error: ConflictError) -> Response:
    conflicts = [
        {
            "id": c.service_id, "version": c.version, "who": c.who, "at": c.at, "why": c.why,
            "stored": None if c.stored is None else c.stored.model_dump(mode="json"),
        }
        for c in error.conflicts
    ]  # fmt: skip
    return _answer(409, error.text, conflicts=conflicts)


def _from_ours(error: StoreError | ConfigurationError) -> Response:
    current_app.logger.error("%s", error)
    return _answer(503, error.text)


def _from_wechat(error: WeChatError) -> Response:
    response = _answer(503, error.text, title=_WECHAT)
    response.headers["Retry-After"] = str(math.ceil(error.retry_after_s))
    return response


def _from_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < HTTPStatus.BAD_REQUEST:
        return error.get_response()  # type: ignore[return-value]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _answer(status, _OURS)
    answered = _answer(status, _TITLES.get(status, _TITLES[400]))
    answered.headers.extend((name, value) for name, value in error.get_headers() if name == "Retry-After")
    return answered


def _answer(
    status: int,
    detail: Text,
    errors: list[dict[str, object]] | None = None,
    title: Text | None = None,
    **members: object,
) -> Response:
    said = language()
    title = title or _TITLES.get(status, _TITLES[400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500])
    if request.path.startswith(_DATA) or request.blueprint == "images":
        body: dict[str, object] = {
            "type": "about:blank",
            "title": title.of(said),
            "status": status,
            "detail": _short(detail).of(said),
            **members,
        }
        if errors:
            body["errors"] = errors
        text = json.dumps(body, ensure_ascii=False)
        response = Response(text, status, mimetype="application/problem+json")
    else:
        page = render_template(
            "problem.html", status=status, title=title.of(said), detail=_short(detail).of(said), errors=errors
        )
        response = Response(page, status, mimetype="text/html")
    response.headers["Vary"] = "Accept-Language"
    response.headers["Cache-Control"] = "no-store"
    return response


def _short(text: Text) -> Text:
    return Text(text.zh[:1000], text.en[:1000])


def _shown(got: object) -> object:
    return got if got is None or isinstance(got, int | float) else str(got)[:80]
