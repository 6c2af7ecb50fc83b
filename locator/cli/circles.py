"""What lies around a place: `locator rings` (by travel time) and `locator circle` (what it holds and lacks)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from locator.cli.network import MODE, minutes_of
from locator.cli.shared import JSON, NETWORK, STORE, catalog_of, main, networks_of, published, spoken
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Callable

    from locator.rings import Around, Circle, Reached, Supply

_DATUM = click.option(
    "--datum",
    help="Of LON LAT: wgs84, gcj02 or bd09 [default: LOCATOR_PUBLISH_DATUM, else wgs84].",
)
_AT = click.option("--at", metavar="TIME", help="When, for what is mobile; ISO 8601 [default: now].")
_FAR_MIN = 120.0
_MODES = {"walk": "步行", "ride": "骑行", "drive": "开车"}
_STATUS = {"there": "有", "missing": "没有", "unknown": "说不准"}


def _place(command: Callable[..., None]) -> Callable[..., None]:
    for option in (JSON, STORE, NETWORK, _AT, _DATUM):
        command = option(command)
    return click.argument("lon", type=float)(click.argument("lat", type=float)(command))


@main.command()
@_place
@click.option(
    "--minutes", default="30,120", show_default=True, help="Where the rings end, separated by commas."
)
@click.option("--kind", metavar="TEXT", help="Kinds, separated by commas [default: all].")
@MODE
@spoken
def rings(
    lon: float, lat: float, minutes: str, kind: str | None, mode: str, as_json: bool, **more: str | None
) -> None:
    """List what lies within each ring of travel time from LON LAT (put -- before negative numbers)."""
    from locator import rings as verbs

    spans = verbs.check_minutes(minutes_of(minutes))
    found = _around(lon, lat, kind, mode, more)
    told = verbs.rings(found, spans)
    beyond = len(found.reached) - sum(len(ring.reached) for ring in told) - len(found.unreachable)
    if as_json:
        listed = [{"above": r.above, "minutes": r.minutes, "services": _listed(r.reached)} for r in told]
        about = {"rings": listed, "beyond": beyond, "unreachable": [o.service.id for o in found.unreachable]}
        click.echo(json.dumps(_asked(lon, lat, mode, found, more) | about, ensure_ascii=False))
        return
    _say_how(found, mode)
    for ring in told:
        click.echo(f"{ring.above:g}–{ring.minutes:g} 分钟：{len(ring.reached)} 处")
        _say(ring.reached)
    if found.reached:
        click.echo(f"更远：{beyond} 处")
    else:
        click.echo("资料里没有这样的一处：不是都太远，是还没有录入，或者没有位置。")


@main.command()
@_place
@click.option("--minutes", type=float, default=15.0, show_default=True, help="Radius of the circle.")
@MODE
@spoken
def circle(lon: float, lat: float, minutes: float, mode: str, as_json: bool, **more: str | None) -> None:
    """Say what the circle of life round LON LAT holds and lacks (put -- before negative numbers)."""
    from locator import rings as verbs

    verbs.check_minutes([minutes])
    found = _around(lon, lat, None, mode, more)
    told = verbs.circle(found, minutes)
    if as_json:
        click.echo(json.dumps(_asked(lon, lat, mode, found, more) | _held(told), ensure_ascii=False))
        return
    _say_how(found, mode)
    click.echo(f"{minutes:g} 分钟以内：{len(told.inside)} 处")
    _say(told.inside)
    for title, supplies in (("六有", told.needs), ("种类", told.families)):
        click.echo(f"{title}：")
        for supply in supplies:
            click.echo(f"  {_STATUS[supply.status]}  {supply.label}{_how_near(supply)}")
    missing = [supply.label for supply in told.kinds if supply.status == "missing"]
    click.echo(f"细分里没有的：{'、'.join(missing) or '都有'}")
    unclear = (
        ("开放时间", told.hours_unknown),
        ("设施", told.equipment_unknown),
        ("属于六有哪一项", told.needs_unknown),
    )
    click.echo("不清楚的：" + ("，".join(f"{name} {len(ids)} 处" for name, ids in unclear if ids) or "没有"))


def _around(lon: float, lat: float, kind: str | None, mode: str, more: dict[str, str | None]) -> Around:
    from locator.datum import convert
    from locator.publication import datum_for
    from locator.question import ask
    from locator.rings import around

    at = ask({"at": more["at"]}, datetime.now(SHANGHAI), anywhere=True).at
    here = convert(lon, lat, datum_for(more["datum"], published()), "wgs84")
    kinds = [part.strip() for part in (kind or "").split(",") if part.strip()]
    networks = networks_of(more["network"])
    return around(catalog_of(more["store"]), *here, at=at, mode=mode, kinds=kinds, networks=networks)


def _asked(lon: float, lat: float, mode: str, found: Around, more: dict[str, str | None]) -> dict[str, Any]:
    from locator.publication import datum_for
    from locator.travel import crow_fly

    straight = {"speed_kmh": crow_fly(mode).speed_kmh, "detour": crow_fly(mode).detour}
    reckoned = straight if found.network is None else {"speed_kmh": None, "detour": None}
    return {
        "lon": lon,
        "lat": lat,
        "datum": datum_for(more["datum"], published()).value,
        "mode": mode,
        "network": found.network,
        **reckoned,
    }


def _listed(reached: tuple[Reached, ...]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.service.id,
            "name": one.service.name,
            "kind": one.service.kind,
            "minutes": round(one.minutes, 2),
            "hours": one.service.hours,
            "demo": one.service.demo,
        }
        for one in reached
    ]


def _held(told: Circle) -> dict[str, Any]:
    def of(supplies: tuple[Supply, ...]) -> list[dict[str, Any]]:
        return [supply._asdict() for supply in supplies]

    return {
        "minutes": told.minutes,
        "services": _listed(told.inside),
        "needs": of(told.needs),
        "families": of(told.families),
        "kinds": of(told.kinds),
        "unknown": {
            "hours": told.hours_unknown,
            "equipment": told.equipment_unknown,
            "needs": told.needs_unknown,
        },
        "unreachable": [one.service.id for one in told.around.unreachable],
    }


def _say_how(found: Around, mode: str) -> None:
    way = "没有路网，按直线乘 1.3 算" if found.network is None else f"按 {found.network} 的路网算"
    off = f"；{len(found.unreachable)} 处离路太远，到不了" if found.unreachable else ""
    click.echo(f"{_MODES[mode]}，{way}{off}")


def _say(reached: tuple[Reached, ...]) -> None:
    for one in reached:
        invented = "（示例）" if one.service.demo and "示例" not in one.service.name else ""
        click.echo(f"  {one.minutes:6.1f} 分钟  {one.service.name}{invented}  [{one.service.id}]")


def _how_near(supply: Supply) -> str:
    if supply.nearest_min is None:
        return ""
    if supply.nearest_min > _FAR_MIN:
        return "，两小时内没有"
    return (
        f"，{len(supply.ids)} 处，最近 {supply.nearest_min:.0f} 分钟"
        if supply.ids
        else f"，最近的要 {supply.nearest_min:.0f} 分钟"
    )
