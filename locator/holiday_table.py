"""The holiday table as an operator keeps it: years are added from notices, and listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator._errors import ConfigurationError, InputError, Text
from locator.holidays import COLUMNS, Announced, Holidays, read_table, statutory
from locator.notices import read_notice

if TYPE_CHECKING:
    from pathlib import Path


def add_year(text: str, year: int, path: Path, known: Holidays) -> bool:
    """Write what a notice says into a table; return False if it was known already.

    Parameters
    ----------
    text, year
        As `read_notice`.
    path
        The table; it is made if it is not there.
    known
        The calendar in use.

    Raises
    ------
    InputError
        As `read_notice`; or something else is known of the year, or of one of the days.
    ConfigurationError
        The table cannot be read or written.
    """
    rows = read_notice(text, year)
    own = read_table(path) if path.exists() else Holidays(())
    there = {row.day: row for row in (*known.announced, *own.announced)}
    before = {(row.day, row.kind) for row in there.values() if row.notice == year}
    if before == {(row.day, row.kind) for row in rows}:
        return False
    if before:
        other = ", ".join(str(day) for day, _ in sorted(before ^ {(row.day, row.kind) for row in rows}))
        raise InputError(
            "year",
            year,
            Text(
                f"{year} 年已经在表里，这几天不一样：{other}",
                f"{year} is in the table already, and differs on {other}",
            ),
        )
    for row in rows:
        if row.day in there:
            notice = there[row.day].notice
            raise InputError(
                "notice",
                row.day,
                Text(
                    f"{row.day} 在 {notice} 年的通知里有了", f"{row.day} is in the notice of {notice} already"
                ),
            )
    write_table(path, Holidays((*own.announced, *rows)))
    return True


def days_of(year: int, known: Holidays) -> list[Announced]:
    """Return the days that a year's notice moves; for a year not announced, those that the law fixes."""
    if year in known.years:
        return [row for row in known.announced if row.notice == year]
    return sorted(Announced(day, "holiday", name, year) for day, name in statutory(year).items())


def write_table(path: Path, calendar: Holidays) -> None:
    """Write a calendar as a table; the one that was there stays whole until the new one is.

    Raises
    ------
    ConfigurationError
        It cannot be written.
    """
    words = {"holiday": "off", "workday": "work"}
    lines = [",".join(COLUMNS)]
    lines += [f"{r.day},{words[r.kind]},{r.festival},{r.notice}" for r in calendar.announced]
    beside = path.with_name(f"{path.name}.new")
    try:
        beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise ConfigurationError(
            Text(
                f"放假表 {path} 写不了：{error.strerror}，用 --table 另指一个文件",
                f"the holiday table {path} cannot be written ({error.strerror}): name another with --table",
            )
        ) from error


def decoded(raw: bytes) -> str:
    """Return the text of a file, in UTF-8 or GB18030.

    Raises
    ------
    InputError
        It is in neither.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        raise InputError(
            "notice",
            None,
            Text("通知不是 UTF-8 或 GB18030 文本", "the notice is no text in UTF-8 or GB18030"),
        ) from None
