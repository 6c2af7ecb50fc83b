"""A service's next seven days, as a table of open stretches."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from locator import english
from locator._errors import Text
from locator.cards import WEEKDAYS
from locator.timeline import SHANGHAI, timeline

if TYPE_CHECKING:
    from datetime import date

    from locator.hits import Hit
    from locator.timeline import Timeline

_DAYS = 7
_STOP, _PERHAPS = Text("停靠点", "stop"), Text("（不一定）", " (perhaps)")
_DAY = timedelta(days=1)


class Day(NamedTuple):
    """One day: its name, whether it is today, its open stretches ("10:30–14:30") and their percent of the day."""

    name: str
    today: bool
    stretches: tuple[str, ...]
    bars: tuple[tuple[float, float], ...]


class Timetable(NamedTuple):
    """Hours of one place over a week; the place is named where a service has several."""

    place: str
    days: tuple[Day, ...]


def week_of(hit: Hit, now: datetime, language: str = "zh") -> list[Timetable]:
    """Return the week's timetables of a service: one, or one for each stop; none where hours are unknown."""
    service = hit.service
    if service.stops:
        unnamed = _STOP.of(language)
        known = [(stop.name or unnamed, stop.hours) for stop in service.stops if stop.hours is not None]
    else:
        known = [("", service.hours)] if service.hours is not None else []
    return [Timetable(name, _days(timeline(hours), now, language)) for name, hours in known]


def _days(hours: Timeline, now: datetime, language: str) -> tuple[Day, ...]:
    today = now.astimezone(SHANGHAI).date()
    return tuple(_day(hours, today + i * _DAY, today, language) for i in range(_DAYS))


def _day(hours: Timeline, day: date, today: date, language: str) -> Day:
    start = datetime.combine(day, time(), SHANGHAI)
    spans = [s for s in hours.spans(start, start + _DAY) if s.status != "closed"]
    stretches = tuple(
        f"{s.start:%H:%M}–{'24:00' if s.end == start + _DAY else f'{s.end:%H:%M}'}"
        + (_PERHAPS.of(language) if s.status == "unknown" else "")
        for s in spans
    )
    bars = tuple(
        ((s.start - start) / _DAY * 100, (s.end - s.start) / _DAY * 100) for s in spans if s.status == "open"
    )
    name = Text("周" + WEEKDAYS[day.weekday()], english.WEEKDAYS[day.weekday()])
    return Day(name.of(language), day == today, stretches, bars)
