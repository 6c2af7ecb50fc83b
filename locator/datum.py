"""WGS-84, GCJ-02 and BD-09: a coordinate is a pair of numbers *and* a datum.

GPS speaks WGS-84. Maps published in mainland China must use GCJ-02, a smooth shift of some
hundreds of metres; Baidu adds a second one, BD-09. Neither has an official formula: the constants
below are those every open implementation agrees on. The shifts back have no closed form and are
found by iteration here, to below a micrometre.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, overload

import numpy as np
from numba import njit, types

from locator._errors import InputError, Text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Degrees = NDArray[np.float64]

# Krasovsky 1940, which the shift is computed on: semi-major axis in metres, squared eccentricity.
_AXIS_M = 6378245.0
_ECC2 = 0.00669342162296594323
# Where GCJ-02 applies, as in every open implementation: a box round the country (west, east, south, north).
_BOX = (72.004, 137.8347, 0.8293, 55.8271)
_BAIDU_TURN = math.pi * 3000.0 / 180.0
# The shifts change by under 3 % of the step, so each pass gains 1.5 digits or more: 8 reach double precision.
_PASSES = 8
_MAX_LON, _MAX_LAT = 180.0, 90.0


class Datum(StrEnum):
    """The three datums in use in mainland China."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def datum_of(name: str | Datum, field: str = "datum") -> Datum:
    """Return the datum that a name means; "WGS-84" and "gcj_02" are understood.

    Raises
    ------
    InputError
        The name is none of the three.
    """
    if isinstance(name, Datum):
        return name
    try:
        return Datum(str(name).strip().lower().replace("-", "").replace("_", ""))
    except ValueError:
        raise InputError(
            field,
            name,
            Text(
                f"{field} 只能是 wgs84、gcj02 或 bd09，收到的是 {name!r}",
                f"{field} must be wgs84, gcj02 or bd09, got {name!r}",
            ),
        ) from None


def check_position(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """Return lon and lat as float64 arrays of one shape, or say what is wrong with them.

    Parameters
    ----------
    lon, lat
        Degrees, scalars or arrays that broadcast together.

    Raises
    ------
    InputError
        Not numbers, not finite, or out of range; names the likely mistake (swapped axes).
    """
    lons, lats = _numbers("lon", lon), _numbers("lat", lat)
    try:
        lons, lats = np.broadcast_arrays(lons, lats)
    except ValueError:
        raise InputError(
            "lat",
            lats.shape,
            Text(
                f"经度有 {lons.shape}、纬度有 {lats.shape}，个数对不上",
                f"lon has shape {lons.shape} but lat has {lats.shape}",
            ),
        ) from None
    # lat first: 121 given as a latitude is what swapped axes look like in China.
    swapped = np.abs(lons) <= _MAX_LAT
    _in_range("lat", lats, _MAX_LAT, swapped)
    _in_range("lon", lons, _MAX_LON, np.zeros_like(swapped))
    return lons, lats


def _numbers(field: str, value: ArrayLike) -> Degrees:
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        shown = repr(value)[:80]
        raise InputError(
            field,
            value,
            Text(f"{field} 要写成度数，收到的是 {shown}", f"{field} must be degrees, got {shown}"),
        ) from None


def _in_range(field: str, degrees: Degrees, limit: float, swapped: NDArray[np.bool_]) -> None:
    bad = ~(np.abs(degrees) <= limit)  # written so that NaN is bad
    if not bad.any():
        return
    first = np.unravel_index(int(np.argmax(bad)), bad.shape)
    got = float(degrees[first])
    where = f"[{', '.join(str(int(i)) for i in first)}]" if first else ""
    if not np.isfinite(got):
        text = Text(f"{field}{where} 不是有限的数（{got}）", f"{field}{where} is not a finite number ({got})")
    else:
        hint = bool(swapped[first])
        text = Text(
            f"{field}{where} {got:g} 超出 ±{limit:g}" + ("：经纬度是不是写反了？" if hint else ""),
            f"{field}{where} {got:g} is outside -{limit:g}..{limit:g}"
            + (": are lon and lat swapped?" if hint else ""),
        )
    raise InputError(field, got, text)


@overload
def convert(lon: float, lat: float, from_datum: str, to_datum: str) -> tuple[float, float]: ...
@overload
def convert(lon: ArrayLike, lat: ArrayLike, from_datum: str, to_datum: str) -> tuple[Degrees, Degrees]: ...
def convert(lon, lat, from_datum, to_datum):  # type: ignore[no-untyped-def]
    """Convert positions between datums.

    Parameters
    ----------
    lon, lat
        Degrees in `from_datum`, scalars or arrays that broadcast together.
    from_datum, to_datum
        Of "wgs84", "gcj02", "bd09".

    Returns
    -------
    lon, lat in `to_datum`: floats for scalars, else float64 arrays. Positions outside the box that
    GCJ-02 is defined on (72.004-137.8347 E, 0.8293-55.8271 N) are returned as they came.

    Raises
    ------
    InputError
        An unknown datum, or a position that is not finite or out of range.
    """
    source, target = datum_of(from_datum, "from_datum"), datum_of(to_datum, "to_datum")
    # One point is the hot path: arrays would cost ten times the arithmetic.
    if isinstance(lon, float) and isinstance(lat, float) and abs(lon) <= _MAX_LON and abs(lat) <= _MAX_LAT:
        return (lon, lat) if source is target else _convert_one(lon, lat, _CODES[source], _CODES[target])
    lons, lats = check_position(lon, lat)
    x, y = np.array(lons), np.array(lats)
    if source is not target:
        _convert_many(
            lons.ravel(), lats.ravel(), _CODES[source], _CODES[target], x.reshape(-1), y.reshape(-1)
        )
    return (float(x), float(y)) if x.ndim == 0 else (x, y)


_WGS84, _GCJ02, _BD09 = range(3)
_CODES = {Datum.WGS84: _WGS84, Datum.GCJ02: _GCJ02, Datum.BD09: _BD09}
_F, _IN, _OUT = types.float64, types.Array(types.float64, 1, "C", readonly=True), types.float64[::1]


@njit(cache=True)
def _national_shift(lon: float, lat: float) -> tuple[float, float]:
    """Return what GCJ-02 adds to WGS-84, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    root, cross = math.sqrt(abs(x)), x * y
    fine = 20.0 * math.sin(6.0 * math.pi * x) + 20.0 * math.sin(2.0 * math.pi * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * cross + 0.2 * root
    north += (2.0 / 3.0) * (
        fine
        + 20.0 * math.sin(math.pi * y)
        + 40.0 * math.sin(math.pi / 3.0 * y)
        + 160.0 * math.sin(math.pi / 12.0 * y)
        + 320.0 * math.sin(math.pi / 30.0 * y)
    )
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * cross + 0.1 * root
    east += (2.0 / 3.0) * (
        fine
        + 20.0 * math.sin(math.pi * x)
        + 40.0 * math.sin(math.pi / 3.0 * x)
        + 150.0 * math.sin(math.pi / 12.0 * x)
        + 300.0 * math.sin(math.pi / 30.0 * x)
    )
    phi = math.radians(lat)
    w2 = 1.0 - _ECC2 * math.sin(phi) ** 2
    w = math.sqrt(w2)
    # At the poles the cosine vanishes; nothing there is in the box, but the arithmetic must stay finite.
    parallel_m = max(_AXIS_M / w * math.cos(phi), 1.0)
    meridian_m = _AXIS_M * (1.0 - _ECC2) / (w2 * w)
    return math.degrees(east / parallel_m), math.degrees(north / meridian_m)


@njit(cache=True)
def _baidu_shift(lon: float, lat: float) -> tuple[float, float]:
    """Return what BD-09 adds to GCJ-02, in degrees."""
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BAIDU_TURN)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BAIDU_TURN)
    return radius * math.cos(angle) + 0.0065 - lon, radius * math.sin(angle) + 0.006 - lat


@njit(cache=True)
def _undo(baidu: bool, lon: float, lat: float) -> tuple[float, float]:
    x, y = lon, lat
    for _ in range(_PASSES):
        dx, dy = _baidu_shift(x, y) if baidu else _national_shift(x, y)
        x, y = lon - dx, lat - dy
    return x, y


@njit("UniTuple(float64, 2)(float64, float64, int64, int64)", cache=True, nogil=True)
def _convert_one(lon: float, lat: float, source: int, target: int) -> tuple[float, float]:
    here = lon, lat
    national = _undo(True, *here) if source == _BD09 else here
    wgs = national if source == _WGS84 else _undo(False, *national)
    # Always judged by the WGS-84 position, so that there and back is the same even at the box's edge.
    if not (_BOX[0] <= wgs[0] <= _BOX[1] and _BOX[2] <= wgs[1] <= _BOX[3]):
        return here
    if target == _WGS84:
        return wgs
    if source == _WGS84:
        dx, dy = _national_shift(*wgs)
        national = wgs[0] + dx, wgs[1] + dy
    if target == _BD09:
        dx, dy = _baidu_shift(*national)
        national = national[0] + dx, national[1] + dy
    return national


@njit(types.void(_IN, _IN, types.int64, types.int64, _OUT, _OUT), cache=True, nogil=True)
def _convert_many(
    lon: Degrees, lat: Degrees, source: int, target: int, out_lon: Degrees, out_lat: Degrees
) -> None:
    for i in range(lon.size):
        out_lon[i], out_lat[i] = _convert_one(lon[i], lat[i], source, target)
