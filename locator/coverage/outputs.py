"""Gaps as files: a GeoPackage for the map, tables for the spreadsheet."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import numpy as np

from locator._errors import InputError, Text
from locator.coverage.access import access
from locator.coverage.answer import answer
from locator.coverage.areas import clock, hour_name, places
from locator.coverage.published import cell_name, placed
from locator.coverage.weeks import HOURS
from locator.datum import Datum, convert
from locator.publication import crs, shape
from locator.tabular import write_layer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from locator.coverage.areas import Place
    from locator.coverage.gaps import Gaps


def write_files(
    found: Gaps, folder: Path, datum: Datum = Datum.WGS84, *, with_rows: bool = True
) -> list[str]:
    """Write what was found into a folder, and return the names of the files.

    `gaps.gpkg` has the layers `points` (share of the week served, access by capacity), `places` (unserved places with their
    worst windows) and `stations`; `stations.csv`, `places.csv`, `by_area.csv`, `by_hour.csv`, and `faults.csv` if rows of
    the demand were left out. Without rows there is no layer `points` and no `faults.csv`: those are the demand itself.
    All positions are in the datum of publication; another than WGS-84 stands in the column `datum` of every layer.

    Raises
    ------
    InputError
        The folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _write(found, folder, datum, with_rows=with_rows)
    except OSError as error:
        raise InputError(
            "out",
            folder.name,
            Text(
                f"写不进文件夹 {folder.name}：{error.strerror}",
                f"cannot write to {folder.name}: {error.strerror}",
            ),
        ) from None


def write_actions(
    plan: Mapping[str, Any], names: Sequence[str], path: Path, datum: Datum = Datum.WGS84
) -> None:
    """Add the layer `actions` to a GeoPackage: the steps of a plan as `plan_answer` has it, and the names of their places."""
    import geopandas as gpd  # noqa: PLC0415  half a second, for those who write files

    steps: Sequence[Mapping[str, Any]] = placed(plan, datum)["actions"]
    if not steps:
        return
    rows = [
        {
            "rank": step["rank"], "action": step["action"], "id": step["id"], "place": name, "hours": step["hours"],
            "change": step["change"]["zh"], "gain": step["gain_person_hours"],
            "gain_if_open": step["gain_if_unknown_open_person_hours"], **_said(datum),
        }
        for step, name in zip(steps, names, strict=True)
    ]  # fmt: skip
    where = gpd.points_from_xy([s["where"]["lon"] for s in steps], [s["where"]["lat"] for s in steps])
    write_layer(gpd.GeoDataFrame(rows, geometry=where, crs=crs(datum)), path, "actions")


def _write(found: Gaps, folder: Path, datum: Datum, *, with_rows: bool) -> list[str]:
    whole, empty = answer(found), _named(places(found), datum)
    room = access(found.demand, found.usable, found.reach, found.minutes)
    number = {service_id: i for i, service_id in enumerate(found.usable.ids)}
    for station in whole["stations"]:
        per_head = room.services[number[station["id"]]]
        station["capacity_per_head"] = None if np.isnan(per_head) else round(float(per_head), 6)
    tables: dict[str, list[dict[str, Any]]] = {
        "stations.csv": whole["stations"],
        "places.csv": [_place(place) for place in empty],
        "by_area.csv": [_flat(area) for area in whole["by_area"]],
        "by_hour.csv": [
            {
                "hour": hour,
                "name": hour_name(hour),
                "demand": whole["demand_by_hour"][hour],
                "served_low": whole["by_hour"][hour]["low"],
                "served_high": whole["by_hour"][hour]["high"],
            }
            for hour in range(HOURS)
        ],
        "faults.csv": whole["faults"] if with_rows else [],
    }
    for name, rows in tables.items():
        if rows:
            _table(folder / name, rows)
    package = folder / "gaps.gpkg"
    package.unlink(missing_ok=True)
    if with_rows:
        _points(found, room.points, package, datum)
    _geopackage(found, empty, whole["stations"], package, datum)
    return ["gaps.gpkg", *(name for name, rows in tables.items() if rows)]


def _points(found: Gaps, per_head: NDArray[np.float64], path: Path, datum: Datum) -> None:
    import geopandas as gpd  # noqa: PLC0415  half a second and 60 MB, for those who write files

    demand, (low, high) = found.demand, found.share_each
    points = gpd.GeoDataFrame(
        {
            "weight": demand.weight,
            "served_share_low": low,
            "served_share_high": high,
            "capacity_per_head": per_head,
            "unreachable": found.unreachable,
            **_said(datum),
        },
        geometry=gpd.points_from_xy(*convert(demand.lon, demand.lat, Datum.WGS84, datum)),
        crs=crs(datum),
    )
    write_layer(points, path, "points")


def _geopackage(
    found: Gaps, empty: list[Place], listed: list[dict[str, Any]], path: Path, datum: Datum
) -> None:
    import geopandas as gpd  # noqa: PLC0415  half a second and 60 MB, for those who write files

    said = _said(datum)
    if empty:
        outlines = [shape(place.shape, datum) for place in empty]
        rows = [_place(place) | said for place in empty]
        write_layer(gpd.GeoDataFrame(rows, geometry=outlines, crs=crs(datum)), path, "places")
    if listed:
        number = {service_id: i for i, service_id in enumerate(found.usable.ids)}
        owner = found.usable.owner
        # A mobile service is shown at its first stop.
        at = np.searchsorted(owner, [number[station["id"]] for station in listed])
        where = gpd.points_from_xy(*convert(found.usable.lon[at], found.usable.lat[at], Datum.WGS84, datum))
        rows = [station | said for station in listed]
        write_layer(gpd.GeoDataFrame(rows, geometry=where, crs=crs(datum)), path, "stations")


def _said(datum: Datum) -> dict[str, str]:
    return {} if datum is Datum.WGS84 else {"datum": datum.value}


def _named(empty: list[Place], datum: Datum) -> list[Place]:
    return [place._replace(id=cell_name(place.id, number, datum)) for number, place in enumerate(empty, 1)]


def _place(place: Place) -> dict[str, Any]:
    return {
        "place": place.id,
        "demand_weight": round(place.demand_weight, 6),
        "demand_person_hours": round(place.demand_person_hours, 2),
        "unserved_low": round(place.demand_person_hours - place.served.low, 2),
        "unserved_high": round(place.demand_person_hours - place.served.high, 2),
        "worst": "；".join(clock(window) for window in place.windows),
    }


def _flat(area: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in area.items():
        if isinstance(value, dict):
            flat |= {f"{name}_{case}": one for case, one in value.items()}
        else:
            flat[name] = value
    return flat


def _table(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    listed = list(rows)
    # With a byte-order mark: Excel takes a CSV without one for the system's own encoding.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)
