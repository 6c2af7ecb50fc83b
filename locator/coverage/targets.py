"""What must be served: the demand in some polygons, or at some points."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from locator._errors import InputError, Text
from locator.coverage.boundary import boundary_of
from locator.coverage.sites import read_sites
from locator.index import NearestIndex

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from locator.coverage.demand import Demand

# Demand this near to a point of the list is meant by it.
_NEAR_M = 100.0
_TABLES = {".csv", ".txt"}


def must_of(text: str, demand: Demand, datum: str = "wgs84") -> NDArray[np.bool_]:
    """Return which demand points a text means, shape (points,).

    Parameters
    ----------
    text
        A CSV file with columns lon and lat: the demand within 100 m of them; or whatever `boundary_of` reads.
    demand
        The points.
    datum
        Of the CSV file.

    Raises
    ------
    InputError
        The file cannot be read, or no demand is meant.
    """
    if Path(text).suffix.lower() in _TABLES:
        sites = read_sites(Path(text), datum, "must")
        index = NearestIndex([site.lon for site in sites], [site.lat for site in sites])
        meant = index.within_many(demand.lon, demand.lat, _NEAR_M)
    else:
        boundary = boundary_of(text)
        shapely.prepare(boundary)
        meant = shapely.intersects_xy(boundary, demand.lon, demand.lat)
    if not meant.any():
        raise InputError(
            "must",
            Path(text).name,
            Text(f"{Path(text).name} 里没有需求点", f"there is no demand in {Path(text).name}"),
        )
    return np.asarray(meant, np.bool_)
