"""The parameters of the nearest contract, described from the table that reads them (`locator.question`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from locator._errors import Text
from locator.question import MOST_DISTRICT, READERS, Question
from locator.readers import Codes, Degrees, Number, OneOf, Whole
from locator.vocabulary import MODES
from locator.web.openapi.shapes import STRING, Shape, array, one_of, or_null, ref
from locator.web.openapi.words import schema_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# What `datetime.fromisoformat` takes is wider; this is what anybody should send.
_DATE = r"(19[7-9]|20\d|21\d)\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
TIME = {"type": "string", "pattern": rf"^{_DATE}([T ]{_CLOCK}(Z|[+-]([01]\d|2[0-3]):[0-5]\d)?)?$"}
MEANINGS: Mapping[str, Text] = {
    "lon": Text(
        "问的人在哪，经度。和 lat 一起给，或者只给 district",
        "Where the asker is, degrees east. Give it with lat, or give a district alone",
    ),
    "lat": Text("问的人在哪，纬度", "Where the asker is, degrees north"),
    "datum": Text(
        "发来的和答回的位置都用这个坐标系",
        "The datum of the positions that are sent and of those that come back",
    ),
    "at": Text(
        "什么时候，ISO 8601；不写时区就是上海时间。默认现在",
        "When, ISO 8601; Shanghai time without an offset. Now if it is left out",
    ),
    "kind": Text("服务的种类，其中任一种", "Kinds of service, any of them"),
    "needs_amenity": Text("要有的设施，全都要有", "Equipment that must be there, all of it"),
    "group": Text("问的人属于哪些群体", "The groups that the asker belongs to"),
    "needs": Text("六有，其中任一项", "The six needs, any of them"),
    "open": Text(
        "any 不管开没开；now 这时开着；arrival 到的时候开着，或等一会儿就开",
        "any: open or not; now: open at `at`; arrival: open, or opening, once there",
    ),
    "stay": Text("关门前至少还要能待几分钟", "Minutes that must be left before closing"),
    "offer": Text(
        "now 只要到的时候这个群体有优惠可用的", "now: only with an offer that the group can use on arrival"
    ),
    "mode": Text("怎么走", "How the asker moves"),
    "max_minutes": Text(
        "最远几分钟；open=arrival 时路上和等的都算。和 max_m 都不给就是 60",
        "Outer bound, minutes of the way; with open=arrival of way and wait. 60 if max_m is not given either",
    ),
    "max_m": Text("最远几米（直线）", "Outer bound, metres in a straight line"),
    "sort": Text(
        "按什么排。open=arrival 时默认 soonest，其余默认 distance",
        "What comes first. soonest by default if open=arrival, else distance",
    ),
    "limit": Text(
        "最多几个。有位置时默认 10，只给 district 时默认全部",
        "How many at most. 10 by default with a position, all with a district alone",
    ),
    "district": Text(
        "区划代码或区县名，只要这里面的；不给 lon、lat 时是里面的全部",
        "Code or name of a district: only what is in it; without lon and lat everything in it",
    ),
    "rent_min": Text("房租从，每月元", "Homes with a rent from this on, CNY a month"),
    "rent_max": Text("房租到，每月元", "Homes with a rent up to this, CNY a month"),
    "vacancies": Text("至少有几间空房", "Homes with at least so many free"),
    "words": Text(
        "每个结果再用一句话说：zh 中文，en 英文", "Every result also says itself in a line, in this language"
    ),
}
_DEFAULT_DEPENDS = {"sort", "limit"}


def shape_of(name: str) -> Shape:
    """Return the schema of a parameter's value, as it is read."""
    reader = READERS[name]
    if isinstance(reader, Degrees):
        return {"type": "number", "minimum": -reader.most, "maximum": reader.most}
    if isinstance(reader, Number):
        least = "exclusiveMinimum" if reader.above else "minimum"
        return {"type": "number", least: reader.low, "maximum": reader.high}
    if isinstance(reader, Whole):
        return {"type": "integer", "minimum": reader.low, "maximum": reader.high}
    if isinstance(reader, OneOf):
        return ref("Mode") if reader.choices == tuple(MODES) else one_of(*reader.choices)
    if isinstance(reader, Codes):
        return array(schema_of(reader.known))
    special = {"datum": ref("Datum"), "at": TIME, "district": {**STRING, "maxLength": MOST_DISTRICT}}
    return special[name]


def defaults() -> dict[str, Any]:
    """Return the defaults that hold whatever else is asked."""
    fields = {field.name: field.default for field in msgspec.structs.fields(Question)}
    kept = {name: value for name, value in fields.items() if isinstance(value, str | int | float)}
    return {name: value for name, value in kept.items() if name not in _DEFAULT_DEPENDS}


def parameter(
    name: str, shape: Shape, meaning: Text, *, required: bool = False, where: str = "query", **more: object
) -> Shape:
    """Return a parameter; lists are separated by commas."""
    found: Shape = {"name": name, "in": where, "required": required, "description": meaning, "schema": shape}
    if shape.get("type") == "array":
        found |= {"style": "form", "explode": False}
    if where == "query" and not required:
        found["allowEmptyValue"] = True  # counts as left out
    return {**found, **more}


def contract(names: Iterable[str]) -> list[Shape]:
    """Return parameters of the contract by name."""
    usual = defaults()
    found = []
    for name in names:
        shape = shape_of(name)
        if name in usual:
            shape = {**shape, "default": usual[name]}
        found.append(parameter(name, shape, MEANINGS[name]))
    return found


def understood(names: Iterable[str]) -> dict[str, Shape]:
    """Return what an answer's `asked` repeats of parameters, by name."""
    fields = {field.name: field for field in msgspec.structs.fields(Question)}
    found = {}
    for name in names:
        shape = {"type": "string", "format": "date-time"} if name == "at" else shape_of(name)
        found[name] = or_null(shape) if fields[name].default is None else shape
    return found


AS_OF = parameter(
    "as_of",
    TIME,
    Text(
        "按当时的数据答，ISO 8601，要是过去的时间",
        "Answer from the data as they were then, ISO 8601, in the past",
    ),
)
LANG = parameter(
    "lang",
    STRING,
    Text(
        "文字用哪种语言，zh 或 en；别的或不给就看 Accept-Language",
        "The language of texts, zh or en; with another or none Accept-Language decides",
    ),
)
SERVICE_ID = parameter(
    "service_id",
    {"type": "string", "minLength": 1},
    Text("服务的编号", "The id of a service"),
    required=True,
    where="path",
    example="yp-canteen-001",
)
