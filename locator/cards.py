"""A hit in words: what a card, a popup and a service page say, in Chinese.

Two lines answer the question (how long to get there; how long one can stay), a bar repeats them,
and whatever nobody knows is said to be unknown.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from locator import vocabulary
from locator.benefits import price_text, usable_by, valid_on
from locator.datum import Datum
from locator.districts import district_name
from locator.facilities import Facility, facilities
from locator.navigation import links, lon_lat_gcj02
from locator.timebar import Bar, time_bar
from locator.timeline import SHANGHAI, timeline

if TYPE_CHECKING:
    from locator.hits import Hit
    from locator.moments import OfferNow
    from locator.question import Question
    from locator.service import Service

_SHORT_STAY_MIN = 20
_SOON = timedelta(hours=2)
WEEKDAYS = "一二三四五六日"
_TIMES = "零一两三四五六七八九十"


class Door(NamedTuple):
    """The status as a door: open, soon (to close), later, closed or unknown; with its words."""

    state: str
    label: str


class Deal(NamedTuple):
    """An offer in words: the red tag, its window, what to mind, and whether it can be used on arrival."""

    tag: str
    window: str
    note: str
    applies: bool | None
    title: str
    uses: str
    demo: bool


@dataclass(frozen=True)
class Card:
    """Everything that a card shows of one hit."""

    hit: Hit
    kind: str
    family: str
    glyph: str
    where: str
    name_parts: tuple[str, ...]
    door: Door
    going: str
    minutes: str
    staying: tuple[str, str, bool]
    bar: Bar
    rent: str
    vacancies: str
    deals: tuple[Deal, ...]
    facilities: tuple[Facility, ...]
    distance: str
    verified: str
    links: dict[str, str]
    gcj02: str


def card(hit: Hit, question: Question, published: Datum = Datum.WGS84) -> Card:
    """Return a hit in words, its links in what a site may publish."""
    kind = vocabulary.KINDS[hit.service.kind]
    door = _door(hit, question)
    return Card(
        hit=hit,
        kind=kind.label.zh,
        family=kind.family,
        glyph=kind.glyph,
        where=hit.service.town or district_name(hit.service.district) or "",
        name_parts=breakable(hit.service.name),
        door=door,
        going=_going(hit, question),
        minutes="" if hit.travel_s is None else f"{_minutes_of(hit.travel_s)}分",
        staying=_staying(hit, question, door),
        bar=time_bar(hit, question.at),
        rent=rent_text(hit.service),
        vacancies=vacancies_text(hit.service),
        deals=tuple(_deal(now, hit, question) for now in hit.offers),
        facilities=facilities(
            hit, vocabulary.HOME_AMENITIES if kind.family == "housing" else vocabulary.CARD_AMENITIES
        ),
        distance="" if hit.distance_m is None else length(hit.distance_m),
        verified=_verified(hit),
        links=links(hit.service.name, hit.lon, hit.lat, published),
        gcj02=lon_lat_gcj02(hit.lon, hit.lat),
    )


def in_words(hit: Hit, question: Question) -> list[str]:
    """Return when it is open and how long one can stay, in words: 开到14:30, 能待48分钟."""
    return [part for part in _staying(hit, question, _door(hit, question))[:2] if part]


def arrival(hit: Hit, question: Question) -> datetime:
    """Return when one is there as it is said: in whole minutes, rounded up."""
    return question.at + timedelta(minutes=_minutes_of(hit.travel_s or 0.0))


def clock(at: datetime, now: datetime) -> str:
    """Return an instant as people say it: 14:30, 24:00, 明天08:00, 周三08:00, 12月2日08:00."""
    days = (at.date() - now.date()).days
    if days == 1 and (at.hour, at.minute) == (0, 0):
        return "24:00"
    said = f"{at:%H:%M}"
    if days == 0:
        return said
    if days == 1:
        return f"明天{said}"
    if 1 < days <= 6:  # noqa: PLR2004  a weekday's name is clear for a week
        return f"周{WEEKDAYS[at.weekday()]}{said}"
    return f"{at.month}月{at.day}日{said}"


def duration(minutes: float) -> str:
    """Return minutes as people say them: 48分钟, 5小时45分, 2天."""
    whole = max(0, math.floor(minutes + 1e-9))
    hours, rest = divmod(whole, 60)
    if hours >= 48:  # noqa: PLR2004
        return f"{hours // 24}天"
    if not hours:
        return f"{whole}分钟"
    return f"{hours}小时{rest}分" if rest else f"{hours}小时"


def length(metres: float) -> str:
    """Return a distance as people say it: 350米, 1.2公里, 38公里."""
    if metres < 995:  # noqa: PLR2004  below it, rounding to tens stays under a kilometre
        return f"{max(10, round(metres / 10) * 10)}米"
    return f"{metres / 1000:.1f}公里" if metres < 9950 else f"{metres / 1000:.0f}公里"  # noqa: PLR2004


def uses(per_day: int | None) -> str:
    """Return how often a day an offer can be used, in words: 一天一次."""
    if not per_day:
        return ""
    return f"一天{_TIMES[per_day] if per_day < len(_TIMES) else per_day}次"


def rent_text(service: Service) -> str:
    """Return a home's rent in words: 每月800–1,200元; empty for what is no home."""
    if vocabulary.KINDS[service.kind].family != "housing":
        return ""
    low, high = service.rent_min, service.rent_max
    if low is None and high is None:
        return "房租不清楚"
    if low is None or high is None:
        return f"每月{low:,.0f}元起" if low is not None else f"每月最多{high:,.0f}元"
    return f"每月{low:,.0f}元" if low == high else f"每月{low:,.0f}–{high:,.0f}元"


def vacancies_text(service: Service) -> str:
    """Return how many of a home's rooms are free, in words; empty for what is no home."""
    if vocabulary.KINDS[service.kind].family != "housing":
        return ""
    if service.vacancies is None:
        return "空房不清楚"
    return f"{service.vacancies}间空房" if service.vacancies else "没有空房"


def _minutes_of(travel_s: float) -> int:
    return max(1, math.ceil(travel_s / 60))


def _going(hit: Hit, question: Question) -> str:
    if hit.travel_s is None:
        return hit.service.address or ("位置不清楚" if hit.lon is None else "")
    minutes = _minutes_of(hit.travel_s)
    arrive = clock(arrival(hit, question), question.at)
    return f"{vocabulary.MODES[question.mode].zh}{duration(minutes)}|{arrive}到"


def _door(hit: Hit, question: Question) -> Door:
    if hit.moment.entered:
        if hit.usable_min is not None and hit.usable_min < _SHORT_STAY_MIN:
            return Door("soon", "快关门")
        return (
            Door("open", "开着")
            if hit.status == "open"
            else Door("later", f"{clock(_opens(hit), question.at)}开")
        )
    if hit.moment.on_arrival == "unknown":
        return Door("unknown", "时间不清楚")
    if hit.usable_from is not None and hit.usable_from - question.at <= _SOON:
        return Door("later", f"{clock(hit.usable_from, question.at)}开")
    return Door("closed", "关着")


def _opens(hit: Hit) -> datetime:
    opens = hit.next_change or hit.usable_from
    if opens is None:
        raise ValueError("a hit that nobody can use has no opening")
    return opens


def _staying(hit: Hit, question: Question, door: Door) -> tuple[str, str, bool]:
    """Return the second line: its plain part, its stressed part, and whether that is a warning."""
    if door.state == "unknown":
        if hit.moment.reason is not None and hit.service.hours is not None:
            return ("放假或调休，不一定开门", "", False)
        return ("到了不一定开门" if hit.travel_s is not None else "没写几点开门", "", False)
    if hit.usable_from is None:
        return ("几点开不清楚" if hit.moment.vague else "两星期内不开", "", False)
    arrive = hit.arrive_at or question.at
    if hit.usable_from > arrive:
        wait = (hit.usable_from - arrive) / timedelta(minutes=1)
        opens = clock(hit.usable_from, question.at)
        return (
            (f"等{duration(math.ceil(wait))}", f"{opens}开门", False)
            if door.state == "later"
            else (f"{opens}开门", "", False)
        )
    if hit.usable_until is None:
        return ("24小时开", "待多久都行", False)
    until = clock(hit.usable_until, question.at)
    left = duration(hit.usable_min or 0)
    return (
        (f"{until}关门", f"只能待{left}", True)
        if door.state == "soon"
        else (f"开到{until}", f"能待{left}", False)
    )


def _deal(now: OfferNow, hit: Hit, question: Question) -> Deal:
    offer = now.offer
    mine = [g for g in question.group if g in offer.groups] or list(offer.groups)
    tag = ("" if mine[0] == "anyone" else vocabulary.GROUPS[mine[0]].zh) + price_text(offer).zh
    window = (offer.hours or "").replace("-", "–") if re.fullmatch(r"[\d:,\- ]+", offer.hours or "") else ""
    return Deal(
        tag, window, _deal_note(now, hit, question), now.applies, offer.title, uses(offer.per_day), offer.demo
    )


def _deal_note(now: OfferNow, hit: Hit, question: Question) -> str:
    if not usable_by(now.offer, question.group):
        return "限" + "、".join(vocabulary.GROUPS[g].zh for g in now.offer.groups)
    if now.applies is None:
        return "优惠时间不清楚"
    arrive = hit.arrive_at or question.at
    if now.applies:
        if now.until is None:
            return "现在就有"
        return ("到时还剩" if hit.travel_s is not None else "还剩") + duration(
            (now.until - arrive) / timedelta(minutes=1)
        )
    starts = next_start(now, arrive)
    if starts is None:
        return "优惠已结束"
    return f"{clock(starts, question.at)}开始" if starts.date() == question.at.date() else "今天已结束"


def next_start(now: OfferNow, after: datetime) -> datetime | None:
    """Return when an offer's window next begins, or None within the horizon."""
    offer = now.offer
    if offer.valid_from is not None:
        after = max(after, datetime.combine(offer.valid_from, time(), SHANGHAI))
    span = timeline(offer.hours).next_open(after)
    return span.start if span is not None and valid_on(offer, span.start) else None


def _verified(hit: Hit) -> str:
    if hit.service.demo:
        return "示例，不是真地方"
    day = hit.service.verified_on
    return "按名单，没人核实过" if day is None else f"{day.month}月{day.day}日核实"


def breakable(name: str) -> tuple[str, ...]:
    """Return a name cut where a line may break: after 街道, 路, 社区, 中心 and before a bracket."""
    return tuple(re.findall(r".+?(?:街道|路(?!街道)|社区|中心(?!路)|(?=[（(])|$)", name, flags=re.DOTALL))
