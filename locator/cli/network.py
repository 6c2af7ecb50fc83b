"""Streets on the command line: `locator network build`, `info` and `isochrone`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from locator._errors import InputError, Text
from locator.cli.shared import JSON, main, spoken

if TYPE_CHECKING:
    from locator.streets import StreetNetwork, Streets

MODES = ("walk", "ride", "drive")
MODE = click.option(
    "--mode", type=click.Choice(MODES), default="walk", show_default=True, help="On foot, by e-bike, by car."
)


def minutes_of(text: str) -> list[float]:
    """Return the minutes of --minutes, separated by commas.

    Raises
    ------
    InputError
        One of them is no number.
    """
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError(
            "minutes",
            text,
            Text(
                f"minutes 要写成 5,10,15 这样，收到的是 {text[:80]!r}",
                f"minutes must read like 5,10,15, got {text[:80]!r}",
            ),
        ) from None


@main.group()
def network() -> None:
    """Make a street network of an OpenStreetMap extract, and look into one."""


@network.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@click.option(
    "--mode", "modes", type=click.Choice(MODES), multiple=True, help="May be repeated [default: all three]."
)
@JSON
@spoken
def build(file: Path, out: Path, modes: tuple[str, ...], as_json: bool) -> None:
    """Build the street network of FILE, .osm.pbf, .osm or osmnx's .graphml, for walking, riding and driving."""
    from locator.streets import read_streets, save

    click.echo(f"{file.name}：读两遍，大的文件要几分钟", err=True)
    streets = read_streets(file, modes or MODES)
    save(streets, out)
    _tell(streets, out, as_json=as_json)


@network.command()
@click.argument("file", type=click.Path(path_type=Path))
@JSON
@spoken
def info(file: Path, as_json: bool) -> None:
    """Say what the network FILE holds: by mode the streets, and how much of them hangs together."""
    from locator.streets import load

    _tell(load(file), file, as_json=as_json)


def _tell(streets: Streets, path: Path, *, as_json: bool) -> None:
    from locator.streets import StreetNetwork

    told = {mode: _facts(StreetNetwork(streets, mode)) for mode in streets.modes}
    if as_json:
        about = {"file": path.name, "source": streets.source, "bytes": path.stat().st_size, "modes": told}
        click.echo(json.dumps(about, ensure_ascii=False))
        return
    click.echo(f"{path.name}：来自 {streets.source}，{path.stat().st_size:,} B")
    names = dict(zip(MODES, ("步行", "骑行", "开车"), strict=True))
    for mode, facts in told.items():
        click.echo(
            f"  {names[mode]} {mode}：{facts['km']:,} 公里，{facts['nodes']:,} 个路口和拐点；"
            f"最大的一片连着全部的 {facts['share']:.1%}，另有 {facts['parts'] - 1:,} 小片不能用"
        )


def _facts(net: StreetNetwork) -> dict[str, float]:
    return {
        "nodes": len(net),
        "nodes_in_all": net.points,
        "share": round(net.share, 4),
        "parts": net.parts,
        "km": round(float(net.metres.sum()) / 1000, 1),
        "fastest_kmh": round(net.fastest_m_s * 3.6, 1),
    }


@network.command()
@click.argument("lon", type=float)
@click.argument("lat", type=float)
@click.option("--minutes", default="5,10,15", show_default=True, help="Minutes, separated by commas.")
@MODE
@click.option("--network", "file", metavar="FILE", help="Network [default: LOCATOR_NETWORK, else a circle].")
@click.option(
    "--datum",
    help="Of LON LAT: wgs84, gcj02 or bd09 [default: LOCATOR_PUBLISH_DATUM, else wgs84].",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="FILE.geojson, in WGS-84 or LOCATOR_PUBLISH_DATUM.",
)
@spoken
def isochrone(
    lon: float, lat: float, minutes: str, mode: str, file: str | None, datum: str | None, out: Path
) -> None:
    """Write how far one gets from LON LAT as polygons (put -- before negative numbers)."""
    from locator.cli.shared import networks_of, published
    from locator.datum import convert
    from locator.publication import datum_for
    from locator.rings import check_minutes
    from locator.streets.isochrone import circles, feature_collection, isochrones
    from locator.travel import crow_fly

    spans = check_minutes(minutes_of(minutes))
    here = convert(lon, lat, datum_for(datum, published()), "wgs84")
    networks = networks_of(file)
    net = None if networks is None else networks.of(mode)
    if net is None:
        areas, about = circles(crow_fly(mode), *here, spans), {"mode": mode, "network": None}
        click.echo("没有路网，按直线乘 1.3 画成圆", err=True)
    else:
        if net.snap([here[0]], [here[1]]).off[0]:
            raise InputError(
                "lon",
                (lon, lat),
                Text(
                    f"{lon}, {lat} 离路超过 {net.snap_m:g} 米",
                    f"{lon}, {lat} is over {net.snap_m:g} m off any street",
                ),
            )
        areas, about = isochrones(net, *here, spans), {"mode": mode, "network": net.source}
    found = feature_collection(areas, spans, about, published())
    try:
        out.write_text(json.dumps(found), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from error
    for feature in found["features"]:
        click.echo(
            f"{feature['properties']['minutes']:g} 分钟：{feature['properties']['area_km2']:g} 平方公里",
            err=True,
        )
