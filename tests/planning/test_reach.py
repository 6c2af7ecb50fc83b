"""Who reaches what by straight line: equal to measuring every pair, the border included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from locator import InputError
from locator.coverage.reach import Sites, StraightReach, straight
from locator.geodesy import geodesic_m
from locator.travel import CrowFly

GEOD = Geod(ellps="WGS84")


def scattered(seed: int, n: int, spread: float, middle: tuple[float, float] = (121.5, 31.2)) -> Sites:
    r = np.random.default_rng(seed)
    lon = (middle[0] + r.normal(0, spread, n) + 180) % 360 - 180
    return Sites(lon, np.clip(middle[1] + r.normal(0, spread, n), -90, 90))


def measured(points: Sites, places: Sites) -> np.ndarray:
    m, n = len(points.lon), len(places.lon)
    lon, lat = np.repeat(points.lon, n), np.repeat(points.lat, n)
    return np.array(GEOD.inv(lon, lat, np.tile(places.lon, m), np.tile(places.lat, m))[2]).reshape(m, n)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    m=st.integers(0, 200),
    n=st.integers(0, 200),
    spread=st.sampled_from([0.001, 0.02, 1.0, 20.0]),
    minutes=st.sampled_from([0.0, 1.0, 15.0, 400.0, 1e6]),
)
def test_equals_measuring_every_pair(seed: int, m: int, n: int, spread: float, minutes: float) -> None:
    points, places = scattered(seed, m, spread), scattered(seed + 1, n, spread)
    places = Sites(*(np.concatenate([p, q[:5]]) for p, q in zip(places, points, strict=True)))
    reach = straight("walk", 1.0)
    indptr, indices = reach.within(points.lon, points.lat, places, minutes)
    metres, radius_m = measured(points, places), 75.0 * minutes
    assert reach.radius_m(minutes) == pytest.approx(radius_m)
    assert len(indptr) == m + 1
    for i in range(m):
        mine = indices[indptr[i] : indptr[i + 1]].tolist()
        assert mine == sorted(set(mine))
        inside, doubt = metres[i] < radius_m - 1e-6, np.abs(metres[i] - radius_m) <= 1e-6
        assert set(np.flatnonzero(inside)) <= set(mine) <= set(np.flatnonzero(inside | doubt))


@pytest.mark.parametrize("middle", [(179.999, 0.0), (-180.0, 60.0), (20.0, 89.99), (0.0, -90.0)])
def test_the_edges_of_the_map_are_not_edges_of_the_earth(middle: tuple[float, float]) -> None:
    points = scattered(7, 100, 0.01, middle)
    indptr, _ = straight("walk", 1.0).within(points.lon, points.lat, points, 12.0)
    assert np.diff(indptr).tolist() == (measured(points, points) <= 900.0).sum(1).tolist()
    assert np.diff(indptr).max() > 1


def test_a_place_exactly_at_the_border_counts() -> None:
    here, there = (121.5, 31.2), (121.51, 31.205)
    metres = geodesic_m(*here, *there)
    travel = CrowFly("walk", 1.0)
    minutes = metres * travel.seconds_per_m / 60
    while travel.reach_m(minutes) < metres:
        minutes = np.nextafter(minutes, np.inf)
    less = minutes
    while travel.reach_m(less) >= metres:
        less = np.nextafter(less, 0)
    reach, place = StraightReach(travel), Sites(np.array([there[0]]), np.array([there[1]]))
    assert reach.within([here[0]], [here[1]], place, minutes)[0].tolist() == [0, 1]
    assert reach.within([here[0]], [here[1]], place, less)[0].tolist() == [0, 0]


def test_the_detour_shortens_the_reach() -> None:
    assert straight("walk").radius_m(15) == pytest.approx(1125 / 1.3)
    assert straight("ride", 1.0).radius_m(15) == pytest.approx(3750)
    with pytest.raises(InputError, match="detour"):
        straight("walk", 0.9)
    for wrong in (-1, float("nan"), float("inf")):
        with pytest.raises(InputError, match="minutes"):
            straight("walk").radius_m(wrong)


def test_nan_is_no_position() -> None:
    with pytest.raises(InputError, match="lon"):
        straight().within([float("nan")], [31.2], Sites(np.zeros(0), np.zeros(0)), 15)
