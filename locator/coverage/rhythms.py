"""When workers are out: how demand spreads over the hours of the week.

A rhythm is 168 weights, Monday 00:00 first. The built-in ones have a mean of 1, so that a weight of one is 168
person-hours a week whoever it is; they are coarse pictures of working days, not surveys. A rhythm of a file is taken as
it stands.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np

from locator._errors import InputError, Text
from locator.coverage.weeks import HOURS
from locator.ingest.texts import decode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FLAT = "flat"
_DAY = 24
_WEEKDAYS, _SATURDAY, _SUNDAY = slice(0, 5), 5, 6


def _week(weekday: Sequence[float], saturday: float, sunday: float) -> Floats:
    """Return a rhythm of mean 1: one day's weights, and how much of it is left on Saturday and Sunday."""
    days = np.tile(np.asarray(weekday, np.float64), (7, 1))
    days[_SATURDAY] *= saturday
    days[_SUNDAY] *= sunday
    week = days.reshape(-1)
    found: Floats = week / week.mean()
    found.flags.writeable = False
    return found


def _day(background: float, *stretches: tuple[int, int, float]) -> list[float]:
    """Return 24 weights: a background, and (first hour, past hour, weight) on top."""
    day = [background] * _DAY
    for first, past, weight in stretches:
        for hour in range(first, past):
            day[hour] = weight
    return day


# Riders: the two meals; sanitation: from 4, before the streets fill; guards: three shifts; couriers: the morning's and the
# afternoon's round; drivers: both rush hours and the evening; builders: daylight with a noon break.
RHYTHMS: Mapping[str, Floats] = {
    FLAT: _week([1.0] * _DAY, 1.0, 1.0),
    "rider": _week(_day(0.2, (7, 23, 1.0), (11, 13, 4.0), (17, 20, 3.0)), 1.0, 1.0),
    "sanitation": _week(_day(0.1, (10, 16, 0.8), (4, 10, 3.0)), 1.0, 1.0),
    "guard": _week(_day(0.8, (7, 19, 1.2)), 0.9, 0.9),
    "courier": _week(_day(0.05, (7, 20, 2.0), (12, 14, 1.0)), 1.0, 0.8),
    "driver": _week(_day(0.4, (6, 23, 1.2), (7, 9, 2.0), (17, 20, 2.0)), 1.0, 1.0),
    "builder": _week(_day(0.05, (6, 11, 2.0), (11, 13, 1.0), (13, 18, 2.0)), 0.9, 0.6),
}


def rhythm(name: str, field: str = "profile") -> Floats:
    """Return a built-in rhythm.

    Raises
    ------
    InputError
        There is none of that name.
    """
    found = RHYTHMS.get(name.strip().lower())
    if found is None:
        names = "、".join(RHYTHMS)
        raise InputError(
            field,
            name,
            Text(
                f"{field} 里没有 {name!r}，可以用：{names}，或者一个 CSV 文件",
                f"{field} has no {name!r}; use one of {', '.join(RHYTHMS)}, or a CSV file",
            ),
        )
    return found


def read_rhythm(path: Path) -> Floats:
    """Return the rhythm of a CSV file: `hour` 0-167 and `weight`, or `day` 1-7 (1 = Monday), `hour` 0-23 and `weight`.

    Every hour of the week stands there once. Day names (Mo, Tu...; 周一 ...) are read, too.

    Raises
    ------
    InputError
        The file cannot be read, or an hour is missing, double or no weight.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(decode(path.read_bytes())[0])))
    except OSError as error:
        raise _bad(path, f"读不了：{error.strerror}", f"cannot be read: {error.strerror}") from None
    except csv.Error as error:
        raise _bad(path, f"不是 CSV：{error}", f"is no CSV: {error}") from None
    found = np.full(HOURS, np.nan)
    for line, row in enumerate(rows, 2):
        hour, weight = _entry(path, line, {(k or "").strip().lower(): v or "" for k, v in row.items()})
        if not np.isnan(found[hour]):
            raise _bad(path, f"第 {line} 行：这个小时写了两次", f"line {line}: this hour is there twice")
        found[hour] = weight
    missing = np.flatnonzero(np.isnan(found))
    if len(missing):
        raise _bad(
            path,
            f"要有一周 168 个小时，缺第 {missing[0]} 个小时（从 0 数起）",
            f"a week has 168 hours, and hour {missing[0]} (counted from 0) is missing",
        )
    if not found.any():
        raise _bad(path, "全是 0", "all weights are 0")
    return found


_DAYS = {
    name: day
    for day, names in enumerate(
        zip("一二三四五六日", ("mo", "tu", "we", "th", "fr", "sa", "su"), strict=True)
    )
    for name in (*names, str(day + 1))
} | {"天": 6}


def _day_of(text: str) -> int:
    """Return the number of a weekday: 1-7, Mo, Monday, 周一 or 星期一."""
    said = text.strip().lower().removeprefix("星期").removeprefix("周")
    return _DAYS[said[:2]]


def _entry(path: Path, line: int, row: Mapping[str, str]) -> tuple[int, float]:
    try:
        hour, weight = int(row["hour"]), float(row["weight"])
        day = _day_of(row["day"]) if "day" in row else None
    except (KeyError, ValueError):
        raise _bad(
            path,
            f"第 {line} 行读不懂，要有 hour、weight 两列（或 day、hour、weight）",
            f"line {line} cannot be read: the columns are hour, weight (or day, hour, weight)",
        ) from None
    if not 0 <= hour < (HOURS if day is None else _DAY):
        raise _bad(path, f"第 {line} 行：没有第 {hour} 小时", f"line {line}: there is no hour {hour}")
    if not 0 <= weight < float("inf"):
        raise _bad(
            path, f"第 {line} 行：权重 {weight} 不对", f"line {line}: the weight {weight} makes no sense"
        )
    return hour if day is None else _DAY * day + hour, weight


def _bad(path: Path, zh: str, en: str) -> InputError:
    return InputError(
        "profile",
        path.name,
        Text(f"一周分布文件 {path.name}：{zh}", f"the profile file {path.name}: {en}"),
    )
