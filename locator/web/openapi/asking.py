"""The questions: what is near, what lies along a run, what is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator._errors import Text
from locator.events import DEFAULT_DAYS, EVENT_PARAMETERS, MOST_DAYS
from locator.question import PARAMETERS
from locator.runs import LEAST_POINTS, MOST_POINTS, RUN_PARAMETERS
from locator.vocabulary import TOPICS
from locator.web.openapi.features import CATALOG, collection, feature
from locator.web.openapi.operations import GEOJSON, answer, get, link
from locator.web.openapi.parameters import AS_OF, contract, parameter, shape_of, understood
from locator.web.openapi.shapes import (
    BOOLEAN,
    COUNT,
    INSTANT,
    NUMBER,
    STRING,
    Shape,
    array,
    or_null,
    ref,
    thing,
    told,
)
from locator.web.openapi.words import schema_of

if TYPE_CHECKING:
    from collections.abc import Mapping

TAG = "ask"
_WHERE_FIRST = ("lon", "lat", "datum", *(name for name in PARAMETERS if name not in {"lon", "lat", "datum"}))
NOT_MODIFIED = {
    "description": Text(
        "带着 If-None-Match 来问，答案没变", "Asked with If-None-Match, and the answer is still the same"
    )
}
_FOUND = told(COUNT, "这里列了几个", "How many are listed here")
_MATCHED = told(COUNT, "一共有几个", "How many there are in all")
_NUMBER = r"-?\d+(\.\d+)?"
_PAIR = rf"{_NUMBER},{_NUMBER}"
_STRICT = Text("不认识的参数是 400。", "A parameter that is not listed here is a 400.")
_SAME = Text(
    "给了 at 时同样的数据答得一样，带 ETag，可以用 If-None-Match 再问。",
    "With `at` the same data give the same answer: it has an ETag to ask again with (If-None-Match).",
)


def paths() -> Mapping[str, Shape]:
    """Return the operations by path."""
    return {"/api/v1/nearest": _nearest(), "/api/v1/along": _along(), "/api/v1/events": _events()}


def schemas() -> Mapping[str, Shape]:
    """Return what they answer with."""
    hits, on_the_way = array(ref("HitFeature")), array(ref("HitOnTheWayFeature"))
    doubtful = Text("要是时间清楚的话也符合的", "Those that would qualify if their unknown hours were open")
    unknown = {"description": doubtful}
    common = {"catalog": CATALOG, "numberReturned": _FOUND}
    nearest = {
        "asked": ref("Asked"), **common, "features": hits, "unknown": {**hits, **unknown},
        "fallback": told(or_null(ref("HitFeature")), "最近的、肯定全天开着的一个", "The nearest that is open round the clock for certain"),
    }  # fmt: skip
    run = {"asked": ref("RunAsked"), **common, "features": on_the_way, "unknown": {**on_the_way, **unknown}}
    events = {
        "asked": ref("EventsAsked"), "catalog": CATALOG, "numberMatched": _MATCHED, "numberReturned": _FOUND,
        "features": array(ref("EventFeature")),
    }  # fmt: skip
    return {
        "NearestAnswer": collection(nearest, Text("最合适的在前", "The best first")),
        "RunAnswer": collection(run, Text("多花时间最少的在前", "The least added minutes first")),
        "EventsAnswer": collection(events, Text("先开始的在前", "What starts first comes first")),
        "EventFeature": feature("Occurrence"),
        "Occurrence": _occurrence(),
        "EventsAsked": _events_asked(),
    }


def _nearest() -> Shape:
    return get(
        "nearest",
        TAG,
        Text("附近能用的服务", "The services near by that can be used"),
        _joined(
            Text("给 lon 和 lat，或者只给 district。距离是 WGS-84 上的测地线，距离一样的按编号。", "Give `lon` and `lat`, or a `district` alone. Distances are geodesic on WGS-84, ties by id."),
            _SAME, _STRICT,
        ),
        parameters=[*contract(_WHERE_FIRST), AS_OF],
        responses={"200": answer("NearestAnswer", Text("最合适的在前", "The best first"), GEOJSON, "nearest"), "304": NOT_MODIFIED},
        fails=(400, 503),
        links={"service": link("service", Text("第一个的整条记录", "The first one's whole record"), service_id="$response.body#/features/0/id")},
    )  # fmt: skip


def _along() -> Shape:
    path = parameter(
        "path",
        {"type": "string", "pattern": rf"^{_PAIR}(;{_PAIR}){{{LEAST_POINTS - 1},{MOST_POINTS - 1}}}$"},
        Text(
            f"要跑的 {LEAST_POINTS}–{MOST_POINTS} 个点，按先后写：lon,lat;lon,lat",
            f"{LEAST_POINTS} to {MOST_POINTS} drop-offs in order: lon,lat;lon,lat",
        ),
        required=True,
    )
    return get(
        "along",
        TAG,
        Text("一趟路上顺路能用的", "What lies along a run of drop-offs"),
        _joined(
            Text("按多花的分钟排：绕路和等开门都算。", "By the minutes that a visit adds: the way and the wait."),
            _SAME, _STRICT,
        ),
        parameters=[path, *contract(name for name in RUN_PARAMETERS if name != "path")],
        responses={"200": answer("RunAnswer", Text("顺路的在前", "The least added first"), GEOJSON, "along"), "304": NOT_MODIFIED},
        fails=(400,),
        links={"service": link("service", Text("第一个的整条记录", "The first one's whole record"), service_id="$response.body#/features/0/id")},
    )  # fmt: skip


def _events() -> Shape:
    days = parameter(
        "days",
        {"type": "integer", "minimum": 1, "maximum": MOST_DAYS, "default": DEFAULT_DAYS},
        Text("几天之内，今天算一天", "How many days ahead, today is one"),
    )
    topic = parameter(
        "topic", array(schema_of(TOPICS)), Text("活动的种类，任一种", "What about, any of them")
    )
    asker = [name for name in EVENT_PARAMETERS if name not in {"days", "topic"}]
    return get(
        "events",
        TAG,
        Text("这几天有什么活动", "What is on in the days ahead"),
        _joined(
            Text("登记的活动，和从开放时间推出来的值班日。不给位置就是各地的。limit 默认 50。", "Announced events, and duty days that follow from hours. Without a position, everywhere. `limit` is 50 by default."),
            _STRICT,
        ),
        parameters=[*contract(asker), days, topic],
        responses={"200": answer("EventsAnswer", Text("先开始的在前", "What starts first comes first"), GEOJSON, "events")},
        fails=(400,),
        links={"service": link("service", Text("办活动的服务", "The service that holds the first"), service_id="$response.body#/features/0/properties/service/id")},
    )  # fmt: skip


def _occurrence() -> Shape:
    service = {"id": STRING, "name": STRING, "kind": ref("Kind"), "address": or_null(STRING)}
    return thing(
        {
            "title": STRING,
            "topic": told(STRING, "见 Topic，记录里也可能是别的词", "See Topic; records may use other words"),
            "start": INSTANT,
            "end": INSTANT,
            "starts_in_min": {**NUMBER, "minimum": 0},
            "running": told(BOOLEAN, "正在办", "It is on now"),
            "capacity": or_null(COUNT),
            "distance_m": or_null({**NUMBER, "minimum": 0}),
            "travel_s": or_null(COUNT),
            "service": thing({**service, "district": or_null(STRING)}),
            "demo": BOOLEAN,
            "links": ref("Links"),
        }
    )


def _events_asked() -> Shape:
    asker = understood(name for name in EVENT_PARAMETERS if name not in {"days", "topic", "limit"})
    return thing(
        {
            **asker,
            "until": INSTANT,
            "days": COUNT,
            "topic": array(ref("Topic")),
            "limit": shape_of("limit"),
            "speed_kmh": NUMBER,
            "detour": NUMBER,
        }
    )


def _joined(*texts: Text) -> Text:
    return Text("".join(text.zh for text in texts), " ".join(text.en for text in texts))
