"""What places are like for someone who sets out at one minute and arrives at another.

Between two changes of its hours, a place is the same for everybody: a moment is worked out once for
each stretch of setting out and of arriving, and shared by all who ask in them.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, NamedTuple

from locator._caches import remembered
from locator.benefits import usable_by
from locator.profiles import plan_of
from locator.schedules import DAY_MIN, HORIZON_MIN, MINUTE
from locator.timeline import SHANGHAI, check_instant

if TYPE_CHECKING:
    from datetime import date

    from locator._errors import Text
    from locator.profiles import Profiles, Windows
    from locator.service import Offer
    from locator.timeline import Status

# Whoever arrives today or tomorrow shares moments; a schedule reaches a horizon beyond that.
_SHARED_MIN = 2 * DAY_MIN


class OfferNow(NamedTuple):
    """An offer, whether the asker can use it on arrival (None: its hours are unknown), and until when."""

    offer: Offer
    applies: bool | None
    until: datetime | None


@dataclass(frozen=True, eq=False)
class Moment:
    """What a profile is like for someone who sets out in one minute and arrives in another.

    `status` and `next_change` are those of setting out, `on_arrival` the status then. `entered`: one gets in on arrival; else at
    `opens` (None: not within the horizon). `until` is when it closes after that (None: it does not).
    `vague`: the hours are, at times within the horizon, unknown; `reason` says why the status is, where it is.
    """

    status: Status
    on_arrival: Status
    next_change: datetime | None
    entered: bool
    vague: bool
    reason: Text | None
    opens: datetime | None
    until: datetime | None
    offers: tuple[OfferNow, ...]

    def stay_s(self, sets_out: datetime, travel_s: float) -> float | None:
        """Return the seconds from getting in to closing; None if one does not get in, or it does not close."""
        if self.until is None or not (self.entered or self.opens):
            return None
        if self.opens is not None:
            return (self.until - self.opens).total_seconds()
        return (self.until - sets_out).total_seconds() - travel_s


class Moments:
    """The moments of all profiles of a catalog."""

    def __init__(self, profiles: Profiles) -> None:
        self.profiles = profiles

    def leaving(self, at: datetime, stay: float = 0.0, groups: tuple[str, ...] = ()) -> Leaving:
        """Return the moments for someone of some groups who sets out and stays for so many minutes."""
        at = check_instant(at)
        return self._in_minute(at.date(), 60 * at.hour + at.minute, stay, groups)

    # Askers differ in the minute they ask in, hardly in how long they stay and who they are. A busy minute's
    # looks take some megabytes, and nobody asks about it again once it is past: few are kept.
    @remembered(8)
    def _in_minute(self, day: date, minute: int, stay: float, groups: tuple[str, ...]) -> Leaving:
        return Leaving(self._of_day(day, stay, groups), minute)

    @remembered(64)
    def _of_day(self, day: date, stay: float, groups: tuple[str, ...]) -> _Day:
        return _Day(self.profiles, datetime.combine(day, time(), SHANGHAI), stay, groups)


class Leaving:
    """The moments for those who set out in one minute of a day."""

    def __init__(self, day: _Day, minute: int) -> None:
        self._day, self._minute = day, minute
        # A look in here is a third of the way through the stretches; it goes with its minute.
        self._seen: dict[tuple[int, int], Moment] = {}

    def of(self, number: int, ahead_min: int, after: datetime | None = None) -> Moment:
        """Return the moment of a profile for someone who arrives so many whole minutes later, and gets in after an instant."""
        if after is not None:
            return self._day.compute(number, self._minute, self._minute + ahead_min, after)
        asked = number, ahead_min
        return self._seen.get(asked) or self._seen.setdefault(asked, self._shared(number, ahead_min))

    def _shared(self, number: int, ahead_min: int) -> Moment:
        day, at = self._day, self._minute
        arrive = at + ahead_min
        if arrive >= _SHARED_MIN:
            return day.compute(number, at, arrive)
        edges, known = day.stretches.get(number) or day.add(number)
        stretches = bisect_right(edges, at), bisect_right(edges, arrive)
        return known.get(stretches) or known.setdefault(stretches, day.compute(number, at, arrive))

    def of_stay(self, number: int, ahead_min: int, sets_out: datetime, travel_s: float) -> Moment:
        """Return the moment as `of` does, for someone who also counts the seconds of the way against the stay."""
        moment = self.of(number, ahead_min)
        if self._day.stay and moment.entered:
            left_s = moment.stay_s(sets_out, travel_s)
            if left_s is not None and left_s < 60 * self._day.stay:
                # The seconds of the way are what is missing: one gets in when it opens again.
                return self.of(number, ahead_min, moment.until)
        return moment


class _Day:
    """What is known of the moments of one day; `stretches` are a profile's edges and the moments between them."""

    def __init__(self, profiles: Profiles, base: datetime, stay: float, groups: tuple[str, ...]) -> None:
        self._profiles, self._base, self.stay, self._groups = profiles, base, stay, groups
        self.stretches: dict[int, tuple[list[float], dict[tuple[int, int], Moment]]] = {}

    def add(self, number: int) -> tuple[list[float], dict[tuple[int, int], Moment]]:
        """Work out the minutes, counted from midnight, at which the moments of a profile change."""
        profile = self._profiles[number]
        edges: set[float] = set()
        plans = [plan_of(profile, self._base), *(plan_of(offer, self._base) for offer in profile.offers)]
        for plan in plans:
            starts = plan.starts
            # A change is spoken of once it is less than the horizon away.
            edges.update(starts, (start - HORIZON_MIN + 1 for start in starts))
        for start, end in self._profiles.windows(self._base).of(number):
            # From the minute on in which the stay does not fit any more.
            edges.update((start, end, math.floor(end - self.stay) + 1))
        self.stretches[number] = sorted(e for e in edges if 0 < e < _SHARED_MIN), {}
        return self.stretches[number]

    def compute(self, number: int, leaves: int, arrives: int, after: datetime | None = None) -> Moment:
        """Return the moment for two minutes after midnight."""
        at, arrive = self._base + leaves * MINUTE, self._base + arrives * MINUTE
        profile = self._profiles[number]
        plan = plan_of(profile, self._base)
        there = plan if arrives < _SHARED_MIN else plan_of(profile, arrive)
        opens, until = _stay_in(self._profiles.windows(at), number, after or arrive, self.stay)
        entered = opens is not None and opens <= arrive
        return Moment(
            status=plan.status(at),
            on_arrival=there.status(arrive),
            next_change=plan.next_change(at),
            entered=entered,
            vague="unknown" in plan.statuses,
            reason=plan.reason(at) or there.reason(arrive),
            opens=None if entered else opens,
            until=until,
            offers=tuple(self._offer(offer, arrive) for offer in profile.offers),
        )

    def _offer(self, offer: Offer, arrive: datetime) -> OfferNow:
        if not usable_by(offer, self._groups):
            return OfferNow(offer, applies=False, until=None)
        plan = plan_of(offer, self._base if arrive < self._base + _SHARED_MIN * MINUTE else arrive)
        status = plan.status(arrive)
        if status == "open":
            return OfferNow(offer, applies=True, until=plan.next_change(arrive))
        return OfferNow(offer, None if status == "unknown" else False, None)


def _stay_in(
    windows: Windows, number: int, arrive: datetime, stay: float
) -> tuple[datetime | None, datetime | None]:
    """Return the start and the end of the first span that one can use for `stay` minutes; end None = it does not end."""
    there = (arrive - windows.base) / MINUTE
    for start, end in windows.of(number):
        if end - max(start, there) >= max(stay, 1e-9):
            endless = end >= HORIZON_MIN
            return windows.base + start * MINUTE, None if endless else windows.base + end * MINUTE
    return None, None
