"""The State Council's yearly notice on holidays, read as people paste it.

What the notice says more than once has to agree: weekdays and lunar dates with the calendar, counts with
ranges, festival days with the law, days worked with days off. Whatever does not, is refused and not mended.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from typing import TYPE_CHECKING, NoReturn

from lunar_python import Solar  # type: ignore[import-untyped]

from locator._errors import InputError, Text
from locator.holidays import FESTIVALS, Announced, statutory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from locator.holidays import Kind

_DAY = timedelta(days=1)
_SATURDAY, _DECEMBER = 5, 12
# Announcements have moved days by ten at most: farther off stands a slip of the pen.
_FARTHEST = 21 * _DAY
_WEEKDAYS = "一二三四五六日"
_NUMBERS = {character: number for number, character in enumerate("一二三四五六七八九十", 1)}
_NAME = "(?:" + "|".join(f"{name.removesuffix('节')}节?" for name in FESTIVALS) + ")"
_HEADING = re.compile(rf"(?:[一二三四五六七八九十\d]+[、.])?(?:五一)?({_NAME}(?:[、和]{_NAME})*):")
_DATE = r"(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日(?:\([^)]*\))?"
_PARTS = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^)]*)\))?")
_COUNT = r"(?:\d+|[一二三四五六七八九十])天"
_OFF = re.compile(
    rf"({_DATE})(?:至({_DATE}))?放假(?:调休)?({_COUNT})?((?:,(?:共{_COUNT}|不调休|与周末连休))*)"
)
_WORKED = re.compile(rf"({_DATE}(?:[、,和]{_DATE})*)(?:照常|正常)?上班")
_PUBLIC = r"(?:\(此件公开发布\))?"
_SIGNED = re.compile(rf"{_PUBLIC}(?:国务院办公厅)?\d{{4}}年\d{{1,2}}月\d{{1,2}}日(?:印发)?{_PUBLIC}")


def read_notice(text: str, year: int) -> list[Announced]:
    """Return the days that a notice moves, in order.

    Parameters
    ----------
    text
        The notice, with or without its head and foot.
    year
        The year that it is for.

    Raises
    ------
    InputError
        Something that is not understood, does not agree, or is missing.
    """
    said = re.sub(r"[-—–~到]", "至", re.sub(r"\s", "", unicodedata.normalize("NFKC", text)))
    for other in re.findall(r"(\d{4})年(?:元旦|部分节假日)", said):
        if int(other) != year:
            _refuse(
                other,
                f"这是 {other} 年的通知，不是 {year} 年的",
                f"this is the notice of {other}, not of {year}",
            )
    headings = list(_HEADING.finditer(said))
    named = [[_full(name) for name in re.findall(_NAME, heading[1])] for heading in headings]
    _check_named([festival for festivals in named for festival in festivals])
    ends = [heading.start() for heading in headings[1:]] + [len(said)]
    rows: list[Announced] = []
    for heading, festivals, end in zip(headings, named, ends, strict=True):
        rows += _Section(year, festivals, said[heading.end() : end]).rows()
    _check_once(rows)
    return sorted(rows)


def _full(name: str) -> str:
    return next(full for full in FESTIVALS if full.removesuffix("节") == name.removesuffix("节"))


def _check_named(named: list[str]) -> None:
    for festival in (one for one in FESTIVALS if named.count(one) > 1):
        _refuse(festival, f"{festival}出现了两次", f"{FESTIVALS[festival]} is there twice")
    missing = [festival for festival in FESTIVALS if festival not in named]
    if missing:
        _refuse(
            None,
            f"通知里缺{'、'.join(missing)}",
            f"the notice lacks {', '.join(FESTIVALS[festival] for festival in missing)}",
        )


def _check_once(rows: list[Announced]) -> None:
    seen: set[date] = set()
    for row in rows:
        if row.day in seen:
            _refuse(row.day, f"{row.day} 说了两次", f"{row.day} is named twice")
        seen.add(row.day)


class _Section:
    """What a notice says of one festival, or of two at once.

    Parameters
    ----------
    year
        That of the notice.
    festivals
        Their full names.
    body
        The text after the heading, without blanks.
    """

    def __init__(self, year: int, festivals: list[str], body: str) -> None:
        self._year, self._festivals, self._body = year, festivals, body
        law = statutory(year)
        self._law = {day: name for day, name in law.items() if name in festivals}
        # Mid-Autumn may fall on a day of the National Day, which the law then counts once.
        self._main = max(festivals, key=lambda name: sum(one == name for one in law.values()))

    def rows(self) -> list[Announced]:
        """Return the days, checked."""
        off: list[date] = []
        worked: list[date] = []
        # "放假..., 1月4日上班" are two sentences, whatever stands between them.
        apart = re.sub(rf"(放假[^。;]*?),(?={_WORKED.pattern})", r"\1。", self._body)
        for sentence in filter(None, re.split(r"[。;]", apart)):
            if match := _OFF.fullmatch(sentence):
                off += self._off(match)
            elif match := _WORKED.fullmatch(sentence):
                worked += self._days(match[1])
            elif not self._idle(sentence):
                _refuse(sentence[:60], f"没看懂“{sentence[:60]}”", f"{sentence[:60]!r} is not understood")
        self._check(off, worked)
        return [self._row(day, "holiday") for day in off] + [self._row(day, "workday") for day in worked]

    def _idle(self, sentence: str) -> bool:
        """Tell whether a sentence moves no day: encouragement, a reminder of duty, the signature."""
        if sentence.startswith("鼓励") or _SIGNED.fullmatch(sentence):
            return True
        return not re.search(rf"{_DATE}|放假|上班", sentence) or sentence.startswith("节假日期间")

    def _row(self, day: date, kind: Kind) -> Announced:
        named = self._law.get(day, self._main) if kind == "holiday" else self._main
        return Announced(day, kind, named, self._year)

    def _off(self, match: re.Match[str]) -> list[date]:
        first, *last = self._days(f"{match[1]}{match[2] or ''}")
        end = last[0] if last else first
        if end < first:
            _refuse(match[0], f"{first} 至 {end}，写反了", f"{first} to {end} runs backwards")
        days = [first + i * _DAY for i in range((end - first).days + 1)]
        for said in re.findall(_COUNT, f"{match[3] or ''}{match[4]}"):
            number = _NUMBERS.get(said[:-1]) or int(said[:-1])
            if number != len(days):
                _refuse(
                    match[0],
                    f"{first} 至 {end} 是 {len(days)} 天，通知写的是 {number} 天",
                    f"{first} to {end} is {len(days)} days, the notice says {number}",
                )
        # The weekend beside is off as every weekend is: the notice does not make it a holiday.
        if "连休" in match[4] and not {(first - _DAY).weekday(), (end + _DAY).weekday()} & {_SATURDAY, 6}:
            _refuse(match[0], f"{first} 挨不着周末", f"no weekend stands beside {first}")
        return days

    def _days(self, said: str) -> Iterator[date]:
        """Yield the dates of a text; what one leaves out, the one before has said."""
        year, month = self._year, 0
        for given in _PARTS.finditer(said):
            if given[1]:
                year = int(given[1])
            elif given[2] and month == _DECEMBER and int(given[2]) == 1:
                year += 1
            elif given[2] and not month and int(given[2]) == _DECEMBER and "元旦" in self._festivals:
                year = self._year - 1
            month = int(given[2] or month)
            try:
                day = date(year, month, int(given[3]))
            except ValueError:
                _refuse(given[0], f"没有“{given[0]}”这一天", f"there is no day {given[0]!r}")
            _check_words(day, given[4] or "")
            yield day

    def _check(self, off: list[date], worked: list[date]) -> None:
        names = Text("、".join(self._festivals), " and ".join(FESTIVALS[name] for name in self._festivals))
        for day in (day for day in self._law if day not in off):
            _refuse(
                day,
                f"{names.zh}：{day} 法定放假，通知里没有",
                f"{names.en}: {day} is off by law, and missing",
            )
        for day in worked:
            if day.weekday() < _SATURDAY:
                _refuse(
                    day,
                    f"{day} 不是周末，谈不上调休上班",
                    f"{day} is no weekend day to be worked in exchange",
                )
        for day in (*off, *worked):
            if min(abs(day - festival) for festival in self._law) > _FARTHEST:
                _refuse(day, f"{day} 离{names.zh}太远", f"{day} is too far from {names.en}")
        # Each day of the law makes one working day free, be it that a weekend day is made up for it.
        free, due = sum(day.weekday() < _SATURDAY for day in off), len(self._law) + len(worked)
        if free != due:
            _refuse(
                None,
                f"{names.zh}：占了 {free} 个工作日，按法定 {len(self._law)} 天和调休上班 {len(worked)} 天应占 {due} 个，是不是漏了一句？",
                f"{names.en}: {free} weekdays are off, but {len(self._law)} by law and {len(worked)} worked make {due}:"
                " is a sentence missing?",
            )


def _check_words(day: date, words: str) -> None:
    """Check what stands in brackets behind a date: its weekday, its lunar date."""
    weekday = re.search(r"(?:周|星期|礼拜)(.)", words)
    right = _WEEKDAYS[day.weekday()]
    if weekday and weekday[1].replace("天", "日") != right:
        _refuse(
            words, f"{day} 是周{right}，不是周{weekday[1]}", f"{day} is a {day:%A}, the notice says {words}"
        )
    lunar = re.search(r"农历([^、,]+)", words)
    if lunar and lunar[1] not in _lunar_names(day):
        name = _lunar_names(day)[0]
        _refuse(words, f"{day} 是农历{name}，不是{lunar[1]}", f"{day} is {name} by the moon, not {lunar[1]}")


def _lunar_names(day: date) -> list[str]:
    moon = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    name = f"{moon.getMonthInChinese()}月{moon.getDayInChinese().replace('廿', '二十')}"
    after = day + _DAY
    eve = Solar.fromYmd(after.year, after.month, after.day).getLunar()
    return [name, name.partition("月")[2], *(["除夕"] if (eve.getMonth(), eve.getDay()) == (1, 1) else [])]


def _refuse(got: object, zh: str, en: str) -> NoReturn:
    raise InputError("notice", got, Text(zh, en))
