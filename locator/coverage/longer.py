"""Other hours for a place: later, earlier, round the clock, on closed days; or the same ones moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from locator._errors import Text
from locator.coverage.spelling import clock, spelled
from locator.coverage.weeks import Key, packed, rows_of, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from locator.coverage.weeks import Weeks

    Days = NDArray[np.bool_]

_DAY_MIN, _HOUR_MIN = 24 * 60, 60
# Asked for by planners: the evening's end, the day's end, before the first shift.
_LATEST, _EARLIEST = (22 * 60, 24 * 60), 6 * 60
_SHIFTS_H = (-10, -8, -6, -4, -3, -2, -1, 1, 2, 3, 4, 6, 8, 10, 12)
_ALWAYS = Text("改为二十四小时开放", "open round the clock")
_CLOSED_DAYS = Text("休息日也开放", "open on closed days, too")


def longer(weeks: Weeks, code: int) -> list[tuple[Text, str]]:
    """Return changes of a known week that keep all that is open, each with the hours it leads to.

    The hours are those of this week: days that are shut for a festival in it stay shut. What another calendar would
    read otherwise, so that something open is lost, is left out.
    """
    if not (weeks.sure[code] == weeks.possible[code]).all() or not weeks.sure[code].any():
        return []
    days = unpacked(weeks.sure[code]).reshape(7, _DAY_MIN)
    found = [
        (change, spelled(packed(new.reshape(-1)))) for change, new in _longer(days) if (new != days).any()
    ]
    kept: list[tuple[Text, str]] = []
    for change, hours in found:
        if hours is None or hours in {other for _, other in kept}:
            continue
        if not (weeks.sure[code] & ~rows_of(Key(hours), weeks.monday)[0]).any():
            kept.append((change, hours))
    return kept


def _longer(days: Days) -> Iterator[tuple[Text, Days]]:
    opened: NDArray[np.bool_] = np.asarray(days.any(axis=1))
    minute = np.arange(_DAY_MIN)
    first, last = days.argmax(axis=1)[:, None], _DAY_MIN - days[:, ::-1].argmax(axis=1)[:, None]
    for until in _LATEST:
        more = days | (opened[:, None] & (minute >= last) & (minute < until))
        yield Text(f"延长到 {clock(until)}", f"open until {clock(until)}"), more
    more = days | (opened[:, None] & (minute < first) & (minute >= _EARLIEST))
    yield Text(f"提早到 {clock(_EARLIEST)}", f"open from {clock(_EARLIEST)}"), more
    # The first of the most common days; np.unique over 1,440 columns took 5 ms.
    same = [(days[opened] == day).all(axis=1).sum() for day in days[opened]]
    usual = days[opened][int(np.argmax(same))]
    yield _CLOSED_DAYS, np.where(opened[:, None], days, usual)
    yield _ALWAYS, np.ones_like(days)


def later_or_earlier(weeks: Weeks, code: int) -> Iterator[tuple[Text, str]]:
    """Yield the hours of a known week moved by whole hours; what passes Sunday's end comes back on Monday."""
    marks = unpacked(weeks.sure[code])
    seen = {spelled(weeks.sure[code])}
    for shift in _SHIFTS_H:
        hours = spelled(packed(np.roll(marks, shift * _HOUR_MIN)))
        if hours is not None and hours not in seen:
            seen.add(hours)
            more = Text(f"顺延 {shift} 小时", f"{shift} h later")
            yield more if shift > 0 else Text(f"提前 {-shift} 小时", f"{-shift} h earlier"), hours
