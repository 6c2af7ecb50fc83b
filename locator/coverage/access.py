"""Room for how many: access to services of known capacity, nearer ones counting more (E2SFCA).

W. Luo and Y. Qi, An enhanced two-step floating catchment area (E2SFCA) method for measuring spatial accessibility to
primary care physicians, Health & Place 15 (2009) 1100-1107. With zones D_1, D_2, D_3 of equal travel time and
weights W_r, first the places that a service has for each person in its reach,

    R_j = S_j / sum_r sum_{k in D_r} P_k W_r,

then, for a person, the sum over the services in reach: A_i = sum_r sum_{j in D_r} R_j W_r.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator.coverage.reach import chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from locator.coverage.demand import Demand
    from locator.coverage.reach import Reach
    from locator.coverage.usable import Usable

    Floats = NDArray[np.float64]

# A Gaussian over the three zones: the slower of the two decays that the paper tries.
ZONE_WEIGHTS = (1.0, 0.68, 0.22)


class Access(NamedTuple):
    """Capacity per unit of demand weight: of each demand point, and of each service (NaN: nobody knows its capacity).

    `points` is in places per person as the paper has it; summed over the points by weight it gives back the capacity
    of all services that some demand reaches. `unknown` counts the services left out.
    """

    points: Floats
    services: Floats
    unknown: int


def access(demand: Demand, usable: Usable, reach: Reach, minutes: float) -> Access:
    """Return the access of every demand point to services of known capacity.

    A mobile service counts once, at its nearest stop. Hours play no part: it is about room, not about time.

    Parameters
    ----------
    demand, usable, reach
        As in `gaps`.
    minutes
        The outer bound; its thirds are the zones.
    """
    known = ~np.isnan(usable.capacity)
    asked = np.zeros(len(usable.ids))
    for part, point, service, weight in _weighted(demand, usable, reach, minutes):
        asked += np.bincount(service, weight * demand.weight[part][point], len(asked))
    ratio = np.where(known, 0.0, np.nan)
    np.divide(usable.capacity, asked, out=ratio, where=known & (asked > 0))
    given = np.nan_to_num(ratio)
    points = np.zeros(len(demand))
    for part, point, service, weight in _weighted(demand, usable, reach, minutes):
        points[part] = np.bincount(point, weight * given[service], part.stop - part.start)
    return Access(points, ratio, int((~known).sum()))


def _weighted(
    demand: Demand, usable: Usable, reach: Reach, minutes: float
) -> Iterator[tuple[slice, NDArray[np.int64], NDArray[np.int64], Floats]]:
    """Yield, for parts of the points, the pairs in reach: point in the part, service, weight of the zone."""
    zones = len(ZONE_WEIGHTS)
    for part in chunks(len(demand)):
        best: NDArray[np.int64] = np.empty(0, np.int64)
        weight = np.empty(0)
        # From the inside out: a pair belongs to the first zone that holds it.
        for zone, value in enumerate(ZONE_WEIGHTS, 1):
            indptr, indices = reach.within(demand.lon[part], demand.lat[part], usable, minutes * zone / zones)
            point = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
            pair = np.unique(point * len(usable.ids) + usable.owner[indices])
            new = np.setdiff1d(pair, best, assume_unique=True)
            best = np.concatenate([best, new])
            weight = np.concatenate([weight, np.full(len(new), value)])
        yield part, *np.divmod(best, max(len(usable.ids), 1)), weight
