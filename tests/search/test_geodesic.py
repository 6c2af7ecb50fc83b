"""The compiled geodesic against PROJ's, over the whole ellipsoid."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import Geod

from locator.index import NearestIndex

GEOD = Geod(ellps="WGS84")
N = 400


def ours(lon, lat, lon2, lat2):
    return np.array(
        [
            NearestIndex([c], [d]).nearest(a, b, 1)[1][0]
            for a, b, c, d in zip(lon, lat, lon2, lat2, strict=True)
        ]
    )


def anywhere(seed):
    random = np.random.default_rng(seed)
    return random, random.uniform(-180, 180, N), np.degrees(np.arcsin(random.uniform(-1, 1, N)))


@pytest.mark.parametrize("km", [1e-6, 0.1, 20, 79.9, 80.1, 300, 5_000, 15_000, 19_500])
def test_distances_in_every_direction_agree_with_proj(km):
    random, lon, lat = anywhere(1)
    lon2, lat2, _ = GEOD.fwd(lon, lat, random.uniform(0, 360, N), np.full(N, km * 1000))
    np.testing.assert_allclose(
        ours(lon, lat, lon2, lat2), GEOD.inv(lon, lat, lon2, lat2)[2], rtol=0, atol=2e-7
    )


@pytest.mark.parametrize("off_deg", [0.0, 1e-9, 1e-5, 0.01, 0.5, 3.0])
@pytest.mark.parametrize("narrow", [0.0, 1e-8, 1e-3, 1.0])
def test_nearly_antipodal_points_agree_with_proj(off_deg, narrow):
    random, lon, lat = anywhere(2)
    lat = lat * narrow * 0.9
    lon2 = (lon + 360 + random.uniform(-off_deg, off_deg, N)) % 360 - 180
    lat2 = -lat + random.uniform(-off_deg, off_deg, N) * narrow
    np.testing.assert_allclose(
        ours(lon, lat, lon2, lat2), GEOD.inv(lon, lat, lon2, lat2)[2], rtol=0, atol=1e-6
    )


def test_meridians_and_poles_agree_with_proj():
    random, lon, lat = anywhere(3)
    lat2 = random.uniform(-90, 90, N)
    for lon2, end in ((lon, lat2), (lon, np.full(N, 90.0)), (-lon, np.full(N, -90.0)), (lon, -lat)):
        np.testing.assert_allclose(
            ours(lon, lat, lon2, end), GEOD.inv(lon, lat, lon2, end)[2], rtol=0, atol=2e-7
        )


def test_no_geodesic_is_shorter_than_the_bound_on_its_chord_says():
    # Every asker's only answer lies just within the bound: it must never be cut off.
    _, lon, lat = anywhere(4)
    _, lon2, lat2 = anywhere(5)
    for a, b, c, d in zip(lon, lat, lon2, lat2, strict=True):
        index = NearestIndex([c], [d])
        metres = index.nearest(a, b, 1)[1][0]
        assert index.nearest(a, b, 1, max_m=metres)[0].size == 1
