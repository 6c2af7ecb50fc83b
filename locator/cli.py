"""The command line: the same verbs as the web. Exit 0 ok, 2 the caller's mistake, 1 ours."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from locator import __version__, image_commands
from locator._errors import ConfigurationError, InputError, LocatorError, NotFoundError
from locator._settings import Settings
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Callable

    from locator.catalog import Catalog
    from locator.hits import Hit

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


def _catalog(store: str | None) -> Catalog:
    from locator.catalog import Catalog
    from locator.store import open_or_seed

    return Catalog.of(open_or_seed(store or Settings.from_environ(os.environ).store))


def _language() -> str:
    names = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides, as in POSIX
    return next((os.environ[name] for name in names if os.environ.get(name)), "")


_STORE = click.option(
    "--store", metavar="URL", help="Store to use [default: LOCATOR_STORE, else ./locator.db]."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _question_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the parameters of the nearest contract, by the same names."""
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
    }
    for name, text in reversed(texts.items()):
        command = click.option(f"--{name.replace('_', '-')}", name, metavar="TEXT", help=text)(command)
    return command


def _invented(hit: Hit) -> str:
    return "（示例）" if hit.service.demo and "示例" not in hit.service.name else ""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Find the service an outdoor worker can use soonest."""


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
@_question_options
@_STORE
@_JSON
@_spoken
def nearest(lon: str, lat: str, store: str | None, as_json: bool, **parameters: str | None) -> None:
    """List the services nearest to LON LAT (put -- before negative numbers)."""
    from locator.answers import encode
    from locator.cards import card
    from locator.question import ask
    from locator.search import answer

    question = ask({"lon": lon, "lat": lat, **parameters}, datetime.now(SHANGHAI))
    found = answer(_catalog(store), question)
    if as_json:
        click.echo(encode(found))
        return
    for title, hits in (("", found.features), ("时间不清楚的：", found.unknown)):
        if hits and title:
            click.echo(title)
        for hit in hits:
            shown = card(hit, question)
            words = [shown.door.label, shown.going.replace("|", " "), *filter(None, shown.staying[:2])]
            click.echo(f"{shown.distance:>8}  {hit.service.name}{_invented(hit)}")
            click.echo(f"          {'，'.join(words)}  [{hit.service.id}]")
    if not found.features and not found.unknown:
        click.echo("这一带没有合适的。", err=True)


@main.command("map")
@click.argument("out", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--lon", metavar="TEXT", help="The asker's longitude.")
@click.option("--lat", metavar="TEXT", help="The asker's latitude.")
@_question_options
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
@_STORE
@_JSON
@_spoken
def show(service_id: str, store: str | None, as_json: bool) -> None:
    """Show one service whole."""
    catalog = _catalog(store)
    record = catalog.service(catalog.row_of(service_id)).model_dump(mode="json")
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


image_commands.register(main, _spoken, _question_options, _STORE, _catalog)
