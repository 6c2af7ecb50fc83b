"""Opening hours as rows of the HSDS table `schedule`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from locator._errors import Text
from locator.exchange.weekly import DAY_MIN, weekly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from locator.exchange.weekly import Rule, Weekly

_UTC_OFFSET_H, _OFFSET = 8, "+08:00"
# What the specification's own guidance writes for "round the clock".
_LAST_MINUTE = DAY_MIN - 1
_NO_RULE = Text(
    "这样的时间写不成每周重复的规则，以 description 里的 OSM opening_hours 为准",
    "no weekly rule says these hours: the OSM opening_hours in `description` count",
)
_HOLIDAYS = Text("法定节假日另有规定，见 description", "public holidays differ: see `description`")
_MAKE_UP = Text("调休上班日可能不同", "make-up workdays may differ")
_NEXT_DAY = Text("关门在第二天", "closes on the next day")


class Dates(NamedTuple):
    """When hours hold, both ends included; None = without an end."""

    first: date | None = None
    last: date | None = None


def both(*texts: Text) -> str:
    """Return notes in both languages."""
    return f"{'；'.join(text.zh for text in texts)} / {'; '.join(text.en for text in texts)}"


def schedules_of(hours: str | None, dates: Dates | None = None) -> Iterator[dict[str, Any]]:
    """Yield the schedule rows of opening hours, without ids; none where nobody knows the hours.

    Parameters
    ----------
    hours
        OSM opening_hours, or None.
    dates
        When they hold; None: always.
    """
    if hours is None:
        return
    dates = dates or Dates()
    held = {"valid_from": _iso(dates.first), "valid_to": _iso(dates.last), "description": hours}
    found = weekly(hours)
    if found is None:
        yield held | {"timezone": _UTC_OFFSET_H, "notes": both(_NO_RULE)}
        return
    for rule in found.rules:
        yield held | _recurrence(rule) | {"notes": _notes(rule, found)}


def _recurrence(rule: Rule) -> dict[str, Any]:
    closes = _LAST_MINUTE if rule.whole_day else rule.closes
    return {
        "timezone": _UTC_OFFSET_H, "freq": "WEEKLY", "interval": 1, "wkst": "MO", "byday": rule.byday,
        "opens_at": _clock(rule.opens), "closes_at": _clock(closes),
    }  # fmt: skip


def _notes(rule: Rule, found: Weekly) -> str | None:
    said = [
        text
        for text, holds in (
            (_NEXT_DAY, rule.closes >= DAY_MIN and not rule.whole_day),
            (_HOLIDAYS, found.but_holidays),
            (_MAKE_UP, found.tells_weekdays_apart),
        )
        if holds
    ]
    return both(*said) if said else None


def _clock(minute: int) -> str:
    hour, minutes = divmod(minute % DAY_MIN, 60)
    return f"{hour:02}:{minutes:02}{_OFFSET}"


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
