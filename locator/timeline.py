"""When a door is open, closed or unknown: OSM opening_hours as spans of Shanghai time.

Expressions are parsed and evaluated by opening-hours-py; this room decides what a missing
expression means (unknown, never closed), which clock is used, what holidays and make-up workdays
change, and where a change really is one.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]

from locator._days import Days, Status, parsed, status_of
from locator._errors import InputError, Text
from locator._variants import completed, senseless
from locator.holidays import holidays

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from locator._days import Part

__all__ = ["HORIZON", "SHANGHAI", "Span", "Status", "Timeline", "check_instant", "timeline"]
SHANGHAI = ZoneInfo("Asia/Shanghai")
# How far ahead a change is looked for: past a fortnight "open until" means nothing to a courier.
HORIZON = timedelta(days=15)
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_NO_EXPRESSION = Text("不是 OSM opening_hours 的写法", "this is not an OSM opening_hours expression")
_NOBODY_SAID = Text("开放时间没有登记", "the opening hours are not on record")


class Span(NamedTuple):
    """A stretch of time with one status; `end` is not part of it. Times carry Asia/Shanghai.

    `reason` says why an unknown status is unknown where that is not the hours' own word.
    """

    start: datetime
    end: datetime
    status: Status
    comment: str
    reason: Text | None = None


def check_instant(at: datetime, field: str = "at") -> datetime:
    """Return an instant in Shanghai time; one without an offset is taken as Shanghai's.

    Raises
    ------
    InputError
        A year that no calendar here covers.
    """
    if at.tzinfo is SHANGHAI and _FIRST_YEAR <= at.year <= _LAST_YEAR:
        return at  # nearly always: every question passes here several times
    # The year first: shifting year 1 or 9999 between zones overflows.
    _check_year(at, field)
    local = _in_shanghai(at)
    _check_year(local, field)
    return local


def _in_shanghai(at: datetime) -> datetime:
    return at.replace(tzinfo=SHANGHAI) if at.tzinfo is None else at.astimezone(SHANGHAI)


def _check_year(at: datetime, field: str) -> None:
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise InputError(
            field,
            at.isoformat(),
            Text(
                f"{field} 的年份 {at.year} 不在 {_FIRST_YEAR}–{_LAST_YEAR}",
                f"{field} has year {at.year}, outside {_FIRST_YEAR}..{_LAST_YEAR}",
            ),
        )


class Timeline:
    """One opening_hours expression over time.

    Parameters
    ----------
    expression
        OSM opening_hours, or None: nobody knows.

    Raises
    ------
    InputError
        The expression does not parse, or parses and means nothing.
    """

    def __init__(self, expression: str | None) -> None:
        self.expression = expression
        self._hours: OpeningHours | None = None
        if expression is None:
            return
        said = completed(expression)
        try:
            # The parser takes two blanks for "always".
            self._hours = parsed(said)
        except (ParserError, UnicodeEncodeError):  # half a character, from a command line, is no text
            raise _refused(expression, _NO_EXPRESSION) from None
        nonsense = senseless(said, str(self._hours))
        if nonsense is not None:
            raise _refused(expression, nonsense)
        self._days = Days(said)

    @property
    def says_unknown(self) -> bool:
        """Whether the hours themselves, on days like any other, are or may be unknown."""
        return self._hours is None or "unknown" in str(self._hours) or self._days.unsure

    @property
    def ever_unknown(self) -> bool:
        """Whether the status may ever be unknown, be it because a day is not announced yet."""
        return self.says_unknown or self._days.depends

    @cached_property
    def never_closes(self) -> bool:
        """Whether it is open round the clock, on all days of all years, for certain: a tenth of a second to find out."""
        if self._hours is None or self._days.names_holidays:
            return False
        first = datetime(_FIRST_YEAR, 1, 1)  # noqa: DTZ001  the parser's clock has no zone
        return status_of(self._hours.state(first)[0]) == "open" and self._hours.next_change(first) is None

    def status(self, at: datetime) -> Status:
        """Return "open", "closed" or "unknown" at an instant."""
        if self._hours is None:
            return "unknown"
        local = _local(at)
        if self._special(local.date()):
            minute = 60 * local.hour + local.minute
            return next(part.status for part in self._parts(local.date()) if minute < part.end)
        state, _ = self._hours.state(local)
        return status_of(state)

    def reason(self, at: datetime) -> Text | None:
        """Return why the status at an instant is unknown; None if it is known, or the hours say so themselves."""
        return next(self.spans(at, check_instant(at) + _MINUTE)).reason

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield the spans that cover [start, end), in order, neighbours always of different status."""
        if self._hours is None:
            yield Span(check_instant(start), _in_shanghai(end), "unknown", "", _NOBODY_SAID)
            return
        held: Span | None = None
        for span in self._pieces(self._hours, _local(start), _in_shanghai(end).replace(tzinfo=None)):
            if held is not None and held.status == span.status:
                held = held._replace(
                    end=span.end, comment=held.comment or span.comment, reason=held.reason or span.reason
                )
                continue
            if held is not None:
                yield held
            held = span
        if held is not None:
            yield held

    def _pieces(self, hours: OpeningHours, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield spans of days that are put together, and of runs of days that the parser knows all about."""
        while start < end:
            until = min(end, datetime.combine(start.date(), time()) + _DAY)
            if self._special(start.date()):
                midnight = datetime.combine(start.date(), time())
                for part in self._parts(start.date()):
                    left = max(start, midnight + part.start * _MINUTE)
                    right = min(end, midnight + part.end * _MINUTE)
                    if left < right:
                        yield _span(left, right, part.status, part.comment, part.reason)
            else:
                while until < end and not self._special(until.date()):
                    until = min(end, until + _DAY)
                for left, right, state, comment in hours.intervals(start, until):
                    yield _span(left, right, status_of(state), comment)
            start = until

    def _special(self, day: date) -> bool:
        if self._days.plain:
            return False
        return self._days.special(holidays().on(day))

    def _parts(self, day: date) -> list[Part]:
        on = holidays().on
        return self._days.parts(day, on(day), on(day - _DAY))

    def next_change(self, at: datetime) -> datetime | None:
        """Return when the status next changes, or None if it does not within the horizon."""
        first = next(self.spans(at, check_instant(at) + HORIZON))
        return first.end if first.end < check_instant(at) + HORIZON else None

    def next_open(self, at: datetime, stay: timedelta = timedelta(0)) -> Span | None:
        """Return the first stretch from `at` on that is open for at least `stay`, cut off at the left by `at`.

        Its `end` is the horizon's when the door does not close before that; None when there is no such stretch.
        """
        for span in self.spans(at, check_instant(at) + HORIZON):
            if span.status == "open" and span.end - span.start >= stay:
                return span
        return None

    def __repr__(self) -> str:
        return f"Timeline({self.expression!r})"


@lru_cache(maxsize=8192)
def timeline(expression: str | None) -> Timeline:
    """Return the (shared) Timeline of an expression: hundreds of services keep the same hours."""
    return Timeline(expression)


def _local(at: datetime) -> datetime:
    return check_instant(at).replace(tzinfo=None)


def _span(start: datetime, end: datetime, status: Status, comment: str, reason: Text | None = None) -> Span:
    return Span(start.replace(tzinfo=SHANGHAI), end.replace(tzinfo=SHANGHAI), status, comment, reason)


def _refused(expression: str, why: Text) -> InputError:
    return InputError(
        "hours", expression, Text(f"hours {expression!r}：{why.zh}", f"hours {expression!r}: {why.en}")
    )
