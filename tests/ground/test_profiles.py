"""Profiles: windows and states of many opening hours at once, against asking each Timeline every ten minutes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from ground.expressions import STEP_MIN, expressions, maybe_expressions
from hypothesis import given, settings
from hypothesis import strategies as st

from locator import Offer
from locator.profiles import CLOSED, OPEN, POSSIBLE, SURE, UNKNOWN, Profile, Profiles
from locator.timeline import HORIZON, SHANGHAI, timeline

BASE = datetime(2026, 11, 23, tzinfo=SHANGHAI)
STEP = timedelta(minutes=STEP_MIN)
STEPS = [BASE + i * STEP for i in range(HORIZON // STEP)]
GROUPS = ("rider", "guard", "anyone")

days = st.one_of(st.none(), st.integers(-3, 18).map(lambda n: date(2026, 11, 23) + timedelta(days=n)))
offers = st.builds(
    Offer,
    title=st.just("x"),
    groups=st.lists(st.sampled_from(GROUPS), min_size=1, max_size=2),
    hours=maybe_expressions,
    valid_from=days,
    valid_to=days,
)
profiles = st.builds(Profile, maybe_expressions, days, days, st.lists(offers, max_size=2).map(tuple))


def within(first: date | None, last: date | None, at: datetime) -> bool:
    return (first is None or at.date() >= first) and (last is None or at.date() <= last)


def door(hours: str | None, at: datetime, *, possible: bool) -> bool:
    return timeline(hours).status(at) in ({"open", "unknown"} if possible else {"open"})


def usable(profile: Profile, at: datetime, groups: tuple[str, ...] | None, *, possible: bool) -> bool:
    if not (within(profile.valid_from, profile.valid_to, at) and door(profile.hours, at, possible=possible)):
        return False
    return groups is None or any(
        (not groups or "anyone" in offer.groups or set(groups) & set(offer.groups))
        and within(offer.valid_from, offer.valid_to, at)
        and door(offer.hours, at, possible=possible)
        for offer in profile.offers
    )


@settings(max_examples=25, deadline=None)
@given(
    many=st.lists(profiles, min_size=1, max_size=2),
    groups=st.sampled_from([None, (), ("rider",), ("guard", "courier"), ("courier",)]),
    possible=st.booleans(),
    minute=st.integers(0, 24 * 60 - 1),
)
def test_windows_are_the_times_that_every_look_finds_usable(
    *, many: list[Profile], groups: tuple[str, ...] | None, possible: bool, minute: int
) -> None:
    counted = POSSIBLE if possible else SURE
    windows = Profiles(many).windows(BASE + timedelta(minutes=minute), groups, counted, counted)
    assert windows.base == BASE
    assert len(windows.offsets) == len(many) + 1
    for number, profile in enumerate(many):
        mine = slice(windows.offsets[number], windows.offsets[number + 1])
        starts, ends = windows.starts[mine], windows.ends[mine]
        assert (starts < ends).all()
        assert (ends[:-1] < starts[1:]).all()
        looks = np.arange(len(STEPS)) * STEP_MIN
        found = ((starts[:, None] <= looks) & (looks < ends[:, None])).any(axis=0)
        # The last minute before each look's end: windows change on whole steps only.
        late = looks + STEP_MIN - 1
        assert (found == ((starts[:, None] <= late) & (late < ends[:, None])).any(axis=0)).all()
        assert found.tolist() == [usable(profile, at, groups, possible=possible) for at in STEPS]


@settings(max_examples=60, deadline=None)
@given(st.lists(profiles, min_size=1, max_size=4), st.integers(0, 15 * 24 * 60 * 60))
def test_states_are_those_of_each_timeline_between_its_dates(many: list[Profile], second: int) -> None:
    at = BASE + timedelta(seconds=second)
    code = {"closed": CLOSED, "open": OPEN, "unknown": UNKNOWN}
    held = [within(p.valid_from, p.valid_to, at) for p in many]
    told = [code[timeline(p.hours).status(at)] for p in many]
    assert Profiles(many).states(at).tolist() == [
        state if on else CLOSED for state, on in zip(told, held, strict=True)
    ]


@settings(max_examples=60, deadline=None)
@given(expressions)
def test_hours_that_are_ever_unknown_are_marked_as_maybe_unknown(words: str) -> None:
    ever = any(s.status == "unknown" for s in timeline(words).spans(BASE, BASE + HORIZON))
    marked = Profiles([Profile(words)]).unknown_bits()[1][0]
    assert marked or not ever


@pytest.mark.parametrize("words", ["Mo-Su 10:00-12:00 UNKNOWN", "10:00-12:00 Unknown", None])
def test_unknown_is_marked_in_any_spelling(words: str | None) -> None:
    assert [bits.tolist() for bits in Profiles([Profile(words)]).unknown_bits()] == [[True], [True]]


def test_known_hours_are_marked_only_where_an_announcement_could_matter() -> None:
    says, ever = Profiles([Profile("24/7"), Profile("Mo 10:00-12:00; Tu off")]).unknown_bits()
    assert says.tolist() == [False, False]
    assert ever.tolist() == [False, True]


def test_no_profiles_have_no_windows() -> None:
    empty = Profiles([])
    assert len(empty) == len(empty.states(BASE)) == len(empty.windows(BASE).starts) == 0
    assert empty.windows(BASE).offsets.tolist() == [0]
