"""Opening hours as people write them, and the holidays of a year."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click

from locator._errors import Text
from locator._settings import Settings
from locator.cli.shared import JSON, language, main, spoken
from locator.holidays import use
from locator.timeline import SHANGHAI


@main.command()
@click.argument("texts", metavar="TEXT", nargs=-1)
@JSON
def hours(texts: tuple[str, ...], as_json: bool) -> None:
    """Read Chinese opening-hours TEXTs (or lines on stdin) as OSM opening_hours: rather unknown than wrong."""
    from locator.hours_text import read_hours

    for text in texts or (line.rstrip("\r\n") for line in sys.stdin):
        read = read_hours(text)
        reason = None if read.reason is None else read.reason.of(language())
        if as_json:
            said = {"text": text, "osm": read.osm, "understood": read.understood, "reason": reason}
            click.echo(json.dumps(said, ensure_ascii=False))
            continue
        click.echo(f"{text}  →  {read.osm or '不知道'}" + (f"（{reason}）" if reason else ""))
        if read.part is not None:
            click.echo(f"    读懂的部分：{read.part}")


@main.group()
def holidays() -> None:
    """Show the public holidays of a year, or add those that were announced."""


_YEAR = click.IntRange(2014, 2199)  # the law as it is computed here holds from 2014 on


@holidays.command("add")
@click.argument("year", type=_YEAR)
@click.argument("notice", type=click.File("rb"), metavar="NOTICE.txt")
@click.option(
    "--table",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Table to write into [default: LOCATOR_HOLIDAYS, else the bundled one].",
)
@spoken
def add_holidays(year: int, notice: BinaryIO, table: Path | None) -> None:
    """Add a YEAR as the State Council's notice says, pasted as text (- reads it from stdin)."""
    from locator import holidays as calendar
    from locator.holiday_table import add_year, decoded

    named = table or Settings.from_environ(os.environ).holidays
    path = Path(named) if named else calendar.table()
    if not path.exists():
        use(None)  # the operator's own table is about to be made
    if add_year(decoded(notice.read()), year, path, calendar.holidays()):
        click.echo(f"{path}: {year}")
    else:
        click.echo(Text(f"{year} 年没有变化", f"{year}: nothing changed").of(language()))


@holidays.command("show")
@click.argument("year", type=_YEAR, default=lambda: datetime.now(SHANGHAI).year)
@JSON
@spoken
def show_holidays(year: int, as_json: bool) -> None:
    """List the days off and worked of a YEAR [default: this one]; not announced, those that the law fixes."""
    from locator import holidays as calendar
    from locator.holiday_table import days_of

    known = calendar.holidays()
    words = {"holiday": ("off", "放假"), "workday": ("work", "上班")}
    days, announced = days_of(year, known), year in known.years
    if as_json:
        listed = [{"date": f"{d.day}", "day": words[d.kind][0], "festival": d.festival} for d in days]
        click.echo(json.dumps({"year": year, "announced": announced, "days": listed}, ensure_ascii=False))
        return
    click.echo(
        f"{year} 年，" + ("已公布" if announced else "还没有公布，下面是法定的，前后调休哪几天还不知道")
    )
    for day in days:
        click.echo(f"{day.day} 周{'一二三四五六日'[day.day.weekday()]}  {words[day.kind][1]}  {day.festival}")
