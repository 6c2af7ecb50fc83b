"""Files in."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from locator._errors import InputError
from locator._settings import Settings
from locator.cli.shared import (
    JSON,
    STORE,
    language,
    main,
    spoken,
)


@main.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@STORE
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
@JSON
@spoken
def import_(file: Path, store: str | None, as_json: bool, **options: Any) -> None:  # noqa: ANN401
    """Import a list of services: CSV, Excel, JSON records, GeoJSON, GeoPackage, Shapefile, GeoParquet."""
    from locator.ingest.command import run

    url = store or Settings.from_environ(os.environ).store
    report = run(file, url, **{"who": os.environ.get("LOGNAME") or os.environ.get("USER"), **_given(options)})
    click.echo(json.dumps(report.to_json(language()), ensure_ascii=False) if as_json else report.to_text())
    if report.refused is not None:
        raise InputError("datum", "auto", report.refused)


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
