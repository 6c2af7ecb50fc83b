"""The planner's question: who has nowhere to go, when and where."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import click

from locator import vocabulary
from locator.cli.shared import JSON, STORE, catalog_of, language, main, opened_store, published, spoken
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from locator.catalog import Catalog
    from locator.coverage.demand import Demand
    from locator.coverage.gaps import Gaps
    from locator.coverage.reach import Reach

_SHOWN = 10


def demand_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add what a planner's question is made of; `demand_of` and `reach_of` read it."""
    options = (
        click.option(
            "--demand", metavar="FILE|needs", help="Demand: CSV, .gpkg, .parquet, .geojson, or needs, those that couriers told [default: Yangpu's restaurants]."
        ),
        click.option("--weight", metavar="COL", help="Column of the weight [default: weight, else 1 a row]."),
        click.option("--profile", metavar="FILE|NAME", help="When they are out: a CSV of 168 hours, or rider, courier, ..."),
        click.option("--datum", default="wgs84", show_default=True, help="Of the demand: wgs84, gcj02 or bd09."),
        click.option("--boundary", metavar="FILE|CODE", help="Only demand inside: polygons, a district's code or name."),
        click.option("--kind", metavar="TEXT", help="Kinds that count, separated by commas [default: all]."),
        click.option("--needs-amenity", metavar="TEXT", help="Equipment that must be there, separated by commas."),
        click.option("--minutes", type=float, default=15.0, show_default=True, help="How long the way may be."),
        click.option("--mode", type=click.Choice(list(vocabulary.MODES)), default="walk", show_default=True),
        click.option("--network", metavar="FILE", help="Streets to go by [default: the straight line]."),
        click.option("--detour", type=float, help="Street length over straight line, 1 or more [default: 1.3]."),
        click.option("--week", metavar="DATE", help="A day of the week to look at [default: this week]."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def demand_of(asked: dict[str, Any], store: str | None) -> Demand:
    """Return the demand that was asked about, clipped to the boundary; `needs` are those that the store counted."""
    from locator.coverage.boundary import boundary_of
    from locator.coverage.demand_files import read_demand, sample_demand

    if asked["demand"] is None:
        demand = sample_demand(asked["profile"])
    else:
        demand = read_demand(
            asked["demand"], weight=asked["weight"], profile=asked["profile"], datum=asked["datum"],
            tables={"needs": lambda: _counted(store)},
        )  # fmt: skip
    return demand if asked["boundary"] is None else demand.inside(boundary_of(asked["boundary"]))


def _counted(store: str | None) -> pd.DataFrame:
    from locator.coverage.unmet import needs_frame
    from locator.store.needs import list_needs

    opened = opened_store(store)
    try:
        return needs_frame(list_needs(opened))
    finally:
        opened.close()


def reach_of(asked: dict[str, Any]) -> Reach:
    """Return how one moves: by the streets of a file, or in a straight line."""
    if asked["network"] is None:
        from locator.coverage.reach import straight

        return straight(asked["mode"], asked["detour"])
    from locator.streets import StreetNetwork

    return StreetNetwork.open(asked["network"], asked["mode"])


def words(text: str | None) -> tuple[str, ...]:
    """Return the words of a comma list."""
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


@main.command()
@demand_options
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for a GeoPackage and tables."
)
@click.option(
    "--scheduler",
    metavar="ADDRESS|local",
    help="Work it out on a Dask cluster, district by district; local = a process a core.",
)
@STORE
@JSON
@spoken
def coverage(
    store: str | None,
    out: Path | None,
    scheduler: str | None,
    as_json: bool,
    **asked: Any,  # noqa: ANN401
) -> None:
    """Count who is served in a week, when and where: person-hours, exact to the minute."""
    from locator.coverage.answer import answer
    from locator.coverage.outputs import write_files

    demand, catalog = demand_of(asked, store), catalog_of(store)
    with _bar(len(demand)) as told:
        found = _found(asked, demand, catalog, scheduler, told)
    if out is not None:
        names = write_files(found, out, published())
        click.echo(f"写好了 {len(names)} 个文件：{'、'.join(names)}", err=True)
    if as_json:
        click.echo(json.dumps({"asked": asked} | answer(found, language()), ensure_ascii=False))
        return
    _tell(found, catalog)


def _found(
    asked: dict[str, Any],
    demand: Demand,
    catalog: Catalog,
    scheduler: str | None,
    told: Callable[[int], None],
) -> Gaps:
    from locator.coverage.gaps import gaps_of
    from locator.coverage.usable import usable
    from locator.coverage.weeks import monday_of

    monday = monday_of(asked["week"] or datetime.now(SHANGHAI).date())
    counted = usable(catalog, monday, words(asked["kind"]), words(asked["needs_amenity"]))
    if scheduler is None:
        return gaps_of(counted, demand, reach_of(asked), asked["minutes"], told)
    from locator.coverage.batch import cluster, gaps_of_parts, reach_maker

    reach = reach_maker(asked["mode"], asked["detour"], asked["network"])
    with cluster(scheduler) as client:
        return gaps_of_parts(client, counted, demand, reach, asked["minutes"], told)


@contextmanager
def _bar(points: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on a terminal, nothing elsewhere; give what is told of the points that are done."""
    shown = click.progressbar(
        length=points, label="逐点计算", file=sys.stderr, hidden=not sys.stderr.isatty()
    )
    one_at_a_time = Lock()
    with shown as bar:

        def told(done: int) -> None:
            with one_at_a_time:
                bar.update(done)

        yield told


def _tell(found: Gaps, catalog: Catalog) -> None:
    """Print one sentence, then where, when and what hangs on one station."""
    import shapely

    from locator.coverage.answer import answer
    from locator.coverage.areas import clock, places
    from locator.coverage.published import cell_name
    from locator.landmarks import Landmarks

    whole = answer(found)
    low, high = (100 * (1 - share) for share in reversed(found.served_share))
    click.echo(
        f"这一周（{whole['week']} 起）有 {_between(low, high)} 的时候没有地方去"
        f"（{whole['demand_points']} 个点，共 {whole['demand_person_hours']:,.0f} 人时）。"
    )
    if whole["faults"]:
        click.echo(f"需求文件里有 {len(whole['faults'])} 行没有算进去。", err=True)
    if whole["unreachable_points"]:
        click.echo(f"{whole['unreachable_points']} 个点离路太远，走不到任何地方。")
    for area in whole["by_area"][:_SHOWN]:
        shares = [100 * (1 - area["served_share"][case]) for case in ("high", "low")]
        click.echo(f"  {area['name']}：{_between(*shares)} 的时候没有")
    click.echo("最空的地方和时段：")
    landmarks, datum = Landmarks(catalog, published()), published()
    for number, place in enumerate(places(found)[:_SHOWN], 1):
        lon, lat = shapely.get_coordinates(shapely.centroid(place.shape))[0].tolist()
        left = place.demand_person_hours - place.served.low
        click.echo(
            f"  {landmarks.of(lon, lat)}（{cell_name(place.id, number, datum)}）：{left:,.0f} 人时，{'，'.join(clock(w) for w in place.windows)}"
        )
    click.echo("关了就没有别处的站点（人时）：")
    for station in whole["stations"][:_SHOWN]:
        click.echo(
            f"  {catalog.service(catalog.row_of(station['id'])).name}（{station['id']}）：{station['only_here_person_hours']:,.0f}"
        )


def _between(low: float, high: float) -> str:
    same = round(low) == round(high)
    return f"{low:.0f}%" if same else f"{low:.0f}–{high:.0f}%"
