"""How alike two names of a site are, once what all names share is left out."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from locator.districts import city_name, district_name

# What says what a site is, not which one it is.
_GENERIC_WORDS = (
    "示例|总工会|工会|工心|户外劳动者|户外职工|户外工作者|户外|劳动者|环卫工人|环卫工|职工之家|职工|新就业形态|货车司机|"
    "爱心|暖心|接力站|驿站|小木屋|港湾|司机之家|建设者之家|服务站|服务点|服务中心|便民|党群|流动|智慧|24小时|"
    "睦邻|社区|街道办事处|街道|长者|老年|综合为老|助餐点|助餐|大食堂|食堂|餐厅|饭堂|小厨|中心|法律援助|接待室|书屋|"
    "母婴室|托管班|理发|有限公司"
)
# The longest first: 服务中心 before 中心.
_GENERIC = re.compile("|".join(sorted(_GENERIC_WORDS.split("|"), key=lambda word: (-len(word), word))))
# A host's name beside the road's: a bank and a chemist in one building are two stations.
_HOST = re.compile(
    "银行|支行|邮政|邮局|移动|联通|电信|营业厅|顺丰|京东|美团|饿了么|圆通|中通|申通|韵达|肯德基|麦当劳|药房|药店|医院|口腔|学校|小学|"
    "中学|大学|派出所|交警|消防|法院|超市|便利店|酒店|宾馆|加油站|石化|石油|书店|养老院|敬老院|幼儿园"
)
# One such sign more or less makes another place: 1号 and 2号, 东门 and 西门, 南京路 and 南京西路.
_TELLING = re.compile(r"[0-9a-z东西南北左右上下前后]")
_NUMERALS = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_NUMERAL = re.compile("[零〇一二三四五六七八九十两]+")
_NOT_WORD = re.compile(r"[\W_]+")
_BRACKET = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]")
_DIGITS = re.compile(r"[0-9]+")
# How far a name carries by itself: one that lies inside the other, one that says nothing but "station".
_INSIDE, _INSIDE_SHORT, _ONLY_GENERIC, _HALF_GENERIC = 0.75, 0.6, 0.75, 0.6
_SHORT, _OF_WHOLE = 3, 0.9
_CONTRADICTED, _NARROWED = 0.5, 0.75


class Name(NamedTuple):
    """A name ready to be compared: whole, what tells it apart, the same with brackets first, its numbers."""

    whole: str
    core: str
    turned: str
    numbers: str


def name_of(text: str, district: str | None = None, town: str | None = None) -> Name:
    """Return a name ready to be compared.

    Parameters
    ----------
    text
        As supplied: full width, brackets, any case.
    district, town
        Of the site; their names inside the text tell nothing.
    """
    text = text.replace("（示例）", "")
    whole = _plain(text)
    words = (*_place_words(district), *((_plain(town),) if town else ()))
    core = turned = _core(whole, words)
    bracket = _BRACKET.search(text)
    if bracket is not None:
        turned = _core(_plain(bracket[1] + text[: bracket.start()] + text[bracket.end() :]), words)
    return Name(whole, core, turned, ",".join(sorted(_DIGITS.findall(core))))


def likeness(a: Name, b: Name) -> float:
    """Return how alike two names are, 0 to 1, whichever comes first."""
    if not a.core or not b.core:
        if a.core or b.core:
            return _HALF_GENERIC
        return _ONLY_GENERIC * whole_ratio(a, b)
    if a.numbers and b.numbers and a.numbers != b.numbers:
        return _CONTRADICTED * max(fuzz.ratio(*sorted((a.core, b.core))) / 100, _OF_WHOLE * whole_ratio(a, b))
    # 隆昌路食堂（定海路） and 定海路隆昌路食堂 say the same in another order.
    orders = {(a.core, b.core), (a.turned, b.core), (a.core, b.turned)}
    return max(_core_likeness(min(one, other), max(one, other), whole_ratio(a, b)) for one, other in orders)


def _core_likeness(left: str, right: str, whole: float) -> float:
    if left == right:
        return 1.0
    short, long = sorted((left, right), key=lambda core: (len(core), core))
    ratio = max(fuzz.ratio(left, right) / 100, _OF_WHOLE * whole)
    if short in long:
        inside = _INSIDE + (1 - _INSIDE) * len(short) / len(long) if len(short) >= _SHORT else _INSIDE_SHORT
        ratio = max(ratio, inside)
    return ratio * _agreement(left, right)


def most_likeness(ratio: float, whole: float, short: int, long: int) -> float:
    """Return what `likeness` cannot exceed for cores of these lengths, given both ratios (0 to 1)."""
    if not short:
        return _HALF_GENERIC if long else _ONLY_GENERIC * whole
    inside = _INSIDE + (1 - _INSIDE) * short / long
    return max(ratio, inside if _may_lie_inside(ratio, short, long) else 0.0, _OF_WHOLE * whole)


def whole_ratio(a: Name, b: Name) -> float:
    """Return how alike the whole names are letter by letter, 0 to 1."""
    return fuzz.ratio(*sorted((a.whole, b.whole))) / 100


def _may_lie_inside(ratio: float, short: int, long: int) -> bool:
    # The longest common subsequence is the whole shorter name; ratios come as 32-bit floats.
    return ratio * (short + long) / 2 > short - 0.01


def _agreement(left: str, right: str) -> float:
    """Return 1 where one name says no more than the other in other words; less where they contradict."""
    only_left, only_right, replaced = [], [], 0
    for operation in Levenshtein.opcodes(left, right):
        ours = left[operation.src_start : operation.src_end]
        theirs = right[operation.dest_start : operation.dest_end]
        if operation.tag == "equal":
            continue
        if operation.tag == "replace":
            if len(ours) > 1 or _TELLING.search(ours + theirs):
                return _CONTRADICTED
            replaced += 1
        only_left.append(ours)
        only_right.append(theirs)
    # One letter in three may be a slip of the pen, one in two is another name.
    if replaced * 3 > min(len(left), len(right)):
        return _CONTRADICTED
    extra = ["".join(only_left), "".join(only_right)]
    if all(_HOST.search(part) for part in extra):
        return _CONTRADICTED
    return _NARROWED if any(_HOST.search(part) or _TELLING.search(part) for part in extra) else 1.0


def _core(plain: str, places: tuple[str, ...]) -> str:
    for word in places:
        plain = plain.replace(word, "")
    return _GENERIC.sub("", plain).rstrip("站点店")


def _plain(text: str) -> str:
    text = _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).lower())
    return _NUMERAL.sub(_number, text)


def _number(found: re.Match[str]) -> str:
    numeral = found.group()
    tens, ten, ones = numeral.rpartition("十")
    if ten and len(tens) <= 1 and len(ones) <= 1 and tens != "十":
        return str((_NUMERALS[tens] if tens else 1) * 10 + (_NUMERALS[ones] if ones else 0))
    return "".join(str(_NUMERALS.get(sign, 10)) for sign in numeral)


@lru_cache(maxsize=4096)
def _place_words(district: str | None) -> tuple[str, ...]:
    names = filter(None, (city_name(district), district_name(district)))
    # Only whole names: 郑州市 tells nothing, but 郑州 may begin 郑州银行.
    return tuple(_plain(name) for name in names)
