"""The words the house knows: kinds of site, equipment, groups of workers, needs, with their labels.

A code is what the data and the URLs carry; a label is what people read. The order inside each table
is the order in which lists show the words, and it is stable: the index keeps one bit for each code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from locator._errors import InputError, Text

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(NamedTuple):
    """A kind of site: its label, the marker family that draws it, and its glyph."""

    label: Text
    family: str
    glyph: str


FAMILIES: Mapping[str, Text] = {
    "station": Text("驿站", "stations"),
    "canteen": Text("吃饭", "meals"),
    "housing": Text("住宿", "housing"),
    "legal": Text("维权", "legal help"),
    "other": Text("其他", "other"),
}

KINDS: Mapping[str, Kind] = {
    "station": Kind(Text("驿站", "rest station"), "station", "station"),
    "driver-home": Kind(Text("司机之家", "drivers' home"), "station", "station"),
    "safety-station": Kind(Text("安全生产驿站", "work-safety station"), "other", "safety"),
    "community-site": Kind(Text("幸福汇服务点", "community service site"), "other", "other"),
    "canteen": Kind(Text("食堂", "canteen"), "canteen", "canteen"),
    "restaurant": Kind(Text("餐馆", "restaurant"), "canteen", "canteen"),
    "housing": Kind(Text("建设者之家", "builders' home"), "housing", "housing"),
    "lodging": Kind(Text("临时住宿", "temporary lodging"), "housing", "housing"),
    "hotel": Kind(Text("协议酒店", "hotel at an agreed price"), "housing", "housing"),
    "legal-aid": Kind(Text("法律援助", "legal aid"), "legal", "legal"),
    "reception": Kind(Text("接待室", "reception room"), "legal", "legal"),
    "counselling": Kind(Text("心理加油站", "counselling post"), "other", "care"),
    "nursing-room": Kind(Text("爱心母婴室", "nursing room"), "other", "care"),
    "childcare": Kind(Text("爱心托管班", "childcare class"), "other", "care"),
    "study-room": Kind(Text("职工书屋", "study room"), "other", "learn"),
    "classroom": Kind(Text("课堂", "classroom"), "other", "learn"),
    "culture": Kind(Text("文体场所", "culture and sports"), "other", "learn"),
    "recuperation": Kind(Text("疗休养基地", "recuperation base"), "other", "health"),
    "haircut": Kind(Text("理发", "haircut"), "other", "shop"),
    "repair": Kind(Text("修车修补", "repairs"), "other", "shop"),
    "shop": Kind(Text("优惠商户", "shop with a discount"), "other", "shop"),
    "fair": Kind(Text("招聘会和集市", "job fair or market"), "other", "fair"),
}

AMENITIES: Mapping[str, Text] = {
    "seating": Text("桌椅", "tables and chairs"),
    "air-conditioning": Text("空调", "air conditioning"),
    "microwave": Text("微波炉", "microwave"),
    "drinking-water": Text("饮水", "drinking water"),
    "charging": Text("充电", "phone charging"),
    "toilet": Text("厕所", "toilet"),
    "heating": Text("暖气", "heating"),
    "fridge": Text("冰箱", "fridge"),
    "first-aid": Text("药箱", "first-aid box"),
    "television": Text("电视", "television"),
    "wifi": Text("无线网", "Wi-Fi"),
    "books": Text("图书角", "book corner"),
    "ebike-charging": Text("电瓶车充电", "e-bike charging"),
    "umbrella": Text("雨伞", "umbrellas"),
    "bed": Text("床位", "beds"),
    "shower": Text("淋浴", "shower"),
    "lockers": Text("储物柜", "lockers"),
    "washing-machine": Text("洗衣机", "washing machine"),
    "private-bathroom": Text("独立卫浴", "own bathroom"),
    "smart-lock": Text("智能锁", "smart lock"),
    "shared-kitchen": Text("共享厨房", "shared kitchen"),
    "canteen": Text("食堂", "canteen on site"),
    "sports": Text("运动场地", "sports court"),
    "nursing": Text("哺乳间", "nursing corner"),
    "water-cupboard": Text("爱心水柜", "free water cupboard"),
}
# What a tired rider looks for first; cards show these six, always in this order.
CARD_AMENITIES = ("seating", "air-conditioning", "microwave", "drinking-water", "charging", "toilet")
# And what whoever looks for a home asks about instead.
HOME_AMENITIES = ("bed", "private-bathroom", "shared-kitchen", "washing-machine", "shower", "smart-lock")

GROUPS: Mapping[str, Text] = {
    "rider": Text("骑手", "delivery riders"),
    "courier": Text("快递员", "couriers"),
    "driver": Text("网约车司机", "ride-hailing drivers"),
    "trucker": Text("货车司机", "lorry drivers"),
    "sanitation": Text("环卫工人", "sanitation workers"),
    "guard": Text("保安", "security guards"),
    "traffic": Text("交警协警", "traffic wardens"),
    "urban-management": Text("城管执法", "urban management"),
    "builder": Text("建设者", "builders"),
    "domestic": Text("家政月嫂", "domestic workers"),
    "member": Text("工会会员", "union members"),
    "anyone": Text("所有人", "anyone"),
}

NEEDS: Mapping[str, Text] = {
    "learn": Text("教有地方学", "somewhere to learn"),
    "enjoy": Text("乐有地方享", "somewhere to enjoy"),
    "rest": Text("累有地方歇", "somewhere to rest"),
    "complain": Text("苦有地方诉", "somewhere to be heard"),
    "help": Text("难有地方帮", "somewhere to get help"),
    "save": Text("惠有地方享", "somewhere to save"),
}

# What an event is about; records may use other words, which are shown as "other".
TOPICS: Mapping[str, Text] = {
    "class": Text("上课", "classes"),
    "film": Text("电影", "films"),
    "haircut": Text("理发", "haircuts"),
    "fair": Text("招聘会和集市", "fairs"),
    "lawyer": Text("律师", "lawyers"),
    "duty": Text("值班", "duty days"),
    "health": Text("看病体检", "health"),
    "repair": Text("修车修补", "repairs"),
    "other": Text("其他", "other"),
}

MODES: Mapping[str, Text] = {
    "walk": Text("步行", "on foot"),
    "ride": Text("骑行", "by e-bike"),
    "drive": Text("开车", "by car"),
}

STATUSES: Mapping[str, Text] = {
    "open": Text("开着", "open"),
    "closed": Text("关着", "closed"),
    "unknown": Text("时间不清楚", "hours unknown"),
}

POSITION_QUALITIES: Mapping[str, Text] = {
    "surveyed": Text("门口实测", "surveyed at the door"),
    "poi": Text("取自地图兴趣点", "taken from a map's point"),
    "geocoded": Text("由地址推算", "worked out from the address"),
    "approximate": Text("大概位置", "approximate"),
}


def check_codes(field: str, codes: object, known: Mapping[str, object]) -> tuple[str, ...]:
    """Return codes as a tuple without repeats, in the table's order.

    Raises
    ------
    InputError
        A code that the table does not know; the message lists those it does.
    """
    wanted = [codes] if isinstance(codes, str) else list(codes)  # type: ignore[call-overload]
    for code in wanted:
        if code not in known:
            names = ", ".join(known)
            raise InputError(
                field,
                code,
                Text(
                    f"{field} 里没有 {code!r} 这个词，可以用：{names}",
                    f"{field} has no {code!r}; use one of {names}",
                ),
            )
    return tuple(code for code in known if code in wanted)
