"""Coordinates as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locator import InputError
from locator.ingest.coordinates import read_degrees, read_pair


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("121.54429", 121.54429),
        ("１２１．５４４２９", 121.54429),
        (" 121.54429° ", 121.54429),
        ("121.54429°E", 121.54429),
        ("E121.54429", 121.54429),
        ("东经121.54429度", 121.54429),
        ("121,54429", 121.54429),
        ("121°32′40″E", 121.5444444),
        ("121°32'40\"", 121.5444444),
        ("121º32’40”", 121.5444444),
        ("121-32-40", 121.5444444),
        ("121:32:40", 121.5444444),
        ("121 32 40", 121.5444444),
        ("东经121度32分40秒", 121.5444444),
        ("121°32.5′", 121.5416667),
        ("西经73°30′", -73.5),
        ("31°16′S", -31.2666667),
        ("1.2154e2", 121.54),
    ],
)
def test_a_coordinate_is_read(text: str, value: float) -> None:
    assert read_degrees(text).value == pytest.approx(value, abs=1e-7)


@pytest.mark.parametrize(
    "text",
    [
        "121.54429,31.27",
        "31.27, 121.54429",
        "121.54429 31.27",
        "121.54429；31.27",
        "（121.54429，31.27）",
        "31.27°N 121.54429°E",
        "N31.27,E121.54429",
        "北纬31.27度，东经121.54429度",
        "北纬31°16′12″东经121°32′39.444″",
        "POINT (121.54429 31.27)",
        "经度：121.54429，纬度：31.27",
    ],
)
def test_two_coordinates_in_a_cell_are_read_in_either_order(text: str) -> None:
    assert read_pair(text) == pytest.approx((121.54429, 31.27), abs=1e-6)


@pytest.mark.parametrize(
    "text", ["", "x", "121.5.4", "121°75′", "大概在路口", "nan", "inf", "0x10", "121_5", "12" * 200]
)
def test_what_is_no_coordinate_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_degrees(text)
    with pytest.raises(InputError):
        read_pair(text)


@given(st.text())
def test_no_text_crashes_the_reader(text: str) -> None:
    for read in (read_degrees, read_pair):
        try:
            read(text)
        except InputError:
            continue


@given(st.text(alphabet="0123456789.,°′″'\" -+东经北纬度分秒NSEWnsew:；", max_size=60))
def test_no_text_that_looks_like_one_crashes_or_hangs(text: str) -> None:
    for read in (read_degrees, read_pair):
        try:
            read(text)
        except InputError:
            continue


@given(st.floats(73.5, 134.9), st.floats(4, 53))
def test_degrees_minutes_and_seconds_are_the_same_number(lon: float, lat: float) -> None:
    def spelled(value: float) -> str:
        whole, rest = int(value), value % 1 * 60
        seconds = min(rest % 1 * 60, 59.999999)
        return f"{whole}°{int(rest)}′{seconds:.6f}″"

    assert read_pair(f"{spelled(lon)} {spelled(lat)}") == pytest.approx((lon, lat), abs=1e-6)
    assert read_pair(f"{lat!r},{lon!r}") == (lon, lat)
