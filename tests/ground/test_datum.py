"""Datums: against an independent scalar reading of the public formulas, there and back, and refused input."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from locator import InputError, convert

GEOD = Geod(ellps="WGS84")
DATUMS = ("wgs84", "gcj02", "bd09")
PAIRS = list(permutations(DATUMS, 2))
BEIJING = (116.404, 39.915)

longitudes = st.floats(73, 135)
latitudes = st.floats(4, 54)


def sines(amplitudes: tuple[float, ...], periods: tuple[float, ...], angle: float) -> float:
    waves = zip(amplitudes, periods, strict=True)
    return 2 / 3 * math.fsum(a * math.sin(math.pi * angle * 2 / p) for a, p in waves)


def oracle_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Shift WGS-84 as the public formulas do: metres on the Krasovsky ellipsoid, by its radii of curvature."""
    a, e2 = 6378245.0, 0.00669342162296594323
    x, y = lon - 105, lat - 35
    ripple = sines((20, 20), (1 / 3, 1), x)
    east = math.fsum((300, x, 2 * y, x * x / 10, x * y / 10, math.sqrt(abs(x)) / 10, ripple))
    east += sines((20, 40, 150, 300), (2, 6, 24, 60), x)
    north = math.fsum((-100, 2 * x, 3 * y, y * y / 5, x * y / 10, math.sqrt(abs(x)) / 5, ripple))
    north += sines((20, 40, 160, 320), (2, 6, 24, 60), y)
    phi = math.radians(lat)
    root = math.sqrt(1 - e2 * math.sin(phi) ** 2)
    meridian, normal = a * (1 - e2) / root**3, a / root
    return lon + math.degrees(east / (normal * math.cos(phi))), lat + math.degrees(north / meridian)


def oracle_bd09(lon: float, lat: float) -> tuple[float, float]:
    turn = math.pi * 3000 / 180
    far = math.sqrt(lon * lon + lat * lat) + 2e-5 * math.sin(lat * turn)
    angle = math.atan2(lat, lon) + 3e-6 * math.cos(lon * turn)
    return far * math.cos(angle) + 0.0065, far * math.sin(angle) + 0.006


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(GEOD.inv(*a, *b)[2])


def test_published_pairs_come_out_as_published() -> None:
    assert convert(*BEIJING, "wgs84", "gcj02") == pytest.approx(
        (116.41024449916938, 39.91640428150164), abs=1e-11
    )
    assert convert(*BEIJING, "gcj02", "bd09") == pytest.approx(
        (116.41036949371029, 39.92133699351021), abs=1e-11
    )


@given(longitudes, latitudes)
def test_gcj02_is_what_the_public_formulas_say(lon: float, lat: float) -> None:
    assert metres(convert(lon, lat, "wgs84", "gcj02"), oracle_gcj02(lon, lat)) < 1e-6


@given(longitudes, latitudes)
def test_bd09_is_what_the_public_formulas_say(lon: float, lat: float) -> None:
    assert metres(convert(lon, lat, "gcj02", "bd09"), oracle_bd09(lon, lat)) < 1e-6


@given(longitudes, latitudes)
def test_wgs84_reaches_bd09_by_way_of_gcj02(lon: float, lat: float) -> None:
    assert metres(convert(lon, lat, "wgs84", "bd09"), oracle_bd09(*oracle_gcj02(lon, lat))) < 1e-6


@pytest.mark.parametrize(("there", "back"), PAIRS)
@given(lon=longitudes, lat=latitudes)
def test_there_and_back_is_the_same_place(there: str, back: str, lon: float, lat: float) -> None:
    assert metres(convert(*convert(lon, lat, there, back), back, there), (lon, lat)) < 1e-5


@given(longitudes, latitudes)
def test_a_detour_through_the_third_datum_changes_nothing(lon: float, lat: float) -> None:
    direct = convert(lon, lat, "bd09", "wgs84")
    assert metres(convert(*convert(lon, lat, "bd09", "gcj02"), "gcj02", "wgs84"), direct) < 1e-5


@given(longitudes, latitudes)
def test_the_shift_is_some_hundreds_of_metres_in_china(lon: float, lat: float) -> None:
    assert 1 < metres(convert(lon, lat, "wgs84", "gcj02"), (lon, lat)) < 2000


@pytest.mark.parametrize("datum", DATUMS)
def test_the_same_datum_gives_the_same_numbers(datum: str) -> None:
    assert convert(*BEIJING, datum, datum) == BEIJING


def test_a_whole_grid_there_and_back_is_the_same_place() -> None:
    lon, lat = np.meshgrid(np.linspace(73, 135, 311), np.linspace(4, 54, 251))
    for there, back in PAIRS:
        again = convert(*convert(lon, lat, there, back), back, there)
        assert GEOD.inv(lon, lat, *again)[2].max() < 1e-5


@pytest.mark.parametrize(("there", "back"), PAIRS)
@pytest.mark.parametrize(
    "place",
    [(139.6917, 35.6895), (-0.1276, 51.5072), (151.2093, -33.8688), (116.4, 90.0), (116.4, -90.0), (0.0, 0.0),
     (180.0, 35.0), (-180.0, -35.0)],
    ids=["tokyo", "london", "sydney", "north-pole", "south-pole", "origin", "date-line", "date-line-west"],
)  # fmt: skip
def test_outside_china_nothing_is_shifted(place: tuple[float, float], there: str, back: str) -> None:
    assert convert(*place, there, back) == place


def test_an_array_shifts_only_what_lies_in_china() -> None:
    lon, lat = convert([116.404, 139.6917], [39.915, 35.6895], "wgs84", "gcj02")
    assert (lon[0], lat[0]) == convert(*BEIJING, "wgs84", "gcj02")
    assert (lon[1], lat[1]) == (139.6917, 35.6895)


def test_scalars_give_floats() -> None:
    for numbers in (
        BEIJING,
        (116, 39),
        (np.float64(116.404), np.float32(39.915)),
        (np.array(116.404), np.array(39.9)),
    ):
        for target in DATUMS:
            assert [type(value) for value in convert(*numbers, "wgs84", target)] == [float, float]


@pytest.mark.parametrize("shape", [(0,), (1,), (7,), (2, 3), (0, 4), (2, 1, 2)])
@pytest.mark.parametrize("target", DATUMS)
def test_arrays_give_arrays_of_their_shape(shape: tuple[int, ...], target: str) -> None:
    lon, lat = convert(np.full(shape, 116.404), np.full(shape, 39.915), "wgs84", target)
    assert lon.shape == lat.shape == shape
    assert lon.dtype == lat.dtype == np.float64
    assert (lon == convert(*BEIJING, "wgs84", target)[0]).all()


def test_one_latitude_serves_many_longitudes() -> None:
    lon, lat = convert([116.0, 117.0], 39.9, "wgs84", "gcj02")
    assert [(lon[i], lat[i]) for i in (0, 1)] == [convert(x, 39.9, "wgs84", "gcj02") for x in (116.0, 117.0)]


@pytest.mark.parametrize("target", DATUMS)
def test_what_was_given_is_not_touched(target: str) -> None:
    given_lon, given_lat = np.array([116.404, 121.5]), np.array([39.915, 31.2])
    lon, lat = convert(given_lon, given_lat, "gcj02", target)
    lon += 1
    lat += 1
    assert given_lon.tolist() == [116.404, 121.5]
    assert given_lat.tolist() == [39.915, 31.2]


@pytest.mark.parametrize("name", ["WGS-84", "wgs84", " Wgs_84 "])
def test_a_datum_is_known_by_its_usual_spellings(name: str) -> None:
    assert convert(*BEIJING, name, "GCJ-02") == convert(*BEIJING, "wgs84", "gcj02")


def refused(lon: object, lat: object, source: object = "wgs84", target: object = "gcj02") -> InputError:
    with pytest.raises(InputError) as caught:
        convert(lon, lat, source, target)
    error = caught.value
    assert isinstance(error, ValueError)
    assert str(error) == error.text.en
    assert error.text.zh != error.text.en
    assert any("一" <= character <= "鿿" for character in error.text.zh)
    assert not any("一" <= character <= "鿿" for character in error.text.en)
    assert error.field in error.text.en
    return error


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_refused(number: float) -> None:
    assert refused(number, 31.2).field == "lon"
    assert refused(121.5, number).field == "lat"
    assert "finite" in str(refused([121.5, number], 31.2))


def test_swapped_axes_are_named_as_the_likely_mistake() -> None:
    error = refused(31, 121)
    assert (error.field, error.got) == ("lat", 121.0)
    assert "swapped" in error.text.en
    assert "写反" in error.text.zh


def test_a_latitude_wrong_by_itself_is_not_called_swapped() -> None:
    assert "swapped" not in str(refused(121, 131))


def test_a_longitude_beyond_the_date_line_is_refused() -> None:
    error = refused(181, 31)
    assert (error.field, error.got) == ("lon", 181.0)
    assert "181" in error.text.en


def test_the_faulty_element_of_an_array_is_pointed_at() -> None:
    assert "[1]" in str(refused([121, 181, 122], [31, 31, 31]))
    assert "[1, 0]" in str(refused([[121, 122], [181, 121]], 31))


@pytest.mark.parametrize("name", ["mars", "", "wgs", "gcj", "bd", None, 84])
def test_an_unknown_datum_is_refused(name: object) -> None:
    assert refused(121.5, 31.2, source=name).field == "from_datum"
    assert refused(121.5, 31.2, target=name).field == "to_datum"
    assert "wgs84" in str(refused(121.5, 31.2, source=name))


@pytest.mark.parametrize(
    "words", ["abc", "", "121°30′E", "121,5", ["121.5", "east"], {}, object(), 1j, [[1], [2, 3]]]
)
def test_what_is_no_number_is_refused(words: object) -> None:
    assert refused(words, 31.2).field == "lon"
    assert refused(121.5, words).field == "lat"


def test_columns_of_different_length_are_refused() -> None:
    error = refused([121, 122], [31, 32, 33])
    assert error.field == "lat"
    assert "shape" in error.text.en


def test_a_refusal_of_a_huge_text_stays_short() -> None:
    assert len(str(refused("x" * 100_000, 31))) < 200
