"""How far one gets in some minutes, as polygons: along every street, and a little to its sides."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Geod, Transformer
from scipy.ndimage import distance_transform_edt

from locator.datum import Datum
from locator.publication import shape as shape_in
from locator.streets.rules import WALK_KMH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from locator.streets._snap import Floats, Snapped
    from locator.streets.network import StreetNetwork
    from locator.travel import CrowFly

# What lies this far beside a street that is reached counts as reached: a plot's depth; of long trips,
# a hundredth of the way, which is as much as a map of them shows.
_BESIDE_M, _BESIDE_SHARE = 40.0, 0.01
_GEOD = Geod(ellps="WGS84")
_CORNERS = 120
_CELLS = 4  # so many to the width


def isochrones(
    network: StreetNetwork, lon: float, lat: float, minutes: Sequence[float]
) -> list[BaseGeometry]:
    """Return, for each number of minutes, the area that one gets to from a position, WGS-84 degrees.

    Empty where the position itself is off the street. A longer time holds a shorter one's area.
    """
    reached, own = network.nodes_from(lon, lat, max(minutes) * 60)
    plane = Transformer.from_crs(
        "EPSG:4326", f"+proj=aeqd +lon_0={lon} +lat_0={lat} +datum=WGS84 +units=m", always_xy=True
    )
    areas: dict[float, BaseGeometry] = {}
    inner: BaseGeometry = shapely.Polygon()
    for span in sorted(set(minutes)):
        lines = _reached_lines(network, reached, own, span * 60)
        x, y = plane.transform(lines[:, 0], lines[:, 1])
        inner = shapely.union(inner, _beside(np.column_stack([x, y]).reshape(-1, 2, 2)))
        areas[span] = shapely.transform(
            inner,
            lambda xy: np.column_stack(plane.transform(xy[:, 0], xy[:, 1], direction="INVERSE")),
        )
    return [areas[span] for span in minutes]


def circles(travel: CrowFly, lon: float, lat: float, minutes: Sequence[float]) -> list[BaseGeometry]:
    """Return the same by straight line: geodesic circles."""
    bearings = np.linspace(0, 360, _CORNERS, endpoint=False)
    found: list[BaseGeometry] = []
    for span in minutes:
        far = np.full(_CORNERS, travel.reach_m(span))
        x, y, _ = _GEOD.fwd(np.full(_CORNERS, lon), np.full(_CORNERS, lat), bearings, far)
        found.append(shapely.Polygon(np.column_stack([x, y])))
    return found


def feature_collection(
    areas: Sequence[BaseGeometry],
    minutes: Sequence[float],
    about: Mapping[str, object],
    published: Datum = Datum.WGS84,
) -> dict[str, Any]:
    """Return areas as GeoJSON, the largest first so that a map draws the smaller ones upon it; in what is published."""
    features = []
    for span, area in sorted(zip(minutes, areas, strict=True), key=lambda one: -one[0]):
        km2 = abs(_GEOD.geometry_area_perimeter(area)[0]) / 1e6
        told = {"minutes": span, "area_km2": round(km2, 4), **about}
        shape = shapely.set_precision(shape_in(area, published), 1e-7)
        features.append({"type": "Feature", "properties": told, "geometry": shapely.geometry.mapping(shape)})
    said = {} if published is Datum.WGS84 else {"datum": published.value}
    return {"type": "FeatureCollection", **said, "features": features}


def _reached_lines(network: StreetNetwork, reached: Floats, own: Snapped, limit_s: float) -> Floats:
    """Return the ends of the stretches of street that are reached in time, lon and lat, two rows each."""
    start, end = network.start, network.end
    from_start = _shares(limit_s - reached[start], network.along_s)
    from_end = _shares(limit_s - reached[end], network.against_s)
    piece = np.arange(len(start))
    stretches: list[tuple[NDArray[Any], Floats, Floats]] = [
        (piece, np.zeros(len(start)), from_start),
        (piece, 1 - from_end, np.ones(len(start))),
    ]
    if own.pieces[0] >= 0:
        mine, at = own.pieces, own.fractions
        left = limit_s - own.metres * 3.6 / WALK_KMH
        ahead = np.minimum(at + _shares(left, network.along_s[mine]), 1.0)
        behind = np.maximum(at - _shares(left, network.against_s[mine]), 0.0)
        stretches.append((mine, np.where(left >= 0, behind, 1.0), np.where(left >= 0, ahead, 0.0)))
    rows, first, last = (np.concatenate(parts) for parts in zip(*stretches, strict=True))
    there = (last > first) | ((last == first) & (rows == own.pieces[0]))
    rows, first, last = rows[there], first[there], last[there]
    ends = [
        np.column_stack([part[start[rows]] + share * (part[end[rows]] - part[start[rows]]) for part in (network.lon, network.lat)])
        for share in (first, last)
    ]  # fmt: skip
    return np.stack(ends, axis=1).reshape(-1, 2)


def _shares(left_s: Floats, whole_s: Floats) -> Floats:
    """Return how much of a piece can be done in the seconds that are left, 0-1."""
    open_ = np.isfinite(whole_s) & (left_s > 0)
    share = np.divide(left_s, whole_s, out=np.ones_like(left_s), where=open_ & (whole_s > 0))
    return np.where(open_, np.minimum(share, 1.0), 0.0)


def _beside(lines: Floats) -> BaseGeometry:
    """Return the area beside some lines, metres of a plane whose origin is where one sets out."""
    if not len(lines):
        return shapely.Polygon()
    far = float(np.sqrt((lines**2).sum(axis=2)).max())
    wide = max(_BESIDE_M, _BESIDE_SHARE * far)
    # Places a cell apart, drawn into a picture of cells: its size depends on the width alone, not on the city.
    cell = wide / _CELLS
    long = np.sqrt(((lines[:, 1] - lines[:, 0]) ** 2).sum(axis=1))
    many = np.ceil(long / cell).astype(np.int64) + 1
    line = np.repeat(np.arange(len(lines)), many)
    step = np.arange(len(line)) - np.repeat(np.cumsum(many) - many, many)
    share = (step / np.maximum(many[line] - 1, 1))[:, None]
    spots = np.rint((lines[line, 0] + share * (lines[line, 1] - lines[line, 0])) / cell).astype(np.int64)
    corner = spots.min(axis=0) - _CELLS - 1
    picture = np.ones(spots.max(axis=0) - corner + _CELLS + 2, np.bool_)
    picture[tuple((spots - corner).T)] = False
    inside = distance_transform_edt(picture) <= _CELLS
    area = shapely.simplify(_outline(inside, corner, cell), cell)
    return _without_small_holes(area, math.pi * (2 * wide) ** 2)


def _outline(inside: NDArray[np.bool_], corner: NDArray[np.int64], cell: float) -> BaseGeometry:
    """Return the area of the cells that are marked: boxes of whole runs, joined."""
    edges = np.diff(np.pad(inside, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, first = np.nonzero(edges == 1)
    _, last = np.nonzero(edges == -1)
    x, y0, y1 = row + corner[0], first + corner[1], last + corner[1]
    boxes = shapely.box((x - 0.5) * cell, (y0 - 0.5) * cell, (x + 0.5) * cell, (y1 - 0.5) * cell)
    return shapely.union_all(boxes)


def _without_small_holes(area: BaseGeometry, least_m2: float) -> BaseGeometry:
    """Return an area without holes that are the inside of a block."""
    parts = []
    for part in shapely.get_parts(area):
        rings = [ring for ring in part.interiors if shapely.Polygon(ring).area >= least_m2]
        parts.append(shapely.Polygon(part.exterior, rings))
    return shapely.union_all(parts)
