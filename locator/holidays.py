"""Mainland China's public holidays and make-up workdays: as announced, or as far as the law fixes them.

Each autumn the State Council announces which days of the next year are off and which weekend days are
worked in exchange (调休). The table of announced years is `geodata/holidays.csv`, to which an operator can
add another. For any other year the
festival days themselves are fixed by law; which days round them move, nobody knows yet.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from lunar_python import Lunar  # type: ignore[import-untyped]

from locator._bundled import bundled
from locator._caches import remembered
from locator._errors import ConfigurationError, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["ordinary", "holiday", "workday"]

FESTIVALS = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Qingming",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
}
COLUMNS = ("date", "day", "festival", "notice")
_DAY = timedelta(days=1)
_SATURDAY = 5
# From 2008 to 2026 announcements moved weekend days 8 days before to 10 days after the nearest festival
# day and weekdays 2 before to 5 after (the victory parade of 2015 aside, which was no festival).
_WEEKEND_REACH, _WEEKDAY_REACH = 14 * _DAY, 7 * _DAY
# The eve of the Spring Festival and 2 May were added to the law with effect from 2025.
_THIRTEEN_DAYS_FROM = 2025


class Announced(NamedTuple):
    """A day that an announcement moved: off (holiday) or worked (workday), and for which festival."""

    day: date
    kind: Kind
    festival: str
    notice: int


class DayKind(NamedTuple):
    """What a day may be; more than one kind when it has not been announced, with the reason."""

    may: tuple[Kind, ...]
    festival: str | None = None
    reason: Text | None = None


_ORDINARY = DayKind(("ordinary",))
_CERTAIN = (("ordinary",), ("holiday",))


class Holidays:
    """A calendar of holidays.

    Parameters
    ----------
    announced
        The days that announcements moved. A year is announced when some row carries its notice.
    """

    def __init__(self, announced: Iterable[Announced]) -> None:
        self.announced = tuple(sorted(announced))
        self.years = frozenset(row.notice for row in self.announced)
        self._moved = {row.day: row for row in self.announced}

    @remembered(4096)
    def on(self, day: date) -> DayKind:
        """Return what kind of day a date is, or may be."""
        moved = self._moved.get(day)
        if moved is not None:
            return DayKind((moved.kind,), moved.festival)
        fixed = {} if day.year in self.years else statutory(day.year)
        if day in fixed:
            return DayKind(("holiday",), fixed[day])
        reach = _WEEKEND_REACH if day.weekday() >= _SATURDAY else _WEEKDAY_REACH
        near = self._unannounced_near(day, reach)
        if near is None:
            return _ORDINARY
        name, year = near
        may: tuple[Kind, ...] = ("ordinary", "holiday")
        if day.weekday() >= _SATURDAY:
            may = ("ordinary", "holiday", "workday")
        return DayKind(may, name, _not_announced(name, year, weekend=len(may) > 2))  # noqa: PLR2004

    def certain(self, first: date, last: date) -> bool:
        """Tell whether all days from one date to another are plain days or plain holidays."""
        day = first
        while day <= last:
            if self.on(day).may not in _CERTAIN:
                return False
            day += _DAY
        return True

    def _unannounced_near(self, day: date, reach: timedelta) -> tuple[str, int] | None:
        """Return the nearest festival of an unannounced year that could move a date."""
        years = {(day - reach).year, day.year, (day + reach).year} - self.years
        near = [
            (abs(festival - day), name, year) for year in years for festival, name in statutory(year).items()
        ]
        distance, name, year = min(near, default=(reach + _DAY, "", 0))
        return (name, year) if distance <= reach else None


def _not_announced(festival: str, year: int, *, weekend: bool) -> Text:
    zh, en = ("可能放假，也可能调休上班", "off, or worked") if weekend else ("可能放假", "off")
    return Text(
        f"{year} 年的放假安排还不在表里，{festival}前后的这一天{zh}",
        f"the holidays of {year} are not in the table: this day near {FESTIVALS[festival]} may be {en}",
    )


@lru_cache(maxsize=512)
def statutory(year: int) -> dict[date, str]:
    """Return the festival days that the law itself fixes, with their names.

    Source: 全国年节及纪念日放假办法 of 2013 and, from 2025, of 2024.
    """
    spring = _lunar(year, 1, 1)
    qingming = Lunar.fromYmd(year, 1, 1).getJieQiTable()["清明"]
    days = {spring + i * _DAY: "春节" for i in range(3)}
    days |= {date(year, 10, i): "国庆节" for i in (1, 2, 3)}
    days |= {
        date(year, 1, 1): "元旦",
        date(year, qingming.getMonth(), qingming.getDay()): "清明节",
        date(year, 5, 1): "劳动节",
        _lunar(year, 5, 5): "端午节",
        _lunar(year, 8, 15): "中秋节",
    }
    if year >= _THIRTEEN_DAYS_FROM:
        days |= {spring - _DAY: "春节", date(year, 5, 2): "劳动节"}
    return days


def _lunar(year: int, month: int, day: int) -> date:
    solar = Lunar.fromYmd(year, month, day).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


class _InUse:
    """The calendar that everybody asks, read when the first one does."""

    extra: Path | None = None
    calendar: Holidays | None = None


def holidays() -> Holidays:
    """Return the calendar of the bundled table, and of the operator's own if there is one.

    Raises
    ------
    ConfigurationError
        As `read_table`.
    """
    if _InUse.calendar is None:
        _InUse.calendar = extended(read_table(table()), _InUse.extra)
    return _InUse.calendar


def use(extra: str | Path | None) -> None:
    """Take the years of one more table into the calendar, or of none; for the start, before catalogs are opened."""
    path = None if extra is None else Path(extra)
    if path != _InUse.extra:
        _InUse.extra, _InUse.calendar = path, None


def extended(calendar: Holidays, extra: Path | None) -> Holidays:
    """Return a calendar in which the years of one more table stand in place of its own."""
    if extra is None:
        return calendar
    own = read_table(extra)
    return Holidays((*own.announced, *(row for row in calendar.announced if row.notice not in own.years)))


def table() -> Path:
    """Return where the bundled table lies."""
    return bundled("geodata") / "holidays.csv"


def read_table(path: Path) -> Holidays:
    """Return the calendar of a table with the columns date, day (off or work), festival, notice (a year).

    Raises
    ------
    ConfigurationError
        The table cannot be read, or a row makes no sense.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return Holidays([_row(row) for row in csv.DictReader(file)])
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise ConfigurationError(
            Text(f"放假表 {path} 读不了：{error}", f"the holiday table {path} cannot be read: {error}")
        ) from error


def _row(row: dict[str, str]) -> Announced:
    kinds: dict[str, Kind] = {"off": "holiday", "work": "workday"}
    if row["festival"] not in FESTIVALS:
        raise ValueError(f"{row['festival']!r} is no festival")
    return Announced(date.fromisoformat(row["date"]), kinds[row["day"]], row["festival"], int(row["notice"]))
