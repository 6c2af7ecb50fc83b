"""Coordinates as people write them: decimals, degrees and minutes, two in one cell, in either order."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, NamedTuple

from locator._errors import InputError, Text

Axis = Literal["lon", "lat"]
# A cell longer than this is no coordinate; the cap also keeps the patterns below quick.
_MAX_CHARACTERS = 100
_DECIMAL = re.compile(r"[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?|[-+]?\.\d+")
_DECIMAL_COMMA = re.compile(r"[-+]?\d{1,3},\d{3,12}")
_SEXAGESIMAL = re.compile(
    r"([-+]?)(\d{1,3})\s*[°:\- ]\s*(\d{1,2}(?:\.\d+)?)\s*(?:['′:\- ]\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:\"|''|″|′′)?)?)?"
)
_LETTERS: tuple[tuple[str, Axis, int], ...] = (
    ("东经|经度|longitude|lng|lon|e", "lon", 1), ("西经|w", "lon", -1),
    ("北纬|纬度|latitude|lat|n", "lat", 1), ("南纬|s", "lat", -1),
)  # fmt: skip
_SPELLINGS = (
    ("º", "°"), ("˚", "°"), ("分", "′"), ("秒", "″"), ("’", "′"), ("‘", "′"), ("'", "′"),
    ("”", "″"), ("“", "″"), ('"', "″"), ("−", "-"), ("–", "-"), ("—", "-"), ("〃", "″"),
)  # fmt: skip
_BETWEEN = re.compile(r"\s*[,;，；、/|]\s*|\s+")
# China in degrees: lon and lat never overlap, so two numbers tell by themselves which is which.
LON_IN_CHINA, LAT_IN_CHINA = (73.0, 136.0), (3.0, 54.0)
_MINUTES = 60


class Degrees(NamedTuple):
    """A number of degrees and, where a letter or a word says so, its axis."""

    value: float
    axis: Axis | None = None


def read_degrees(text: str, field: str = "lon") -> Degrees:
    """Return one coordinate: "121.54", "１２１．５４", 121°32′40″E, 121-32-40, 东经121度32分.

    Raises
    ------
    InputError
        Not a coordinate.
    """
    said = _evened(text)
    axis, sign, bare = _direction(said)
    value = _number(bare)
    if value is None:
        raise _refused(field, text)
    return Degrees(sign * value, axis)


def read_pair(text: str) -> tuple[float, float]:
    """Return (lon, lat) of a cell that holds both, in either order: "121.54,31.27", "北纬31°16′ 东经121°32′".

    Without a word that says so, the order is longitude first unless only the other order lies in China.

    Raises
    ------
    InputError
        Not two coordinates.
    """
    said = _evened(text).strip("()[]{} ")
    said = re.sub(r"^point\s*\(?", "", said).strip("() ")
    for first, second in _halves(said):
        try:
            one, other = read_degrees(first, "position"), read_degrees(second, "position")
        except InputError:
            continue
        if one.axis is not None and one.axis == other.axis:
            break
        if one.axis == "lat" or other.axis == "lon":
            return other.value, one.value
        if one.axis is None and other.axis is None and swapped(one.value, other.value):
            return other.value, one.value
        return one.value, other.value
    raise _refused("position", text)


def swapped(lon: float, lat: float) -> bool:
    """Return whether two numbers lie in China only if they change places."""
    return (
        LON_IN_CHINA[0] <= lat <= LON_IN_CHINA[1]
        and LAT_IN_CHINA[0] <= lon <= LAT_IN_CHINA[1]
        and not (LON_IN_CHINA[0] <= lon <= LON_IN_CHINA[1] and LAT_IN_CHINA[0] <= lat <= LAT_IN_CHINA[1])
    )


def _evened(text: str) -> str:
    said = text[: _MAX_CHARACTERS + 1]
    for other, usual in _SPELLINGS[:2]:  # before NFKC makes a letter of them
        said = said.replace(other, usual)
    said = unicodedata.normalize("NFKC", said).strip().lower()
    for other, usual in _SPELLINGS:
        said = said.replace(other, usual)
    # Not the 度 of 经度.
    return re.sub(r"(?<=[\d.])\s*度", "°", said).replace("′′", "″")


def _direction(said: str) -> tuple[Axis | None, int, str]:
    for words, axis, sign in _LETTERS:
        match = re.match(rf"(?:{words})\s*[::]?\s*(?=[\d.+-])", said)
        if match:
            return axis, sign, said[match.end() :].strip()
        match = re.search(rf"(?<=[\d.°′″ ])\s*(?:{words})$", said)
        if match:
            return axis, sign, said[: match.start()].strip()
    return None, 1, said


def _number(said: str) -> float | None:
    if len(said) > _MAX_CHARACTERS:
        return None
    said = said.removesuffix("°").strip()
    if _DECIMAL.fullmatch(said):
        value = float(said)
        return value if abs(value) < 1e12 else None  # noqa: PLR2004  rather no number than infinity
    if _DECIMAL_COMMA.fullmatch(said):
        return float(said.replace(",", "."))
    match = _SEXAGESIMAL.fullmatch(said)
    if match is None:
        return None
    minus, whole, minutes, seconds = match.groups()
    if float(minutes) >= _MINUTES or float(seconds or 0) >= _MINUTES or ("." in minutes and seconds):
        return None
    value = int(whole) + float(minutes) / _MINUTES + float(seconds or 0) / _MINUTES**2
    return -value if minus == "-" else value


def _halves(said: str) -> list[tuple[str, str]]:
    """Return the ways to cut a text in two, the likeliest first."""
    cuts = [(said[: m.start()], said[m.end() :]) for m in _BETWEEN.finditer(said)]
    # "北纬31°16′东经121°32′", "31.2n121.5e": nothing between, but a letter on both.
    cuts += [
        (said[: m.start()], said[m.start() :])
        for m in re.finditer(r"(?<=[\d°′″nsew])(?=东经|西经|北纬|南纬|[eNnw]\d)", said)
    ]
    cuts += [(said[: m.end()], said[m.end() :]) for m in re.finditer(r"[nsew](?=\d)", said)]
    return [(a, b) for a, b in cuts if a and b]


def _refused(field: str, text: str) -> InputError:
    shown = text[:40]
    return InputError(
        field,
        shown,
        Text(f"“{shown}”不是坐标", f"{shown!r} is not a coordinate"),
    )
