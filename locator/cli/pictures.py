"""The command line's pictures: `locator image` and `locator poster`."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from locator._errors import InputError, Text
from locator._settings import Settings, public_url
from locator.cli.shared import STORE, catalog_of, main, networks_of, published, question_options, spoken
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from locator.catalog import Catalog

_PUBLIC = click.option(
    "--url",
    metavar="URL",
    help="Address of the live site, for the code to scan [default: LOCATOR_PUBLIC_URL].",
)
_NO_URL = Text(
    "海报上的二维码要指向网站：给 --url，或设 LOCATOR_PUBLIC_URL",
    "a poster's code must lead to the site: give --url, or set LOCATOR_PUBLIC_URL",
)


@main.command()
@click.argument("out", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--lon", metavar="TEXT", help="The asker's longitude.")
@click.option("--lat", metavar="TEXT", help="The asker's latitude.")
@question_options()
@click.option("--title", metavar="TEXT", help="Heading [default: by what is asked].")
@click.option("--width", metavar="N", help="Units across, 320-1500 [default: 750].")
@click.option("--scale", metavar="N", help="Pixels a unit, 1-3 [default: 1].")
@click.option("--theme", metavar="NAME", help="light or dark [default: light].")
@_PUBLIC
@STORE
@spoken
def image(out: Path, url: str | None, store: str | None, **parameters: str | None) -> None:
    """Draw an answer as a picture, OUT.png or OUT.svg."""
    _image(out, _base(url), catalog_of(store), {k: v for k, v in parameters.items() if v})


@main.command()
@click.argument("service_id", metavar="ID")
@click.argument("out", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--size", default="A4", show_default=True, help="A4 or A6.")
@_PUBLIC
@STORE
@spoken
def poster(service_id: str, out: Path, size: str, url: str | None, store: str | None) -> None:
    """Draw the poster for the door of the service ID, OUT.pdf."""
    from locator.maps.poster import pdf_poster

    base = _base(url)
    if base is None:
        raise InputError("url", None, _NO_URL)
    catalog = catalog_of(store)
    service = catalog.service(catalog.row_of(service_id))
    _write(out, pdf_poster(service, size, f"{base}/s/{service.id}"))


def _image(out: Path, base: str | None, catalog: Catalog, parameters: dict[str, str]) -> None:
    from locator.maps import basemap_of
    from locator.maps.captions import facts
    from locator.maps.picture import svg_map
    from locator.maps.raster import png
    from locator.maps.request import picture_request
    from locator.maps.tiles import tiles_for
    from locator.search import answer
    from locator.state import query_of

    kind = out.suffix.lower()
    if kind not in {".png", ".svg"}:
        shown = out.name
        raise InputError(
            "OUT",
            shown,
            Text(f"图存成 .png 或 .svg，收到的是 {shown!r}", f"OUT must end in .png or .svg, got {shown!r}"),
        )
    if not {"lon", "lat", "district"} & parameters.keys():
        parameters["district"] = max(
            catalog.districts, key=lambda code: len(catalog.districts[code]), default=""
        )
    asked = picture_request(parameters, datetime.now(SHANGHAI), published())
    url = None if base is None else f"{base}/?{query_of(asked.question, published())}"
    if url is None:
        click.echo("没给 --url，也没设 LOCATOR_PUBLIC_URL：图上没有二维码", err=True)
    found = answer(catalog, asked.question, networks_of(None))
    svg = svg_map(found, basemap_of(Settings.from_environ(os.environ)), asked.look, url, tiles_for)
    _write(out, svg.encode() if kind == ".svg" else png(svg, asked.scale, facts(found, url, published())))


def _base(url: str | None) -> str | None:
    return public_url(Settings(public_url=url) if url else Settings.from_environ(os.environ))


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from error
    click.echo(f"{out}: {len(content):,} B", err=True)
