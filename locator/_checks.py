"""The checks that `locator check` makes, worst first: their titles, and what to do about a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from locator._errors import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

Severity = Literal["error", "warning", "note"]


class Check(NamedTuple):
    """A check: how bad a finding is, what it is called, what mends it."""

    severity: Severity
    title: Text
    suggestion: Text


CHECKS: Mapping[str, Check] = {
    "outside-district": Check(
        "error",
        Text("位置不在所写的区县里", "position outside the named district"),
        Text("核对坐标系、经纬度和区县代码，改错的那个", "check datum, longitude, latitude and district; mend the wrong one"),
    ),
    "no-position": Check(
        "error",
        Text("没有位置", "no position"),
        Text("到门口量一次，或在地图上点出来", "survey it at the door, or point it out on a map"),
    ),
    "no-stop": Check(
        "error",
        Text("流动服务没有以后的停靠点", "mobile service with no coming stop"),
        Text("补上以后的停靠点，不再来就停用", "add the coming stops, or suspend it"),
    ),
    "never-open": Check(
        "error",
        Text("两周内一次也不开", "never open within a fortnight"),
        Text("核对开放时间；停用了就改状态", "check the hours; if it is out of use, say so in its status"),
    ),
    "offer-never": Check(
        "error",
        Text("优惠永远用不上", "offer that can never be used"),
        Text("核对优惠的日期和时段", "check the offer's dates and hours"),
    ),
    "offer-over": Check(
        "warning",
        Text("优惠过期了", "offer past its validity"),
        Text("延期或删掉", "extend it or take it out"),
    ),
    "duplicate": Check(
        "warning",
        Text("可能重复", "possible duplicate"),
        Text("打开两条对一对，是同一处就停用一条", "compare the two; if they are one, close one"),
    ),
    "undated-vacancies": Check(
        "warning",
        Text("空房没有日期", "vacancies without a date"),
        Text("问清空房，写上核实日期", "ask for the vacancies and note the day"),
    ),
    "stale": Check(
        "warning",
        Text("核实得太久了", "stale verification"),
        Text("打电话或上门核实，写上日期", "verify by telephone or visit, and note the day"),
    ),
    "never-verified": Check(
        "warning",
        Text("从没核实过", "never verified"),
        Text("打电话或上门核实，写上日期", "verify by telephone or visit, and note the day"),
    ),
    "unknown-hours": Check(
        "warning",
        Text("开放时间不清楚", "unknown hours"),
        Text("问清几点开门，不清楚就留空", "ask for the hours; leave them empty while unknown"),
    ),
    "unknown-equipment": Check(
        "note",
        Text("设施不清楚", "unknown equipment"),
        Text("问清有什么、没有什么", "ask what is there and what is not"),
    ),
    "approximate-position": Check(
        "note",
        Text("位置只是大概", "approximate position"),
        Text("到门口量一次", "survey it at the door"),
    ),
    "demo": Check(
        "note",
        Text("示例数据", "invented rows"),
        Text("正式使用前删掉", "take it out before real use"),
    ),
}  # fmt: skip

# How long a verification lasts: what changes fast is asked for often.
STALE_DAYS: Mapping[str, int] = {
    "housing": 30, "lodging": 30, "hotel": 90, "fair": 30, "canteen": 180, "restaurant": 180, "haircut": 180,
    "repair": 180, "shop": 180, "legal-aid": 180, "reception": 180, "counselling": 180, "childcare": 180,
}  # fmt: skip
_STALE_DEFAULT = 365


def stale_after_days(kind: str) -> int:
    """Return how many days a verification of a kind of site lasts."""
    return STALE_DAYS.get(kind, _STALE_DEFAULT)
