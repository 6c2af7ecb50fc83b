"""Seasons in opening-hours text: "夏季（5月-10月）8:00-18:00，冬季（11月-次年4月）…", each with its own week."""

from __future__ import annotations

import re
from calendar import monthrange
from typing import NamedTuple

from locator._hours_grammar import UnclearError

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LABEL = r"(?:(?:每年)?(?:春夏|秋冬|春秋|夏|冬|旺|淡|供暖)?(?:季节?|令时?|天|半年)?\s*[(:]?\s*)"
_DATE = r"(\d{1,2})月(?:份|(\d{1,2})[日号]?)?"
_SEASON = re.compile(
    rf"{_LABEL}(?:(\d{{1,2}})-(\d{{1,2}})月份?|{_DATE}\s*[-至到]\s*(?:次年)?\s*{_DATE})(?!\s*[初底中上下])(?:期间)?\s*[):]?"
)
_LEAP_YEAR = 2024


class Season(NamedTuple):
    """A stretch of the year as an OSM selector (empty: all of it), and what is said of it.

    The first `head` characters of the text, and those from the next on, stood apart in the whole.
    """

    selector: str
    text: str
    head: int = 0
    shift: int = 0

    def position(self, at: int) -> int:
        """Return where a character of the text stands in the whole."""
        return at + self.shift if at > self.head else at


def seasons_of(said: str) -> list[Season]:
    """Return the seasons of a text in even spelling; what stands before the first one is said of each.

    Raises
    ------
    UnclearError
        A date that does not exist, or seasons that overlap.
    """
    marks = list(_SEASON.finditer(said))
    if not marks:
        return [Season("", said)]
    head, taken, found = said[: marks[0].start()], set[int](), []
    ends = [*(mark.start() for mark in marks[1:]), len(said)]
    for mark, end in zip(marks, ends, strict=True):
        selector, days = _stretch(mark)
        if taken & days:
            raise UnclearError("几段日期互相重叠", "the dates overlap")
        taken |= days
        found.append(
            Season(selector, f"{head} {said[mark.end() : end]}", len(head), mark.end() - len(head) - 1)
        )
    return found


def _stretch(mark: re.Match[str]) -> tuple[str, set[int]]:
    """Return the selector of a stretch of the year, and its days as numbers."""
    if mark[1]:
        month, last_month, day, last_day = int(mark[1]), int(mark[2]), None, None
    else:
        month, last_month, day, last_day = int(mark[3]), int(mark[5]), mark[4], mark[6]
    first = _day(month, int(day) if day else 1)
    last = _day(last_month, int(last_day) if last_day else _length(last_month))
    whole = day is None and last_day is None
    left, right = _MONTHS[month - 1], _MONTHS[last_month - 1]
    if not whole:
        left, right = f"{left} {int(day or 1):02}", f"{right} {int(last_day or _length(last_month)):02}"
    year = range(_day(1, 1), _day(12, 31) + 1)
    inside = {d for d in year if (first <= d <= last) or (first > last and (d >= first or d <= last))}
    return (left if left == right else f"{left}-{right}"), inside


def _day(month: int, day: int) -> int:
    if not 1 <= day <= _length(month):
        raise UnclearError(f"没有 {month} 月 {day} 日", f"there is no day {day} in month {month}")
    return 100 * month + day


def _length(month: int) -> int:
    if not 1 <= month <= len(_MONTHS):
        raise UnclearError(f"没有 {month} 月", f"there is no month {month}")
    return monthrange(_LEAP_YEAR, month)[1]
