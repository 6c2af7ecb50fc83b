"""Questions: nearest, along, events, and their map."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from locator._settings import Settings
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from locator.hits import Hit
    from locator.question import Question

from locator.cli.shared import (
    AS_OF,
    JSON,
    NETWORK,
    STORE,
    catalog_of,
    invented,
    main,
    networks_of,
    published,
    question_options,
    spoken,
)


@main.command()
@click.argument("lon")
@click.argument("lat")
@question_options()
@NETWORK
@AS_OF
@STORE
@JSON
@spoken
def nearest(
    lon: str,
    lat: str,
    network: str | None,
    as_of: str | None,
    store: str | None,
    as_json: bool,
    **parameters: str | None,
) -> None:
    """List the services nearest to LON LAT (put -- before negative numbers)."""
    from locator.answers import encode
    from locator.question import ask
    from locator.search import answer

    question = ask({"lon": lon, "lat": lat, **parameters}, datetime.now(SHANGHAI), published=published())
    found = answer(catalog_of(store, as_of), question, networks_of(network))
    if as_json:
        click.echo(encode(found))
        return
    _print_hits(found.features, found.unknown, question)


@main.command()
@click.argument("path", nargs=-1, required=True, metavar="LON,LAT LON,LAT...")
@question_options("sort")
@STORE
@JSON
@spoken
def along(path: tuple[str, ...], store: str | None, as_json: bool, **parameters: str | None) -> None:
    """List the services on the way of a run of drop-offs, by the minutes they add (put -- before negative numbers)."""
    from locator.along import answer_run
    from locator.answers import encode_run
    from locator.runs import run_of

    run = run_of({**parameters, "path": ";".join(path)}, datetime.now(SHANGHAI), published())
    found = answer_run(catalog_of(store), run)
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
            click.echo(f"{first:>8}  {hit.service.name}{invented(hit)}")
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
@STORE
@JSON
@spoken
def events(
    lon: str | None, lat: str | None, store: str | None, as_json: bool, **parameters: str | None
) -> None:
    """List what is on near LON LAT, or anywhere: classes, films, haircuts, fairs, duty days."""
    from locator.event_answers import encode_events
    from locator.event_words import days_of
    from locator.events import ask_events, programme

    question = ask_events({"lon": lon, "lat": lat, **parameters}, datetime.now(SHANGHAI), published())
    found = programme(catalog_of(store), question)
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
@question_options()
@click.option(
    "--basemap", metavar="NAME", help="outline (no network, default), osm, gaode, tianditu, or a template."
)
@click.option("--title", default="工会驿站地图", show_default=True, help="Heading of the page.")
@STORE
@spoken
def map_file(out: Path, basemap: str | None, title: str, store: str | None, **parameters: str | None) -> None:
    """Write the map of an answer to OUT, one HTML file that needs no network."""
    from dataclasses import replace

    from locator.maps import basemap_of, standalone_page
    from locator.question import ask
    from locator.search import answer

    catalog = catalog_of(store)
    if not any(parameters.get(name) for name in ("lon", "lat", "district")):
        largest = max(catalog.districts, key=lambda code: len(catalog.districts[code]), default=None)
        parameters["district"] = largest
    settings = replace(Settings.from_environ(os.environ), basemap=basemap or "outline")
    question = ask(parameters, datetime.now(SHANGHAI), published=published())
    found = answer(catalog, question, networks_of(None))
    page = standalone_page(found, basemap_of(settings), title, published())
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from error
    click.echo(f"{out}: {len(found.features) + len(found.unknown)} 处", err=True)
