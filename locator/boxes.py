"""Boxes that change: what a map shows, what a bounding box holds, which polygon a point is in."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import shapely
from rtree.index import Index, Property

from locator._errors import InputError, Text
from locator.datum import check_position

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray
    from shapely import Geometry

    Box = tuple[float, float, float, float]

# Measured: with the default of 100 a delete takes 1.7 ms.
_NODE_CAPACITY = 16
_EAST_END = np.array([False, False, True, False])


class BoxIndex:
    """Boxes with an id each, which may be put in and taken out at any time, from any thread.

    Parameters
    ----------
    ids
        Whole numbers, shape (n,), n may be 0; an id may have several boxes.
    boxes
        West, south, east, north in degrees, shape (n, 4). West beyond east crosses the antimeridian.

    Raises
    ------
    InputError
        A corner is not finite or out of range, south lies beyond north, or the columns do not match.
    """

    def __init__(self, ids: ArrayLike = (), boxes: ArrayLike = ()) -> None:
        keys = np.asarray(ids, np.int64).reshape(-1)
        corners = _checked(np.asarray(boxes, np.float64).reshape(-1, 4))
        if keys.size != len(corners):
            text = Text(
                f"ids 有 {keys.size} 个，boxes 有 {len(corners)} 个",
                f"{keys.size} ids for {len(corners)} boxes",
            )
            raise InputError("ids", keys.size, text)
        # libspatialindex is not safe against a reader beside a writer.
        self._lock = Lock()
        over = corners[:, 0] > corners[:, 2]
        keys = np.concatenate([keys, keys[over]])
        corners = np.concatenate([np.where(over[:, None] & _EAST_END, 180.0, corners), corners[over]])
        corners[len(over) :, 0] = -180.0
        properties = Property(
            dimension=2,
            index_capacity=_NODE_CAPACITY,
            leaf_capacity=_NODE_CAPACITY,
            near_minimum_overlap_factor=8,
        )
        columns = keys, np.ascontiguousarray(corners[:, :2]), np.ascontiguousarray(corners[:, 2:])
        self._index = Index(columns, properties=properties) if keys.size else Index(properties=properties)

    def in_box(self, west: float, south: float, east: float, north: float) -> NDArray[np.int64]:
        """Return the ids, sorted, of the boxes that meet this one, edges included.

        Degrees; west beyond east crosses the antimeridian.

        Raises
        ------
        InputError
            A corner is not finite or out of range, or south lies beyond north.
        """
        with self._lock:
            found = [i for part in _parts((west, south, east, north)) for i in self._index.intersection(part)]
        return np.unique(np.array(found, np.int64))

    def insert(self, key: int, box: Box) -> None:
        """Put a box in (west, south, east, north in degrees).

        Raises
        ------
        InputError
            As `in_box`.
        """
        with self._lock:
            for part in _parts(box):
                self._index.insert(key, part)

    def delete(self, key: int, box: Box) -> None:
        """Take out a box that was put in with just these corners; nothing happens if there is none.

        Raises
        ------
        InputError
            As `in_box`.
        """
        with self._lock:
            for part in _parts(box):
                self._index.delete(key, part)

    def holding(self, lon: float, lat: float, polygons: Mapping[int, Geometry]) -> NDArray[np.int64]:
        """Return the ids of the polygons that hold a point, edges included, sorted.

        Parameters
        ----------
        lon, lat
            Degrees.
        polygons
            The polygon of each id; `shapely.prepare` makes them several times faster. An id without one
            holds nothing.

        Raises
        ------
        InputError
            The position is not finite or out of range.
        """
        near = [int(i) for i in self.in_box(lon, lat, lon, lat) if int(i) in polygons]
        holds = shapely.intersects_xy([polygons[i] for i in near], lon, lat)
        return np.array(near, np.int64)[holds]


def _checked(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    check_position(boxes[:, 0], boxes[:, 1])
    check_position(boxes[:, 2], boxes[:, 3])
    upside_down = boxes[:, 1] > boxes[:, 3]
    if upside_down.any():
        got = tuple(boxes[int(np.argmax(upside_down))].tolist())
        raise InputError("south", got, Text(f"南界高于北界：{got}", f"south lies beyond north in {got}"))
    return boxes


def _parts(box: Box) -> list[Box]:
    ((west, south, east, north),) = _checked(np.asarray(box, np.float64).reshape(1, 4)).tolist()
    if west <= east:
        return [(west, south, east, north)]
    return [(west, south, 180.0, north), (-180.0, south, east, north)]
