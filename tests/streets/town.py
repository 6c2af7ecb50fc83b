"""A town of our own, written as an OpenStreetMap extract: a bent grid of streets, a river, odd ways."""

from __future__ import annotations

import os
import random
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import networkx as nx
import numpy as np
import osmium
from osmium.osm.mutable import Node, Way
from pyproj import Geod

from locator.streets.rules import MODES, speeds

GEOD = Geod(ellps="WGS84")
MIDDLE = (121.5, 31.25)
STEP = 0.002  # about 200 m
RIVER_ROW = 7
_TAGS = (
    *({"highway": "residential"},) * 6,
    *({"highway": "tertiary"},) * 3,
    {"highway": "residential", "oneway": "yes"},
    {"highway": "primary", "maxspeed": "60"},
    {"highway": "secondary"},
    {"highway": "tertiary", "maxspeed": "20", "oneway": "-1"},
    {"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"},
    {"highway": "service", "access": "private"},
    {"highway": "footway"},
    {"highway": "steps"},
    {"highway": "motorway"},
    {"highway": "cycleway"},
    {"highway": "living_street", "bicycle": "no"},
)


class Town(NamedTuple):
    """Nodes by id, ways with their tags, and the file that holds them."""

    nodes: dict[int, tuple[float, float]]
    ways: list[tuple[list[int], dict[str, str]]]
    path: Path

    def graph(self, mode: str) -> nx.MultiDiGraph:
        """Return the streets of a mode as networkx knows them, cut to the largest strong part."""
        graph, number = nx.MultiDiGraph(), MODES.index(mode)
        for refs, tags in self.ways:
            both = [np.rint(kmh * 10) / 10 for kmh in speeds(tags)[number]]
            for a, b in pairwise(refs):
                _, _, metres = GEOD.inv(*self.nodes[a], *self.nodes[b])
                for tail, head, kmh in ((a, b, both[0]), (b, a, both[1])):
                    if kmh:
                        graph.add_edge(tail, head, seconds=metres * 3.6 / kmh)
        return graph.subgraph(max(nx.strongly_connected_components(graph), key=len)).copy()


def town(
    folder: Path,
    seed: int = 1,
    side: int = 16,
    corner: tuple[float, float] = MIDDLE,
    step: float = STEP,
) -> Town:
    r = random.Random(seed)
    nodes: dict[int, tuple[float, float]] = {}
    for y in range(side):
        for x in range(side):
            jitter = (r.gauss(0, step / 6), r.gauss(0, step / 6))
            lon, lat = corner[0] + x * step + jitter[0], corner[1] + y * step + jitter[1]
            nodes[1 + x + y * side] = (round(lon, 7), round(lat, 7))
    ways = [
        ([1 + x + y * side, 2 + x + y * side], dict(r.choice(_TAGS)))
        for y in range(side)
        for x in range(side - 1)
    ]
    for y in range(side - 1):
        for x in range(side):
            if y != RIVER_ROW or x in {2, side - 3}:  # two bridges
                tags = dict(r.choice(_TAGS)) if y != RIVER_ROW else {"highway": "secondary"}
                ways.append(([1 + x + y * side, 1 + x + (y + 1) * side], tags))
    ways.append(([1, 2, 2 + side], {"route": "ferry"}))
    path = folder / "town.osm.pbf"
    write(path, nodes, ways)
    return Town(nodes, ways, path)


def part_of(share: float, seconds: float) -> float:
    """Return the seconds of a share of a piece; none of it takes none, even where it is closed."""
    return share * seconds if share else 0.0


def write(
    path: Path,
    nodes: dict[int, tuple[float, float]],
    ways: list[tuple[list[int], dict[str, str]]],
    tagged: dict[int, dict[str, str]] | None = None,
) -> None:
    writer = osmium.SimpleWriter(str(path))
    try:
        for number, where in nodes.items():
            writer.add_node(Node(id=number, location=where, version=1, tags=(tagged or {}).get(number, {})))
        for number, (refs, tags) in enumerate(ways, start=1):
            writer.add_way(Way(id=number, nodes=refs, tags=tags, version=1))
    finally:
        writer.close()


def shared_data(name: str) -> Path | None:
    """Return a large file that is not part of the project, if this machine has it."""
    root = Path(__file__).parents[2]
    folders = [os.environ.get("LOCATOR_TEST_DATA", ""), str(root.parent / "shared" / "data")]
    found = [Path(folder) / name for folder in folders if folder and (Path(folder) / name).is_file()]
    return found[0] if found else None
