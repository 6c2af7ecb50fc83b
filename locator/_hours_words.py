"""Chinese opening-hours text, made even before it is read: one spelling for each thing, day lists written out.

Whatever has nothing to do with when a door opens (labels, "以公告为准") is taken out here; what was taken
out and might matter to a reader is returned beside the text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_TRADITIONAL = str.maketrans(
    "週點時開閉館間營業禮節個號請預約電話園無國慶", "周点时开闭馆间营业礼节个号请预约电话园无国庆"
)
DAYS = "一二三四五六日"
_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NUMERALS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CLOCK = re.compile(r"(?<![周\d])([零〇一二两三四五六七八九十]{1,3})(?=[点时])")
_MINUTES = re.compile(r"(?<=[点时])([一二三四五六七八九十]{1,3})分?(?=$|[^一二三四五六七八九十周])")
_NINE_TO_FIVE = re.compile(
    r"[早朝]([一二三四五六七八九十\d]{1,2})[点时]?\s*晚([一二三四五六七八九十\d]{1,2})[点时]?(?![\d:半])"
)
_TWELVE = re.compile(r"(\d{1,2})(?:[:.](\d\d))?\s*([ap])\.?m\b\.?", re.IGNORECASE)
# "周一、三、五", "周二四六", "周一至五"; not "周三十点", which is Wednesday at ten.
_DAY_LIST = re.compile(rf"周([{DAYS}])((?:[、,和及/ ]?[{DAYS}](?![点时楼层号]))+)")
_DAY_RANGE = re.compile(rf"周([{DAYS}])\s*([-~至到])\s*([{DAYS}])(?![点时])")
_TIME = r"\d{1,2}(?::[0-5]\d|[点时](?:半|整|\d{1,2}分?)?)"
_SPELLINGS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"<[^<>]{1,20}>", " "),
    (r"7\s*[xX×*]\s*24(?:小时)?|24\s*[xX×*]\s*7(?:小时)?", "全天"),
    (r"[「」『』“”\"'·•*]", " "),
    (r"[—–―‐‑−－ー〜～~]+|-{2,}", "-"),
    (r"星期|礼拜", "周"),
    (r"周([1-6])(?!\d|[:.点时])", lambda m: "周" + DAYS[int(m[1]) - 1]),
    (r"周天|周7(?!\d|[:.点时])", "周日"),
    (r"\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*\b\.?", lambda m: "周" + DAYS[_ENGLISH_DAYS.index(m[1].lower())]),
    (r"\b(?:daily|every ?day)\b", "每天"),
    (r"\bclosed\b", "闭馆"),
    (r"[每逢]周(?=[一二三四五六日])", "周"),
    (r"翌日|第二[天日]", "次日"),
    (r"次日\s*(?:早上|早晨|清晨|上午|凌晨|早)", "次日"),
    (r"翌年|第二年|来年", "次年"),
    (r"(\d{1,2})\s*[:;.]\s*([0-5]\d)(?!\d)(?!:)", r"\1:\2"),
    (r"(?<!\d)(\d{1,2}):([0-5]\d)(?=\d{1,2}:[0-5]\d)", r"\1:\2 "),
    (r"(?<![\d:月])(\d{1,2})-(\d{1,2})(?=[点时](?!\d))", r"\1点-\2"),
    (rf"({_TIME})\s*(?:开馆|开放|开门|营业)\s*[,;、]?\s*((?:下午|傍晚|晚上|晚间|晚)?{_TIME})\s*(?:闭馆|关门|打烊|关闭|结束)", r"\1-\2"),
    (r"(\d)\s*(?=[月日号])", r"\1"),
    (r"全天(?=闭馆|休息|不开放|关闭)", ""),
    (r"二十四小时|24\s*小时|24h\b|全天候", "全天"),
    (r"(?:全天)+", "全天"),
)  # fmt: skip
_LABELS = re.compile(
    r"(?:场馆|图书馆|驿站|站点|本馆|食堂)?(?:对外|免费|日常)?(?:开放|营业|服务|工作|办公|开馆|供餐|用餐|就餐|接待)(?:时间|时段)(?:为|是|调整为)?\s*[::]?"
    r"|^时间\s*[::]|早餐|午餐|中餐|晚餐|早市|午市|晚市|全年无休|全年(?:免费)?(?:对外)?开放|年中无休|(?:全年)?365天(?:无休)?|一年四季"
    r"|(?:联系|咨询|服务)?电话\s*[::]?\s*[\d-]{7,}"
)
_ASIDES = re.compile(
    r"(?:具体|详情|最终|实际)?(?:开放|营业|服务)?(?:时间)?请?以(?:现场|场馆|馆方|当日|实际|门口|官方|微信)?(?:公众号)?(?:公告|公示|通知|公布|情况|信息)?(?:的)?(?:为准)"
    r"|特殊情况(?:提前)?(?:另行)?通知|如有(?:变动|变化|调整|特殊情况)[^,。;]{0,14}(?:通知|公告|为准)"
    r"|\d{1,2}:\d\d(?:后|起)?(?:停止|谢绝)(?:入馆|入场|进馆|入园|检票|取号|售票|进入)|(?:闭馆|结束)前\d{1,2}(?:分钟|小时)停止(?:入馆|入场|进馆)"
    r"|智能门禁|(?:刷卡|扫码|刷脸)(?:进入|入内)|自助|免费(?:开放)?|对外开放|欢迎(?:光临|参观)|在线|(?:需|须|请)?(?:提前|电话|网上)?预约(?:入馆|参观)?"
)


def evened(text: str) -> tuple[str, list[str]]:
    """Return a text in even spelling, and the asides that were taken out of it."""
    said = unicodedata.normalize("NFKC", html.unescape(text)).translate(_TRADITIONAL)
    said = _NINE_TO_FIVE.sub(lambda m: f"早{_number(m[1])}点-晚{_number(m[2])}点", said)
    said = _TWELVE.sub(_of_twelve, said)
    said = _CLOCK.sub(lambda m: str(_number(m[1])), said)
    said = _MINUTES.sub(lambda m: f"{_number(m[1])}分", said)
    for pattern, spelling in _SPELLINGS:
        said = re.sub(pattern, spelling, said, flags=re.IGNORECASE)
    said = _DAY_RANGE.sub(r"周\1\2周\3", said)
    said = _DAY_LIST.sub(lambda m: "周" + m[1] + "".join(f" 周{d}" for d in m[2] if d in DAYS), said)
    asides = [aside[0] for aside in _ASIDES.finditer(said)]
    said = _LABELS.sub(" ", _ASIDES.sub(" ", said))
    return said.strip(), [a for a in asides if not a.startswith(("免费", "对外", "欢迎", "在线"))]


def _of_twelve(match: re.Match[str]) -> str:
    """Return a time with am or pm on a clock of 24 hours; one that no such clock shows stays as it is."""
    hour = int(match[1])
    if not 1 <= hour <= 12:  # noqa: PLR2004
        return match[0]
    return f"{hour % 12 + (12 if match[3].lower() == 'p' else 0)}:{match[2] or '00'}"


def _number(said: str) -> int:
    if said.isdigit():
        return int(said)
    if "十" not in said:
        return int("".join(str(_NUMERALS[c]) for c in said))
    tens, _, ones = said.partition("十")
    return 10 * (_NUMERALS[tens] if tens else 1) + (_NUMERALS[ones] if ones else 0)
