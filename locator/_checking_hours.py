"""Whether hours ever open in the fortnight that a check looks ahead."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from locator.timeline import SHANGHAI, check_instant, timeline

if TYPE_CHECKING:
    from locator.service import Stop

FORTNIGHT = timedelta(days=14)
_DAY = timedelta(days=1)


class Clock:
    """An instant, its day, and what was worked out for it: hundreds of services share their hours."""

    def __init__(self, at: datetime) -> None:
        self.at = check_instant(at)
        self.today = self.at.date()
        self.known: dict[tuple[object, ...], bool] = {}


def coming(stop: Stop, clock: Clock) -> bool:
    """Tell whether a mobile service still comes to a stop, today or later."""
    return stop.valid_to is None or stop.valid_to >= clock.today


def opens(hours: str | None, clock: Clock) -> bool:
    """Tell whether hours may open within a fortnight; unknown ones may."""
    return opens_in(hours, None, None, clock)


def opens_in(
    hours: str | None, first: date | None, last: date | None, clock: Clock, door: str | None = None
) -> bool:
    """Tell whether hours may open, the door being open too, in the first fortnight within some dates.

    Parameters
    ----------
    hours, door
        OSM opening_hours; None = unknown, which may be open.
    first, last
        First and last day, both included; None = no limit.
    """
    start = clock.at if first is None or first <= clock.today else datetime.combine(first, time(), SHANGHAI)
    end = start + FORTNIGHT
    if last is not None:
        end = min(end, datetime.combine(last, time(), SHANGHAI) + _DAY)
    key = (hours, door, start, end)
    if key not in clock.known:
        clock.known[key] = start < end and _meet(hours, door, start, end)
    return clock.known[key]


def _meet(hours: str | None, door: str | None, start: datetime, end: datetime) -> bool:
    said = [_possible(one, start, end) for one in (hours, door)]
    return any(max(a, c) < min(b, d) for a, b in said[0] for c, d in said[1])


def _possible(hours: str | None, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    if hours is None:
        return [(start, end)]
    return [(span.start, span.end) for span in timeline(hours).spans(start, end) if span.status != "closed"]
