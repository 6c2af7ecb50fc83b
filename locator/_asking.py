"""What is checked before compiled code is asked, and how a long list of askers is shared between cores."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from locator._errors import InputError, Text
from locator.datum import check_position

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

# Small enough to share evenly between cores, large enough that its askers are near one another.
_ASKERS_A_TASK = 100_000


def column(field: str, values: ArrayLike, dtype: type[np.generic], n: int) -> NDArray[Any]:
    """Return values as one contiguous column of n, or say which field is not one."""
    found = np.ascontiguousarray(values, dtype)
    if found.shape != (n,):
        raise mistake(field, found.shape, f"是 {n} 个一列", f"a column of {n}")
    return found


def askers(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Return two contiguous columns of one length; what they hold is checked where it is used."""
    try:
        lons, lats = np.ascontiguousarray(lon, np.float64), np.ascontiguousarray(lat, np.float64)
    except (TypeError, ValueError, OverflowError):
        check_position(lon, lat)
        raise
    if lons.ndim != 1 or lons.shape != lats.shape:
        check_position(lons, lats)
        raise mistake("lon", lons.shape, "是一列，与 lat 一样长", "a column as long as lat")
    return lons, lats


def shared(work: Callable[[slice], bool], m: int) -> bool:
    """Do the work on slices of m askers on all cores; return whether all of it went well.

    Threads of our own, not numba's: its default ones end the process when two callers ask at once.
    """
    parts = [slice(first, first + _ASKERS_A_TASK) for first in range(0, m, _ASKERS_A_TASK)]
    if len(parts) <= 1:
        return all(map(work, parts))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as pool:
        return all(pool.map(work, parts))


def explain(lon: float, lat: float, k: int, all_bits: int, any_bits: int, **least_zero: float) -> None:
    """Raise what is wrong with a question; return if nothing is."""
    check_position(lon, lat)
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise mistake("k", k, "是 1 以上的整数", "a whole number from 1")
    for field, value in (("all_bits", all_bits), ("any_bits", any_bits)):
        if not isinstance(value, int | np.integer) or not 0 <= value < 2**64:
            raise mistake(field, value, "是 64 位无符号整数", "an unsigned 64-bit number")
    for field, bound in least_zero.items():
        if not isinstance(bound, int | float | np.number) or not bound >= 0:
            raise mistake(field, bound, "不小于 0", "0 or more")


def mistake(field: str, got: object, zh: str, en: str) -> InputError:
    """Return the error that says what a field should have been, in both languages."""
    return InputError(
        field, got, Text(f"{field} 应当{zh}，收到的是 {got!r}", f"{field} must be {en}, got {got!r}")
    )
