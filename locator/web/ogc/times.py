"""The `datetime` parameter: instants, days and intervals, open ones too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np

from locator._errors import InputError, Text
from locator.timeline import SHANGHAI

_OPEN = {"", ".."}
_ENDS = 2
_MOMENT = timedelta(microseconds=1)
Span = tuple[np.datetime64 | None, np.datetime64 | None]


def span_of(said: str) -> Span:
    """Return the first and the last instant that a `datetime` means, UTC, None where it is open.

    A day is one in China. An instant without an offset is +08:00.

    Raises
    ------
    InputError
        No instant, day or interval.
    """
    parts = said.strip().split("/")
    if len(parts) > _ENDS or (len(parts) == 1 and parts[0] in _OPEN):
        raise _wrong(said)
    ends = [None if part.strip() in _OPEN else _instants(part.strip(), said) for part in parts]
    first, last = ends[0], ends[-1]
    start, end = None if first is None else first[0], None if last is None else last[1]
    if start is not None and end is not None and start > end:
        raise _wrong(said)
    return start, end


def _instants(part: str, whole: str) -> tuple[np.datetime64, np.datetime64]:
    try:
        day_said = part.removesuffix("T")  # which GDAL leaves behind a day
        if len(day_said) == len("2026-11-23"):
            day = date.fromisoformat(day_said)
            start = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
            return _utc(start), _utc(start + timedelta(days=1) - _MOMENT)
        # "+" in an address that nobody encoded arrives as a space.
        at = datetime.fromisoformat(part.upper().replace(" ", "+"))
        at = at.replace(tzinfo=SHANGHAI) if at.tzinfo is None else at
        return _utc(at), _utc(at)
    except (ValueError, OverflowError):
        raise _wrong(whole) from None


def _utc(at: datetime) -> np.datetime64:
    return np.datetime64(at.astimezone(UTC).replace(tzinfo=None), "us")


def _wrong(said: str) -> InputError:
    shown = said[:80]
    return InputError(
        "datetime",
        shown,
        Text(
            f"datetime 要写成 2026-11-23T13:05:00+08:00、2026-11-23 或 开始/结束（一头可写 ..），收到 {shown!r}",
            f"datetime must read like 2026-11-23T13:05:00+08:00, 2026-11-23 or start/end (.. for an open end), got {shown!r}",
        ),
    )
