"""The server, and an invented country to try it with."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from locator._settings import Settings
from locator.cli.shared import STORE, main, spoken


@main.command()
@STORE
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes to answer with."
)
@spoken
def serve(store: str | None, host: str, port: int, workers: int) -> None:
    """Serve the pages and the API."""
    from locator.web.serving import run

    run(Settings.from_environ(os.environ), store, host, port, workers)


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
@spoken
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
