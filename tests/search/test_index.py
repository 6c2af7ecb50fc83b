"""The index against brute force with PROJ's geodesics."""

from __future__ import annotations

import threading
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from locator._errors import InputError
from locator.index import NearestIndex, warm

GEOD = Geod(ellps="WGS84")
# Two answers this close may change places: PROJ itself is no better than 15 nm.
SAME_M = 1e-6
INF = float("inf")

relaxed = settings(max_examples=60, deadline=None)


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    warm()


def distances(lon, lat, lons, lats):
    n = len(lons)
    return GEOD.inv(np.full(n, lon), np.full(n, lat), lons, lats)[2]


def matches(bits, all_bits, any_bits):
    held = (bits & np.uint64(all_bits)) == np.uint64(all_bits)
    return held & ((bits & np.uint64(any_bits)) != 0) if any_bits else held


def best(order, owner, k):
    """Keep the first row of each owner, k rows at most."""
    seen, kept = set(), []
    for row in order:
        mine = ("row", int(row)) if owner is None else int(owner[row])
        if mine not in seen:
            seen.add(mine)
            kept.append(int(row))
    return kept[:k]


def scanned(world, lon, lat, k, all_bits=0, any_bits=0, max_m=INF):
    """Answer by looking at every row."""
    metres = distances(lon, lat, world.lon, world.lat)
    usable = np.flatnonzero(matches(world.bits, all_bits, any_bits) & (metres <= max_m))
    rows = best(usable[np.lexsort((usable, metres[usable]))], world.owner, k)
    return rows, metres


class World:
    """Columns of a small index, as hypothesis made them up."""

    def __init__(self, lon, lat, bits, owner):
        self.lon, self.lat, self.bits, self.owner = lon, lat, bits, owner
        self.index = NearestIndex(lon, lat, bits, owner)


@st.composite
def worlds(draw, least=0):
    n = draw(st.integers(least, 300))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    centre = draw(
        st.sampled_from([(121.5, 31.2), (180.0, -17.0), (0.0, 90.0), (30.0, -90.0), (-64.0, -36.5), (0, 0)])
    )
    spread = draw(st.sampled_from([0.0, 1e-4, 0.02, 1.0, 20.0]))
    lon = (centre[0] + random.normal(0, spread, n) + 180) % 360 - 180
    lat = np.clip(centre[1] + random.normal(0, spread, n), -90, 90)
    if n and draw(st.booleans()):  # duplicates, and a few that lie anywhere
        copies = random.integers(0, n, n // 3)
        lon[: n // 3], lat[: n // 3] = lon[copies], lat[copies]
        far = random.integers(0, n, n // 10)
        lon[far], lat[far] = random.uniform(-180, 180, far.size), random.uniform(-90, 90, far.size)
    bits = random.integers(0, 2 ** draw(st.sampled_from([1, 3, 6])), n).astype(np.uint64) << np.uint64(58)
    owner = random.integers(-2, max(n // 3, 1), n) if draw(st.booleans()) else None
    return World(lon, lat, bits, owner)


places = st.one_of(
    st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
    st.tuples(st.floats(121.3, 121.7), st.floats(31, 31.4)),
    st.sampled_from(
        [(180.0, -17.0), (-180.0, -17.0), (77.0, 90.0), (0.0, -90.0), (-58.5, -31.2), (116.0, 36.5)]
    ),
)
needs = st.integers(0, 7).map(lambda v: v << 58)


def assert_same_order(rows, metres, expected, exact_m):
    assert len(rows) == len(expected)
    np.testing.assert_allclose(metres, exact_m[rows], rtol=0, atol=1e-4)
    # Where PROJ's order and ours differ, the two are as good as equally far.
    np.testing.assert_allclose(exact_m[rows], exact_m[expected], rtol=0, atol=SAME_M)
    for (row, m), (row2, m2) in pairwise(zip(rows.tolist(), metres.tolist(), strict=True)):
        assert (m, row) < (m2, row2)


@relaxed
@given(worlds(), places, st.integers(1, 40), needs, needs)
def test_nearest_equals_a_scan_of_every_row(world, place, k, all_bits, any_bits):
    rows, metres = world.index.nearest(*place, k, all_bits, any_bits)
    expected, exact_m = scanned(world, *place, k, all_bits, any_bits)
    assert_same_order(rows, metres, expected, exact_m)
    assert matches(world.bits[rows], all_bits, any_bits).all()
    assert best(rows, world.owner, k) == rows.tolist()


@relaxed
@given(worlds(least=1), places)
def test_more_than_there_are_returns_all_of_them(world, place):
    rows, metres = world.index.nearest(*place, 10_000)
    assert_same_order(rows, metres, *scanned(world, *place, 10_000))


@relaxed
@given(worlds(least=1), places, st.data())
def test_the_outer_bound_includes_what_lies_on_it(world, place, data):
    rows, metres = world.index.nearest(*place, 300)
    cut = data.draw(st.integers(0, len(rows) - 1))
    within, _ = world.index.nearest(*place, 300, max_m=metres[cut])
    assert within.tolist() == rows[metres <= metres[cut]].tolist()


@relaxed
@given(worlds(), st.lists(places, max_size=40), st.integers(1, 6), needs, st.sampled_from([500.0, 5e5, INF]))
def test_many_askers_get_the_answers_of_one(world, asked, k, any_bits, max_m):
    lon, lat = np.array(asked, float).reshape(-1, 2).T
    rows, metres = world.index.nearest_many(lon, lat, k, 0, any_bits, max_m)
    assert rows.shape == metres.shape == (len(asked), k)
    for line, line_m, place in zip(rows, metres, asked, strict=True):
        one, one_m = world.index.nearest(*place, k, 0, any_bits, max_m)
        assert line.tolist() == one.tolist() + [-1] * (k - len(one))
        assert line_m.tolist() == one_m.tolist() + [INF] * (k - len(one))
    inside = world.index.within_many(lon, lat, max_m, 0, any_bits)
    assert (
        inside.tolist() == (world.index.nearest_many(lon, lat, 1, 0, any_bits, max_m)[0][:, 0] >= 0).tolist()
    )


def inside_at(arrival, stay, spans):
    for start, end in spans:
        inside = max(start, arrival)
        if end - inside >= stay and end > inside:
            return inside
    return INF


def scanned_soonest(world, lon, lat, k, week, codes, trip):
    metres = distances(lon, lat, world.lon, world.lat)
    minutes = np.full(metres.size, INF)
    for row, code in enumerate(codes):
        if code >= 0 and matches(world.bits[row : row + 1], trip["all_bits"], 0)[0]:
            arrival = trip["depart"] + metres[row] * trip["min_per_m"]
            inside = inside_at(arrival, trip["stay"], week[code])
            if inside - arrival <= trip["max_wait"] and metres[row] <= trip["max_m"]:
                minutes[row] = inside - trip["depart"]
    usable = np.flatnonzero((minutes <= trip["max_minutes"]) & (minutes < INF))
    first = np.zeros(metres.size) if trip["by_metres"] else minutes
    order = usable[np.lexsort((usable, metres[usable], first[usable]))]
    return best(order, world.owner, k), minutes, metres


# Whole minutes, so that doors opening, closing and just long enough stays coincide.
spans = st.lists(st.integers(0, 300), max_size=8, unique=True).map(
    lambda cuts: [(float(a), float(b)) for a, b in zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False)]
)


@settings(max_examples=120, deadline=None)
@given(worlds(), places, st.integers(1, 20), st.lists(spans, max_size=5), st.data())
def test_soonest_equals_a_scan_with_waiting_and_staying(world, place, k, week, data):
    n = len(world.index)
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    codes = random.integers(-1, len(week), n).astype(np.int32)
    trip = {
        "depart": data.draw(st.sampled_from([0.0, 60.0, 120.0, 290.0])),
        "stay": data.draw(st.sampled_from([0.0, 1.0, 30.0])),
        "min_per_m": data.draw(st.sampled_from([0.0, 1 / 250, 1 / 100_000])),
        "max_minutes": data.draw(st.sampled_from([0.0, 45.0, 200.0, INF])),
        "max_wait": data.draw(st.sampled_from([0.0, 10.0, INF, INF])),
        "max_m": data.draw(st.sampled_from([INF, INF, 1e6, 500.0])),
        "by_metres": data.draw(st.booleans()),
        "all_bits": data.draw(needs),
    }
    rows, minutes, metres = world.index.soonest(
        *place,
        k,
        codes=codes,
        offsets=np.cumsum([0] + [len(timeline) for timeline in week]),
        starts=np.array([start for timeline in week for start, _ in timeline], float),
        ends=np.array([end for timeline in week for _, end in timeline], float),
        **trip,
    )
    expected, exact_min, exact_m = scanned_soonest(world, *place, k, week, codes, trip)
    assert len(rows) == len(expected)
    np.testing.assert_allclose(minutes, exact_min[expected], rtol=0, atol=1e-6)
    np.testing.assert_allclose(minutes, exact_min[rows], rtol=0, atol=1e-6)
    np.testing.assert_allclose(metres, exact_m[rows], rtol=0, atol=1e-4)
    ranked = np.zeros(len(rows)) if trip["by_metres"] else minutes
    keys = list(zip(ranked.tolist(), metres.tolist(), rows.tolist(), strict=True))
    assert keys == sorted(keys)
    assert best(rows, world.owner, k) == rows.tolist()


def opening(*hours, codes):
    """Return the timelines of the lists of hours given, as soonest takes them."""
    return {
        "codes": np.array(codes, np.int32),
        "offsets": np.cumsum([0] + [len(h) for h in hours]),
        "starts": np.array([float(start) for h in hours for start, _ in h]),
        "ends": np.array([float(end) for h in hours for _, end in h]),
        "depart": 0.0,
        "stay": 0.0,
        "min_per_m": 0.004,
        "max_minutes": 600.0,
    }


def test_an_open_door_farther_off_beats_a_closed_one_near_by():
    index = NearestIndex([121.50, 121.52], [31.2, 31.2])
    rows, minutes, metres = index.soonest(121.5, 31.2, 2, **opening([(60, 99)], [(0, 99)], codes=[0, 1]))
    assert rows.tolist() == [1, 0]
    assert minutes.tolist() == [pytest.approx(metres[0] * 0.004), 60.0]


def test_doors_that_open_together_are_sorted_by_distance_then_row():
    index = NearestIndex([121.52, 121.51, 121.51, 121.5], [31.2] * 4)
    rows, minutes, _ = index.soonest(121.5, 31.2, 4, **opening([(60, 99)], codes=[0, 0, 0, 0]))
    assert rows.tolist() == [3, 1, 2, 0]
    assert minutes.tolist() == [60.0] * 4


def test_unknown_hours_are_never_usable():
    index = NearestIndex([121.5, 121.5, 121.5], [31.2] * 3)
    assert index.soonest(121.5, 31.2, 9, **opening([(0, 99)], codes=[-1, 0, 7]))[0].tolist() == [1]


def test_a_stay_that_just_fits_is_usable_and_one_minute_more_is_not():
    index = NearestIndex([121.5], [31.2])
    hours = opening([(0, 30)], codes=[0])
    assert index.soonest(121.5, 31.2, 1, **hours | {"stay": 30.0})[0].size == 1
    assert index.soonest(121.5, 31.2, 1, **hours | {"stay": 31.0})[0].size == 0
    assert index.soonest(121.5, 31.2, 1, **hours | {"depart": 30.0})[0].size == 0


def test_the_same_place_by_two_names_is_equally_far():
    index = NearestIndex([-180.0, 180.0, 10.0, 99.0], [5.0, 5.0, 90.0, 90.0])
    rows, metres = index.nearest(180.0, 5.0)
    assert rows.tolist() == [0, 1, 2, 3]
    assert metres[:2].tolist() == [0.0, 0.0]
    assert metres[2] == metres[3]


def test_a_code_decides_who_is_allowed():
    index = NearestIndex([121.5] * 4, [31.2] * 4)
    codes, allowed = np.array([0, 1, -1, 5], np.int32), np.array([False, True])
    assert index.nearest(121.5, 31.2, codes_allowed=(codes, allowed))[0].tolist() == [1]
    codes.flags.writeable = False
    assert index.nearest(121.5, 31.2, codes_allowed=(codes, ~allowed))[0].tolist() == [0]


def test_an_empty_index_answers_with_nothing():
    index = NearestIndex([], [])
    assert index.nearest(121.5, 31.2)[0].size == 0
    assert index.nearest(121.5, 31.2, codes_allowed=(np.empty(0, np.int32), np.ones(3, bool)))[0].size == 0
    assert index.nearest_many([121.5], [31.2], 2)[0].tolist() == [[-1, -1]]
    assert index.within_many([121.5], [31.2], INF).tolist() == [False]
    assert index.soonest(121.5, 31.2, 1, **opening([(0, 9)], codes=[]))[0].size == 0


ONE = NearestIndex([121.5], [31.2])


@pytest.mark.parametrize(
    ("field", "ask"),
    [
        ("lat", lambda: ONE.nearest(31.2, 121.5)),
        ("lon", lambda: ONE.nearest(float("nan"), 31.2)),
        ("lat", lambda: ONE.nearest(121.5, INF)),
        ("lon", lambda: ONE.nearest("here", 31.2)),
        ("lon", lambda: NearestIndex([], []).nearest(181.0, 0.0)),
        ("k", lambda: ONE.nearest(121.5, 31.2, 0)),
        ("k", lambda: ONE.nearest(121.5, 31.2, -3)),
        ("k", lambda: ONE.nearest(121.5, 31.2, 0.5)),
        ("max_m", lambda: ONE.nearest(121.5, 31.2, max_m=-1.0)),
        ("max_m", lambda: ONE.nearest(121.5, 31.2, max_m=float("nan"))),
        ("all_bits", lambda: ONE.nearest(121.5, 31.2, all_bits=2**64)),
        ("any_bits", lambda: ONE.nearest(121.5, 31.2, any_bits="toilet")),
        ("codes", lambda: ONE.nearest(121.5, 31.2, codes_allowed=(np.zeros(2, np.int32), np.ones(1, bool)))),
        ("lat", lambda: ONE.nearest_many([121.5, 31.2], [31.2, 121.5])),
        ("lon", lambda: ONE.nearest_many([121.5, 121.5], [31.2])),
        ("lon", lambda: ONE.nearest_many([[121.5]], [[31.2]])),
        ("k", lambda: ONE.nearest_many([121.5], [31.2], 0)),
        ("lon", lambda: ONE.within_many([float("nan")], [31.2], 5.0)),
        ("max_m", lambda: ONE.within_many([121.5], [31.2], -5.0)),
        ("lat", lambda: NearestIndex([31.2], [121.5])),
        ("lat", lambda: NearestIndex([121.5, 121.5, 121.5], [31.2, 31.2])),
        ("bits", lambda: NearestIndex([121.5], [31.2], [1, 2])),
        ("owner", lambda: NearestIndex([121.5], [31.2], owner=[1, 2])),
        ("lat", lambda: ONE.soonest(31.2, 121.5, 1, **opening([(0, 9)], codes=[0]))),
        ("codes", lambda: ONE.soonest(121.5, 31.2, 1, **opening([(0, 9)], codes=[0, 0]))),
        ("ends", lambda: ONE.soonest(121.5, 31.2, 1, **opening(codes=[0]) | {"ends": np.ones(2)})),
        (
            "offsets",
            lambda: ONE.soonest(121.5, 31.2, 1, **opening(codes=[0]) | {"offsets": np.array([0, 3])}),
        ),
        ("depart", lambda: ONE.soonest(121.5, 31.2, 1, **opening([(0, 9)], codes=[0]) | {"depart": INF})),
        ("stay", lambda: ONE.soonest(121.5, 31.2, 1, **opening([(0, 9)], codes=[0]) | {"stay": -1.0})),
        (
            "min_per_m",
            lambda: ONE.soonest(121.5, 31.2, 1, **opening([(0, 9)], codes=[0]) | {"min_per_m": -1.0}),
        ),
    ],
)
def test_a_question_that_makes_no_sense_names_the_field(field, ask):
    with pytest.raises(InputError) as caught:
        ask()
    assert caught.value.field == field


def country(n, seed):
    random = np.random.default_rng(seed)
    towns = random.uniform((80, 20), (130, 48), (200, 2))[random.integers(0, 200, n)]
    where = towns + random.normal(0, 0.1, (n, 2))
    return where[:, 0].copy(), where[:, 1].copy()


@pytest.fixture(scope="module")
def china():
    lon, lat = country(20_000, 1)
    random = np.random.default_rng(2)
    # Bits kept by 10, 1 and 0.1 % of the rows, and one that only the far west has.
    bits = sum(
        (random.random(lon.size) < share).astype(np.uint64) << np.uint64(i)
        for i, share in enumerate((0.1, 0.01, 0.001))
    )
    bits |= (lon < np.sort(lon)[20]).astype(np.uint64) << np.uint64(3)
    return World(lon, lat, bits, None)


@pytest.fixture(scope="module")
def asked_all(china):
    """Three hundred askers, each with PROJ's distance to every row."""
    places = list(zip(*(column.tolist() for column in country(300, 3)), strict=True))
    return [(place, distances(*place, china.lon, china.lat)) for place in places]


@pytest.mark.parametrize("all_bits", [0, 1, 2, 4, 8])
def test_three_hundred_askers_across_china_equal_a_scan(china, asked_all, all_bits):
    usable = np.flatnonzero(matches(china.bits, all_bits, 0))
    for place, exact_m in asked_all:
        rows, metres = china.index.nearest(*place, 10, all_bits)
        assert rows.tolist() == usable[np.argsort(exact_m[usable], kind="stable")][:10].tolist()
        np.testing.assert_allclose(metres, exact_m[rows], rtol=0, atol=1e-6)


def test_many_askers_are_shared_between_threads_without_a_difference(china):
    lon, lat = country(250_000, 4)
    rows, metres = china.index.nearest_many(lon, lat)
    some = slice(None, None, 1000)
    again, again_m = china.index.nearest_many(lon[some], lat[some])
    assert (rows[some] == again).all()
    assert (metres[some] == again_m).all()
    assert china.index.within_many(lon, lat, 2000.0).tolist() == (metres[:, 0] <= 2000.0).tolist()


def test_two_threads_may_ask_at_the_same_time(china):
    lon, lat = country(120_000, 5)
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(china.index.nearest_many(lon, lat)[0]))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 3
    assert all((answer == answers[0]).all() for answer in answers)
