"""WGS-84, GCJ-02 and BD-09: a coordinate is a pair of numbers *and* a datum.

GPS speaks WGS-84. Maps published in mainland China must use GCJ-02, a smooth shift of some
hundreds of metres; Baidu adds a second one, BD-09. Neither has an official formula: the constants
below are those every open implementation agrees on. The shifts back have no closed form and are
found by iteration here, to below a micrometre.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, overload

import numpy as np

from locator._errors import InputError, Text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Degrees = NDArray[np.float64]

# Krasovsky 1940, which the shift is computed on: semi-major axis in metres, squared eccentricity.
_AXIS_M = 6378245.0
_ECC2 = 0.00669342162296594323
# Where GCJ-02 applies, as in every open implementation: a box round the country (west, east, south, north).
_BOX = (72.004, 137.8347, 0.8293, 55.8271)
_BAIDU_TURN = np.pi * 3000.0 / 180.0
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
    lons, lats = check_position(lon, lat)
    x, y = _shifted(lons, lats, source, target) if source is not target else (lons, lats)
    return (float(x), float(y)) if x.ndim == 0 else (np.array(x), np.array(y))


def _shifted(lon: Degrees, lat: Degrees, source: Datum, target: Datum) -> tuple[Degrees, Degrees]:
    national = baidu = wgs = (lon, lat)
    if source is Datum.BD09:
        national = _undo(_baidu_shift, lon, lat)
    if source is not Datum.WGS84:
        wgs = _undo(_national_shift, *national)
    else:
        national = _apply(_national_shift, lon, lat)
    if target is Datum.BD09:
        baidu = _apply(_baidu_shift, *national)
    x, y = {Datum.WGS84: wgs, Datum.GCJ02: national, Datum.BD09: baidu}[target]
    # Always judged by the WGS-84 position, so that there and back is the same even at the box's edge.
    west, east, south, north = _BOX
    inside = (wgs[0] >= west) & (wgs[0] <= east) & (wgs[1] >= south) & (wgs[1] <= north)
    return np.where(inside, x, lon), np.where(inside, y, lat)


def _apply(shift: _Shift, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    dx, dy = shift(lon, lat)
    return lon + dx, lat + dy


def _undo(shift: _Shift, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    x, y = lon, lat
    for _ in range(_PASSES):
        dx, dy = shift(x, y)
        x, y = lon - dx, lat - dy
    return x, y


def _national_shift(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return what GCJ-02 adds to WGS-84, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    root, cross = np.sqrt(np.abs(x)), x * y
    fine = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * cross + 0.2 * root
    north += (2.0 / 3.0) * (
        fine
        + 20.0 * np.sin(np.pi * y)
        + 40.0 * np.sin(np.pi / 3.0 * y)
        + 160.0 * np.sin(np.pi / 12.0 * y)
        + 320.0 * np.sin(np.pi / 30.0 * y)
    )
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * cross + 0.1 * root
    east += (2.0 / 3.0) * (
        fine
        + 20.0 * np.sin(np.pi * x)
        + 40.0 * np.sin(np.pi / 3.0 * x)
        + 150.0 * np.sin(np.pi / 12.0 * x)
        + 300.0 * np.sin(np.pi / 30.0 * x)
    )
    phi = np.radians(lat)
    w2 = 1.0 - _ECC2 * np.sin(phi) ** 2
    w = np.sqrt(w2)
    # At the poles the cosine vanishes; nothing there is in the box, but the arithmetic must not warn.
    parallel_m = np.maximum(_AXIS_M / w * np.cos(phi), 1.0)
    meridian_m = _AXIS_M * (1.0 - _ECC2) / (w2 * w)
    return np.degrees(east / parallel_m), np.degrees(north / meridian_m)


def _baidu_shift(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return what BD-09 adds to GCJ-02, in degrees."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU_TURN)
    return radius * np.cos(angle) + 0.0065 - lon, radius * np.sin(angle) + 0.006 - lat


if TYPE_CHECKING:
    from collections.abc import Callable

    _Shift = Callable[[Degrees, Degrees], tuple[Degrees, Degrees]]
