"""The time bar: now to two hours on, the one ruler that every card shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from locator.hits import Hit

SPAN = timedelta(hours=2)
_SHORT_MIN = 20


class Segment(NamedTuple):
    """A stretch of the bar: what it is, and from where to where in percent of its length."""

    what: str
    left: float
    width: float


class Tick(NamedTuple):
    """A whole hour on the bar, in percent, with its label."""

    at: float
    label: str


@dataclass(frozen=True)
class Bar:
    """What the bar shows, and the same in a sentence for those who cannot see it."""

    segments: tuple[Segment, ...]
    ticks: tuple[Tick, ...]


def time_bar(hit: Hit, now: datetime) -> Bar:
    """Return the bar of one hit, seen from `now`."""
    arrive = hit.arrive_at or now
    found: list[Segment | None] = [_segment("go", now, arrive, now)]
    if hit.moment.on_arrival == "unknown":
        found.append(_segment("maybe", arrive, now + SPAN, now))
    elif hit.usable_from is not None:
        until = hit.usable_until or now + SPAN
        short = hit.usable_min is not None and hit.usable_min < _SHORT_MIN
        # Nobody waits outside for hours: a door that opens later than the bar shows is just shut.
        if hit.usable_from <= now + SPAN:
            found.append(_segment("wait", arrive, hit.usable_from, now))
        found.append(_segment("short" if short else "stay", hit.usable_from, until, now))
    found += [
        _segment("deal", arrive, offer.until, now)
        for offer in hit.offers
        if offer.applies and offer.until is not None
    ]
    return Bar(tuple(s for s in found if s is not None), _ticks(now))


def _segment(what: str, start: datetime, end: datetime, now: datetime) -> Segment | None:
    # Rounded ends, not rounded widths: neighbours touch, and nothing sticks out.
    left, right = (round(min(100.0, max(0.0, (t - now) / SPAN * 100)), 1) for t in (start, end))
    return Segment(what, left, round(right - left, 1)) if right > left else None


def _ticks(now: datetime) -> tuple[Tick, ...]:
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    hours = (hour, hour + timedelta(hours=1))
    ticks = (Tick(round((h - now) / SPAN * 100, 1), f"{h:%H:%M}") for h in hours)
    return tuple(tick for tick in ticks if tick.at < 100)  # noqa: PLR2004  percent
