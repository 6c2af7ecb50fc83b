"""The distinct ways in which places are open, as arrays that a search can test quickly.

Thousands of services share some hundreds of opening hours. A profile is one such way: hours, the
dates between which they hold, and the offers that go with them. Each place carries the number of
its profile, and what time it is needs working out once for each profile, not for each place.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator.benefits import usable_by
from locator.timeline import HORIZON, SHANGHAI, check_instant, timeline

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from locator.service import Offer

    Minutes = list[tuple[float, float]]

_DAY_MIN = 24 * 60
CLOSED, OPEN, UNKNOWN = 0, 1, 2


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


class Profiles:
    """All profiles of a catalog.

    Parameters
    ----------
    profiles
        In the order of the numbers that places carry.
    """

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self._profiles = tuple(profiles)
        # A query asks about the minute it is in, and the queries of one minute ask the same.
        self._states_at = lru_cache(maxsize=16)(self._compute_states)
        self._windows_on = lru_cache(maxsize=16)(self._compute_windows)

    def __len__(self) -> int:
        return len(self._profiles)

    def __getitem__(self, number: int) -> Profile:
        return self._profiles[number]

    def states(self, at: datetime) -> NDArray[np.int8]:
        """Return CLOSED, OPEN or UNKNOWN for every profile at an instant, shape (profiles,)."""
        # opening_hours has minute resolution.
        return self._states_at(check_instant(at).replace(second=0, microsecond=0))

    def windows(
        self, at: datetime, groups: Sequence[str] | None = None, *, possible: bool = False
    ) -> Windows:
        """Return when each profile is usable, from the day of `at` over the horizon.

        Parameters
        ----------
        at
            Any instant of the first day.
        groups
            If given, only while an offer holds that one of these groups can use.
        possible
            Count unknown hours as open.
        """
        day = check_instant(at).date()
        return self._windows_on(day, None if groups is None else tuple(groups), possible)

    def maybe_unknown(self) -> NDArray[np.bool_]:
        """Return whether a profile's hours are, at least at times, unknown. Shape (profiles,)."""
        return np.array([p.hours is None or "unknown" in p.hours for p in self._profiles], dtype=np.bool_)

    def _compute_states(self, at: datetime) -> NDArray[np.int8]:
        code = {"closed": CLOSED, "open": OPEN, "unknown": UNKNOWN}
        day = at.date()
        return np.array(
            [code[timeline(p.hours).status(at)] if _holds(p, day) else CLOSED for p in self._profiles],
            np.int8,
        )

    def _compute_windows(self, day: date, groups: tuple[str, ...] | None, possible: bool) -> Windows:  # noqa: FBT001
        base = datetime.combine(day, time(), SHANGHAI)
        spans = [self._usable(profile, base, groups, possible=possible) for profile in self._profiles]
        flat = [span for one in spans for span in one]
        return Windows(
            base,
            np.cumsum([0, *(len(one) for one in spans)], dtype=np.int64),
            np.array([start for start, _ in flat], np.float64),
            np.array([end for _, end in flat], np.float64),
        )

    def _usable(
        self, profile: Profile, base: datetime, groups: tuple[str, ...] | None, *, possible: bool
    ) -> Minutes:
        wanted = {"open", "unknown"} if possible else {"open"}
        spans = _minutes(profile.hours, base, wanted)
        spans = _overlap(spans, _between(profile.valid_from, profile.valid_to, base))
        if groups is None:
            return spans
        deals: Minutes = []
        for offer in profile.offers:
            if usable_by(offer, groups):
                held = _between(offer.valid_from, offer.valid_to, base)
                deals += _overlap(_minutes(offer.hours, base, wanted), held)
        return _overlap(spans, _merged(deals))


def _holds(profile: Profile, day: date) -> bool:
    return (profile.valid_from is None or day >= profile.valid_from) and (
        profile.valid_to is None or day <= profile.valid_to
    )


def _minutes(hours: str | None, base: datetime, wanted: set[str]) -> Minutes:
    spans = timeline(hours).spans(base, base + HORIZON)
    return _merged([(_after(base, s.start), _after(base, s.end)) for s in spans if s.status in wanted])


def _between(first: date | None, last: date | None, base: datetime) -> Minutes:
    start = 0.0 if first is None else float((first - base.date()).days * _DAY_MIN)
    end = (
        HORIZON / timedelta(minutes=1) if last is None else float(((last - base.date()).days + 1) * _DAY_MIN)
    )
    return [(start, end)] if start < end else []


def _after(base: datetime, at: datetime) -> float:
    return (at - base) / timedelta(minutes=1)


def _merged(spans: Minutes) -> Minutes:
    """Return sorted, disjoint spans that cover the same time."""
    out: Minutes = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def _overlap(left: Minutes, right: Minutes) -> Minutes:
    """Return the time that both (sorted, disjoint) lists cover."""
    both = [(max(a, c), min(b, d)) for a, b in left for c, d in right]
    return sorted((start, end) for start, end in both if start < end)
