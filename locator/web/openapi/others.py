"""What other programs ask of a site: whether it is well, how to embed it, what WeChat wants, this description."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator._errors import Text
from locator.web.oembed import MOST_PX
from locator.web.openapi.operations import answer, get
from locator.web.openapi.parameters import LANG, parameter
from locator.web.openapi.shapes import (
    COUNT,
    INTEGER,
    NUMBER,
    STRING,
    Shape,
    array,
    const,
    one_of,
    thing,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

EMBED_TAG, UPKEEP_TAG = "embed", "upkeep"
_URI = {"type": "string", "format": "uri"}


def paths() -> Mapping[str, Shape]:
    """Return the operations by path."""
    return {
        "/oembed": _oembed(),
        "/wechat/signature": _signature(),
        "/outline/{city}.json": _outline(),
        "/healthz": _healthz(),
        "/readyz": _readyz(),
        "/metrics": _metrics(),
        "/openapi.json": _openapi(),
    }


def schemas() -> Mapping[str, Shape]:
    """Return what they answer with."""
    pixels: Shape = {"type": "integer", "minimum": 1}
    embed = {
        "version": const("1.0"),
        "type": const("rich"),
        "title": STRING,
        "provider_name": STRING,
        "provider_url": STRING,
        "cache_age": COUNT,
        "width": pixels,
        "height": pixels,
        "html": told(STRING, "放进网页的代码", "The code to put into a page"),
    }
    thumbnail = {"thumbnail_url": STRING, "thumbnail_width": pixels, "thumbnail_height": pixels}
    signature = {
        "appId": STRING,
        "timestamp": INTEGER,
        "nonceStr": STRING,
        "signature": {"type": "string", "pattern": "^[0-9a-f]{40}$"},
        "jsApiList": array(STRING),
    }
    store = told(
        one_of("ok", "away"), "away：连不上，用的是最后一版", "away: answers come from the last snapshot"
    )
    health = {
        "status": const("ok"),
        "version": told(COUNT, "哪一版数据", "The version of the data"),
        "services": told(COUNT, "有几个服务", "How many services there are"),
        "store": store,
    }
    ready = {
        "status": told(
            one_of("ready", "stale"), "stale：连不上库太久了", "stale: the store has been away for too long"
        ),
        "version": told(COUNT, "哪一版数据", "The version of the data"),
        "store": store,
        "store_away_s": told({**NUMBER, "minimum": 0}, "连不上几秒了", "For how many seconds"),
        "names": told(
            one_of("read", "being read"), "名字的索引做好没有", "Whether names can be searched by pinyin yet"
        ),
    }
    return {
        "OEmbed": thing({**embed, **thumbnail}, optional=thumbnail),
        "WeChatSignature": thing(signature),
        "Health": thing(health),
        "Readiness": thing(ready),
        "Outline": {
            "type": "object",
            "properties": {"type": const("FeatureCollection"), "features": array({"type": "object"})},
            "required": ["type", "features"],
        },
        "OpenAPI": {
            "type": "object",
            "properties": {"openapi": {"type": "string", "pattern": r"^3\.1\."}},
            "required": ["openapi", "info", "paths"],
        },
    }


def _oembed() -> Shape:
    most = {"type": "integer", "minimum": 1, "maximum": MOST_PX}
    other = Text("只有 format=json", "Only format=json can be had")
    return get(
        "oembed",
        EMBED_TAG,
        Text("怎么嵌入本站的一个页面（oEmbed 1.0）", "How to embed a page of this site (oEmbed 1.0)"),
        Text("`/`、`/embed`、`/s/ID` 能嵌。不认识的参数不管。", "For `/`, `/embed` and `/s/ID`. Parameters that are not listed here are passed over."),
        parameters=[
            parameter("url", STRING, Text("本站的页面", "A page of this site"), required=True),
            parameter("maxwidth", most, Text("最宽几像素", "Widest, pixels")),
            parameter("maxheight", most, Text("最高几像素", "Tallest, pixels")),
            parameter("format", {**one_of("json"), "default": "json"}, Text("只有 json", "Only json")),
        ],
        responses={
            "200": answer("OEmbed", Text("怎么嵌", "How to embed it")),
            "501": {"description": other, "content": {"text/plain": {"schema": STRING}}},
        },
        fails=(400, 404),
    )  # fmt: skip


def _signature() -> Shape:
    return get(
        "wechatSignature",
        EMBED_TAG,
        Text("微信 JS-SDK 要的签名", "The signature that WeChat's JS-SDK wants"),
        Text("只签本站的页面。没有接公众号，或微信暂时用不了，是 503。", "Only for pages of this site. 503 without an account, or with WeChat away."),
        parameters=[parameter("url", _URI, Text("本站的页面，# 前面的", "A page of this site, up to #"), required=True)],
        responses={"200": answer("WeChatSignature", Text("交给 wx.config", "For wx.config"))},
        fails=(400, 503),
    )  # fmt: skip


def _outline() -> Shape:
    city = parameter(
        "city",
        {"type": "string", "pattern": "^[0-9]{4}$"},
        Text("城市的区划代码，四位", "The city's code, four digits"),
        required=True,
        where="path",
        example="3101",
    )
    return get(
        "outline",
        UPKEEP_TAG,
        Text("一个城市各区县的轮廓", "The district outlines of a city"),
        Text("用底图的坐标系。", "In the datum of the basemap."),
        parameters=[city],
        responses={"200": answer("Outline", Text("轮廓", "The outlines"), "application/geo+json")},
        fails=(404,),
    )


def _healthz() -> Shape:
    return get(
        "healthz",
        UPKEEP_TAG,
        Text("活着吗", "Whether this process answers"),
        Text("也说用的是哪一版数据。", "And from which version of the data."),
        responses={"200": answer("Health", Text("活着", "It does"))},
    )


def _readyz() -> Shape:
    return get(
        "readyz",
        UPKEEP_TAG,
        Text("能答题了吗", "Whether this process can answer questions"),
        Text("给负载均衡器看。", "For load balancers."),
        responses={
            "200": answer("Readiness", Text("能", "It can")),
            "503": answer("Readiness", Text("连不上库太久了", "The store has been away for too long")),
        },
    )  # fmt: skip


def _metrics() -> Shape:
    media = "text/plain"
    return get(
        "metrics",
        UPKEEP_TAG,
        Text("运行指标（Prometheus）", "Metrics for Prometheus"),
        Text("默认只有本机能看，别人看到 404。", "By default only for this machine; others get a 404."),
        responses={
            "200": {"description": Text("指标", "The metrics"), "content": {media: {"schema": STRING}}}
        },
        fails=(404,),
    )


def _openapi() -> Shape:
    return get(
        "openapi",
        UPKEEP_TAG,
        Text("这份说明", "This description"),
        Text("OpenAPI 3.1。", "OpenAPI 3.1."),
        parameters=[LANG],
        responses={"200": answer("OpenAPI", Text("说明", "The description"))},
    )
