"""What the features of each collection say: the fields, their types and their words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from locator import vocabulary
from locator._errors import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

GEOMETRY = "geometry"
_JSON_TYPES = {"date": "string", "instant": "string", "array": "array"}
_FORMATS = {"date": "date", "instant": "date-time"}
_QUALITIES = tuple(vocabulary.POSITION_QUALITIES)


@dataclass(frozen=True)
class Field:
    """One property of a feature.

    Parameters
    ----------
    name
        As it stands in the features.
    type
        Of "string", "integer", "number", "boolean", "date", "instant", "array" (of words).
    text
        What it says.
    words
        The only values it takes; none for any.
    role
        Its role by OGC API - Features Part 5, "" for none.
    """

    name: str
    type: str
    text: Text
    words: tuple[str, ...] = ()
    role: str = ""

    def schema(self, language: str, *, nullable: bool) -> dict[str, Any]:
        """Return the field as JSON Schema; what a feature may leave unknown is null there."""
        kind = _JSON_TYPES.get(self.type, self.type)
        never_null = self.role == "id" or not nullable
        found: dict[str, Any] = {
            "title": self.text.of(language),
            "type": kind if never_null else [kind, "null"],
        }
        if self.type in _FORMATS:
            found["format"] = _FORMATS[self.type]
        words: dict[str, Any] = {"enum": list(self.words)} if self.words else {}
        if self.type == "array":
            found["items"] = {"type": "string", **words}
        elif words:
            found["enum"] = [*self.words] if never_null else [*self.words, None]
        if self.role:
            found["x-ogc-role"] = self.role
        return found


def _field(name: str, kind: str, zh: str, en: str, words: Iterable[str] = (), role: str = "") -> Field:
    return Field(name, kind, Text(zh, en), tuple(words), role)


_ID = _field("id", "string", "编号", "identifier", role="id")
_DEMO = _field("demo", "boolean", "为演示编的，不是真的", "invented for the demonstration, not real")
_KIND = _field("kind", "string", "种类", "kind of site", vocabulary.KINDS)
_DISTRICT = _field("district", "string", "区县代码（GB/T 2260）", "district code (GB/T 2260)")
_HOURS = _field("hours", "string", "开放时间（OSM opening_hours）", "opening hours (OSM opening_hours)")
_FROM = _field("valid_from", "date", "从哪天起", "first day")
_TO = _field("valid_to", "date", "到哪天止", "last day")

SERVICES = (
    _ID,
    _KIND,
    _field("name", "string", "名称", "name"),
    _field("address", "string", "地址", "address"),
    _DISTRICT,
    _field("town", "string", "街道或镇", "sub-district or town"),
    _field("phone", "string", "电话", "telephone"),
    _field("position_quality", "string", "位置怎么来的", "where the position is from", _QUALITIES),
    _HOURS,
    _field("hours_text", "string", "开放时间原文", "opening hours as supplied"),
    _field("has", "array", "已知有的设施", "amenities known to be there", vocabulary.AMENITIES),
    _field("lacks", "array", "已知没有的设施", "amenities known to be absent", vocabulary.AMENITIES),
    _field("needs", "array", "满足的需要", "needs it serves", vocabulary.NEEDS),
    _field("capacity", "integer", "座位或床位数", "seats or beds"),
    _field("stars", "integer", "星级（0–5）", "stars (0-5)"),
    _field("code", "string", "原编号", "number in its own list"),
    _field("rent_min", "number", "月租从（元）", "rent from, CNY a month"),
    _field("rent_max", "number", "月租到（元）", "rent to, CNY a month"),
    _field("vacancies", "integer", "空房数", "vacancies"),
    _field("apply_url", "string", "申请网址", "where to apply"),
    _field("apply_steps", "array", "申请步骤", "how to apply, step by step"),
    _field("status", "string", "状态", "status", ("active", "planned", "suspended", "closed")),
    _field("source", "string", "来源", "source"),
    _field("source_url", "string", "来源网址", "address of the source"),
    _field("verified_on", "date", "最近核实的日期", "day it was last verified", role="primary-instant"),
    _field("mobile", "boolean", "流动服务，位置见 stops", "mobile: its positions are in stops"),
    _DEMO,
)  # fmt: skip
_OF_SERVICE = (
    _ID,
    _field("service", "string", "服务编号", "identifier of the service"),
    _field("service_name", "string", "服务名称", "name of the service"),
    _KIND,
    _DISTRICT,
)
STOPS = (*_OF_SERVICE, _field("name", "string", "停靠点名称", "name of the stop"), _HOURS, _FROM, _TO, _DEMO)
OFFERS = (
    *_OF_SERVICE,
    _field("title", "string", "优惠", "what is offered"),
    _field("groups", "array", "给谁", "for whom", vocabulary.GROUPS),
    _field("hours", "string", "优惠时段（OSM opening_hours）", "hours of the offer (OSM opening_hours)"),
    _field("percent_off", "number", "减百分之几", "per cent off"),
    _field("minus_cny", "number", "减几元", "CNY off"),
    _field("fixed_cny", "number", "一口价（元）", "fixed price, CNY"),
    _field("voucher_cny", "number", "代金券（元）", "voucher, CNY"),
    _field("min_spend", "number", "满多少元", "least spending, CNY"),
    _field("per_day", "integer", "每天几次", "times a day"),
    _FROM,
    _TO,
    _DEMO,
)
EVENTS = (
    *_OF_SERVICE,
    _field("title", "string", "活动", "title"),
    _field("topic", "string", "内容", "topic"),
    _field("start", "instant", "开始", "start", role="primary-interval-start"),
    _field("end", "instant", "结束", "end", role="primary-interval-end"),
    _field("capacity", "integer", "名额", "places"),
    _DEMO,
)
DISTRICTS = (
    _field("id", "string", "区县代码（GB/T 2260）", "district code (GB/T 2260)", role="id"),
    _field("name", "string", "名称", "name"),
    _field("city", "string", "市", "city"),
    _field("province", "string", "省", "province"),
)
GAPS = (
    _ID,
    _field("plan", "string", "规划结果", "the saved plan"),
    _field("boundary", "string", "区县代码", "district code"),
    _field("group", "string", "为谁", "whose week"),
    _field("mode", "string", "怎么去", "how they travel", vocabulary.MODES),
    _field("minutes", "number", "几分钟内", "within so many minutes"),
    _field("week", "date", "哪一周（周一）", "the week, by its Monday", role="primary-instant"),
    _field("place", "string", "地点", "place"),
    _field("demand_weight", "number", "人数", "people"),
    _field("demand_person_hours", "number", "一周的人时", "person-hours of the week"),
    _field("unserved_low", "number", "没有着落的人时（未知时间算关）", "unserved, unknown hours closed"),
    _field("unserved_high", "number", "没有着落的人时（未知时间算开）", "unserved, unknown hours open"),
    _field("worst", "string", "最缺的时段", "worst windows"),
)  # fmt: skip
