"""What is taken along: services with their hours for phones without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator._errors import Text
from locator.vocabulary import FAMILIES, MODES
from locator.web.offline import MOST_IDS
from locator.web.openapi.operations import answer, get
from locator.web.openapi.parameters import LANG, parameter
from locator.web.openapi.shapes import (
    BOOLEAN,
    COUNT,
    DAY,
    INSTANT,
    INTEGER,
    NUMBER,
    STRING,
    Shape,
    array,
    one_of,
    or_null,
    ref,
    thing,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

TAG = "offline"
_WHAT = Text(
    "未来两周什么时候开、什么时候不清楚，按 1970 年起的分钟数；两边都不在的是关着。",
    "When each place is open and when nobody knows, for two weeks ahead, in minutes since 1970; the rest is closed.",
)


def paths() -> Mapping[str, Shape]:
    """Return the operations by path."""
    return {"/api/v1/district/{code}/offline.json": _district(), "/api/v1/offline.json": _some()}


def schemas() -> Mapping[str, Shape]:
    """Return what they answer with."""
    spans = array(ref("Span"))
    place = {
        "open": told(spans, "开着", "Open"),
        "unknown": told(spans, "不清楚", "Unknown"),
        "wgs84": ref("Pair"),
        "gcj02": ref("Pair"),
        "navigation": told(STRING, "打开高德地图导航", "Opens Amap at it"),
    }
    service = {
        "id": STRING,
        "name": STRING,
        "kind": told(STRING, "种类，已经是文字", "The kind in words"),
        "family": one_of(*FAMILIES),
        "glyph": STRING,
        "address": or_null(STRING),
        "phone": or_null(STRING),
        "demo": BOOLEAN,
        "verified": or_null(DAY),
        "places": array(ref("OfflinePlace")),
    }
    copy = {
        "generated_at": INSTANT,
        "from": INTEGER,
        "until": INTEGER,
        "version": told(COUNT, "哪一版数据", "The version of the data"),
        "seconds_per_m": thing(dict.fromkeys(MODES, NUMBER)),
        "services": array(ref("OfflineService")),
    }
    return {
        "Span": told(array(INTEGER, minItems=2, maxItems=2), "从几时到几时", "From when to when"),
        "Pair": told(array(NUMBER, minItems=2, maxItems=2), "经度、纬度", "Longitude, latitude"),
        "OfflinePlace": thing(place, optional=("wgs84", "gcj02", "navigation")),
        "OfflineService": thing(service),
        "OfflineCopy": thing(copy),
        "DistrictCopy": thing({"district": STRING, "name": STRING, **copy}),
    }


def _district() -> Shape:
    code = parameter(
        "code",
        {"type": "string", "pattern": r"^\d{6}$"},
        Text("区划代码，六位", "The GB/T 2260 code, six digits"),
        required=True,
        where="path",
    )
    return get(
        "offlineDistrict",
        TAG,
        Text("一个区县的服务，存到手机", "A district's services, to keep on a phone"),
        _WHAT,
        parameters=[code, LANG],
        responses={"200": answer("DistrictCopy", Text("整个区县", "The whole district"))},
        fails=(404,),
    )


def _some() -> Shape:
    ids = parameter(
        "ids",
        array(STRING),
        Text(f"服务的编号，最多看 {MOST_IDS} 个", f"Ids of services; the first {MOST_IDS} count"),
    )
    return get(
        "offlineServices",
        TAG,
        Text("几个服务，存到手机", "Some services, to keep on a phone"),
        _WHAT,
        parameters=[ids, LANG],
        responses={"200": answer("OfflineCopy", Text("这几个", "Those"), operation="offlineServices")},
        fails=(404,),
    )
