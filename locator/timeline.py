"""When a door is open, closed or unknown: OSM opening_hours as spans of Shanghai time.

Expressions are parsed and evaluated by opening-hours-py; this room decides what a missing
expression means (unknown, never closed), which clock is used, and where a change really is one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]

from locator._errors import InputError, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

Status = Literal["open", "closed", "unknown"]
SHANGHAI = ZoneInfo("Asia/Shanghai")
# How far ahead a change is looked for: past a fortnight "open until" means nothing to a courier.
HORIZON = timedelta(days=15)
_FIRST_YEAR, _LAST_YEAR = 1970, 2199


class Span(NamedTuple):
    """A stretch of time with one status; `end` is not part of it. Times carry Asia/Shanghai."""

    start: datetime
    end: datetime
    status: Status
    comment: str


def check_instant(at: datetime, field: str = "at") -> datetime:
    """Return an instant in Shanghai time; one without an offset is taken as Shanghai's.

    Raises
    ------
    InputError
        A year that no calendar here covers.
    """
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
        The expression does not parse.
    """

    def __init__(self, expression: str | None) -> None:
        self.expression = expression
        self._hours: OpeningHours | None = None
        if expression is not None:
            try:
                # The parser takes two blanks for "always".
                self._hours = OpeningHours(expression.strip(), auto_country=False, auto_timezone=False)
            except ParserError:
                raise InputError(
                    "hours",
                    expression,
                    Text(
                        f"hours 不是 OSM opening_hours 的写法：{expression!r}",
                        f"hours is not an OSM opening_hours expression: {expression!r}",
                    ),
                ) from None

    def status(self, at: datetime) -> Status:
        """Return "open", "closed" or "unknown" at an instant."""
        if self._hours is None:
            return "unknown"
        state, _ = self._hours.state(_local(at))
        return _status(state)

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield the spans that cover [start, end), in order, neighbours always of different status."""
        if self._hours is None:
            yield Span(check_instant(start), _in_shanghai(end), "unknown", "")
            return
        held: Span | None = None
        for left, right, state, comment in self._hours.intervals(
            _local(start), _in_shanghai(end).replace(tzinfo=None)
        ):
            span = Span(
                left.replace(tzinfo=SHANGHAI), right.replace(tzinfo=SHANGHAI), _status(state), comment
            )
            if held is not None and held.status == span.status:
                held = held._replace(end=span.end, comment=held.comment or span.comment)
                continue
            if held is not None:
                yield held
            held = span
        if held is not None:
            yield held

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


def _status(state: object) -> Status:
    name = str(state).rpartition(".")[2].lower()
    return name if name in {"open", "closed"} else "unknown"  # type: ignore[return-value]
