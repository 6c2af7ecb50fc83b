"""Where and when people need a service: points with a weight and a rhythm of the week."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from locator._errors import InputError, Text
from locator.coverage.rhythms import FLAT, RHYTHMS

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from shapely import Geometry

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int32]


class Fault(NamedTuple):
    """What is wrong with one row of a demand file, which is left out: 1 = the first data row."""

    row: int
    column: str
    value: str
    reason: Text


@dataclass(frozen=True, eq=False)
class Demand:
    """Demand as points, WGS-84 degrees.

    `weight` is how many people (or meals, or parcels), `rhythm` the row of `rhythms` of each point. `source_row` says which
    row of the file a point comes from (0 = the first), `shapes` the outline of that row if it had one. `town` is what
    the file says, "" where it does not. `faults` are the rows that were left out.
    """

    lon: Floats
    lat: Floats
    weight: Floats
    rhythm: Rows
    rhythms: Floats
    source_row: Rows
    shapes: NDArray[np.object_] | None = None
    town: NDArray[np.object_] | None = None
    faults: tuple[Fault, ...] = ()
    name: str = ""
    notes: tuple[Text, ...] = field(default=())

    @classmethod
    def of(
        cls,
        lon: ArrayLike,
        lat: ArrayLike,
        weight: ArrayLike = 1.0,
        rhythm: ArrayLike | str = FLAT,
    ) -> Demand:
        """Return the demand of points that are known to be right; one rhythm for all, by name or as 168 weights."""
        lons = np.ascontiguousarray(lon, np.float64)
        week = RHYTHMS[rhythm] if isinstance(rhythm, str) else np.asarray(rhythm, np.float64)
        return cls(
            lons,
            np.ascontiguousarray(lat, np.float64),
            np.ascontiguousarray(np.broadcast_to(np.asarray(weight, np.float64), lons.shape)),
            np.zeros(len(lons), np.int32),
            np.array(week, ndmin=2),
            np.arange(len(lons), dtype=np.int32),
        )

    def __len__(self) -> int:
        return len(self.lon)

    @property
    def person_hours(self) -> float:
        """The person-hours of a week: weight x rhythm, summed."""
        return float(self.weight @ self.rhythms.sum(axis=1)[self.rhythm])

    def picked(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> Demand:
        """Return some of the points."""
        return replace(
            self,
            lon=self.lon[which],
            lat=self.lat[which],
            weight=self.weight[which],
            rhythm=self.rhythm[which],
            source_row=self.source_row[which],
            town=None if self.town is None else self.town[which],
        )

    def inside(self, boundary: Geometry) -> Demand:
        """Return the points within a boundary, or on it.

        Raises
        ------
        InputError
            None is.
        """
        shapely.prepare(boundary)
        kept = shapely.intersects_xy(boundary, self.lon, self.lat)
        if len(self) and not kept.any():
            raise InputError(
                "boundary",
                None,
                Text(
                    f"{len(self)} 个需求点没有一个在边界里，坐标系（datum）对吗？",
                    f"none of {len(self)} demand points is inside the boundary: is the datum right?",
                ),
            )
        return self.picked(kept)


def rhythms_of(columns: Floats) -> tuple[Floats, Rows]:
    """Return the distinct ones of some rhythms, shape (n, 168), and which one each is."""
    distinct, which = np.unique(columns, axis=0, return_inverse=True)
    return np.ascontiguousarray(distinct), which.reshape(-1).astype(np.int32)
