"""From pieces of street as a reader finds them to a network as a file holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator.streets.files import Streets, tenths, whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]


class Pieces(NamedTuple):
    """Pieces as they were read: ends by row of the points, km/h of shape (modes, 2, pieces)."""

    lon: Floats
    lat: Floats
    start: Rows
    end: Rows
    metres: Floats
    kmh: Floats


def assemble(pieces: Pieces, modes: tuple[str, ...], source: str) -> Streets:
    """Return the network: pieces that nobody may use and points without a piece left out, twins made one.

    Some sources hold each direction of a street apart. Unless the two become one piece, whoever stands
    beside it could leave in one direction only.
    """
    kmh = tenths(pieces.kmh)
    used = kmh.any(axis=(0, 1)) & (pieces.start != pieces.end)
    start, end, metres, kmh = pieces.start[used], pieces.end[used], pieces.metres[used], kmh[:, :, used]
    swapped = start > end
    start, end = np.where(swapped, end, start), np.where(swapped, start, end)
    kmh = np.where(swapped, kmh[:, ::-1], kmh)
    order = np.lexsort((metres, end, start))
    start, end, metres, kmh = start[order], end[order], metres[order], kmh[:, :, order]
    # To a decimetre: twins were measured along the same line, but not summed in the same order.
    first = np.ones(len(start), np.bool_)
    first[1:] = (np.diff(start) != 0) | (np.diff(end) != 0) | (np.diff(metres) > 0.1)  # noqa: PLR2004
    begins = np.flatnonzero(first)
    if len(begins):
        kmh = np.maximum.reduceat(kmh, begins, axis=2)
    kept, ends = np.unique(np.concatenate([start[begins], end[begins]]), return_inverse=True)
    lon, lat = whole(pieces.lon[kept], pieces.lat[kept])
    return Streets(
        lon,
        lat,
        ends[: len(begins)].astype(np.int32),
        ends[len(begins) :].astype(np.int32),
        metres[begins].astype(np.float32),
        kmh,
        modes,
        source,
    )
