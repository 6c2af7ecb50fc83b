"""Travel times over the streets equal networkx's, node to node and door to door."""

from __future__ import annotations

import ast
import math
import random
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from pyproj import Geod
from streets.town import GEOD, MIDDLE, STEP, Town, part_of, shared_data

from locator._errors import InputError
from locator.streets import StreetNetwork, Streets, read_streets
from locator.streets.rules import speeds

if TYPE_CHECKING:
    from pathlib import Path

WALK = 3.6 / 4.5
MODES = ("walk", "ride", "drive")


def _numbers(network: StreetNetwork, town: Town) -> dict[int, int]:
    """Return the row of each node of a town that the network kept."""
    rows = {
        (round(x, 7), round(y, 7)): i for i, (x, y) in enumerate(zip(network.lon, network.lat, strict=True))
    }
    return {number: rows[where] for number, where in town.nodes.items() if where in rows}


@cache
def _scales(p: tuple[float, float]) -> tuple[float, float]:
    """Return the metres of a thousandth of a degree of longitude and of latitude."""
    return GEOD.inv(*p, p[0] + 0.001, p[1])[2], GEOD.inv(*p, p[0], p[1] + 0.001)[2]


def _closest(a: tuple[float, float], b: tuple[float, float], p: tuple[float, float]) -> tuple[float, float]:
    """Return the fraction of a segment nearest to a point, and the metres: on a plane laid there."""
    wide, high = _scales(p)
    ax, ay = (a[0] - p[0]) * wide, (a[1] - p[1]) * high
    bx, by = (b[0] - p[0]) * wide, (b[1] - p[1]) * high
    dx, dy = bx - ax, by - ay
    part = min(max(-(ax * dx + ay * dy) / (dx * dx + dy * dy), 0.0), 1.0)
    x, y = a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])
    return part, GEOD.inv(p[0], p[1], x, y)[2]


class Doors:
    """Doors joined to a networkx graph the slow way: every segment is looked at."""

    def __init__(self, graph: nx.MultiDiGraph, town: Town) -> None:
        self.town = town
        self.graph = nx.DiGraph()
        for a, b, seconds in graph.edges(data="seconds"):
            if seconds < self.graph.get_edge_data(a, b, {"seconds": math.inf})["seconds"]:
                self.graph.add_edge(a, b, seconds=seconds)
        self.places: dict[str, tuple[tuple[int, int], float, float]] = {}

    def add(self, name: str, where: tuple[float, float]) -> bool:
        best: tuple[float, tuple[int, int], float] = (500.0, (0, 0), 0.0)
        for a, b in {
            (min(e), max(e)) for e in self.graph.edges if isinstance(e[0], int) and isinstance(e[1], int)
        }:
            part, metres = _closest(self.town.nodes[a], self.town.nodes[b], where)
            if metres < best[0]:
                best = (metres, (a, b), part)
        metres, (a, b), part = best
        if metres == 500.0:
            return False
        self.places[name] = ((a, b), part, metres)
        return True

    def seconds(self, start: str, end: str) -> float:
        (a, b), part, metres = self.places[start]
        (c, d), there, more = self.places[end]
        graph = self.graph.copy()
        along, against = (graph.get_edge_data(*e, {"seconds": math.inf})["seconds"] for e in ((a, b), (b, a)))
        self._join(graph, ("start", b), part_of(1 - part, along))
        self._join(graph, ("start", a), part_of(part, against))
        in_along, in_against = (
            graph.get_edge_data(*e, {"seconds": math.inf})["seconds"] for e in ((c, d), (d, c))
        )
        self._join(graph, (c, "end"), part_of(there, in_along))
        self._join(graph, (d, "end"), part_of(1 - there, in_against))
        if (a, b) == (c, d):
            self._join(
                graph, ("start", "end"), (there - part) * along if there > part else (part - there) * against
            )
        return nx.dijkstra_path_length(graph, "start", "end", weight="seconds") + (metres + more) * WALK

    @staticmethod
    def _join(graph: nx.DiGraph, edge: tuple[object, object], seconds: float) -> None:
        if math.isfinite(seconds):
            graph.add_edge(*edge, seconds=seconds)


def _anywhere(r: random.Random, many: int) -> list[tuple[float, float]]:
    return [(MIDDLE[0] + r.uniform(-4, 19) * STEP, MIDDLE[1] + r.uniform(-4, 19) * STEP) for _ in range(many)]


@pytest.mark.parametrize("mode", MODES)
def test_times_between_a_thousand_pairs_of_nodes_equal_networkx(
    own_town: Town, streets: Streets, mode: str
) -> None:
    graph, network = own_town.graph(mode), StreetNetwork(streets, mode)
    rows = _numbers(network, own_town)
    assert len(network) == len(graph)
    r, kept = random.Random(2), sorted(graph)
    for start in r.sample(kept, 25):
        truth = nx.single_source_dijkstra_path_length(graph, start, weight="seconds")
        ends = r.sample(kept, 40)
        doors = network.snap(*np.array([own_town.nodes[end] for end in ends]).T)
        found = network.seconds_from(*own_town.nodes[start], doors)
        assert found == pytest.approx([truth[end] for end in ends], rel=1e-6, abs=1e-3)
        reached, _ = network.nodes_from(*own_town.nodes[start])
        assert reached[[rows[end] for end in ends]] == pytest.approx(
            [truth[end] for end in ends], rel=1e-6, abs=1e-3
        )


@pytest.mark.parametrize("mode", MODES)
def test_times_from_door_to_door_equal_networkx_with_streets_split_there(
    own_town: Town, streets: Streets, mode: str
) -> None:
    network, doors = StreetNetwork(streets, mode), Doors(own_town.graph(mode), own_town)
    where = _anywhere(random.Random(3), 60)
    # Neighbours of some: often on the same piece of street, before or behind.
    where += [(lon + 1e-4, lat + 2e-4) for lon, lat in where[:30]]
    there = [doors.add(f"door{i}", spot) for i, spot in enumerate(where)]
    snapped = network.snap(*np.array(where).T)
    assert (~snapped.off).tolist() == there
    assert 0 < sum(there) < len(there)
    on = [i for i in range(len(where)) if there[i]]
    pairs = [(i, i + 60) for i in on if i + 60 in on] + list(zip(on, on[::-1], strict=True))
    times = network.times_between(snapped, snapped, 1e6)
    for start, end in pairs:
        truth = doors.seconds(f"door{start}", f"door{end}")
        one = network.seconds_from(*where[start], network.snap([where[end][0]], [where[end][1]]))
        assert one[0] == pytest.approx(truth, rel=1e-5, abs=0.05)
        mine = slice(*times.offsets[start : start + 2].tolist())
        all_of = dict(zip(times.services[mine].tolist(), times.seconds[mine].tolist(), strict=True))
        assert all_of[end] == pytest.approx(float(one[0]), rel=1e-9)


@pytest.mark.parametrize("mode", MODES)
def test_services_within_minutes_are_those_of_the_full_table(streets: Streets, mode: str) -> None:
    network, r = StreetNetwork(streets, mode), random.Random(4)
    points, services = (network.snap(*np.array(_anywhere(r, n)).T) for n in (300, 150))
    full, within = network.times_between(points, services, 1e6), network.times_between(points, services, 6)
    table, near = (np.full((300, 150), math.inf) for _ in range(2))
    for times, cells in ((full, table), (within, near)):
        rows = np.repeat(np.arange(300), np.diff(times.offsets))
        cells[rows, times.services] = times.seconds
        assert all(np.all(np.diff(part) > 0) for part in np.split(times.services, times.offsets[1:-1]))
    table[table > 360] = math.inf
    assert np.array_equal(np.isfinite(near), np.isfinite(table))
    assert 0 < np.isfinite(near).sum() < near.size
    assert near[np.isfinite(near)] == pytest.approx(table[np.isfinite(table)])


def test_the_nearest_service_of_every_node_is_the_least_of_all_searches(streets: Streets) -> None:
    network = StreetNetwork(streets, "drive")
    services = network.snap(*np.array(_anywhere(random.Random(5), 12)).T)
    each = [
        network.seconds_to_nearest(type(services)(*(part[i : i + 1] for part in services))) for i in range(12)
    ]
    assert network.seconds_to_nearest(services) == pytest.approx(np.min(each, axis=0))
    bounded = network.seconds_to_nearest(services, 100)
    assert np.array_equal(np.isfinite(bounded), np.min(each, axis=0) <= 100)
    # Directions matter: there and back differ where streets are one-way.
    node = int(np.argmax(bounded == bounded[np.isfinite(bounded)].max()))
    out = network.seconds_from(float(network.lon[node]), float(network.lat[node]), services)
    assert out.min() == pytest.approx(np.min(each, axis=0)[node], rel=1e-6, abs=1e-3)


def test_a_door_600_m_off_any_street_is_unreachable_and_never_at_zero(
    own_town: Town, streets: Streets
) -> None:
    network = StreetNetwork(streets, "walk")
    south = min(lat for _, lat in own_town.nodes.values())
    lon, lat, _ = Geod(ellps="WGS84").fwd(MIDDLE[0] + 3 * STEP, south, 180, 600)
    doors = network.snap([lon, MIDDLE[0]], [lat, MIDDLE[1]])
    assert doors.off.tolist() == [True, False]
    assert network.seconds_from(MIDDLE[0], MIDDLE[1], doors)[0] == math.inf
    assert np.isinf(network.seconds_from(lon, lat, doors)).all()
    assert np.isinf(network.seconds_to_nearest(network.snap([lon], [lat]))).all()
    times = network.times_between(doors, doors, 60)
    assert np.diff(times.offsets).tolist() == [0, 1]
    assert not StreetNetwork(streets, "walk", snap_m=2000).snap([lon], [lat]).off[0]


def test_the_way_over_the_river_leads_over_a_bridge(streets: Streets) -> None:
    network = StreetNetwork(streets, "walk")
    lon = MIDDLE[0] + 8 * STEP
    near, far = MIDDLE[1] + 7 * STEP, MIDDLE[1] + 8 * STEP
    found = network.seconds_from(lon, near, network.snap([lon], [far]))[0]
    assert found > 4 * GEOD.inv(lon, near, lon, far)[2] * WALK


def test_no_trip_beats_the_fastest_speed_as_the_crow_flies(streets: Streets) -> None:
    for mode in MODES:
        network, r = StreetNetwork(streets, mode), random.Random(6)
        where = np.array(_anywhere(r, 200))
        for lon, lat in where[:20]:
            seconds = network.seconds_from(lon, lat, network.snap(*where.T))
            _, _, straight = GEOD.inv([lon] * 200, [lat] * 200, *where.T)
            assert np.all(seconds * network.fastest_m_s >= np.array(straight) * (1 - 1e-6))


def test_a_mode_that_was_not_read_is_refused(own_town: Town) -> None:
    only = read_streets(own_town.path, ("walk",))
    assert only.modes == ("walk",)
    with pytest.raises(InputError, match="not built for drive"):
        StreetNetwork(only, "drive")


def _futian_graph(path: Path) -> tuple[nx.DiGraph, dict[str, tuple[float, float]]]:
    """Return Futian as networkx reads it, each edge weighted by its length and its slowest drive."""
    read = nx.read_graphml(path)
    graph, where = nx.DiGraph(), {}
    for name, told in read.nodes(data=True):
        where[name] = (float(told["x"]), float(told["y"]))
    for a, b, told in read.edges(data=True):
        values = {tag: told.get(tag, "") for tag in ("highway", "maxspeed", "access", "junction")}
        lists = {tag: ast.literal_eval(v) if v.startswith("[") else [v] for tag, v in values.items()}
        kmh = min(
            speeds({k: v for k, v in zip(lists, (h, m, c, j), strict=True) if v} | {"oneway": "yes"})[2][0]
            for h in lists["highway"]
            for m in lists["maxspeed"]
            for c in lists["access"]
            for j in lists["junction"]
        )
        if kmh:
            seconds = float(told["length"]) * 36 / np.rint(kmh * 10)
            if seconds < graph.get_edge_data(a, b, {"seconds": math.inf})["seconds"]:
                graph.add_edge(a, b, seconds=seconds)
    return graph.subgraph(max(nx.strongly_connected_components(graph), key=len)).copy(), where


def test_times_between_a_thousand_pairs_of_futian_equal_networkx() -> None:
    path = shared_data("shenzhen_futian_drive_osmnx.graphml")
    if path is None:
        pytest.skip("the drive network of Futian is not on this machine (LOCATOR_TEST_DATA)")
    graph, where = _futian_graph(path)
    network, r = StreetNetwork(read_streets(path), "drive"), random.Random(7)
    kept = sorted(graph)
    rows = {
        (round(x, 7), round(y, 7)): i for i, (x, y) in enumerate(zip(network.lon, network.lat, strict=True))
    }
    number = {name: rows.get((round(where[name][0], 7), round(where[name][1], 7))) for name in kept}
    assert all(row is not None for row in number.values())
    for start in r.sample(kept, 25):
        truth = nx.single_source_dijkstra_path_length(graph, start, weight="seconds")
        reached, _ = network.nodes_from(*where[start])
        for end in r.sample(kept, 40):
            assert reached[number[end]] == pytest.approx(truth[end], rel=1e-5, abs=0.01), (start, end)


@pytest.mark.parametrize("mode", MODES)
def test_what_coverage_asks_is_what_the_full_table_says(streets: Streets, mode: str) -> None:
    network, r = StreetNetwork(streets, mode), random.Random(8)
    lon, lat = np.array(_anywhere(r, 80)).T
    places = StreetNetwork(streets, "walk")  # anything with columns lon and lat: the walkers' own nodes
    full = network.times_between(network.snap(lon, lat), network.snap(places.lon, places.lat), 1e6)
    for part in (slice(0, 80), slice(3, 4), slice(0, 0)):
        rows, found = network.within(lon[part], lat[part], places, 7)
        near = [
            full.services[a:b][full.seconds[a:b] <= 420].tolist()
            for a, b in zip(full.offsets[:-1][part], full.offsets[1:][part], strict=True)
        ]
        assert [found[a:b].tolist() for a, b in pairwise(rows.tolist())] == near
    assert network.reachable(lon, lat).tolist() == (~network.snap(lon, lat).off).tolist()
