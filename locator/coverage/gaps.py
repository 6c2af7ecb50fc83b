"""Gaps: how much of the demand is served in a week, when, and where it is not; exact to the minute.

A demand point is served at a minute of the week if some usable service is within reach and open then. Every figure
comes twice: `low` takes hours and equipment that nobody knows as not there, `high` as there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator.coverage.alone import only_here
from locator.coverage.reach import straight
from locator.coverage.served import hours_each, serve, tally
from locator.coverage.usable import usable
from locator.coverage.weeks import HOURS, monday_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from numpy.typing import NDArray

    from locator.catalog import Catalog
    from locator.coverage.alone import Alone
    from locator.coverage.demand import Demand
    from locator.coverage.reach import Reach
    from locator.coverage.served import Served
    from locator.coverage.usable import Usable

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int32]

LOW, HIGH = 0, 1


class Range(NamedTuple):
    """A figure with unknown hours taken as closed, and as open."""

    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Gaps:
    """What a week is like for a demand; person-hours are weight x rhythm x share of the hour served."""

    demand: Demand
    usable: Usable
    reach: Reach
    minutes: float
    served: Served
    unreachable: NDArray[np.bool_]

    @cached_property
    def demand_by_hour(self) -> Floats:
        """The person-hours of demand in each hour of the week, Monday 00:00 first. Shape (HOURS,)."""
        by_rhythm = np.bincount(self.demand.rhythm, self.demand.weight, len(self.demand.rhythms))
        hours: Floats = by_rhythm @ self.demand.rhythms
        return hours

    @cached_property
    def served_by_hour(self) -> Floats:
        """The person-hours served in each hour of the week. Shape (2, HOURS)."""
        return self.served_by(np.zeros(len(self.demand), np.int32), 1)[:, 0]

    @property
    def person_hours(self) -> float:
        """The demand of the week."""
        return self.demand.person_hours

    @property
    def served_person_hours(self) -> Range:
        """The person-hours of the week that are served."""
        return Range(*self.served_by_hour.sum(axis=1).tolist())

    @property
    def unserved_person_hours(self) -> Range:
        """The person-hours that are not, in the same two cases: `low` is therefore the larger one."""
        low, high = self.served_person_hours
        return Range(self.person_hours - low, self.person_hours - high)

    @property
    def served_share(self) -> Range:
        """The share of the person-hours that is served; 0 of no demand."""
        whole = self.person_hours
        return Range(*(part / whole if whole else 0.0 for part in self.served_person_hours))

    @cached_property
    def share_each(self) -> Floats:
        """The share of each point's week that is served, by its rhythm. Shape (2, points)."""
        served, whole = self.served, self.demand.rhythms.sum(axis=1)[self.demand.rhythm]
        out = np.zeros((2, len(self.demand)))
        for minutes, line in zip((served.low, served.high), out, strict=True):
            hours_each(served.set_of, served.hour_of, minutes, self.demand.rhythm, self.demand.rhythms, line)
            np.divide(line, whole, out=line, where=whole > 0)
        return out

    @property
    def only_here(self) -> Floats:
        """The person-hours that each service alone serves, by the number of `usable.ids`. Shape (2, services)."""
        return self._alone.person_hours

    @property
    def in_reach(self) -> NDArray[np.bool_]:
        """Whether any demand point reaches each service, whatever its hours. Shape (services,)."""
        return self._alone.in_reach

    @cached_property
    def _alone(self) -> Alone:
        return only_here(self.demand, self.usable, self.reach, self.minutes)

    def served_by(self, label: Rows, labels: int) -> Floats:
        """Return the person-hours served by label and hour of the week, shape (2, labels, HOURS); label -1 = none."""
        demand, served = self.demand, self.served
        out = np.zeros((2, labels, HOURS))
        for minutes, part in zip((served.low, served.high), out, strict=True):
            tally(
                served.set_of,
                served.hour_of,
                minutes,
                demand.weight,
                demand.rhythm,
                demand.rhythms,
                label,
                part,
            )
        return out

    def demand_by(self, label: Rows, labels: int) -> Floats:
        """Return the person-hours of demand by label and hour of the week, shape (labels, HOURS)."""
        demand, out = self.demand, np.zeros((labels, HOURS))
        always, one = np.full((1, HOURS), 60, np.uint8), np.zeros(len(demand), np.int32)
        hours = np.arange(HOURS, dtype=np.int32)
        tally(one, hours, always, demand.weight, demand.rhythm, demand.rhythms, label, out)
        return out


def gaps(
    catalog: Catalog,
    demand: Demand,
    *,
    week: date | str,
    minutes: float,
    reach: Reach | None = None,
    kinds: Iterable[str] = (),
    needs_amenity: Iterable[str] = (),
    progress: Callable[[int], None] | None = None,
) -> Gaps:
    """Return how a week is for a demand.

    Parameters
    ----------
    catalog
        The services.
    demand
        Who needs them, where and when.
    week
        A day of the week to look at; its holidays count.
    minutes
        How long the way may be, 0 or more.
    reach
        How one moves; on foot in a straight line with the usual detour if left out.
    kinds, needs_amenity
        Any of these kinds, all of this equipment; see `usable` for what counts.
    progress
        Told how many points are done, from any thread.

    Raises
    ------
    InputError
        Unknown words, negative minutes, or a week that no calendar covers.
    """
    counted = usable(catalog, monday_of(week), kinds, needs_amenity)
    return gaps_of(counted, demand, reach or straight("walk"), minutes, progress)


def gaps_of(
    counted: Usable,
    demand: Demand,
    reach: Reach,
    minutes: float,
    progress: Callable[[int], None] | None = None,
) -> Gaps:
    """Return the same for services that are laid out already."""
    served = serve(demand.lon, demand.lat, counted, counted.code, counted.weeks, reach, minutes, progress)
    return Gaps(demand, counted, reach, minutes, served, ~reach.reachable(demand.lon, demand.lat))
