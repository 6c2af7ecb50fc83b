"""The distinct ways in which places are open, worked out once for all places that share them.

Thousands of services share some hundreds of opening hours. A profile is one such way: hours, the
dates between which they hold, and the offers that go with them. Each place carries the number of
its profile; what time it is needs working out once for each profile and minute, not for each place.
"""

from __future__ import annotations

import math
from datetime import datetime, time
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator._caches import remembered
from locator.benefits import usable_by
from locator.costs import price_cny, prices_cny
from locator.schedules import DAY_MIN, HORIZON_MIN, MINUTE, held_minutes, schedule_at
from locator.timeline import SHANGHAI, check_instant, timeline

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from locator.schedules import Schedule
    from locator.service import Offer
    from locator.timeline import Status

    Minutes = list[tuple[float, float]]

SURE: tuple[Status, ...] = ("open",)
POSSIBLE: tuple[Status, ...] = ("open", "unknown")
CLOSED, OPEN, UNKNOWN = 0, 1, 2
_STATUSES: tuple[Status, ...] = ("closed", "open", "unknown")
# Longer than any schedule: profile p's stretches lie in [p, p + 1) of these on one line.
_ROOM = HORIZON_MIN + 3 * DAY_MIN
_QUARTER_MIN = 15


class Profile(NamedTuple):
    """One way of being open: hours, the dates they hold between (both included), offers."""

    hours: str | None
    valid_from: date | None = None
    valid_to: date | None = None
    offers: tuple[Offer, ...] = ()


class Windows(NamedTuple):
    """Usable spans of every profile, in minutes after `base`: profile p has [offsets[p], offsets[p + 1])."""

    base: datetime
    offsets: NDArray[np.int64]
    starts: NDArray[np.float64]
    ends: NDArray[np.float64]

    def of(self, number: int) -> Minutes:
        """Return the usable spans of one profile."""
        mine = slice(*self.offsets[number : number + 2].tolist())
        return list(zip(self.starts[mine].tolist(), self.ends[mine].tolist(), strict=True))

    def only(self, kept: NDArray[np.bool_]) -> Windows:
        """Return the spans of the profiles that are marked; the others have none."""
        counts = np.diff(self.offsets)
        spans = np.repeat(kept, counts)
        offsets = np.concatenate([[0], np.cumsum(np.where(kept, counts, 0))])
        return Windows(self.base, offsets, self.starts[spans], self.ends[spans])


class Profiles:
    """All profiles of a catalog.

    Parameters
    ----------
    profiles
        In the order of the numbers that places carry.
    """

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self._profiles = tuple(profiles)

    def __len__(self) -> int:
        return len(self._profiles)

    def __getitem__(self, number: int) -> Profile:
        return self._profiles[number]

    def states(self, at: datetime) -> NDArray[np.int8]:
        """Return CLOSED, OPEN or UNKNOWN for every profile at an instant, shape (profiles,)."""
        # opening_hours has minute resolution.
        return self._states_at(check_instant(at).replace(second=0, microsecond=0))

    def over(self, at: datetime) -> NDArray[np.bool_]:
        """Return whether a profile's last day is past. Shape (profiles,)."""
        day = check_instant(at).date()
        return np.array([p.valid_to is not None and p.valid_to < day for p in self._profiles], np.bool_)

    def expiries(self, at: datetime) -> NDArray[np.float64]:
        """Return from which minute on, counted as `windows` does, a profile's last day is past; infinity = it has none."""
        return self._expiries_on(check_instant(at).date())

    def windows(
        self,
        at: datetime,
        groups: tuple[str, ...] | None = None,
        hours: tuple[Status, ...] = SURE,
        offers: tuple[Status, ...] = SURE,
        price: float | None = None,
    ) -> Windows:
        """Return when each profile is usable, from the day of `at` over the horizon.

        Parameters
        ----------
        at
            Any instant of the first day.
        groups
            If given, only while an offer holds that one of these groups can use.
        hours, offers
            Which statuses of the hours, and of the offers' hours, count.
        price
            If given, only offers count by which the reference meal costs so much, CNY.
        """
        return self._windows_on(check_instant(at).date(), groups, hours, offers, price)

    def prices(self, groups: tuple[str, ...]) -> list[float]:
        """Return what the reference meal may cost someone of some groups by the offers of all profiles, CNY."""
        return self._prices_for(groups)

    @remembered(64)
    def _prices_for(self, groups: tuple[str, ...]) -> list[float]:
        return prices_cny((offer for p in self._profiles for offer in p.offers), groups)

    def doubtful(self, at: datetime, minutes: float, groups: tuple[str, ...] | None = None) -> Windows:
        """Return when those profiles are possibly usable that, some minutes from an instant on, are not so for certain.

        `groups` as in `windows`. All others have no windows: a search for what is only possible need not
        look at them.
        """
        at = check_instant(at)
        # Rounded outward, so that all who ask within a quarter of an hour share one.
        first = (60 * at.hour + at.minute) // _QUARTER_MIN * _QUARTER_MIN
        last = first + min(
            math.ceil(minutes / _QUARTER_MIN + 1) * _QUARTER_MIN if minutes < _ROOM else _ROOM, _ROOM
        )
        return self._doubtful_in(at.date(), first, last, groups)

    def unknown_bits(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return whether a profile's hours or offers say that they are unknown, and whether they ever may be.

        Two arrays of shape (profiles,).
        """
        told = [[timeline(p.hours), *(timeline(o.hours) for o in p.offers)] for p in self._profiles]
        says = [any(line.says_unknown for line in lines) for lines in told]
        ever = [any(line.ever_unknown for line in lines) for lines in told]
        return np.array(says, np.bool_), np.array(ever, np.bool_)

    @cached_property
    def round_the_clock(self) -> NDArray[np.bool_]:
        """Whether each profile's hours never end, while it holds. Shape (profiles,)."""
        return np.array([timeline(p.hours).never_closes for p in self._profiles], np.bool_)

    def always_open(self, at: datetime) -> NDArray[np.bool_]:
        """Return whether a profile is open round the clock from the day of an instant over the horizon. Shape (profiles,)."""
        return self._always_open_on(check_instant(at).date())

    @remembered(4)
    def _always_open_on(self, day: date) -> NDArray[np.bool_]:
        held = (held_minutes(p.valid_from, p.valid_to, day) for p in self._profiles)
        lasting = [start <= 0 and end >= HORIZON_MIN for start, end in held]
        return self.round_the_clock & np.array(lasting, np.bool_)

    @remembered(64)
    def _doubtful_in(self, day: date, first: float, last: float, groups: tuple[str, ...] | None) -> Windows:
        numbers, starts, ends = self._doubts_on(day, groups)
        doubted = np.zeros(len(self._profiles), np.bool_)
        doubted[numbers[(starts < last) & (ends > first)]] = True
        return self._windows_on(day, groups, POSSIBLE, POSSIBLE).only(doubted)

    @remembered(16)
    def _doubts_on(
        self, day: date, groups: tuple[str, ...] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the spans, with their profile's number, that are possible and not certain."""
        possible = self._windows_on(day, groups, POSSIBLE, POSSIBLE)
        sure = self._windows_on(day, groups, SURE, SURE)
        doubts = [
            (number, start, end)
            for number in range(len(self._profiles))
            for start, end in _without(possible.of(number), sure.of(number))
        ]
        columns = list(zip(*doubts, strict=True)) or [(), (), ()]
        return (
            np.array(columns[0], np.int64),
            np.array(columns[1], np.float64),
            np.array(columns[2], np.float64),
        )

    # A query asks about the minute it is in, and the queries of one minute ask the same.
    @remembered(16)
    def _states_at(self, at: datetime) -> NDArray[np.int8]:
        begins, statuses = self._stretches_on(at.date())
        minute = (at - datetime.combine(at.date(), time(), SHANGHAI)) / MINUTE
        asked = np.arange(len(self._profiles)) * _ROOM + minute
        found: NDArray[np.int8] = statuses[np.searchsorted(begins, asked, "right") - 1]
        return found

    @remembered(4)
    def _stretches_on(self, day: date) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
        at = datetime.combine(day, time(), SHANGHAI)
        plans = [plan_of(profile, at) for profile in self._profiles]
        begins = [number * _ROOM + start for number, plan in enumerate(plans) for start in plan.starts]
        statuses = [_STATUSES.index(status) for plan in plans for status in plan.statuses]
        return np.array(begins, np.float64), np.array(statuses, np.int8)

    @remembered(4)
    def _expiries_on(self, day: date) -> NDArray[np.float64]:
        return np.array([held_minutes(None, p.valid_to, day)[1] for p in self._profiles], np.float64)

    @remembered(128)
    def _windows_on(
        self,
        day: date,
        groups: tuple[str, ...] | None,
        hours: tuple[Status, ...],
        offers: tuple[Status, ...],
        price: float | None = None,
    ) -> Windows:
        base = datetime.combine(day, time(), SHANGHAI)
        spans = []
        for profile in self._profiles:
            deals = None if groups is None else [o for o in profile.offers if usable_by(o, groups)]
            if deals is not None and price is not None:
                deals = [offer for offer in deals if price_cny(offer) == price]
            spans.append(_usable(profile, base, deals, hours, offers))
        flat = [span for one in spans for span in one]
        return Windows(
            base,
            np.cumsum([0, *(len(one) for one in spans)], dtype=np.int64),
            np.array([start for start, _ in flat], np.float64),
            np.array([end for _, end in flat], np.float64),
        )


def plan_of(dated: Profile | Offer, at: datetime) -> Schedule:
    """Return the schedule of a profile or an offer from the day of an instant on."""
    return schedule_at(dated.hours, dated.valid_from, dated.valid_to, at)


def _usable(
    profile: Profile,
    base: datetime,
    deals: list[Offer] | None,
    hours: tuple[Status, ...],
    offers: tuple[Status, ...],
) -> Minutes:
    """Return when a door is open and, if some offers are asked for, one of them holds."""
    spans = _overlap(_minutes(profile.hours, base, hours), _between(profile, base))
    if deals is None or not spans:
        return spans
    held: Minutes = []
    for offer in deals:
        held += _overlap(_minutes(offer.hours, base, offers), _between(offer, base))
    return _overlap(spans, _merged(held))


def _minutes(hours: str | None, base: datetime, wanted: tuple[Status, ...]) -> Minutes:
    return schedule_at(hours, None, None, base).stretches(wanted)


def _between(dated: Profile | Offer, base: datetime) -> Minutes:
    start, end = held_minutes(dated.valid_from, dated.valid_to, base.date())
    return [(start, end)] if start < end else []


def _merged(spans: Minutes) -> Minutes:
    """Return sorted, disjoint spans that cover the same time."""
    out: Minutes = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def _without(spans: Minutes, others: Minutes) -> Minutes:
    """Return the time that sorted, disjoint spans cover and others do not."""
    out: Minutes = []
    for start, end in spans:
        at = start
        for left, right in others:
            if right <= at or left >= end:
                continue
            if left > at:
                out.append((at, left))
            at = right
        if at < end:
            out.append((at, end))
    return out


def _overlap(left: Minutes, right: Minutes) -> Minutes:
    """Return the time that both (sorted, disjoint) lists cover."""
    both = [(max(a, c), min(b, d)) for a, b in left for c, d in right]
    return sorted((start, end) for start, end in both if start < end)
