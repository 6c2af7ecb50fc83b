"""Boxes and polygons that come and go."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from locator._errors import InputError
from locator.boxes import BoxIndex

lon, lat = st.integers(-180, 180), st.integers(-90, 90)
boxes = st.tuples(lon, lat, lon, lat).map(
    lambda b: (float(b[0]), float(min(b[1], b[3])), float(b[2]), float(max(b[1], b[3])))
)


def longitudes(box):
    """Return the whole degrees of longitude that a box covers, -180 told from 180."""
    west, _, east, _ = box
    every = range(-180, 181)
    return {x for x in every if (west <= x <= east if west <= east else x >= west or x <= east)}


def meets(a, b):
    return a[1] <= b[3] and b[1] <= a[3] and bool(longitudes(a) & longitudes(b))


def asked(index, box):
    return index.in_box(*box).tolist()


@settings(max_examples=60, deadline=None)
@given(st.lists(boxes, max_size=60), boxes, st.data())
def test_a_box_finds_what_a_scan_finds_after_inserts_and_deletes(drawn, window, data):
    first = data.draw(st.integers(0, len(drawn)))
    index = BoxIndex(np.arange(first), np.array(drawn[:first]).reshape(-1, 4))
    for key in range(first, len(drawn)):
        index.insert(key, drawn[key])
    gone = data.draw(st.sets(st.integers(0, max(len(drawn) - 1, 0))))
    for key in gone & set(range(len(drawn))):
        index.delete(key, drawn[key])
    expected = [key for key, box in enumerate(drawn) if key not in gone and meets(box, window)]
    assert asked(index, window) == expected


def test_a_window_across_the_antimeridian_sees_both_sides():
    index = BoxIndex([1, 2, 3], [(179, 0, 180, 1), (-180, 0, -179, 1), (0, 0, 1, 1)])
    assert asked(index, (170.0, -5.0, -170.0, 5.0)) == [1, 2]


def test_a_box_across_the_antimeridian_is_found_from_both_sides_and_goes_whole():
    fiji = (177.0, -20.0, -178.0, -16.0)
    index = BoxIndex([7], [fiji])
    assert asked(index, (178.0, -17.0, 179.0, -16.5)) == asked(index, (-179.0, -17.0, -178.5, -16.5)) == [7]
    assert asked(index, (-180.0, -90.0, 180.0, 90.0)) == [7]
    index.delete(7, fiji)
    assert asked(index, (-180.0, -90.0, 180.0, 90.0)) == []


def test_an_empty_index_holds_nothing_until_something_comes():
    index = BoxIndex()
    assert asked(index, (-180.0, -90.0, 180.0, 90.0)) == []
    index.insert(5, (121.0, 31.0, 122.0, 32.0))
    assert asked(index, (121.5, 31.5, 121.5, 31.5)) == [5]


def test_a_point_is_held_by_the_polygons_round_it_edges_included():
    polygons = {
        3: shapely.Polygon([(0, 0), (4, 0), (0, 4)]),
        1: shapely.box(0, 0, 1, 1),
        9: shapely.box(0, 0, 8, 8) - shapely.box(0.2, 0.2, 7, 7),
    }
    index = BoxIndex(list(polygons), [shape.bounds for shape in polygons.values()])
    assert index.holding(0.5, 0.5, polygons).tolist() == [1, 3]
    assert index.holding(1.0, 1.0, polygons).tolist() == [1, 3]
    assert index.holding(3.0, 3.0, polygons).tolist() == []
    assert index.holding(7.5, 7.5, polygons).tolist() == [9]
    assert index.holding(50.0, 50.0, polygons).tolist() == []
    assert index.holding(0.5, 0.5, {3: polygons[3]}).tolist() == [3]


@pytest.mark.parametrize(
    ("field", "ask"),
    [
        ("south", lambda: BoxIndex().in_box(0.0, 2.0, 1.0, 1.0)),
        ("lat", lambda: BoxIndex().insert(1, (31.0, 121.0, 32.0, 122.0))),
        ("lon", lambda: BoxIndex().delete(1, (float("nan"), 0.0, 1.0, 1.0))),
        ("lon", lambda: BoxIndex([1], [(0.0, 0.0, 181.0, 1.0)])),
        ("lat", lambda: BoxIndex().holding(31.0, 121.0, {})),
        ("ids", lambda: BoxIndex([1, 2], [(0.0, 0.0, 1.0, 1.0)])),
    ],
)
def test_a_box_that_makes_no_sense_names_the_field(field, ask):
    with pytest.raises(InputError) as caught:
        ask()
    assert caught.value.field == field
