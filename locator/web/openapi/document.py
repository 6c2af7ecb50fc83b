"""The whole description, put together from the rooms that each describe their part."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from locator import __version__
from locator._errors import Text
from locator.datum import Datum
from locator.web.ogc import description as ogc
from locator.web.openapi import asking, errors, features, others, pictures, records, sending, taking, words
from locator.web.openapi.published import narrowed
from locator.web.openapi.shapes import said

if TYPE_CHECKING:
    from locator.web.openapi.shapes import Shape

# Whoever describes more stands here, with `paths()` and `schemas()`.
ROOMS = (asking, records, taking, sending, pictures, others)
PARTS = (words, features, errors)
TAGS = {
    asking.TAG: Text("提问", "Questions"),
    records.TAG: Text("查找和记录", "Finding and records"),
    taking.TAG: Text("带走：没网也能用", "To take along: without a network"),
    sending.TAG: Text("送数据进来", "Sending lists in"),
    pictures.TAG: Text("图片", "Pictures"),
    others.EMBED_TAG: Text("嵌入别的网页", "In other pages"),
    others.UPKEEP_TAG: Text("运行", "Upkeep"),
    ogc.TAG: Text("OGC API：给 GIS 软件用", "OGC API: for GIS clients"),
}
_TITLE = Text("工会驿站地图", "The locator")
_WHAT = Text(
    "户外劳动者附近能用的驿站、食堂、住处和法律援助。位置默认是 WGS-84，`datum` 可以换；时间不写时区就是上海时间。"
    "不知道的是 null，从不编。HEAD 和 OPTIONS 到处能用，别的方法是 405。错误是 application/problem+json（RFC 9457），"
    "按 Accept-Language 说中文或英文。参数给了空值、列表里有空项，等于没给。",
    "Rest stations, canteens, homes and legal help for outdoor workers. Positions are WGS-84 unless `datum` says "
    "otherwise, times without an offset are Shanghai's. What nobody knows is null, never invented. HEAD and OPTIONS "
    "work everywhere, other methods are a 405. Errors are application/problem+json (RFC 9457), Chinese or English by "
    "Accept-Language. An empty parameter, or an empty item of a list, counts as left out.",
)


@cache
def document(language: str, server: str = "/", published: Datum = Datum.WGS84) -> Shape:
    """Return the description (OpenAPI 3.1) in one language.

    Parameters
    ----------
    language
        "zh" or "en".
    server
        The address that paths are added to.
    published
        The datum of publication.
    """
    paths = {path: item for room in ROOMS for path, item in room.paths().items()}
    schemas = {name: shape for room in (*PARTS, *ROOMS) for name, shape in room.schemas().items()}
    # THE JOIN: /ogc, which also describes itself alone at /ogc/api, in one language already.
    paths |= ogc.paths(language, published)
    schemas |= ogc.schemas(language)
    whole: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": _TITLE,
            "version": __version__,
            "description": _WHAT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": server}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": dict(errors.responses()),
            "securitySchemes": dict(sending.security_schemes()),
        },
    }
    if published is not Datum.WGS84:
        whole = narrowed(whole, published)
    return cast("Shape", said(whole, language))
