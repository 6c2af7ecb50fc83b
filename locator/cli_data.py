"""The steward's verbs on the command line: the state of the data, rechecks, stars, codes, export."""

from __future__ import annotations

import gc
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from locator._settings import Settings
from locator.cli import _JSON, _STORE, _language, _spoken, main
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from locator.checking import State
    from locator.service import Service

_AT = click.option(
    "--at", metavar="TIME", help="ISO 8601 time; without an offset, Shanghai's [default: now]."
)
# What a terminal still shows; --json has all.
_SHOWN = 20


def _services(store: str | None) -> list[Service]:
    from locator.service import Service
    from locator.store import open_or_seed

    # Hundreds of thousands of records that all live to the end: looking for garbage among them costs a third.
    gc.disable()
    opened = open_or_seed(store or Settings.from_environ(os.environ).store)
    try:
        return [Service.model_validate_json(raw) for _, raw in opened.snapshot()[2]]
    finally:
        opened.close()


def _instant(at: str | None) -> datetime:
    from locator.question import ask

    return ask({"at": at}, datetime.now(SHANGHAI), anywhere=True).at


def _print(value: object) -> None:
    click.echo(msgspec.json.encode(value))


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from error


@main.command()
@_STORE
@_JSON
@click.option(
    "--map",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the findings as a map to this HTML file.",
)
@_AT
@_spoken
def check(store: str | None, as_json: bool, out: Path | None, at: str | None) -> None:
    """Tell the state of the data: what is wrong, missing, stale or doubled."""
    from locator.checking import check as checked

    state = checked(_services(store), _instant(at))
    if out is not None:
        from locator.maps import basemap_of, check_page

        _write(out, check_page(state, basemap_of(Settings(basemap="outline")), "数据体检"))
    if as_json:
        _print(state.as_json())
    else:
        _tell(state)


def _tell(state: State) -> None:
    from locator._checks import CHECKS

    language = _language()
    click.echo(f"{state.services} 处服务，{state.at:%Y-%m-%d %H:%M}")
    for row in state.summary():
        if row["findings"]:
            title = CHECKS[row["code"]].title.of(language)
            click.echo(f"{row['services']:>8}  {100 * row['share']:5.1f}%  {title}  [{row['code']}]")
    for finding in state.findings[:_SHOWN]:
        title = CHECKS[finding.code].title.of(language)
        click.echo(f"[{finding.service.id}] {finding.service.name}  {title}：{finding.detail.of(language)}")
    if len(state.findings) > _SHOWN:
        click.echo(f"…… 还有 {len(state.findings) - _SHOWN} 条，用 --json 看全", err=True)


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_STORE
@click.option(
    "--datum", metavar="TEXT", help="wgs84, gcj02 or bd09: of the columns lon and lat [default: wgs84]."
)
@click.option("--kind", metavar="TEXT", help="Only these kinds, separated by commas.")
@click.option("--district", metavar="TEXT", help="Only this district: GB/T 2260 code or name.")
@_spoken
def export(file: Path, store: str | None, datum: str | None, kind: str | None, district: str | None) -> None:
    """Write the services to FILE (.gpkg, .parquet, .geojson, .csv or .xlsx), ready to import again."""
    from locator import tabular
    from locator.datum import datum_of
    from locator.districts import find_district
    from locator.vocabulary import KINDS, check_codes

    wanted = None if datum is None else datum_of(datum)
    kinds = check_codes("kind", [k.strip() for k in kind.split(",")], KINDS) if kind else tuple(KINDS)
    services = [service for service in _services(store) if service.kind in kinds]
    if district:
        code = find_district(district, {s.district for s in services if s.district})
        services = [service for service in services if service.district == code]
    try:
        with click.progressbar(services, label=file.name, file=sys.stderr) as listed:
            count = tabular.write(listed, file, wanted)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror or error}") from error
    click.echo(f"{file}: {count}", err=True)
