"""Where something could be built: a list of sites, or the cells in which demand lies."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple

import h3
import numpy as np

from locator._errors import InputError, Text
from locator.cells import is_cell
from locator.datum import check_position, convert, datum_of
from locator.holiday_table import decoded
from locator.ingest.frames import damage, read_frame
from locator.timeline import timeline

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from locator.coverage.demand import Demand

ALWAYS = "24/7"
# About 460 m from edge to edge, twice: a station serves more than one.
_CELLS = 8
_MOST_WRONG = 5


class Site(NamedTuple):
    """A site: WGS-84 degrees, the hours that a station there would keep, and what it would cost if that is known."""

    lon: float
    lat: float
    name: str | None = None
    hours: str = ALWAYS
    cost: float | None = None


def cells(demand: Demand, resolution: int = _CELLS) -> list[Site]:
    """Return the middles of the H3 cells in which there is demand, as sites open round the clock."""
    there = zip(demand.lat[demand.weight > 0], demand.lon[demand.weight > 0], strict=True)
    found = sorted({h3.latlng_to_cell(float(lat), float(lon), resolution) for lat, lon in there})
    return [Site(lon, lat, cell) for cell, (lat, lon) in ((cell, h3.cell_to_latlng(cell)) for cell in found)]


def readable(name: str | None) -> str | None:
    """Return a site's name, unless it is that of a cell, which says nothing to people."""
    return None if name is None or is_cell(name) else name


def read_sites(path: Path, datum: str = "wgs84", field: str = "candidates") -> list[Site]:
    """Return the sites of a file: columns `lon` and `lat`, or points; `name`, `hours` and `cost` if they are there.

    Raises
    ------
    InputError
        The file cannot be read, or a row has no position, or hours or a cost that make no sense: a site that was
        left out silently might be the best.
    """
    try:
        return _read(path, datum)
    except InputError as error:
        raise InputError(field, error.got, error.text) from None


def _read(path: Path, datum: str) -> list[Site]:
    frame = _frame(path)
    frame.columns = [str(column).strip().lower() for column in frame.columns]
    if not {"lon", "lat"} <= set(frame.columns):
        raise _bad(path, "要有 lon 和 lat 两列", "needs columns lon and lat")
    sites: list[Site] = []
    wrong: list[InputError] = []
    for number, row in enumerate(frame.to_dict("records"), 1):
        try:
            sites.append(_site(row, datum))
        except InputError as error:
            zh, en = error.text
            wrong.append(_bad(path, f"第 {number} 行：{zh}", f"row {number}: {en}"))
    if wrong:
        raise InputError.together(wrong[:_MOST_WRONG])
    if not sites:
        raise _bad(path, "一行也没有", "has no rows")
    return sites


def _site(row: dict[str, Any], datum: str) -> Site:
    lon, lat = check_position(_number(row, "lon"), _number(row, "lat"))
    where = convert(float(lon), float(lat), datum_of(_said(row, "datum") or datum), "wgs84")
    hours = _said(row, "hours") or ALWAYS
    timeline(hours)
    cost = _number(row, "cost") if _said(row, "cost") else None
    if cost is not None and not 0 <= cost < float("inf"):
        raise InputError("cost", cost, Text(f"cost 不能是 {cost}", f"cost cannot be {cost}"))
    return Site(float(where[0]), float(where[1]), _said(row, "name") or None, hours, cost)


def _said(row: dict[str, Any], column: str) -> str:
    value = row.get(column)
    return "" if value is None or value != value else str(value).strip()  # noqa: PLR0124  NaN is not itself


def _number(row: dict[str, Any], column: str) -> float:
    said = _said(row, column)
    try:
        return float(said)
    except ValueError:
        raise InputError(
            column,
            said,
            Text(f"{column} 要是数，收到的是 {said!r}", f"{column} must be a number, got {said!r}"),
        ) from None


def _frame(path: Path) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415

    with damage(path.name, "candidates"):
        if path.suffix.lower() in {".csv", ".txt"}:
            text = io.StringIO(decoded(path.read_bytes()))
            return pd.read_csv(text, dtype=str, keep_default_na=False, skipinitialspace=True)
        frame = read_frame(path, "candidates")
        if not hasattr(frame, "geometry"):
            return frame
        if (frame.geometry.geom_type != "Point").any():
            raise _bad(path, "几何图形要都是点", "must hold points only")
        table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
        table["lon"], table["lat"] = np.asarray(frame.geometry.x), np.asarray(frame.geometry.y)
        return table


def _bad(path: Path, zh: str, en: str) -> InputError:
    return InputError(
        "candidates", path.name, Text(f"地点文件 {path.name} {zh}", f"the sites file {path.name} {en}")
    )
