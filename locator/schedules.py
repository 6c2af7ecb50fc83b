"""Dated hours over the days ahead, worked out once a day: every later look is a bisection."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from locator.holidays import holidays
from locator.timeline import HORIZON, SHANGHAI, check_instant, timeline

if TYPE_CHECKING:
    from datetime import date

    from locator._errors import Text
    from locator.holidays import Holidays
    from locator.timeline import Status

MINUTE = timedelta(minutes=1)
DAY_MIN = 24 * 60
HORIZON_MIN = HORIZON / MINUTE


class Schedule(NamedTuple):
    """Stretches of one status from a midnight on, neighbours always of different status.

    Stretch i begins `starts[i]` minutes after `base` and ends where the next begins; the last one ends a
    horizon and two days after `base`, so that every instant of the first two can look a horizon ahead.
    """

    base: datetime
    starts: list[float]
    statuses: list[Status]
    reasons: list[Text | None]

    def status(self, at: datetime) -> Status:
        """Return the status at an instant of the schedule."""
        return self.statuses[self._stretch((at - self.base) / MINUTE)]

    def reason(self, at: datetime) -> Text | None:
        """Return why the status at an instant is unknown, as far as the hours do not say so themselves."""
        return self.reasons[self._stretch((at - self.base) / MINUTE)]

    def next_change(self, at: datetime) -> datetime | None:
        """Return when the status next changes, or None if it does not within the horizon."""
        minute = (at - self.base) / MINUTE
        following = self._stretch(minute) + 1
        if following == len(self.starts) or self.starts[following] >= minute + HORIZON_MIN:
            return None
        return self.base + self.starts[following] * MINUTE

    def stretches(self, wanted: tuple[Status, ...]) -> list[tuple[float, float]]:
        """Return the disjoint stretches within the horizon of `base` that have one of some statuses."""
        out: list[tuple[float, float]] = []
        for start, end, status in zip(
            self.starts, [*self.starts[1:], HORIZON_MIN], self.statuses, strict=True
        ):
            if start >= HORIZON_MIN or status not in wanted:
                continue
            if out and out[-1][1] == start:
                start = out.pop()[0]  # noqa: PLW2901
            out.append((start, min(end, HORIZON_MIN)))
        return out

    def _stretch(self, minute: float) -> int:
        return bisect_right(self.starts, minute) - 1


def schedule_at(hours: str | None, first: date | None, last: date | None, at: datetime) -> Schedule:
    """Return the schedule, from the day of an instant on, of hours that hold between two dates (both included)."""
    return _schedule(hours, first, last, check_instant(at).date(), holidays())


# Some hundreds of hours on two or three days; a caller who asks about every day of a century gets no more room.
@lru_cache(maxsize=16384)
def _schedule(
    hours: str | None, first: date | None, last: date | None, day: date, calendar: Holidays
) -> Schedule:
    """Work out a schedule; the calendar is only there so that another one is not answered by this one."""
    base = datetime.combine(day, time(), SHANGHAI)
    if first is None and last is None:
        spans = list(timeline(hours).spans(base, base + HORIZON + timedelta(days=2)))
        starts = [(span.start - base) / MINUTE for span in spans]
        return Schedule(base, starts, [s.status for s in spans], [s.reason for s in spans])
    plain = _schedule(hours, None, None, day, calendar)
    holds, over = held_minutes(first, last, day)
    dated = Schedule(base, [], [], [])
    for edge in sorted(
        {*plain.starts, 0.0, *(e for e in (holds, over) if 0 < e < HORIZON_MIN + 2 * DAY_MIN)}
    ):
        stretch, held = bisect_right(plain.starts, edge) - 1, holds <= edge < over
        status: Status = plain.statuses[stretch] if held else "closed"
        if not dated.statuses or dated.statuses[-1] != status:
            dated.starts.append(edge)
            dated.statuses.append(status)
            dated.reasons.append(plain.reasons[stretch] if held else None)
    return dated


def held_minutes(first: date | None, last: date | None, day: date) -> tuple[float, float]:
    """Return from when to when, in minutes after a day's midnight, two dates (both included) hold."""
    start = float("-inf") if first is None else float((first - day).days * DAY_MIN)
    end = float("inf") if last is None else float(((last - day).days + 1) * DAY_MIN)
    return start, end
