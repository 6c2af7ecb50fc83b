"""The planner's next question: what would change that most."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from locator._errors import InputError, Text
from locator.cli.coverage import demand_of, demand_options, reach_of, words
from locator.cli.shared import JSON, STORE, catalog_of, main, published, spoken
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from locator.coverage.actions import Action
    from locator.coverage.demand import Demand
    from locator.coverage.sites import Site
    from locator.coverage.siting import Plan, Wanted
    from locator.landmarks import Landmarks

_SHOWN = 10


@main.command()
@demand_options
@click.option(
    "--candidates",
    metavar="FILE|cells",
    help="Where to build: lon, lat, name, hours, cost; or the cells in which demand lies.",
)
@click.option(
    "--actions", type=click.IntRange(0), help="How many actions at most [default: 10 without a budget]."
)
@click.option("--budget", type=click.FloatRange(0), help="How much money at most.")
@click.option(
    "--cost", "costs", multiple=True, metavar="KIND=AMOUNT", help="Of build, extend, retime or equip."
)
@click.option("--extend", is_flag=True, help="Stations may stay open longer, and on closed days.")
@click.option("--equip", is_flag=True, help="Stations may get the equipment that --needs-amenity names.")
@click.option("--retime", is_flag=True, help="Mobile stations may come at other times, and elsewhere.")
@click.option(
    "--spacing", type=click.FloatRange(0), default=0.0, help="Metres between new stations [default: 0]."
)
@click.option(
    "--must", metavar="FILE|CODE", help="Demand that comes first: polygons, points in a CSV, a district."
)
@click.option("--share", type=float, help="Share of the person-hours to serve in the end, 0-1.")
@click.option("--prove", is_flag=True, help="Solve it exactly.")
@click.option(
    "--limit", type=click.FloatRange(0), default=60.0, help="Seconds a proof may take [default: 60]."
)
@STORE
@JSON
@spoken
def plan(store: str | None, as_json: bool, **asked: Any) -> None:  # noqa: ANN401
    """Say what to do first: build, keep open longer, equip, send elsewhere; in person-hours of the week gained."""
    from locator.coverage import plan_answer, siting
    from locator.coverage.published import placed, reworded
    from locator.coverage.targets import must_of
    from locator.coverage.weeks import monday_of
    from locator.landmarks import Landmarks

    demand, reach = demand_of(asked, store), reach_of(asked)
    must = None if asked["must"] is None else must_of(asked["must"], demand, asked["datum"])
    catalog = catalog_of(store)
    answer = siting.plan(
        catalog,
        demand,
        _wanted(asked, demand),
        reach=reach,
        minutes=asked["minutes"],
        monday=monday_of(asked["week"] or datetime.now(SHANGHAI).date()),
        kinds=words(asked["kind"]),
        needs_amenity=words(asked["needs_amenity"]),
        must=must,
        share=asked["share"],
        prove=asked["prove"],
        limit_s=asked["limit"],
    )
    if as_json:
        told = placed(reworded(plan_answer.as_json(answer, demand), published()), published())
        click.echo(json.dumps({"asked": asked} | told, ensure_ascii=False))
        return
    _tell(answer, demand, Landmarks(catalog, published()))


def _wanted(asked: dict[str, Any], demand: Demand) -> Wanted:
    from locator.coverage.cover import Budget
    from locator.coverage.siting import Wanted

    endless = asked["budget"] is None and asked["share"] is None
    number = 10 if asked["actions"] is None and endless else asked["actions"]
    return Wanted(
        sites=_sites(asked["candidates"], demand, asked["datum"]),
        extend=asked["extend"],
        equip=asked["equip"],
        retime=asked["retime"],
        budget=Budget(number, asked["budget"]),
        costs=_costs(asked["costs"]),
        spacing_m=asked["spacing"],
    )


def _sites(text: str | None, demand: Demand, datum: str) -> list[Site]:
    from locator.coverage.sites import cells, read_sites

    if text is None:
        return []
    return cells(demand) if text == "cells" else read_sites(Path(text), datum)


def _costs(given: tuple[str, ...]) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in given:
        kind, _, amount = text.partition("=")
        try:
            found[kind.strip()] = float(amount)
        except ValueError:
            raise InputError(
                "cost",
                text,
                Text(
                    f"--cost 要写成 extend=2000 这样，收到的是 {text!r}",
                    f"--cost must read like extend=2000, got {text!r}",
                ),
            ) from None
    return found


def _where(action: Action, landmarks: Landmarks) -> str:
    """Return where to build, and the site's name, unless it is that of a cell, which says nothing to a reader."""
    from locator.coverage.sites import readable

    lon, lat = action.doors[0][:2]
    place = f"{landmarks.of(lon, lat)}（{_written(lon, lat)}）"
    name = readable(action.name)
    return f"{name}，{place}" if name else place


def _written(lon: float, lat: float) -> str:
    from locator.publication import position

    x, y = position(lon, lat, published())
    return f"{x:.5f}, {y:.5f}"


def _tell(answer: Plan, demand: Demand, landmarks: Landmarks) -> None:
    """Print what to do, one line an action, and how good that is."""
    from locator.coverage.published import in_words

    for step in answer.steps:
        action = step.action
        name = _where(action, landmarks) if action.kind == "build" else action.name
        change = in_words(action.change._asdict(), published())["zh"]
        hours = f"（{action.hours}）" if action.hours else ""
        click.echo(f"{step.rank:3}. {name}：{change}{hours}，每周多服务 {step.gain:,.1f} 人时")
    sure = "已证明最优" if answer.optimal else f"任何方案最多 {answer.upper_bound:,.1f}"
    click.echo(
        f"合计每周多服务 {answer.gain:,.1f} 人时（{sure}）；没有服务的人时原来 {answer.unserved_today:,.1f}。"
    )
    if answer.target is not None:
        target = answer.target
        met = "达到" if target.met else "达不到"
        click.echo(f"目标{met}：要 {target.wanted:,.1f} 人时，做完有 {target.served_then:,.1f}。")
    if len(answer.never_reached):
        click.echo(f"有 {answer.never_reached_weight:,.1f} 的需求，哪个办法都到不了：")
        for point in answer.never_reached[:_SHOWN].tolist():
            where = _written(demand.lon[point], demand.lat[point])
            click.echo(f"  第 {demand.source_row[point] + 1} 行：{where}")
