"""Which district each point of a demand lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from locator.districts import districts_near

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from locator.coverage.demand import Demand

    Rows = NDArray[np.int32]


def by_district(demand: Demand) -> Iterator[tuple[str, list[str], Rows]]:
    """Yield "district", the codes of the districts in which demand lies, and which one each point is in; -1 = none."""
    if not len(demand):
        return
    box = (demand.lon.min(), demand.lat.min(), demand.lon.max(), demand.lat.max())
    near = districts_near(*(float(edge) for edge in box))
    if not near:
        return
    tree = shapely.STRtree(list(shapely.points(demand.lon, demand.lat)))  # type: ignore[arg-type]
    shape, point = tree.query([outline for _, outline in near], predicate="intersects")
    # Outlines overlap a little: the first code has the point.
    first = np.full(len(demand), len(near), np.int64)
    np.minimum.at(first, point, shape)
    used, which = np.unique(first, return_inverse=True)
    names = [near[number][0] for number in used.tolist() if number < len(near)]
    label = narrow(np.where(first == len(near), -1, which.reshape(-1)))
    if names:
        yield "district", names, label


def narrow(label: NDArray[np.int64]) -> Rows:
    """Return labels as int32."""
    return np.ascontiguousarray(label.reshape(-1), np.int32)
