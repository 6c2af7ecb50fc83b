"""Streets from an OpenStreetMap extract, read twice: first which ways and points, then where the points are.

Held in memory are only columns of numbers for the ways that are streets; the file is streamed.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
import osmium

from locator.streets._snap import arcs_m
from locator.streets.assembling import Pieces
from locator.streets.reading import unreadable
from locator.streets.rules import MODES, passes, speeds

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray


class _Ways(NamedTuple):
    """Ways end to end: their points' ids, how many each has, and its speeds, shape (modes, 2, ways)."""

    ids: NDArray[np.int64]
    counts: NDArray[np.int64]
    kmh: NDArray[np.float64]


def pieces_of_extract(path: Path, modes: tuple[str, ...]) -> Pieces:
    """Return the pieces of street of an extract for some modes.

    A piece whose end lies outside the extract is left out, and so is, for the mode that it stops, a piece
    that touches a bollard or a locked gate.
    """
    try:
        ways = _ways(path, modes)
        ids, lon, lat, stopped = _points(path, modes, np.unique(ways.ids))
    except (RuntimeError, OSError, ValueError, osmium.InvalidLocationError) as error:
        raise unreadable(path, f"读不出来：{error}", f"cannot be read: {error}") from error
    rows = np.searchsorted(ids, ways.ids)
    rows[rows == len(ids)] = 0
    there = ids[rows] == ways.ids if len(ids) else np.zeros(len(ways.ids), np.bool_)
    way = np.repeat(np.arange(len(ways.counts)), ways.counts)
    joined = (way[1:] == way[:-1]) & there[1:] & there[:-1]
    start, end = rows[:-1][joined], rows[1:][joined]
    kmh = ways.kmh[:, :, way[:-1][joined]].copy()
    kmh[(stopped[:, start] | stopped[:, end])[:, None, :].repeat(2, axis=1)] = 0.0
    return Pieces(lon, lat, start, end, arcs_m(lon[start], lat[start], lon[end], lat[end]), kmh)


def _ways(path: Path, modes: tuple[str, ...]) -> _Ways:
    picked = [MODES.index(mode) for mode in modes]
    ids, counts, kmh = array("q"), array("q"), array("d")
    streets = osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
    for way in cast("Iterable[osmium.osm.Way]", streets):
        told = speeds(dict(way.tags))
        mine = [told[number] for number in picked]
        if not any(speed for pair in mine for speed in pair):
            continue
        refs = [node.ref for node in way.nodes]
        ids.extend(refs)
        counts.append(len(refs))
        kmh.extend(speed for pair in mine for speed in pair)
    columns = np.array(kmh, np.float64).reshape(-1, len(modes), 2)
    return _Ways(np.array(ids, np.int64), np.array(counts, np.int64), columns.transpose(1, 2, 0))


def _points(
    path: Path, modes: tuple[str, ...], wanted: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return ids (in order), lon, lat and which modes are stopped, shape (modes, points), of wanted points."""
    picked = [MODES.index(mode) for mode in modes]
    ids, lon, lat, barriers = array("q"), array("d"), array("d"), {}
    points = osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(
        osmium.filter.IdFilter(wanted.tolist())
    )
    for node in cast("Iterable[osmium.osm.Node]", points):
        if not node.location.valid():
            continue
        if "barrier" in node.tags:
            let = passes(dict(node.tags))
            barriers[node.id] = [not let[number] for number in picked]
        ids.append(node.id)
        lon.append(node.location.lon)
        lat.append(node.location.lat)
    found = np.array(ids, np.int64)
    order = np.argsort(found, kind="stable")
    stopped = np.zeros((len(modes), len(found)), np.bool_)
    if barriers:
        held = np.searchsorted(found[order], np.array(list(barriers), np.int64))
        stopped[:, held] = np.array(list(barriers.values()), np.bool_).T
    return found[order], np.array(lon)[order], np.array(lat)[order], stopped
