"""Streets from a GraphML file of osmnx: edges with tags, a length and, where they bend, their line."""

from __future__ import annotations

import ast
import re
from itertools import pairwise, product
from math import prod
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np

from locator.streets._snap import arcs_m
from locator.streets.assembling import Pieces
from locator.streets.reading import unreadable
from locator.streets.rules import MODES, speeds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Point = tuple[float, float]
    Speeds = tuple[tuple[float, float], ...]

_TAGS = ("highway", "maxspeed", "access", "junction", "service")
# osmnx joins a handful of ways; each kind of each tag with each other is looked at.
_MOST_COMBINATIONS = 1000
_MAX_LON, _MAX_LAT, _MOST_M = 180.0, 90.0, 1e7
_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?(?:[eE]-?\d+)?")


class _Graph:
    """Points by number as they turn up, and pieces between them."""

    def __init__(self) -> None:
        self._rows: dict[object, int] = {}
        self.points: list[Point] = []
        self.pieces: list[tuple[int, int, float, Speeds]] = []

    def row(self, name: object, point: Point) -> int:
        row = self._rows.setdefault(name, len(self.points))
        if row == len(self.points):
            self.points.append(point)
        return row

    def known(self, node: str) -> Point:
        return self.points[self._rows["node", node]]

    def add(self, ends: tuple[str, str], line: list[Point], length_m: float | None, told: Speeds) -> None:
        """Add an edge, bend by bend; its length is shared out as its line is long."""
        # The other direction of the street has the same bends, under the same names.
        street = frozenset(ends)
        inner = [self.row((street, round(x, 7), round(y, 7)), (x, y)) for x, y in line[1:-1]]
        rows = [self.row(("node", ends[0]), line[0]), *inner, self.row(("node", ends[1]), line[-1])]
        lon, lat = np.array(line).T
        parts = arcs_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
        whole = float(parts.sum())
        scale = length_m / whole if length_m is not None and whole > 0 else 1.0
        for (start, end), metres in zip(pairwise(rows), parts.tolist(), strict=True):
            self.pieces.append((start, end, metres * scale, told))


def pieces_of_graph(path: Path, modes: tuple[str, ...]) -> Pieces:
    """Return the pieces of street of a graph for some modes.

    An edge runs one way; osmnx holds the other direction of a two-way street as an edge of its own.
    """
    graph, picked = _Graph(), [MODES.index(mode) for mode in modes]
    try:
        for kind, ends, told in _elements(path):
            if kind == "node":
                graph.row(("node", ends[0]), _point(float(told["x"]), float(told["y"])))
                continue
            line = [graph.known(ends[0]), *_line(told.get("geometry", ""))[1:-1], graph.known(ends[1])]
            length = _length(told["length"]) if told.get("length") else None
            graph.add(ends, line, length, tuple(_slowest(told)[number] for number in picked))
    except (ET.ParseError, LookupError, ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise unreadable(
            path, f"不是 osmnx 存的 GraphML：{error}", f"is no GraphML as osmnx saves it: {error}"
        ) from error
    return _columns(graph, len(modes))


def _columns(graph: _Graph, modes: int) -> Pieces:
    lon, lat = np.array(graph.points, np.float64).reshape(-1, 2).T
    start, end, metres, kmh = ([piece[n] for piece in graph.pieces] for n in range(4))
    told: NDArray[np.float64] = np.array(kmh, np.float64).reshape(-1, modes, 2).transpose(1, 2, 0)
    return Pieces(lon, lat, np.array(start, np.int64), np.array(end, np.int64), np.array(metres), told)


def _elements(path: Path) -> Iterator[tuple[str, tuple[str, str], dict[str, str]]]:
    """Yield nodes and edges with what they say, one after the other: kind, id or ends, values by name."""
    names: dict[str, str] = {}
    crs, top = "", None
    # The operator's own file; expat (2.4.1 and later) itself limits how far entities may grow.
    for event, element in ET.iterparse(path, ("start", "end")):  # noqa: S314
        kind = element.tag.rpartition("}")[2]
        if event == "start":
            top = element if kind == "graph" else top
            continue
        if kind == "key":
            names[element.attrib["id"]] = element.attrib["attr.name"]
        elif kind == "data" and names.get(element.attrib["key"]) == "crs":
            crs = element.text or crs
        elif kind in {"node", "edge"}:
            if crs and "4326" not in crs:
                raise ValueError(f"its crs is {crs}, not epsg:4326")
            told = {names[data.attrib["key"]]: data.text or "" for data in element}
            where = element.attrib
            yield kind, (where["id"], "") if kind == "node" else (where["source"], where["target"]), told
            if top is not None:
                top.clear()


def _line(text: str) -> list[Point]:
    numbers = [float(number) for number in _NUMBERS.findall(text)]
    return [_point(lon, lat) for lon, lat in zip(numbers[::2], numbers[1::2], strict=True)]


def _point(lon: float, lat: float) -> Point:
    if not (abs(lon) <= _MAX_LON and abs(lat) <= _MAX_LAT):
        raise ValueError(f"{lon:g}, {lat:g} is no position in degrees")
    return lon, lat


def _length(text: str) -> float:
    metres = float(text)
    if not 0 <= metres <= _MOST_M:
        raise ValueError(f"{metres:g} is no length of a street in metres")
    return metres


def _slowest(told: dict[str, str]) -> Speeds:
    """Return the speeds along an edge (against it only where a one-way street lets that mode through).

    Where osmnx joined several ways to one edge, the slowest of what they say holds for all of it.
    """
    oneway = told.get("oneway", "").strip().lower() in {"true", "yes", "1"}
    values = [_listed(told.get(tag, "")) for tag in _TAGS]
    if prod(map(len, values)) > _MOST_COMBINATIONS:
        raise ValueError("one of its edges has too many values")
    found = []
    for combination in product(*values):
        tags = {tag: value for tag, value in zip(_TAGS, combination, strict=True) if value}
        found.append(np.array(speeds({**tags, "oneway": "yes" if oneway else "no"})))
    slowest = np.minimum.reduce(found)
    if not oneway:
        slowest[:, 1] = 0.0
    return tuple((float(along), float(against)) for along, against in slowest)


def _listed(text: str) -> list[str]:
    if text.startswith("["):
        return [str(value) for value in ast.literal_eval(text)] or [""]
    return [text]
