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

from locator._errors import Text
from locator._settings import Settings
from locator.cli.shared import JSON, STORE, language, main, opened_store, published, spoken
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from locator.checking import State
    from locator.inspections import Inspection
    from locator.service import Service

_AT = click.option(
    "--at", metavar="TIME", help="ISO 8601 time; without an offset, Shanghai's [default: now]."
)
# What a terminal still shows; --json has all.
_SHOWN = 20


def _services(store: str | None) -> list[Service]:
    from locator.service import Service

    opened = opened_store(store)
    # Hundreds of thousands of records that all live to the end: looking for garbage among them costs a third.
    gc.disable()
    click.get_current_context().call_on_close(gc.enable)
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
@STORE
@JSON
@click.option(
    "--map",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the findings as a map to this HTML file.",
)
@_AT
@spoken
def check(store: str | None, as_json: bool, out: Path | None, at: str | None) -> None:
    """Tell the state of the data: what is wrong, missing, stale or doubled."""
    from locator.checking import check as checked

    state = checked(_services(store), _instant(at))
    if out is not None:
        from dataclasses import replace

        from locator.maps import basemap_of, check_page

        _write(
            out,
            check_page(
                state, basemap_of(replace(Settings.from_environ(os.environ), basemap="outline")), "数据体检"
            ),
        )
    if as_json:
        _print(state.as_json())
    else:
        _tell(state)


def _tell(state: State) -> None:
    from locator._checks import CHECKS

    said_in = language()
    click.echo(f"{state.services} 处服务，{state.at:%Y-%m-%d %H:%M}")
    for row in state.summary():
        if row["findings"]:
            title = CHECKS[row["code"]].title.of(said_in)
            click.echo(f"{row['services']:>8}  {100 * row['share']:5.1f}%  {title}  [{row['code']}]")
    for finding in state.findings[:_SHOWN]:
        title = CHECKS[finding.code].title.of(said_in)
        click.echo(f"[{finding.service.id}] {finding.service.name}  {title}：{finding.detail.of(said_in)}")
    _more(len(state.findings))


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@STORE
@click.option(
    "--datum",
    metavar="TEXT",
    help="wgs84, gcj02 or bd09: of the columns lon and lat [default: LOCATOR_PUBLISH_DATUM, else wgs84].",
)
@click.option("--kind", metavar="TEXT", help="Only these kinds, separated by commas.")
@click.option("--district", metavar="TEXT", help="Only this district: GB/T 2260 code or name.")
@click.option(
    "--format",
    "said",
    type=click.Choice(["records", "hsds", "osm"]),
    help="records (.jsonl, .json), hsds (.zip, .json) or osm (.geojson) [default: by the name of FILE].",
)
@click.option("--demo", is_flag=True, help="hsds and osm: invented examples too, marked.")
@spoken
def export(
    file: Path, store: str | None, datum: str | None, said: str | None, *, demo: bool, **only: str | None
) -> None:
    """Write the services to FILE (.gpkg, .parquet, .geojson, .csv, .xlsx, .jsonl or .json), ready to import again.

    With --format: Open Referral HSDS 3.1, or OpenStreetMap's tags.
    """
    from locator import exchange, tabular
    from locator.publication import datum_for

    wanted = None if datum is None else datum_for(datum, published())
    services = _chosen(store, **only)
    said = said or exchange.format_of(file)
    try:
        with click.progressbar(services, label=file.name, file=sys.stderr) as listed:
            if said is None:
                written = exchange.Written(tabular.write(listed, file, wanted, published()), {})
            else:
                written = exchange.write(listed, file, said, datum=wanted, published=published(), demo=demo)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror or error}") from error
    click.echo(f"{file}: {written.services}", err=True)
    for why, count in written.left_out.items():
        out = Text(f"没有写入 {count} 处：{why.zh}", f"left out {count}: {why.en}")
        click.echo(out.of(language()), err=True)


def _chosen(store: str | None, kind: str | None, district: str | None) -> list[Service]:
    """Return the services of some kinds and of a district."""
    from locator.districts import find_district
    from locator.vocabulary import KINDS, check_codes

    kinds = check_codes("kind", [k.strip() for k in kind.split(",")], KINDS) if kind else tuple(KINDS)
    services = [service for service in _services(store) if service.kind in kinds]
    if not district:
        return services
    code = find_district(district, {s.district for s in services if s.district})
    return [service for service in services if service.district == code]


_INSPECTIONS = click.option(
    "--inspections", metavar="FILE.csv", type=click.Path(dir_okay=False, path_type=Path),
    help="More inspections than the store has: service_id, on, open_as_stated, found, missing, by, note.",
)  # fmt: skip


def _visits(store: str | None, file: Path | None) -> list[Inspection]:
    """Return the inspections of a store, and those of a file."""
    from locator.inspections import read_inspections
    from locator.store.inspections import inspections_of

    opened = opened_store(store)
    try:
        kept = [one.visit() for one in inspections_of(opened)]
    finally:
        opened.close()
    return [*kept, *(read_inspections(file) if file else ())]


@main.command()
@STORE
@_INSPECTIONS
@JSON
@_AT
@spoken
def recheck(store: str | None, inspections: Path | None, as_json: bool, at: str | None) -> None:
    """List what to look at again, the most urgent first, with why."""
    from locator.inspections import recheck_queue

    queue = recheck_queue(_services(store), _visits(store, inspections), _instant(at).date())
    if as_json:
        _print(
            [
                _row(row.service) | {"score": row.score, "reasons": [_both(r) for r in row.reasons]}
                for row in queue
            ]
        )
        return
    for row in queue[:_SHOWN]:
        reasons = "；".join(reason.of(language()) for reason in row.reasons)
        click.echo(f"{row.score:5.2f}  [{row.service.id}] {row.service.name}：{reasons}")
    _more(len(queue))


@main.command()
@STORE
@_INSPECTIONS
@JSON
@_AT
@spoken
def stars(store: str | None, inspections: Path | None, as_json: bool, at: str | None) -> None:
    """Propose a star rating for each station, with the reasons; nothing is changed."""
    from locator.stars import star_proposals

    proposals = star_proposals(_services(store), _visits(store, inspections), _instant(at).date())
    if as_json:
        _print(
            [
                _row(one.service)
                | {"stars": one.service.stars, "proposed": one.stars}
                | {
                    "rules": [
                        {"rule": r.name, "earned": r.earned, "reason": _both(r.reason)} for r in one.rules
                    ]
                }
                for one in proposals
            ]
        )
        return
    for one in proposals[:_SHOWN]:
        now = "没评过" if one.service.stars is None else f"现 {one.service.stars} 星"
        click.echo(f"建议 {one.stars} 星（{now}）  [{one.service.id}] {one.service.name}")
        for rule in one.rules:
            click.echo(f"      {'★' if rule.earned else '☆'} {rule.reason.of(language())}")
    _more(len(proposals))


@main.command()
@STORE
@JSON
@spoken
def codes(store: str | None, as_json: bool) -> None:
    """List services without a sound code of their own, with the next free one; nothing is changed."""
    from locator.codes import DEFAULT_PATTERN, Pattern, code_advice

    pattern = Pattern(Settings.from_environ(os.environ).code_pattern or DEFAULT_PATTERN)
    advice = code_advice(_services(store), pattern)
    if as_json:
        _print(
            [
                _row(one.service)
                | {"code": one.service.code, "problem": _both(one.problem), "proposed": one.proposed}
                for one in advice
            ]
        )
        return
    for one in advice[:_SHOWN]:
        why = "没有编码" if one.problem is None else one.problem.of(language())
        click.echo(f"{one.proposed or '-'}  [{one.service.id}] {one.service.name}：{why}")
    _more(len(advice))


def _row(service: Service) -> dict[str, object]:
    return {"id": service.id, "name": service.name, "kind": service.kind, "demo": service.demo}


def _both(text: Text | None) -> dict[str, str] | None:
    return None if text is None else text._asdict()


def _more(count: int) -> None:
    if count > _SHOWN:
        click.echo(f"…… 还有 {count - _SHOWN} 条，用 --json 看全", err=True)
