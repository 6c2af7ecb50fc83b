"""The command line: the same verbs as the web. Exit 0 ok, 2 the caller's mistake, 1 ours."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from locator import __version__
from locator._errors import ConfigurationError, InputError, LocatorError, NotFoundError, Text
from locator._settings import Settings
from locator.holidays import use
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from locator.catalog import Catalog
    from locator.hits import Hit
    from locator.question import Question
    from locator.store import Store

_CALLERS_MISTAKE, _OURS = 2, 1


def _spoken(command: Callable[..., None]) -> Callable[..., None]:
    """Turn the house's errors into a sentence and an exit code."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        try:
            command(*args, **kwargs)
        except LocatorError as error:
            click.echo(error.text.of(_language()), err=True)
            theirs = isinstance(error, InputError | NotFoundError | ConfigurationError)
            sys.exit(_CALLERS_MISTAKE if theirs else _OURS)

    return run


def _opened(store: str | None) -> Store:
    from locator.store import open_or_seed

    return open_or_seed(store or Settings.from_environ(os.environ).store)


def _catalog(store: str | None, as_of: str | None = None) -> Catalog:
    from locator.catalog import Catalog

    then = _past(as_of)
    return Catalog.of(_opened(store), then)


def _past(as_of: str | None) -> datetime | None:
    from locator.question import past_instant

    return past_instant(as_of, datetime.now(SHANGHAI))


def _language() -> str:
    names = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides, as in POSIX
    return next((os.environ[name] for name in names if os.environ.get(name)), "")


_STORE = click.option(
    "--store", metavar="URL", help="Store to use [default: LOCATOR_STORE, else ./locator.db]."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_AS_OF = click.option("--as-of", metavar="TEXT", help="From the data as they were then, ISO 8601.")


def _question_options(*left_out: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add the parameters of the nearest contract, by the same names, without some."""
    texts = {
        "datum": "wgs84, gcj02 or bd09: of what is given and of what comes back.",
        "at": "ISO 8601 time; without an offset, Shanghai's.",
        "kind": "Kinds, separated by commas.",
        "needs_amenity": "Equipment that must be there, separated by commas.",
        "group": "Your groups, separated by commas.",
        "open": "any, now, or arrival (open, or opening, once there).",
        "stay": "Minutes that must be left before closing.",
        "offer": "any, or now (an offer that can be used on arrival).",
        "mode": "walk, ride or drive.",
        "max_minutes": "Outer bound in minutes.",
        "max_m": "Outer bound in metres.",
        "needs": "Needs (learn, enjoy, rest, complain, help, save), any of them.",
        "sort": "soonest, distance, price or rent.",
        "limit": "How many, 1-50.",
        "district": "GB/T 2260 code or name.",
        "rent_min": "Homes from this rent on, CNY a month.",
        "rent_max": "Homes up to this rent, CNY a month.",
        "vacancies": "Homes with at least so many free.",
        "words": "zh or en: the answers also in a line of words.",
    }

    def add(command: Callable[..., None]) -> Callable[..., None]:
        for name, text in reversed(texts.items()):
            if name not in left_out:
                command = click.option(f"--{name.replace('_', '-')}", name, metavar="TEXT", help=text)(
                    command
                )
        return command

    return add


def _invented(hit: Hit) -> str:
    return "（示例）" if hit.service.demo and "示例" not in hit.service.name else ""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Find the service an outdoor worker can use soonest."""
    use(Settings.from_environ(os.environ).holidays)


@main.command()
@_STORE
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes to answer with."
)
@_spoken
def serve(store: str | None, host: str, port: int, workers: int) -> None:
    """Serve the pages and the API."""
    from locator.web.serving import run

    run(Settings.from_environ(os.environ), store, host, port, workers)


@main.command()
@click.argument("lon")
@click.argument("lat")
@_question_options()
@_AS_OF
@_STORE
@_JSON
@_spoken
def nearest(
    lon: str, lat: str, as_of: str | None, store: str | None, as_json: bool, **parameters: str | None
) -> None:
    """List the services nearest to LON LAT (put -- before negative numbers)."""
    from locator.answers import encode
    from locator.question import ask
    from locator.search import answer

    question = ask({"lon": lon, "lat": lat, **parameters}, datetime.now(SHANGHAI))
    found = answer(_catalog(store, as_of), question)
    if as_json:
        click.echo(encode(found))
        return
    _print_hits(found.features, found.unknown, question)


@main.command()
@click.argument("path", nargs=-1, required=True, metavar="LON,LAT LON,LAT...")
@_question_options("sort")
@_STORE
@_JSON
@_spoken
def along(path: tuple[str, ...], store: str | None, as_json: bool, **parameters: str | None) -> None:
    """List the services on the way of a run of drop-offs, by the minutes they add (put -- before negative numbers)."""
    from locator.along import answer_run
    from locator.answers import encode_run
    from locator.runs import run_of

    run = run_of({**parameters, "path": ";".join(path)}, datetime.now(SHANGHAI))
    found = answer_run(_catalog(store), run)
    if as_json:
        click.echo(encode_run(found))
        return
    added = {d.hit.id: f"+{d.detour_min:.0f}分钟" for d in (*found.features, *found.unknown)}
    sure, unknown = (tuple(d.hit for d in part) for part in (found.features, found.unknown))
    _print_hits(sure, unknown, run.question, added)


def _print_hits(
    features: Sequence[Hit], unknown: Sequence[Hit], question: Question, lead: Mapping[str, str] | None = None
) -> None:
    """Print hits, each led by its distance or by what stands for its id."""
    from locator.cards import card
    from locator.words import words

    for title, hits in (("", features), ("时间不清楚的：", unknown)):
        if hits and title:
            click.echo(title)
        for hit in hits:
            shown = card(hit, question)
            said = f"{shown.door.label}，{shown.going.partition('|')[0]}，{words(hit, question, 'zh')}"
            if question.words == "en":
                said = words(hit, question, "en")
            first = shown.distance if lead is None else lead[hit.id]
            click.echo(f"{first:>8}  {hit.service.name}{_invented(hit)}")
            click.echo(f"          {said}  [{hit.service.id}]")
    if not features and not unknown:
        click.echo("这一带没有合适的。", err=True)


@main.command()
@click.argument("lon", required=False)
@click.argument("lat", required=False)
@click.option("--datum", metavar="TEXT", help="wgs84, gcj02 or bd09.")
@click.option("--at", metavar="TEXT", help="ISO 8601 time; without an offset, Shanghai's.")
@click.option("--days", metavar="TEXT", help="How many days, today included, 1-60 [default: 7].")
@click.option(
    "--topic", metavar="TEXT", help="Topics, separated by commas: class, film, haircut, fair, duty..."
)
@click.option("--district", metavar="TEXT", help="GB/T 2260 code or name.")
@click.option("--mode", metavar="TEXT", help="walk, ride or drive.")
@click.option("--max-minutes", metavar="TEXT", help="Outer bound in minutes.")
@click.option("--max-m", metavar="TEXT", help="Outer bound in metres.")
@click.option("--limit", metavar="TEXT", help="How many, 1-50.")
@_STORE
@_JSON
@_spoken
def events(
    lon: str | None, lat: str | None, store: str | None, as_json: bool, **parameters: str | None
) -> None:
    """List what is on near LON LAT, or anywhere: classes, films, haircuts, fairs, duty days."""
    from locator.event_answers import encode_events
    from locator.event_words import days_of
    from locator.events import ask_events, programme

    question = ask_events({"lon": lon, "lat": lat, **parameters}, datetime.now(SHANGHAI))
    found = programme(_catalog(store), question)
    if as_json:
        click.echo(encode_events(found))
        return
    for day in days_of(found.found, question):
        click.echo(day.name if day.name == day.date else f"{day.name} {day.date}")
        for line in day.lines:
            invented = "（示例）" if line.one.demo else ""
            words = filter(None, (line.one.service.name, line.state, line.way, line.seats))
            click.echo(f"  {line.hours}  {line.one.title}{invented}")
            click.echo(f"          {'，'.join(words)}  [{line.one.service.id}]")
    if not found.found:
        click.echo("这几天没有登记的活动。", err=True)


@main.command("map")
@click.argument("out", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--lon", metavar="TEXT", help="The asker's longitude.")
@click.option("--lat", metavar="TEXT", help="The asker's latitude.")
@_question_options()
@click.option(
    "--basemap", metavar="NAME", help="outline (no network, default), osm, gaode, tianditu, or a template."
)
@click.option("--title", default="工会驿站地图", show_default=True, help="Heading of the page.")
@_STORE
@_spoken
def map_file(out: Path, basemap: str | None, title: str, store: str | None, **parameters: str | None) -> None:
    """Write the map of an answer to OUT, one HTML file that needs no network."""
    from dataclasses import replace

    from locator.maps import basemap_of, standalone_page
    from locator.question import ask
    from locator.search import answer

    catalog = _catalog(store)
    if not any(parameters.get(name) for name in ("lon", "lat", "district")):
        largest = max(catalog.districts, key=lambda code: len(catalog.districts[code]), default=None)
        parameters["district"] = largest
    settings = replace(Settings.from_environ(os.environ), basemap=basemap or "outline")
    found = answer(catalog, ask(parameters, datetime.now(SHANGHAI)))
    page = standalone_page(found, basemap_of(settings), title)
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from error
    click.echo(f"{out}: {len(found.features) + len(found.unknown)} 处", err=True)


@main.command()
@click.argument("service_id", metavar="ID")
@_AS_OF
@_STORE
@_JSON
@_spoken
def show(service_id: str, as_of: str | None, store: str | None, as_json: bool) -> None:
    """Show one service whole."""
    then, opened = _past(as_of), _opened(store)
    service = opened.get(service_id) if then is None else opened.record_as_of(service_id, then)
    record = service.model_dump(mode="json")
    if as_json:
        click.echo(json.dumps(record, ensure_ascii=False))
        return
    for name, value in record.items():
        if value is not None and value != []:
            click.echo(
                f"{name:>16}  {json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value}"
            )


@main.command()
@click.argument("texts", metavar="TEXT", nargs=-1)
@_JSON
def hours(texts: tuple[str, ...], as_json: bool) -> None:
    """Read Chinese opening-hours TEXTs (or lines on stdin) as OSM opening_hours: rather unknown than wrong."""
    from locator.hours_text import read_hours

    for text in texts or (line.rstrip("\r\n") for line in sys.stdin):
        read = read_hours(text)
        reason = None if read.reason is None else read.reason.of(_language())
        if as_json:
            said = {"text": text, "osm": read.osm, "understood": read.understood, "reason": reason}
            click.echo(json.dumps(said, ensure_ascii=False))
            continue
        click.echo(f"{text}  →  {read.osm or '不知道'}" + (f"（{reason}）" if reason else ""))
        if read.part is not None:
            click.echo(f"    读懂的部分：{read.part}")


@main.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@_STORE
@click.option("--datum", default="auto", show_default=True, help="auto, wgs84, gcj02, bd09 or gcj02-doubled.")
@click.option("--kind", metavar="KIND", help="Kind of the rows that do not say theirs: station, canteen ...")
@click.option(
    "--mapping", type=click.Path(path_type=Path), help='JSON file: {"their column": "our field" or null}.'
)
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write rows with problems to this .xlsx.",
)
@click.option("--who", metavar="NAME", help="Who imports, for the history [default: the login name].")
@click.option("--why", metavar="TEXT", help="Why, for the history [default: the file's name].")
@_JSON
@_spoken
def import_(file: Path, store: str | None, as_json: bool, **options: Any) -> None:  # noqa: ANN401
    """Import a list of services: CSV, Excel, GeoJSON, GeoPackage, Shapefile, GeoParquet."""
    from locator.ingest.command import run

    url = store or Settings.from_environ(os.environ).store
    report = run(file, url, **{"who": os.environ.get("LOGNAME") or os.environ.get("USER"), **_given(options)})
    click.echo(json.dumps(report.to_json(_language()), ensure_ascii=False) if as_json else report.to_text())
    if report.refused is not None:
        raise InputError("datum", "auto", report.refused)


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


@main.command()
@click.argument("service_id", metavar="ID")
@_STORE
@_JSON
@_spoken
def history(service_id: str, store: str | None, as_json: bool) -> None:
    """List the changes of one service, oldest first: who, when, why, and what."""
    from locator._errors import Text

    changes = _opened(store).history(service_id)
    if not changes:
        raise NotFoundError(Text(f"没有编号为 {service_id} 的服务", f"no service has the id {service_id}"))
    for change in changes:
        fields = {name: {"before": old, "after": new} for name, (old, new) in change.fields().items()}
        kind = "created" if change.before is None else "updated" if change.after else "removed"
        if as_json:
            said = {**change._asdict(), "before": None, "after": None, "change": kind, "fields": fields}
            click.echo(
                json.dumps(
                    {k: v for k, v in said.items() if k not in {"before", "after"}}, ensure_ascii=False
                )
            )
            continue
        words = {"created": "新增", "updated": "修改", "removed": "移除"}
        click.echo(f"{change.revision:>8}  {change.at}  {words[kind]}  {change.who}  {change.why}")
        for name, pair in fields.items() if kind == "updated" else ():
            old, new = (json.dumps(value, ensure_ascii=False) for value in pair.values())
            click.echo(f"          {name}: {old} -> {new}")


@main.command()
@click.argument("revision", type=click.IntRange(1))
@click.option("--batch", "whole", is_flag=True, help="The whole save that REVISION was part of.")
@click.option("--who", help="For the history [default: your name on this machine].")
@click.option("--why", help="For the history.")
@_STORE
@_spoken
def undo(revision: int, whole: bool, who: str | None, why: str | None, store: str | None) -> None:
    """Put back what was before REVISION (see history), as a new revision."""
    import getpass

    opened = _opened(store)
    batch = opened.batch_of(revision) if whole else None
    done = opened.undo(
        None if whole else revision, batch=batch, who=who or getpass.getuser(), why=why or f"撤销 {revision}"
    )
    click.echo(f"新增 {len(done.created)}，修改 {len(done.updated)}，移除 {len(done.removed)}", err=True)


@main.command()
@click.option(
    "--services", default=1000, show_default=True, type=click.IntRange(1, 5_000_000), help="How many."
)
@click.option(
    "--seed", default=1, show_default=True, type=click.IntRange(0), help="The same seed, the same services."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="FILE.gpkg, FILE.parquet or FILE.geojson."
)
@click.option("--store", metavar="URL", help="Make a new store of them instead.")
@_spoken
def sample(services: int, seed: int, out: Path | None, store: str | None) -> None:
    """Invent a country of clustered services, all of them marked demo."""
    from locator import tabular
    from locator.store import Store
    from locator.synthetic import invent

    if (out is None) == (store is None):
        raise click.UsageError("give either --out FILE or --store URL")
    with click.progressbar(
        invent(services, seed), length=services, label="services", file=sys.stderr
    ) as invented:
        if out is not None:
            tabular.write(invented, out)
        elif not Store(store or "").create(invented, f"invented, seed {seed}"):
            raise click.ClickException(f"{store} is there already; it is left as it is")
    click.echo(f"{out or store}: {services}", err=True)


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
@_spoken
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
        click.echo(Text(f"{year} 年没有变化", f"{year}: nothing changed").of(_language()))


@holidays.command("show")
@click.argument("year", type=_YEAR, default=lambda: datetime.now(SHANGHAI).year)
@_JSON
@_spoken
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


import locator.cli_data  # noqa: E402, F401  it adds its commands to main
