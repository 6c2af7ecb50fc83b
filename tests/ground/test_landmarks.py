"""A position is named by the service that a plain scan finds nearest, and by the wind that a compass shows."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import Geod

from locator import Catalog, Service, Stop
from locator.landmarks import Landmarks
from locator.records import to_record

GEOD = Geod(ellps="WGS84")
WINDS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")


def town_of_services(seed: int) -> list[Service]:
    r = np.random.default_rng(seed)
    found = []
    for number in range(40):
        lon, lat = 121.5 + r.uniform(-0.05, 0.05), 31.2 + r.uniform(-0.05, 0.05)
        own = {
            "id": f"s{number:02}",
            "kind": "station",
            "name": f"第{number}站",
            "town": r.choice(["甲街道", ""]) or None,
        }
        match number % 4:
            case 0:
                found.append(Service(**own, stops=(Stop(lon=lon, lat=lat, hours="24/7"),)))
            case 1:
                found.append(Service(**own, lon=lon, lat=lat, demo=True))
            case 2:
                found.append(Service(**own, lon=lon, lat=lat, status="closed"))
            case _:
                found.append(Service(**own, lon=lon, lat=lat))
    return found


def catalog_of(services: list[Service]) -> Catalog:
    return Catalog.from_rows(1, "now", [(s.id, to_record(s)) for s in services])


@pytest.mark.parametrize("seed", range(20))
def test_the_landmark_is_the_nearest_that_is_real_and_stays(seed: int) -> None:
    services, r = town_of_services(seed), np.random.default_rng(1000 + seed)
    named = Landmarks(catalog_of(services))
    for _ in range(30):
        lon, lat = 121.5 + r.uniform(-0.1, 0.1), 31.2 + r.uniform(-0.1, 0.1)
        there = [s for s in services if s.lon is not None and not s.demo and s.status == "active"]
        ways = [GEOD.inv(s.lon, s.lat, lon, lat) for s in there]
        best = min(range(len(there)), key=lambda i: ways[i][2])
        azimuth, _, metres = ways[best]
        said = named.of(lon, lat)
        if metres > 3000:
            assert said == f"{lon:.3f}, {lat:.3f}"
        elif metres < 150:
            assert said == f"{there[best].name}一带"
        else:
            assert said.startswith(there[best].name)
            # Within a degree of a border between two winds either will do.
            winds = {WINDS[round((azimuth + off) / 45) % 8] for off in (-1, 0, 1)}
            assert said.removeprefix(there[best].name).partition("面")[0] in winds


@pytest.mark.parametrize("seed", range(10))
def test_a_town_is_that_of_the_nearest_that_names_one(seed: int) -> None:
    services, r = town_of_services(seed), np.random.default_rng(2000 + seed)
    named = Landmarks(catalog_of(services))
    for _ in range(30):
        lon, lat = 121.5 + r.uniform(-0.1, 0.1), 31.2 + r.uniform(-0.1, 0.1)
        places = [s.stops[0] if s.stops else s for s in services if s.town and s.status == "active"]
        metres = min(GEOD.inv(p.lon, p.lat, lon, lat)[2] for p in places)
        assert named.town_of(lon, lat) == ("甲街道" if metres <= 3000 else "")


def test_with_nobody_there_a_position_is_its_degrees() -> None:
    named = Landmarks(catalog_of([]))
    assert (named.of(121.5, 31.2), named.town_of(121.5, 31.2)) == ("121.500, 31.200", "")
