"""Services as answers show them: GeoJSON features and the collections that hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator._errors import Text
from locator.question import PARAMETERS
from locator.runs import MOST_POINTS, RUN_PARAMETERS
from locator.web.openapi.parameters import understood
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
    const,
    or_null,
    ref,
    thing,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

# Members of an answer that every collection has.
CATALOG = told(ref("Catalog"), "答案出自哪一版数据", "Which version of the data answered")
DATUM = told(ref("Datum"), "里面的位置用的坐标系", "The datum of the positions in it")
_AMENITIES = array(ref("Amenity"))


def schemas() -> Mapping[str, Shape]:
    """Return what features are made of, and the features."""
    hit = _properties()
    return {
        "Catalog": _catalog(),
        "Point": _point(),
        "OfferNow": _offer(),
        "PriceRule": _rule(),
        "Links": thing({"self": STRING, "page": STRING}),
        "Hit": thing(hit, optional=("words",)),
        "HitOnTheWay": thing({**hit, **_on_the_way()}, optional=("words",)),
        "HitFeature": feature("Hit"),
        "HitOnTheWayFeature": feature("HitOnTheWay"),
        "Asked": _asked(understood(PARAMETERS)),
        "RunAsked": _asked(_run()),
    }


def feature(properties: str) -> Shape:
    """Return a GeoJSON feature with some properties."""
    geometry = told(
        or_null(ref("Point")), "位置；null 就是没有位置", "The position; null = the service has none"
    )
    return thing(
        {"type": const("Feature"), "id": STRING, "geometry": geometry, "properties": ref(properties)}
    )


def collection(members: Mapping[str, Shape], what: Text) -> Shape:
    """Return a GeoJSON FeatureCollection with more members of its own."""
    return thing({"type": const("FeatureCollection"), "datum": DATUM, **members}, description=what)


def _catalog() -> Shape:
    return thing(
        {
            "version": told(COUNT, "每改一次加一", "One more with every change"),
            "as_of": told(
                {"anyOf": [INSTANT, const("")]},
                "最后一次改动的时间；空的是那时还没有数据",
                "When it last changed; empty before there was any data",
            ),
        }
    )


def _point() -> Shape:
    pair = array(NUMBER, minItems=2, maxItems=2)
    return thing({"type": const("Point"), "coordinates": told(pair, "经度、纬度", "Longitude, latitude")})


def _rule() -> Shape:
    rules = {
        "percent_off": told(NUMBER, "打折：减去百分之几", "Per cent taken off"),
        "minus_cny": told(NUMBER, "减几元", "Yuan taken off"),
        "fixed_cny": told(NUMBER, "一口价，元", "A fixed price, yuan"),
        "voucher_cny": told(NUMBER, "券抵几元", "A voucher's worth, yuan"),
        "min_spend": told(NUMBER, "满几元才用", "Least to be spent, yuan"),
        "per_day": told(COUNT, "一天几次", "So often a day"),
        "hours": told(STRING, "什么时段，OSM opening_hours", "In which window, OSM opening_hours"),
    }
    return thing(rules, optional=rules)


def _offer() -> Shape:
    return thing(
        {
            "title": STRING,
            "groups": array(ref("Group")),
            "rule": ref("PriceRule"),
            "price_text": told(STRING, "价格怎么说（中文）", "The price in words, Chinese"),
            "applies": told(
                or_null(BOOLEAN),
                "到的时候能不能用；null 是不清楚",
                "Whether it can be used on arrival; null = unknown",
            ),
            "until": told(or_null(INSTANT), "用到几点", "Until when"),
            "demo": told(BOOLEAN, "为演示编的", "Invented for the demonstration"),
        }
    )


def _properties() -> dict[str, Shape]:
    return {
        "id": STRING,
        "name": STRING,
        "kind": ref("Kind"),
        "address": or_null(STRING),
        "has": told(_AMENITIES, "知道有的设施", "Equipment known to be there"),
        "lacks": told(_AMENITIES, "知道没有的设施；两边都不写的是不清楚", "Known not to be there; what is in neither is unknown"),
        "stars": or_null({**INTEGER, "minimum": 0, "maximum": 5}),
        "capacity": or_null(COUNT),
        "phone": or_null(STRING),
        "verified_on": told(or_null(DAY), "哪天核实的", "When somebody last looked"),
        "position_quality": or_null(ref("PositionQuality")),
        "demo": told(BOOLEAN, "为演示编的，不是真地方", "Invented for the demonstration"),
        "links": ref("Links"),
        "distance_m": told(or_null({**NUMBER, "minimum": 0}), "直线几米；没给位置就是 null", "Metres in a straight line; null without a position"),
        "travel_s": told(or_null(COUNT), "路上几秒", "Seconds of travel"),
        "arrive_at": told(or_null(INSTANT), "几点到", "When one is there"),
        "usable_from": told(or_null(INSTANT), "几点能进；null 是不清楚，或两周内都不开", "When one gets in; null = unknown, or not within two weeks"),
        "usable_min": told(or_null(NUMBER), "进去后能待几分钟；null 是不清楚，或不关门", "Minutes until it closes; null = unknown, or it does not close"),
        "status": told(ref("Status"), "出发时开没开", "Whether it is open when the asker sets out"),
        "status_reason": told(or_null(STRING), "为什么不清楚（中文）", "Why it is unknown, Chinese"),
        "usable_until": told(or_null(INSTANT), "几点关", "When it closes"),
        "next_change": told(or_null(INSTANT), "下次开或关是几点", "When the status next changes"),
        "offers": array(ref("OfferNow")),
        "words": told(STRING, "一句话；问了 words 才有", "All of it in a line; only if `words` was asked for"),
    }  # fmt: skip


def _on_the_way() -> dict[str, Shape]:
    return {
        "detour_min": told(NUMBER, "多花几分钟", "Minutes that a visit adds"),
        "detour_m": told(NUMBER, "多走几米", "Metres that a visit adds"),
        "leg": told(COUNT, "在第几段路上，从 0 数", "On which leg, counted from 0"),
        "after": told(COUNT, "在第几个点之后，从 0 数", "After which drop-off, counted from 0"),
    }


def _run() -> dict[str, Shape]:
    pair = array(NUMBER, minItems=2, maxItems=2)
    own = understood(name for name in RUN_PARAMETERS if name != "path")
    return {"path": array(pair, minItems=2, maxItems=MOST_POINTS), **own, "sort": const("detour_min")}


def _asked(parameters: Mapping[str, Shape]) -> Shape:
    members = {
        **parameters,
        "speed_kmh": told(or_null(NUMBER), "按多快算；走街道时 null", "The speed; null over streets"),
        "detour": told(or_null(NUMBER), "路程是直线的几倍；走街道时 null", "Way over straight line; null over streets"),
        "network": told(STRING, "按哪个街道网算的", "The street network that ways were reckoned over"),
        "unreachable": told(COUNT, "符合、但离街道太远的有几个", "How many pass, but stand off the streets"),
    }  # fmt: skip
    what = Text("每个参数是怎么理解的", "Every parameter as it was understood")
    return thing(members, optional=("network", "unreachable"), description=what)
