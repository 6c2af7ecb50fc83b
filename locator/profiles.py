"""The distinct ways in which places are open, worked out once for all places that share them.

Thousands of services share some hundreds of opening hours. A profile is one such way: hours, the
dates between which they hold, and the offers that go with them. Each place carries the number of
its profile; what time it is needs working out once for each profile and minute, not for each place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator.benefits import applies, usable_by
from locator.timeline import HORIZON, SHANGHAI, check_instant, timeline

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from locator.service import Offer
    from locator.timeline import Status

    Minutes = list[tuple[float, float]]

SURE: tuple[Status, ...] = ("open",)
POSSIBLE: tuple[Status, ...] = ("open", "unknown")
CLOSED, OPEN, UNKNOWN = 0, 1, 2
_STATUSES: tuple[Status, ...] = ("closed", "open", "unknown")
_DAY_MIN = 24 * 60
_MINUTE = timedelta(minutes=1)


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
    `vague`: the hours are, at least at times, unknown.
    """

    status: Status
    on_arrival: Status
    next_change: datetime | None
    entered: bool
    vague: bool
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
        self._moments_at = lru_cache(maxsize=64)(partial(Moments, self))

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

    def windows(
        self,
        at: datetime,
        groups: tuple[str, ...] | None = None,
        hours: tuple[Status, ...] = SURE,
        offers: tuple[Status, ...] = SURE,
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
        """
        return self._windows_on(check_instant(at).date(), groups, hours, offers)

    def moments(self, at: datetime, stay: float = 0.0, groups: tuple[str, ...] = ()) -> Moments:
        """Return what the profiles are like for someone of some groups who sets out and stays for so many minutes."""
        # Within one minute nothing changes but the seconds, which the caller knows.
        return self._moments_at(at.replace(second=0, microsecond=0), stay, groups)

    def maybe_unknown(self) -> NDArray[np.bool_]:
        """Return whether a profile's hours or offers are, at least at times, unknown. Shape (profiles,)."""
        return np.array(
            [any(map(_vague, (p.hours, *(o.hours for o in p.offers)))) for p in self._profiles], np.bool_
        )

    def _compute_states(self, at: datetime) -> NDArray[np.int8]:
        return np.array([_STATUSES.index(_status(p, at)) for p in self._profiles], np.int8)

    def _compute_windows(
        self, day: date, groups: tuple[str, ...] | None, hours: tuple[Status, ...], offers: tuple[Status, ...]
    ) -> Windows:
        base = datetime.combine(day, time(), SHANGHAI)
        spans = [_usable(profile, base, groups, hours, offers) for profile in self._profiles]
        flat = [span for one in spans for span in one]
        return Windows(
            base,
            np.cumsum([0, *(len(one) for one in spans)], dtype=np.int64),
            np.array([start for start, _ in flat], np.float64),
            np.array([end for _, end in flat], np.float64),
        )


class Moments:
    """The moments of all profiles for those who set out in one minute, each worked out when it is first asked for."""

    def __init__(self, profiles: Profiles, at: datetime, stay: float, groups: tuple[str, ...]) -> None:
        self._profiles, self._at, self._stay, self._groups = profiles, at, stay, groups
        self._known: dict[tuple[int, int, datetime | None], Moment] = {}

    def of(self, number: int, ahead_min: int, after: datetime | None = None) -> Moment:
        """Return the moment of a profile for someone who arrives so many whole minutes later, and gets in after an instant."""
        key = number, ahead_min, after
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._compute(number, self._at + ahead_min * _MINUTE, after)
        return known

    def _compute(self, number: int, arrive: datetime, after: datetime | None) -> Moment:
        at, profile = self._at, self._profiles[number]
        windows = self._profiles.windows(at)
        span = slice(*windows.offsets[number : number + 2].tolist())
        opens, until = _stay_in(windows, span, after or arrive, self._stay)
        entered = opens is not None and opens <= arrive
        return Moment(
            status=_status(profile, at),
            on_arrival=_status(profile, arrive),
            next_change=_next_change(profile, at),
            entered=entered,
            vague=_vague(profile.hours),
            opens=None if entered else opens,
            until=until,
            offers=tuple(offer_at(offer, self._groups, arrive) for offer in profile.offers),
        )


def offer_at(offer: Offer, groups: tuple[str, ...], arrive: datetime) -> OfferNow:
    """Return an offer as someone of some groups finds it at an instant."""
    on = applies(offer, groups, arrive)
    return OfferNow(offer, on, _next_change(offer, arrive) if on else None)


def _stay_in(
    windows: Windows, span: slice, arrive: datetime, stay: float
) -> tuple[datetime | None, datetime | None]:
    """Return the start and the end of the first span that one can use for `stay` minutes; end None = it does not end."""
    there = (arrive - windows.base) / _MINUTE
    for start, end in zip(windows.starts[span].tolist(), windows.ends[span].tolist(), strict=True):
        if end - max(start, there) >= max(stay, 1e-9):
            endless = end >= HORIZON / _MINUTE
            return windows.base + start * _MINUTE, None if endless else windows.base + end * _MINUTE
    return None, None


def _status(profile: Profile | Offer, at: datetime) -> Status:
    day = at.date()
    held = (profile.valid_from is None or day >= profile.valid_from) and (
        profile.valid_to is None or day <= profile.valid_to
    )
    return timeline(profile.hours).status(at) if held else "closed"


def _next_change(dated: Profile | Offer, at: datetime) -> datetime | None:
    """Return when the status changes, by the hours or because the dates begin or end; None if not within the horizon."""
    if dated.valid_from is None and dated.valid_to is None:  # nearly all: a tenth of the work
        return timeline(dated.hours).next_change(at)
    at = check_instant(at)
    base = datetime.combine(at.date(), time(), SHANGHAI)
    held = _between(dated.valid_from, dated.valid_to, base)
    status = _status(dated, at)
    edges = {span.end for span in timeline(dated.hours).spans(at, at + HORIZON)}
    edges |= {base + minutes * _MINUTE for span in held for minutes in span}
    return next((e for e in sorted(edges) if at < e < at + HORIZON and _status(dated, e) != status), None)


def _vague(hours: str | None) -> bool:
    return hours is None or "unknown" in hours.lower()


def _usable(
    profile: Profile,
    base: datetime,
    groups: tuple[str, ...] | None,
    hours: tuple[Status, ...],
    offers: tuple[Status, ...],
) -> Minutes:
    spans = _overlap(
        _minutes(profile.hours, base, hours), _between(profile.valid_from, profile.valid_to, base)
    )
    if groups is None:
        return spans
    deals: Minutes = []
    for offer in profile.offers:
        if usable_by(offer, groups):
            held = _between(offer.valid_from, offer.valid_to, base)
            deals += _overlap(_minutes(offer.hours, base, offers), held)
    return _overlap(spans, _merged(deals))


def _minutes(hours: str | None, base: datetime, wanted: tuple[Status, ...]) -> Minutes:
    spans = timeline(hours).spans(base, base + HORIZON)
    return _merged(
        [((s.start - base) / _MINUTE, (s.end - base) / _MINUTE) for s in spans if s.status in wanted]
    )


def _between(first: date | None, last: date | None, base: datetime) -> Minutes:
    start = 0.0 if first is None else float((first - base.date()).days * _DAY_MIN)
    end = HORIZON / _MINUTE if last is None else float(((last - base.date()).days + 1) * _DAY_MIN)
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


def _overlap(left: Minutes, right: Minutes) -> Minutes:
    """Return the time that both (sorted, disjoint) lists cover."""
    both = [(max(a, c), min(b, d)) for a, b in left for c, d in right]
    return sorted((start, end) for start, end in both if start < end)
