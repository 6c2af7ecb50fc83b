"""The search over the streets equals a scan of all services whose ways networkx reckons."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from search.scan import Scan
from search.test_all_filters import agrees
from search.worlds import DAYS, MIDDLE, question
from search.worlds import town as invented_town
from streets.town import part_of, town

from locator import Catalog, convert
from locator.answers import to_geojson
from locator.question import ask
from locator.records import to_record
from locator.search import answer
from locator.street_search import StreetNetworks
from locator.streets import read_streets, save
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from pathlib import Path

    from locator import Service
    from locator.streets import Snapped, StreetNetwork

WALK = 3.6 / 4.5
CORNER, STEP = (121.476, 31.176), 0.003
TOWNS, ASKERS = 8, 60


@pytest.fixture(scope="module")
def network_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("wide")
    save(read_streets(town(folder, seed=5, corner=CORNER, step=STEP).path), folder / "wide.streets")
    return folder / "wide.streets"


@pytest.fixture(scope="module")
def networks(network_file: Path) -> StreetNetworks:
    return StreetNetworks(network_file)


class Ways:
    """Door to door over a network's streets, by networkx."""

    def __init__(self, network: StreetNetwork) -> None:
        self.network, self.graph = network, nx.DiGraph()
        for tail, head, seconds in zip(*(part.tolist() for part in network.ways), strict=True):
            if seconds < self.seconds(tail, head):
                self.graph.add_edge(tail, head, seconds=seconds)

    def seconds(self, tail: int, head: int) -> float:
        return self.graph.get_edge_data(tail, head, {"seconds": math.inf})["seconds"]

    def all_from(self, lon: float, lat: float, doors: Snapped) -> list[float]:
        """Return the seconds to every door, infinite to those that are off the streets."""
        own = self.network.snap([lon], [lat])
        piece, part = int(own.pieces[0]), float(own.fractions[0])
        a, b = int(self.network.start[piece]), int(self.network.end[piece])
        graph = self.graph.copy()
        for node, share, seconds in ((b, 1 - part, self.seconds(a, b)), (a, part, self.seconds(b, a))):
            if math.isfinite(part_of(share, seconds)):
                graph.add_edge("asker", node, seconds=part_of(share, seconds))
        reached = nx.single_source_dijkstra_path_length(graph, "asker", weight="seconds")
        found = []
        for other, there, metres in zip(*(column.tolist() for column in doors), strict=True):
            c, d = (int(ends[other]) for ends in (self.network.start, self.network.end))
            ways = [
                reached[c] + part_of(there, self.seconds(c, d)),
                reached[d] + part_of(1 - there, self.seconds(d, c)),
            ]
            if other == piece and there >= part:
                ways.append(part_of(there - part, self.seconds(a, b)))
            if other == piece and there <= part:
                ways.append(part_of(part - there, self.seconds(b, a)))
            walk = (metres + float(own.metres[0])) * WALK
            found.append(min(ways) + walk if other >= 0 else math.inf)
        return found


class StreetScan(Scan):
    """The contract read the slow way, with the ways over the streets."""

    def __init__(self, services: list[Service], asked: dict[str, Any], ways: Ways) -> None:
        super().__init__(services, asked)
        lon, lat = convert(asked["lon"], asked["lat"], asked["datum"], "wgs84")
        doors = ways.network.snap([p.lon for p in self.places], [p.lat for p in self.places])
        seconds = ways.all_from(lon, lat, doors) if self.places else []
        most_m = asked["max_m"] or math.inf
        self.straight = {id(p): m for p, m in zip(self.places, self.metres, strict=True)}
        kept = [
            (p, s)
            for p, s, m in zip(self.places, seconds, self.metres, strict=True)
            if math.isfinite(s) and m <= most_m
        ]
        self.places, self.metres = [p for p, _ in kept], [s for _, s in kept]
        self.q, self.per_m = {**asked, "max_m": None}, 1 / 60


@pytest.mark.parametrize("seed", range(TOWNS))
def test_all_filters_together_over_the_streets_equal_a_scan(networks: StreetNetworks, seed: int) -> None:
    services = invented_town(100 + seed)
    catalog = Catalog.from_rows(1, "", [(s.id, to_record(s)) for s in services])
    by_id, r = {s.id: s for s in services}, random.Random(2000 + seed)
    ways = {mode: Ways(networks.of(mode)) for mode in ("walk", "ride", "drive")}
    days, told = tuple(r.sample(DAYS, 3)), Counter[str]()
    for _ in range(ASKERS):
        asked = question(r, days)
        # Askers keep to the middle of the town, where the streets are; some stand off them still.
        for axis, middle in zip(("lon", "lat"), MIDDLE, strict=True):
            asked[axis] = middle + 0.6 * (asked[axis] - middle)
        found = answer(catalog, ask(asked, asked["at"]), networks)
        lon, lat = convert(asked["lon"], asked["lat"], asked["datum"], "wgs84")
        off = bool(networks.of(asked["mode"]).snap([lon], [lat]).off[0])
        assert (found.network is None) == off
        scan = Scan(services, asked) if off else StreetScan(services, asked, ways[asked["mode"]])
        for name, hits, truth in (
            ("features", found.features, scan.features()),
            ("unknown", found.unknown, scan.unknown()),
        ):
            assert [hit.id for hit in hits] == [one.id for one in truth], (name, asked)
            for hit, one in zip(hits, truth, strict=True):
                assert agrees(hit, one, by_id, asked["at"]), (name, hit.id, one, asked)
                told["over the streets"] += not off
            told[name] += bool(hits)
    assert told["features"] >= 0.25 * ASKERS
    assert told["unknown"] >= 0.1 * ASKERS
    assert told["over the streets"] >= 30


def test_the_answer_names_its_network_and_counts_who_cannot_be_reached(
    networks: StreetNetworks, sample: list[Service]
) -> None:
    here = (CORNER[0] + 5 * STEP, CORNER[1] + 5 * STEP)
    model = sample[0].model_copy(
        update={"source_lon": None, "source_lat": None, "source_datum": None, "stops": ()}
    )
    far_off = (CORNER[0] - 0.02, CORNER[1])  # two kilometres west of the last street
    services = [
        model.model_copy(update={"id": name, "lon": lon, "lat": lat, "kind": "canteen", "status": "active"})
        for name, (lon, lat) in (("near", here), ("off", far_off))
    ]
    catalog = Catalog.from_rows(1, "", [(s.id, to_record(s)) for s in services])
    at = datetime(2026, 11, 23, 13, 5, tzinfo=SHANGHAI)
    asked = ask({"lon": here[0] + STEP / 2, "lat": here[1], "mode": "ride"}, at)
    found = to_geojson(answer(catalog, asked, networks))
    assert [f["properties"]["id"] for f in found["features"]] == ["near"]
    assert found["asked"]["network"] == "town.osm.pbf"
    assert (found["asked"]["unreachable"], found["asked"]["detour"]) == (1, None)
    # With no street near the asker, the straight line answers, and does not claim otherwise.
    away = to_geojson(answer(catalog, ask({"lon": far_off[0], "lat": far_off[1]}, at), networks))
    assert "network" not in away["asked"]
    assert away["asked"]["detour"] == 1.3
    assert len(away["features"]) == 2


def test_a_new_catalog_has_its_places_put_on_the_streets_anew(networks: StreetNetworks) -> None:
    services = invented_town(7)
    first = Catalog.from_rows(1, "", [(s.id, to_record(s)) for s in services])
    second = Catalog.from_rows(2, "", [(s.id, to_record(s)) for s in services[:20]])
    for catalog in (first, second, first):
        doors = networks.doors(catalog, "walk")
        assert len(doors.snapped.pieces) == len(catalog.lon)
        assert np.array_equal(doors.snapped.off, networks.of("walk").snap(catalog.lon, catalog.lat).off)
