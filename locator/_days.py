"""One day of an expression, put together from what the day is: ordinary, a holiday, a make-up workday.

Where a day may be several of these (an announcement is still to come, or nobody tabled the schools'
holidays), a minute is open or closed only if it is so in every case; else it is unknown.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from opening_hours import OpeningHours

from locator import _variants
from locator._errors import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from locator.holidays import DayKind, Kind

Status = Literal["open", "closed", "unknown"]
DAY_MIN = 24 * 60
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_WORKING = range(5)
_SCHOOLS = Text("学校假期没有表", "there is no table of school holidays")
_MADE_UP = Text(
    "调休上班日，平时周一到周五时间不一样，不知道按哪天",
    "a make-up workday: weekdays differ, and nobody knows which one it follows",
)


class Part(NamedTuple):
    """A stretch of a day, in minutes after midnight; `end` is not part of it."""

    start: int
    end: int
    status: Status
    comment: str = ""
    reason: Text | None = None


def status_of(state: object) -> Status:
    """Return the parser's state in the house's words."""
    name = str(state).rpartition(".")[2].lower()
    return name if name in {"open", "closed"} else "unknown"  # type: ignore[return-value]


@lru_cache(maxsize=16384)
def parsed(expression: str) -> OpeningHours:
    """Return the parser's hours of an expression; they know no holidays and no position."""
    return OpeningHours(expression, auto_country=False, auto_timezone=False)


class Days:
    """The days of one expression.

    Parameters
    ----------
    expression
        One that parses and makes sense.
    """

    def __init__(self, expression: str) -> None:
        self._schools = _variants.holds(expression, "SH")
        self._holidays = _variants.holds(expression, "PH")
        self._weekdays = _variants.names_weekdays(expression)
        self._spills = _variants.runs_past_midnight(expression)
        said = [expression]
        if self._schools:
            said.append(_variants.on_every_day(expression, "SH"))
        self._own = [_variants.own_day(one) for one in said] if self._spills else said
        self._left = [_variants.overflow(one) for one in said] if self._spills else []

    @property
    def plain(self) -> bool:
        """Whether every day of the calendar is the same to these hours."""
        return not (self.depends or self._spills)

    @property
    def depends(self) -> bool:
        """Whether it matters what a day is announced to be."""
        return self._schools or self._holidays or self._weekdays

    @property
    def names_holidays(self) -> bool:
        """Whether the hours say that some holidays are different."""
        return self._schools or self._holidays

    @property
    def unsure(self) -> bool:
        """Whether every day may be one of two: the schools' holidays are on no table."""
        return self._schools

    def special(self, day: DayKind) -> bool:
        """Tell whether a day has to be put together, as the parser alone would get it wrong."""
        # The parser loses the rest of a night that today's own hours overlap ("Fr 20:00-02:00; Sa 00:00-01:00").
        return self._spills or self._matters(day)

    def parts(self, on: date, day: DayKind, before: DayKind) -> list[Part]:
        """Return the parts of a date, in order, covering all of it."""
        own = self._possible(self._own, on, day)
        if not self._spills:
            return own
        left = self._possible(self._left, on - _DAY, before)
        left = [part if part.end < DAY_MIN else part._replace(status="closed", comment="") for part in left]
        # A day's own hours go before what is left of yesterday's.
        return _laid_over([own, left], lambda ours, theirs: theirs if ours.status == "closed" else ours)

    def _matters(self, day: DayKind) -> bool:
        return (
            self._schools
            or (self._holidays and "holiday" in day.may)
            or (self._weekdays and "workday" in day.may)
        )

    def _possible(self, texts: list[str], on: date, day: DayKind) -> list[Part]:
        cases = [case for text in texts for kind in day.may for case in self._cases(text, on, kind)]
        made_up = _MADE_UP if day.may == ("workday",) else None
        return _agreed(cases, day.reason or made_up or (_SCHOOLS if self._schools else None))

    def _cases(self, text: str, on: date, kind: Kind) -> list[list[Part]]:
        """Return the courses that a day of one kind may take."""
        if kind == "holiday" and self._holidays:
            return [_course(_variants.on_every_day(text, "PH"), on)]
        if kind != "workday" or not self._weekdays:
            return [_course(text, on)]
        as_working = [_course(_variants.as_weekday(text, w, on.weekday()), on) for w in _WORKING]
        if all(course == as_working[0] for course in as_working):
            return as_working[:1]
        # Weekdays differ. A weekly closing day is not moved by a make-up workday; the others may be meant.
        return [_course(text, on), *(c for c in as_working if any(part.status != "closed" for part in c))]


@lru_cache(maxsize=65536)
def _course(text: str, on: date) -> list[Part]:
    """Return one day by itself as the parser sees it."""
    start = datetime.combine(on, time())
    return [
        Part((left - start) // _MINUTE, (right - start) // _MINUTE, status_of(state), comment)
        for left, right, state, comment in parsed(text).intervals(start, start + _DAY)
    ]


def _agreed(cases: list[list[Part]], reason: Text | None) -> list[Part]:
    if len(cases) == 1:
        return cases[0]

    def both(ours: Part, theirs: Part) -> Part:
        if ours.status == theirs.status:
            return ours if ours.reason is not None else ours._replace(reason=theirs.reason)
        return ours._replace(status="unknown", comment="", reason=reason)

    return _laid_over(cases, both)


def _laid_over(cases: list[list[Part]], choose: Callable[[Part, Part], Part]) -> list[Part]:
    """Return the parts between all edges, each chosen from those that hold there."""
    edges = sorted({part.start for case in cases for part in case})
    out = []
    for start, end in zip(edges, [*edges[1:], DAY_MIN], strict=True):
        found = [case[bisect_right([p.start for p in case], start) - 1] for case in cases]
        chosen = found[0]
        for other in found[1:]:
            chosen = choose(chosen, other)
        out.append(chosen._replace(start=start, end=end))
    return out
