"""Single cells as values of the record's fields; a cell that says something else is an error with a suggestion."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

from locator import vocabulary
from locator._errors import InputError, Text
from locator.datum import convert

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_KIND_WORDS: Mapping[str, str] = {
    "driver-home": "司机之家 卡友之家 货车司机之家 driverhome",
    "safety-station": "安全生产驿站 安全驿站",
    "community-site": "幸福汇",
    "nursing-room": "母婴室 妈咪小屋 母婴",
    "counselling": "心理加油站 心理咨询 心理",
    "childcare": "托管班 托管",
    "study-room": "职工书屋 书屋 阅读室 图书馆",
    "recuperation": "疗休养 疗养",
    "housing": "建设者之家 管理者之家 公寓 人才房 保租房 租赁住房 宿舍型 房源 蓝领e家 housing",
    "lodging": "临时住宿 过夜",
    "hotel": "协议酒店 酒店 宾馆 hotel",
    "legal-aid": "法律援助 法援 维权 法律服务 legalaid",
    "reception": "接待室 信访",
    "fair": "招聘会 集市 夜市",
    "haircut": "理发 美发 haircut",
    "repair": "维修点 修车 修补 修理",
    "canteen": "食堂 助餐点 助餐 饭堂 为老餐厅 社区餐厅 老年餐 配餐 长者饭堂 餐厅 canteen",
    "restaurant": "餐馆 饭店 酒楼 面馆 小吃 快餐 餐饮 restaurant",
    "classroom": "课堂 classroom",
    "culture": "文体 文化宫 文化站 俱乐部",
    "shop": "优惠商户 商户 商店 超市 shop",
    "station": "驿站 户外劳动者 户外职工 爱心站 接力站 服务站点 歇脚 暖心站 暖新 劳动者港湾 爱心屋 休息点 休息站 司机驿站 骑手之家 小哥之家 小哥 工会小站 station",
}  # fmt: skip
# A name may hold several words: 驿站 in 食堂驿站 goes before 食堂, but 安全生产驿站 before 驿站.
_STATION_FIRST = ("司机之家", "卡友之家", "安全生产驿站", "驿站", "户外劳动者", "户外职工", "爱心接力站")
_STATUS_WORDS: Mapping[str, str] = {
    "active": "正常 开放 运营 运行 营业 使用 在用 启用 已建成 已启用 正常开放 正常运营 正常营业 已运营 active open",
    "planned": "在建 筹建 规划 拟建 待建 计划 建设中 未启用 筹备 planned",
    "suspended": "暂停 停用 维修 装修 暂停开放 暂停营业 暂停使用 暂不开放 暂停运营 suspended",
    "closed": "关闭 撤销 停业 已关闭 已撤销 取消 拆除 关停 注销 closed",
}
_QUALITY_WORDS = (
    ("surveyed", r"实测|测量|gps|现场|survey"),
    ("geocoded", r"地址|地理编码|geocod|address|推算"),
    ("poi", r"poi|兴趣点|point of interest|地图|map"),
    ("approximate", r"大概|近似|估|约|approx"),
)
_NUMERALS = {c: i for i, c in enumerate("零一二三四五")} | {"无": 0}
_STARS_MOST = 5
_TRUE, _FALSE = frozenset("是 true 1 yes y 示例".split()), frozenset("否 false 0 no n 不是".split())  # noqa: SIM905


def even(text: str) -> str:
    """Return a text in one spelling: half width, lower case, no spaces."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


@lru_cache(maxsize=4096)
def read_kind(text: str) -> str | None:
    """Return the kind that a cell of a kind column means, or None."""
    said = even(text)
    for kind, words in vocabulary.KINDS.items():
        if said in {kind, kind.replace("-", ""), even(words.label.zh), even(words.label.en)}:
            return kind
    return kind_in(text)


def kind_in(name: str) -> str | None:
    """Return the kind that a name speaks of: 定海路街道长者食堂 is a canteen."""
    said = even(name)
    first = next((word for word in _STATION_FIRST if word in said), None)
    if first is not None:
        return (
            next(kind for kind, words in _KIND_WORDS.items() if first in words.split())
            if first != "爱心接力站"
            else "station"
        )
    return next((kind for kind, words in _KIND_WORDS.items() if any(w in said for w in words.split())), None)


def read_text(text: str) -> str:
    """Return a text as it is."""
    return text


def read_date(text: str) -> str:
    """Return a date as ISO 8601: 2024-09-30, 2024/9/30, 2024年9月30日, 20240930."""
    said = even(text).split("t")[0]
    match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\d\d:\d\d.*)?", said) or re.fullmatch(
        r"(\d{4})(\d\d)(\d\d)", said
    )
    try:
        return date(*map(int, match.groups())).isoformat() if match else _refuse("date", text, "2024-09-30")
    except ValueError:
        return _refuse("date", text, "2024-09-30")


def read_count(text: str) -> int:
    """Return a whole number: 30, 30人, 约30个."""
    match = re.fullmatch(r"(?:约|共)?(\d{1,7})(?:\.0+)?(?:人|个|座|位|张|套|间|床|个座位|左右)*", even(text))
    return int(match[1]) if match else _refuse("count", text, "30")


def read_stars(text: str) -> int:
    """Return stars: 3, 三星, 三星级, ★★★, 3星."""
    said = even(text)
    if said and set(said) <= {"★", "☆", "⭐"}:
        return min(_STARS_MOST, said.count("★") + said.count("⭐"))
    match = re.fullmatch(r"([0-5零一二三四五无])(?:\.0)?(?:颗|个)?(?:星|星级)?(?:驿站|站点)?", said)
    return (
        _NUMERALS.get(match[1], -1)
        if match and match[1] in _NUMERALS
        else int(match[1])
        if match
        else _refuse("stars", text, "3")
    )


def read_yuan(text: str) -> float:
    """Return CNY: 1200, 1200元/月, ¥1,200."""
    match = re.fullmatch(
        r"(?:¥|￥|约)?(\d+(?:\.\d+)?)(?:元|块)?(?:/月|每月|/人|起)?", even(text).replace(",", "")
    )
    return float(match[1]) if match else _refuse("rent", text, "1200")


def read_rents(text: str) -> tuple[float, float]:
    """Return the lowest and the highest rent of one cell: 800-1500元/月."""
    parts = re.split(r"[-~至到—]", even(text))
    if len(parts) > 2:  # noqa: PLR2004
        return _refuse("rent", text, "800-1500")
    return read_yuan(parts[0]), read_yuan(parts[-1])


def read_status(text: str) -> str:
    """Return a status: 正常, 在建, 暂停, 关闭."""
    said = even(text)
    for status, words in _STATUS_WORDS.items():
        if said == status or said in words.split():
            return status
    return _refuse("status", text, "正常、在建、暂停、关闭")


def read_quality(text: str) -> str:
    """Return how a position came about: its code, its label, or words such as "geocoded address"."""
    said = text.strip().lower()
    if said in vocabulary.POSITION_QUALITIES:
        return said
    labelled = [c for c, label in vocabulary.POSITION_QUALITIES.items() if said in {label.zh, label.en}]
    found = labelled or [quality for quality, words in _QUALITY_WORDS if re.search(words, said)]
    return found[0] if found else _refuse("position_quality", text, "实测、地图兴趣点、由地址推算、大概")


def read_flag(text: str) -> bool:
    """Return yes or no."""
    said = even(text)
    return True if said in _TRUE else False if said in _FALSE else _refuse("flag", text, "是、否")


def read_link(text: str) -> str:
    """Return a web address."""
    link = f"https://{text}" if text.lower().startswith("www.") else text
    return link if re.fullmatch(r"https?://[^\s<>\"']+", link) else _refuse("link", text, "https://...")


def read_list(text: str) -> list[Any]:
    """Return a JSON list, as an export writes nested fields."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, list) else _refuse("list", text[:40], "[]")


def read_stops(text: str) -> list[Any]:
    """Return stops as an export writes them; one that names its datum is brought to WGS-84."""
    return [_in_wgs84(stop) for stop in read_list(text)]


def _in_wgs84(stop: Any) -> Any:  # noqa: ANN401  whatever stands there: the record says what is wrong with it
    if not isinstance(stop, dict) or "datum" not in stop:
        return stop
    found = {name: value for name, value in stop.items() if name != "datum"}
    where: tuple[Any, Any] = found.get("lon"), found.get("lat")
    lon, lat = convert(*where, str(stop["datum"]), "wgs84")
    return {**found, "lon": round(float(lon), 8), "lat": round(float(lat), 8)}


def read_steps(text: str) -> list[str]:
    """Return steps: a JSON list, or lines."""
    if text.startswith("["):
        return read_list(text)
    return [part for part in re.split(r"[\n;；]+", text) if part.strip()]


def codes_reader(field: str, known: Mapping[str, Text]) -> Callable[[str], list[str]]:
    """Return a reader of codes or labels, as JSON or with commas between."""
    labels = {even(word): code for code, label in known.items() for word in (code, label.zh, label.en)}

    def read(text: str) -> list[str]:
        words = (
            read_list(text)
            if text.startswith("[")
            else [w for w in re.split(r"[,，、;；|]", text) if w.strip()]
        )
        found = [labels.get(even(str(word))) for word in words]
        if None in found:
            return _refuse(field, text, "、".join(list(known)[:8]))
        return [code for code in known if code in found]

    return read


def _refuse(field: str, text: str, such: str) -> NoReturn:
    shown = text[:40]
    raise InputError(
        field,
        shown,
        Text(f"看不懂“{shown}”，要写成 {such} 这样", f"{shown!r} is not understood; write it like {such}"),
    )


READERS: Mapping[str, Callable[[str], Any]] = {
    "name": read_text, "address": read_text, "town": read_text, "phone": read_text, "code": read_text, "source": read_text,
    "verified_on": read_date, "capacity": read_count, "vacancies": read_count, "stars": read_stars,
    "rent_min": read_yuan, "rent_max": read_yuan, "status": read_status, "position_quality": read_quality,
    "demo": read_flag, "source_url": read_link, "apply_url": read_link, "apply_steps": read_steps,
    "offers": read_list, "stops": read_stops, "events": read_list,
    "needs": codes_reader("needs", vocabulary.NEEDS),
    "has": codes_reader("has", vocabulary.AMENITIES), "lacks": codes_reader("lacks", vocabulary.AMENITIES),
}  # fmt: skip
