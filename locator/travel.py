"""How long from here to there: straight line times a detour factor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Door to door, lights and stairs included, as the nearest contract states them.
SPEEDS_KMH: Mapping[str, float] = {"walk": 4.5, "ride": 15.0, "drive": 25.0}
# Streets are longer than straight lines by 1.2-1.4 in cities with a dense grid; see docs of the contract.
DETOUR = 1.3


@dataclass(frozen=True)
class CrowFly:
    """Travel by straight line.

    Parameters
    ----------
    mode
        Of `SPEEDS_KMH`.
    detour
        Street length over straight-line length, 1 or more.
    """

    mode: str = "ride"
    detour: float = DETOUR

    @property
    def speed_kmh(self) -> float:
        """The speed along the street, in km/h."""
        return SPEEDS_KMH[self.mode]

    @property
    def seconds_per_m(self) -> float:
        """Seconds of travel for one straight-line metre."""
        return self.detour * 3.6 / self.speed_kmh

    def seconds(self, straight_m: float) -> float:
        """Return the travel time over a straight-line distance."""
        return straight_m * self.seconds_per_m

    def reach_m(self, minutes: float) -> float:
        """Return how far, in a straight line, one gets in some minutes."""
        return minutes * 60 / self.seconds_per_m


@lru_cache(maxsize=8)
def crow_fly(mode: str) -> CrowFly:
    """Return the (shared) travel of a mode over the usual detour."""
    return CrowFly(mode)
