"""Dates, instants and intervals, and Allen's relations between them.

Times are int64 microseconds since 1970. A date is compared with a date by the calendar; an instant beside a date
counts as the day it falls on in China (+08:00), so that ``seen <= DATE('2026-11-23')`` includes that whole day.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from locator.cql2._faults import fault
from locator.cql2._truth import COMPARE, Truth, known

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_DAY_US = 86_400_000_000
_CHINA_US = 8 * 3_600_000_000
_LEAST = np.iinfo(np.int64).min
# Not a time is numpy's least integer, so the open start is the next one.
UNKNOWN, OPEN_START, OPEN_END = _LEAST, _LEAST + 1, np.iinfo(np.int64).max
OPEN = ".."
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Moments(NamedTuple):
    """Starts and ends, (n,) or () int64 microseconds; of an instant they are one. ``days``: of whole days."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    days: bool

    @property
    def unknown(self) -> NDArray[np.bool_]:
        """Where an end is not known."""
        return np.asarray((self.start == UNKNOWN) | (self.end == UNKNOWN))

    def as_days(self) -> Moments:
        """Return the days in China that these moments fall on."""
        return self if self.days else Moments(_days(self.start), _days(self.end), days=True)


def _days(times: NDArray[np.int64]) -> NDArray[np.int64]:
    fixed = (times <= OPEN_START) | (times == OPEN_END)
    inside = np.where(fixed, 0, times)
    return np.asarray(np.where(fixed, times, (inside + _CHINA_US) // _DAY_US * _DAY_US))


def moments_of(column: NDArray[Any], *, days: bool) -> Moments:
    """Return a column of datetime64, NaT where unknown, as moments."""
    unit = "datetime64[D]" if days else "datetime64[us]"
    times = column.astype(unit).astype("datetime64[us]").astype(np.int64)
    return Moments(times, times, days)


def of_date(text: object) -> Moments:
    """Return the moment of ``2026-11-23``.

    Raises
    ------
    InputError
        If there is no such day.
    """
    try:
        if not isinstance(text, str) or not _DATE.fullmatch(text):
            raise ValueError  # noqa: TRY301  told below, with the days that do not exist
        day = date.fromisoformat(text)
    except ValueError:
        raise fault(
            text, "不是日期，请写 DATE('2026-11-23')", "this is no date: write DATE('2026-11-23')"
        ) from None
    time = np.array((day - _EPOCH.date()).days * _DAY_US, dtype=np.int64)
    return Moments(time, time, days=True)


def of_instant(text: object) -> Moments:
    """Return the moment of ``2026-11-23T08:00:00Z``, or with another offset.

    Raises
    ------
    InputError
        If there is no such time, or no offset is told.
    """
    match = _INSTANT.fullmatch(text) if isinstance(text, str) else None
    try:
        if match is None:
            raise ValueError  # noqa: TRY301
        day, clock, fraction, offset = match.groups()
        # RFC 3339 allows any number of digits, Python six.
        fraction = (fraction or "0")[:6].ljust(6, "0")
        moment = datetime.fromisoformat(f"{day}T{clock}.{fraction}{offset.upper().replace('Z', '+00:00')}")
    except ValueError:
        raise fault(
            text,
            "不是时刻，请写 TIMESTAMP('2026-11-23T00:00:00Z')（网址里的 + 要写成 %2B）",
            "this is no time: write TIMESTAMP('2026-11-23T00:00:00Z'); in an address + is written %2B",
        ) from None
    past = moment - _EPOCH
    time = np.array((past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds, dtype=np.int64)
    return Moments(time, time, days=False)


def of_end(text: object) -> Moments | None:
    """Return the moment of one end of an interval: a date, an instant, or None for the open end ``..``."""
    if text == OPEN:
        return None
    return of_date(text) if isinstance(text, str) and _DATE.fullmatch(text) else of_instant(text)


def interval(start: Moments | None, end: Moments | None) -> Moments:
    """Return the intervals between two moments, days if either is; None is an open end."""
    days = any(moment is not None and moment.days for moment in (start, end))
    first, last = (m.as_days() if m is not None and days else m for m in (start, end))
    return Moments(
        np.array(OPEN_START) if first is None else first.start,
        np.array(OPEN_END) if last is None else last.end,
        days,
    )


def _aligned(a: Moments, b: Moments) -> tuple[Moments, Moments]:
    return (a, b) if a.days == b.days else (a.as_days(), b.as_days())


def compare(op: str, a: Moments, b: Moments) -> Truth:
    """Return where two instants or dates compare as ``op`` says."""
    a, b = _aligned(a, b)
    return known(COMPARE[op](a.start, b.start), a.unknown | b.unknown)


def _before(a: Moments, b: Moments) -> Any:  # noqa: ANN401
    return a.end < b.start


def _contains(a: Moments, b: Moments) -> Any:  # noqa: ANN401
    return (a.start < b.start) & (a.end > b.end)


def _finishes(a: Moments, b: Moments) -> Any:  # noqa: ANN401
    return (a.start > b.start) & (a.end == b.end)


def _starts(a: Moments, b: Moments) -> Any:  # noqa: ANN401
    return (a.start == b.start) & (a.end < b.end)


def _meets(a: Moments, b: Moments) -> Any:  # noqa: ANN401
    return a.end == b.start


def _overlaps(a: Moments, b: Moments) -> Any:  # noqa: ANN401
    return (a.start < b.start) & (a.end > b.start) & (a.end < b.end)


# OWL-Time's definitions, tables "temporal-functions-1" and "-2" of the standard.
RELATIONS: dict[str, Callable[[Moments, Moments], Any]] = {
    "t_after": lambda a, b: _before(b, a),
    "t_before": _before,
    "t_disjoint": lambda a, b: _before(a, b) | _before(b, a),
    "t_equals": lambda a, b: (a.start == b.start) & (a.end == b.end),
    "t_intersects": lambda a, b: (a.start <= b.end) & (b.start <= a.end),
    "t_contains": _contains,
    "t_during": lambda a, b: _contains(b, a),
    "t_finishedBy": lambda a, b: _finishes(b, a),
    "t_finishes": _finishes,
    "t_meets": _meets,
    "t_metBy": lambda a, b: _meets(b, a),
    "t_overlappedBy": lambda a, b: _overlaps(b, a),
    "t_overlaps": _overlaps,
    "t_startedBy": lambda a, b: _starts(b, a),
    "t_starts": _starts,
}
# Which of the two operands may be an instant as well as an interval.
MAY_BE_INSTANT = {
    **dict.fromkeys(("t_after", "t_before", "t_disjoint", "t_equals", "t_intersects"), (True, True)),
    "t_contains": (False, True),
    "t_during": (True, False),
}


def relation(op: str, a: Moments, b: Moments) -> Truth:
    """Return where two moments or intervals stand as ``op`` says."""
    a, b = _aligned(a, b)
    return known(RELATIONS[op](a, b), a.unknown | b.unknown)
