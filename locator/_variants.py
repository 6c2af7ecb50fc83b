"""Rewrites opening_hours expressions: the same hours on a holiday, as another weekday, as one day alone.

opening-hours-py knows neither mainland holidays nor make-up workdays. It is asked instead about words that
say what the day means: on a holiday `PH` always holds, on a make-up workday the weekdays change places.
Comments are left as they are.
"""

from __future__ import annotations

import re
from calendar import monthrange
from typing import TYPE_CHECKING

from locator._errors import Text

if TYPE_CHECKING:
    from collections.abc import Callable

_WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAYS)})\b", re.IGNORECASE)
_RANGE = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)")
_DATE = re.compile(rf"(?:\b(\d{{4}}) )?\b({'|'.join(_MONTHS)}) (\d{{1,2}})\b")
_OFFSET = re.compile(r"\b([PS]H)\s*[-+]\s*\d+\s*days?\b")
_SUN = re.compile(r"\b(sunrise|sunset|dawn|dusk)\b", re.IGNORECASE)
# What stands before a comment in its rule, or behind the rule's last comma.
_COMMENTED = re.compile(r'((?:^|;|\|\||,)[^",;|]*)("[^"]*")')
_SAYS_MORE = re.compile(r"\d:\d\d|24/7|\b(?:open|off|closed|unknown)\b", re.IGNORECASE)
_DAY_MIN = 24 * 60
_LEAP_YEAR = 2024
# Stands for "nothing runs past midnight"; whatever reaches the day's end is no overflow.
_NO_OVERFLOW = "23:59-24:00"


def completed(expression: str) -> str:
    """Return an expression in which rules with a comment and no times ("by appointment") say that they are unknown."""

    def said(match: re.Match[str]) -> str:
        return match[0] if _SAYS_MORE.search(match[1]) else f"{match[1]}unknown {match[2]}"

    return _COMMENTED.sub(said, expression.strip())


def holds(expression: str, selector: str) -> bool:
    """Tell whether PH or SH stands in an expression."""
    return any(re.search(rf"\b{selector}\b", code) for code in _codes(expression))


def names_weekdays(expression: str) -> bool:
    """Tell whether an expression tells weekdays apart."""
    return any(_WEEKDAY.search(code) for code in _codes(expression))


def runs_past_midnight(expression: str) -> bool:
    """Tell whether some range of an expression ends on the day after it began."""
    return any(_past(m) for code in _codes(expression) for m in _RANGE.finditer(code))


def on_every_day(expression: str, selector: str) -> str:
    """Return an expression in which PH or SH holds on every day."""
    # "PH Mo-Fr" means both; a comma says so in words that the parser takes for weekdays, too.
    joined = _code_replaced(
        expression, lambda code: re.sub(rf"\b({selector})\s+(?=[A-Z][a-z]\b)", r"\1,", code)
    )
    return _code_replaced(joined, lambda code: re.sub(rf"\b{selector}\b", "Mo-Su", code))


def as_weekday(expression: str, meant: int, actual: int) -> str:
    """Return an expression that is on one weekday what the given one is on another (0 = Monday)."""

    def shifted(match: re.Match[str]) -> str:
        return _WEEKDAYS[(_WEEKDAYS.index(match[1].capitalize()) + actual - meant) % 7]

    return _code_replaced(expression, lambda code: _WEEKDAY.sub(shifted, code))


def own_day(expression: str) -> str:
    """Return an expression whose ranges end at midnight."""
    return _code_replaced(
        expression, lambda code: _RANGE.sub(lambda m: f"{m[1]}:{m[2]}-24:00" if _past(m) else m[0], code)
    )


def overflow(expression: str) -> str:
    """Return an expression that says on a day what of its ranges is left on the next.

    What reaches 24:00 in its answer stands for nothing.
    """

    def left(match: re.Match[str]) -> str:
        if not _past(match):
            return _NO_OVERFLOW
        end = (60 * int(match[3]) + int(match[4])) % _DAY_MIN
        return f"00:00-{end // 60:02}:{end % 60:02}" if end else _NO_OVERFLOW

    return _code_replaced(expression, lambda code: _RANGE.sub(left, code))


def senseless(expression: str, canonical: str) -> Text | None:
    """Return why an expression that parses means nothing here; `canonical` is how the parser spells it out."""
    code = " ".join(_codes(expression))
    sun = _SUN.search(code)
    if sun:
        return Text(
            f"{sun[1]} 要有位置和日期才知道是几点，请写成钟点",
            f"{sun[1]} is no time of day without a position: write clock times",
        )
    offset = _OFFSET.search(code)
    if offset:
        return Text(f"{offset[0]} 这种推算不支持，请写成日期", f"{offset[0]} is not supported: write dates")
    for year, month, day in _DATE.findall(" ".join(_codes(canonical))):
        last = monthrange(int(year or _LEAP_YEAR), _MONTHS.index(month) + 1)[1]
        if not 1 <= int(day) <= last:
            said = f"{year} {month} {day}".strip()
            return Text(f"没有 {said} 这一天", f"there is no {said}")
    return None


def _codes(expression: str) -> list[str]:
    return re.split(r'"[^"]*"', expression)


def _code_replaced(expression: str, change: Callable[[str], str]) -> str:
    parts = re.split(r'("[^"]*")', expression)
    return "".join(part if number % 2 else change(part) for number, part in enumerate(parts))


def _past(match: re.Match[str]) -> bool:
    start, end = 60 * int(match[1]) + int(match[2]), 60 * int(match[3]) + int(match[4])
    return end > _DAY_MIN or end < start
