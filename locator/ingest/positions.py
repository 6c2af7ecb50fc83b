"""The positions of a table's rows: read from whichever columns hold them, axes put right."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator._errors import InputError, Text
from locator.ingest.columns import datum_claim
from locator.ingest.coordinates import read_degrees, read_pair, swapped
from locator.ingest.problems import Problem, rejected, warned

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from locator.ingest.columns import Columns
    from locator.ingest.readers import Table

    Floats = NDArray[np.float64]

_MAX_LON, _MAX_LAT = 180.0, 90.0
_METRES = 1000.0


class Positions(NamedTuple):
    """Columns of n: degrees with the axes right (NaN = none), where they had to be swapped, the stated datum.

    `derived` rows stand in our own export without supplied numbers: what they say is what was reckoned.
    """

    lon: Floats
    lat: Floats
    swapped: NDArray[np.bool_]
    stated: list[str | None]
    derived: NDArray[np.bool_]


class _PositionError(Exception):
    """A row's position cannot be used."""

    def __init__(self, column: str, value: str, reason: Text, suggestion: Text) -> None:
        super().__init__(reason.en)
        self.problem = (column, value, reason, suggestion)


def read_positions(table: Table, columns: Columns) -> tuple[Positions, list[Problem]]:
    """Return the positions of all rows, and what is wrong with some."""
    pairs = [
        (columns.fields[one], columns.fields[other])
        for one, other in (("source_lon", "source_lat"), ("lon", "lat"))
        if one in columns.fields and other in columns.fields
    ]
    both = columns.fields.get("position")
    count = len(table.rows)
    lon, lat = np.full(count, np.nan), np.full(count, np.nan)
    turned, derived = np.zeros(count, bool), np.zeros(count, bool)
    stated: list[str | None] = [None] * count
    problems: list[Problem] = []
    for row, cells in enumerate(table.rows):
        try:
            found, place = _one(table, cells, pairs, both)
        except _PositionError as error:
            problems.append(rejected(row + 1, *error.problem))
            continue
        if found is None:
            continue
        derived[row] = len(pairs) > 1 and place == pairs[1][0]
        turned[row] = swapped(*found)
        lon[row], lat[row] = found[::-1] if turned[row] else found
        fault = _fault(lon[row], lat[row])
        if fault is not None:
            value = f"{found[0]}, {found[1]}"
            lon[row] = lat[row] = np.nan
            problems.append(fault[0](row + 1, table.columns[place], value, *fault[1:]))
        stating = columns.fields.get("datum" if derived[row] else "source_datum")
        if stating is not None and cells[stating]:
            stated[row] = datum_claim(cells[stating])
            if stated[row] is None:
                problems.append(_no_datum(row, table.columns[stating], cells[stating]))
        elif derived[row]:
            stated[row] = "wgs84"
    return Positions(lon, lat, turned, stated, derived), problems


def _no_datum(row: int, column: str, cell: str) -> Problem:
    text = Text(f"不认识坐标系“{cell[:20]}”", f"{cell[:20]!r} is no known datum")
    return rejected(
        row + 1, column, cell, text, Text("写 wgs84、gcj02 或 bd09", "write wgs84, gcj02 or bd09")
    )


def _one(
    table: Table, cells: list[str], pairs: list[tuple[int, int]], both: int | None
) -> tuple[tuple[float, float] | None, int]:
    """Return a row's two numbers in the columns' order, and the first column they stood in."""
    for first, second in pairs:
        one, other = cells[first], cells[second]
        if not one and not other:
            continue
        if not (one and other):
            if both is not None and cells[both]:
                break
            # A pair that was put into the column of one.
            found = _pair_in(one or other)
            if found is not None:
                return found, first
            missing = table.columns[second if one else first]
            text = Text(f"只有一个坐标，缺“{missing}”", f"only one coordinate: {missing} is missing")
            raise _PositionError(missing, "", text, Text("补上另一个坐标", "give the other one too"))
        x, y = _number(table.columns[first], one), _number(table.columns[second], other)
        axes = x[1], y[1]
        if axes in {("lat", "lon"), ("lat", None), (None, "lon")}:
            # The letters say that the columns are swapped: 31°N in the column for longitude.
            return (y[0], x[0]), first
        return (x[0], y[0]), first
    if both is not None and cells[both]:
        try:
            return read_pair(cells[both]), both
        except InputError as error:
            how = Text("写成 121.54,31.27", "write 121.54,31.27")
            raise _PositionError(table.columns[both], cells[both], error.text, how) from None
    return None, 0


def _number(column: str, cell: str) -> tuple[float, str | None]:
    try:
        value = float(cell)
    except ValueError:
        pass
    else:
        if math.isfinite(value) and "_" not in cell:  # Python's own spelling, nobody else's
            return value, None
    try:
        read = read_degrees(cell, column)
    except InputError as error:
        how = Text("写成度数，如 121.5443", "write degrees, such as 121.5443")
        raise _PositionError(column, cell, error.text, how) from None
    return read.value, read.axis


def _pair_in(cell: str) -> tuple[float, float] | None:
    try:
        return read_pair(cell)
    except InputError:
        return None


def _fault(lon: float, lat: float) -> tuple[Callable[..., Problem], Text, Text] | None:
    """Return (how bad, reason, suggestion) of numbers that are no position, or None."""
    if lon == 0 and lat == 0:
        return (
            warned,
            Text("坐标是 0,0，当作没有位置", "0,0 is taken as no position"),
            Text("补上坐标", "give the position"),
        )
    if abs(lon) <= _MAX_LON and abs(lat) <= _MAX_LAT:
        return None
    if min(abs(lon), abs(lat)) > _METRES:
        return (
            rejected,
            Text(
                "像是以米为单位的投影坐标，不是经纬度", "these look like metres of a projection, not degrees"
            ),
            Text("换成经纬度（度）", "convert them to degrees"),
        )
    return (
        rejected,
        Text("经度要在 ±180、纬度要在 ±90 以内", "a longitude lies within 180, a latitude within 90"),
        Text("检查小数点的位置", "check the decimal point"),
    )
