"""Opening hours as weekly recurrences (RFC 5545: FREQ=WEEKLY with BYDAY), as far as they can be said so.

What is a matter of the week alone is worked out by the timeline itself over an ordinary week; what names months,
dates, school holidays, comments or unknown times is no weekly rule.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from locator.timeline import SHANGHAI, timeline

if TYPE_CHECKING:
    from collections.abc import Iterator

BYDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_MIN = 24 * 60
# A Monday with an ordinary week before it and after it: no holiday, no make-up workday.
ORDINARY = date(2023, 3, 13)
_WEEK = timedelta(days=7)
_MINUTE = timedelta(minutes=1)
_OF_THE_WEEK = re.compile(
    r"(?:mo|tu|we|th|fr|sa|su|ph|open|off|closed|24/7|\d{1,2}:\d\d|[,;\s-])+", re.IGNORECASE
)
_HOLIDAYS = re.compile(r"\bPH\b", re.IGNORECASE)


class Rule(NamedTuple):
    """Open every week on some days (0 = Monday) from `opens` to `closes`, minutes after that day's midnight.

    `closes` is beyond 1440 where the door closes after the next midnight, by less than a day after it opened.
    """

    days: tuple[int, ...]
    opens: int
    closes: int

    @property
    def whole_day(self) -> bool:
        """Whether the door is open from midnight to midnight."""
        return self.closes - self.opens == DAY_MIN and self.opens == 0

    @property
    def byday(self) -> str:
        """The days as RFC 5545 writes them."""
        return ",".join(BYDAYS[day] for day in self.days)


class Weekly(NamedTuple):
    """The rules of an ordinary week, and whether public holidays have rules of their own."""

    rules: tuple[Rule, ...]
    but_holidays: bool

    @property
    def tells_weekdays_apart(self) -> bool:
        """Whether a make-up workday may differ from what its weekday says."""
        return any(len(rule.days) < len(BYDAYS) for rule in self.rules)


@lru_cache(maxsize=8192)
def weekly(hours: str) -> Weekly | None:
    """Return OSM opening hours as weekly rules; None where no weekly rule says what they say.

    Raises
    ------
    InputError
        The expression does not parse.
    """
    if not _OF_THE_WEEK.fullmatch(hours.strip()):
        return None
    stretches = list(_stretches(hours))
    if not stretches:
        return None
    days: dict[tuple[int, int], list[int]] = {}
    for day, opens, closes in stretches:
        days.setdefault((opens, closes), []).append(day)
    rules = sorted(Rule(tuple(sorted(on)), *between) for between, on in days.items())
    return Weekly(tuple(rules), bool(_HOLIDAYS.search(hours)))


def _stretches(hours: str) -> Iterator[tuple[int, int, int]]:
    """Yield (weekday, opens, closes) of an ordinary week, each shorter than a day or just that day."""
    monday = datetime.combine(ORDINARY, time(), SHANGHAI)
    for span in timeline(hours).spans(monday - _WEEK, monday + 2 * _WEEK):
        if span.status != "open":
            continue
        start, end = (int((edge - monday) / _MINUTE) for edge in (span.start, span.end))
        for left, right in _pieces(start, end):
            if 0 <= left < len(BYDAYS) * DAY_MIN:
                day = left // DAY_MIN
                yield day, left - day * DAY_MIN, right - day * DAY_MIN


def _pieces(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a stretch whole if it is shorter than a day, else cut at each midnight."""
    if end - start < DAY_MIN:
        yield start, end
        return
    while start < end:
        until = min(end, (start // DAY_MIN + 1) * DAY_MIN)
        yield start, until
        start = until
