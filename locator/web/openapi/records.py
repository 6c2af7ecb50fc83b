"""Records, lists of services, and names as one types them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from locator import vocabulary
from locator._errors import Text
from locator.service import Service
from locator.web.finding import DEFAULT_LIMIT, LIST_PARAMETERS, MAX_LIMIT, SUGGEST_KEEPS
from locator.web.openapi.asking import NOT_MODIFIED
from locator.web.openapi.features import CATALOG, collection
from locator.web.openapi.operations import GEOJSON, answer, get, link
from locator.web.openapi.parameters import AS_OF, LANG, SERVICE_ID, contract, parameter
from locator.web.openapi.shapes import COUNT, INSTANT, STRING, Shape, array, or_null, ref, thing, told
from locator.web.openapi.words import schema_of

if TYPE_CHECKING:
    from collections.abc import Mapping

TAG = "records"
_Q = Text("名称或地址里的字：汉字、拼音、首字母", "In name or address: Chinese, pinyin or initials")
_PASSED_OVER = Text("不认识的参数不管。", "Parameters that are not listed here are passed over.")
# Fields whose words the record checks itself, so that pydantic knows nothing of them.
_WORDS = {
    "kind": schema_of(vocabulary.KINDS),
    "has": array(schema_of(vocabulary.AMENITIES)),
    "lacks": array(schema_of(vocabulary.AMENITIES)),
    "needs": array(schema_of(vocabulary.NEEDS)),
    "groups": array(schema_of(vocabulary.GROUPS)),
}


def paths() -> Mapping[str, Shape]:
    """Return the operations by path."""
    return {
        "/api/v1/services": _services(),
        "/api/v1/services/{service_id}": _service(),
        "/api/v1/suggest": _suggest(),
    }


def schemas() -> Mapping[str, Shape]:
    """Return what they answer with."""
    listed = {
        "catalog": CATALOG,
        "at": told(INSTANT, "按什么时候说开没开", "The instant that the status is of"),
        "numberMatched": told(COUNT, "一共有几个", "How many there are in all"),
        "numberReturned": told(COUNT, "这里列了几个", "How many are listed here"),
        "features": array(ref("HitFeature")),
    }
    suggestion = thing(
        {
            "name": STRING,
            "note": told(STRING, "在哪，有几处", "Where it is, how many there are"),
            "id": told(or_null(STRING), "服务的编号；地方没有", "The id of a service; areas have none"),
            "url": told(STRING, "从那里找的页面", "The page of a search from there"),
        }
    )
    return {
        "ServiceList": collection(listed, Text("按编号排", "By id")),
        "Suggestions": thing({"q": STRING, "suggestions": array(ref("Suggestion"))}),
        "Suggestion": suggestion,
        **_records(),
    }


def _records() -> dict[str, Shape]:
    """Return the record and its parts as pydantic knows them; an answer always has every field."""
    whole = Service.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    parts: dict[str, Any] = whole.pop("$defs")
    del parts["Datum"]
    return {name: _complete(part) for name, part in {**parts, "Service": whole}.items()}


def _complete(part: dict[str, Any]) -> Shape:
    members = {
        name: _WORDS.get(
            name, {key: value for key, value in shape.items() if key not in {"title", "default"}}
        )
        for name, shape in part["properties"].items()
    }
    return thing(members)


def _service() -> Shape:
    return get(
        "service",
        TAG,
        Text("一条记录，全部内容", "One record, whole"),
        Text(
            "不知道的是 null。source_lon、source_lat、source_datum 是当初提供的样子，lon、lat 是由它们换算的，写了 datum 就是那个坐标系，没写就是 WGS-84。",
            "What is unknown is null. source_lon, source_lat, source_datum are as supplied, lon and lat are derived from them, in `datum` where there is one, else WGS-84.",
        ),
        parameters=[SERVICE_ID, AS_OF],
        responses={"200": answer("Service", Text("这条记录", "The record"), operation="service"), "304": NOT_MODIFIED},
        fails=(400, 404, 503),
        links={
            "offline": link("offlineServices", Text("它两周内的开门时间", "Its hours for two weeks"), ids="$response.body#/id"),
            "district": link("offlineDistrict", Text("同一区县的", "What is in its district"), code="$response.body#/district"),
            "code": link("serviceCode", Text("它的二维码", "The code that leads to it"), service_id="$response.body#/id"),
            "poster": link("servicePoster", Text("它门口的海报", "The poster for its door"), service_id="$response.body#/id"),
        },
    )  # fmt: skip


def _services() -> Shape:
    degrees = {"type": "number", "minimum": -180, "maximum": 180}
    box = parameter(
        "bbox",
        array(degrees, minItems=4, maxItems=4),
        Text("西,南,东,北，度", "west,south,east,north, degrees"),
    )
    limit = parameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        Text("最多几个", "How many at most"),
    )
    return get(
        "services",
        TAG,
        Text("列出服务，给地图和列表用", "List services, for maps and lists"),
        Text(f"方框里的、某种的、叫某名的；都不给就是全部。{_PASSED_OVER.zh}", f"Those in a box, of a kind, with a name; all of them without. {_PASSED_OVER.en}"),
        parameters=[box, *contract(LIST_PARAMETERS), parameter("q", STRING, _Q), limit],
        responses={"200": answer("ServiceList", Text("按编号排", "By id"), GEOJSON, "services")},
        fails=(400,),
        links={"service": link("service", Text("第一个的整条记录", "The first one's whole record"), service_id="$response.body#/features/0/id")},
    )  # fmt: skip


def _suggest() -> Shape:
    return get(
        "suggest",
        TAG,
        Text("边打字边提示地方和服务", "Places and services while somebody types"),
        Text(f"先区县、街道，后服务，最多 8 个。只看前 60 个字。{_PASSED_OVER.zh}", f"Districts and towns first, then services, 8 at most. The first 60 characters count. {_PASSED_OVER.en}"),
        parameters=[parameter("q", STRING, _Q), *contract(SUGGEST_KEEPS), LANG],
        responses={"200": answer("Suggestions", Text("提示", "The suggestions"), operation="suggest")},
        fails=(400,),
        links={"service": link("service", Text("提示里的服务", "A service among them"), service_id="$response.body#/suggestions/0/id")},
    )  # fmt: skip
