"""Moments that askers share, against asking the timelines for each asker anew."""

from __future__ import annotations

from datetime import datetime, timedelta

from ground.test_profiles import profiles
from hypothesis import given, settings
from hypothesis import strategies as st

from locator.benefits import applies
from locator.moments import Moment, Moments
from locator.profiles import Profile, Profiles
from locator.timeline import HORIZON, SHANGHAI, timeline

BASE = datetime(2026, 11, 23, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)
# Some share a stretch, some lie a change apart, some arrive tomorrow or after the shared days.
askers = st.lists(
    st.tuples(
        st.integers(0, 24 * 60 - 1), st.one_of(st.integers(0, 90), st.sampled_from([1440, 2880, 30000]))
    ),
    min_size=1,
    max_size=12,
)


def held(profile: Profile, at: datetime) -> bool:
    day = at.date()
    return (profile.valid_from or day) <= day <= (profile.valid_to or day)


def status(profile: Profile, at: datetime) -> str:
    return timeline(profile.hours).status(at) if held(profile, at) else "closed"


def fits(profile: Profile, at: datetime, stay: float) -> bool:
    """Say, minute by minute, whether one can stay from an instant on."""
    minutes = max(1, int(-(-stay // 1)))
    return all(status(profile, at + i * MINUTE) == "open" for i in range(minutes))


@settings(max_examples=120, deadline=None)
@given(profiles, askers, st.sampled_from([0.0, 10.0, 47.5]), st.sampled_from([(), ("rider",)]))
def test_a_shared_moment_is_what_each_asker_would_find(
    profile: Profile, many: list[tuple[int, int]], stay: float, groups: tuple[str, ...]
) -> None:
    moments = Moments(Profiles([profile]))
    for minute, ahead in many:
        at = BASE + minute * MINUTE
        arrive = at + ahead * MINUTE
        moment = moments.leaving(at + timedelta(seconds=17), stay, groups).of(0, ahead)
        assert moment.status == status(profile, at)
        assert moment.on_arrival == status(profile, arrive)
        assert [o.applies for o in moment.offers] == [applies(o, groups, arrive) for o in profile.offers]
        check_change(profile, at, moment)
        if arrive < BASE + timedelta(days=14):
            assert moment.entered == fits(profile, arrive, stay)
        for offer in moment.offers:
            if offer.until is not None:
                assert arrive < offer.until < arrive + HORIZON
                assert applies(offer.offer, groups, offer.until - MINUTE)
                assert not applies(offer.offer, groups, offer.until)


def check_change(profile: Profile, at: datetime, moment: Moment) -> None:
    change = moment.next_change
    if change is not None:
        assert at < change < at + HORIZON
        assert status(profile, change) != status(profile, at) == status(profile, change - MINUTE)
    else:
        looks = {status(profile, at + i * 10 * MINUTE) for i in range(15 * 24 * 6)}
        assert looks == {status(profile, at)}


def test_the_horizon_slides_with_the_one_who_asks() -> None:
    far = Profile("2026 Dec 8 12:00-13:00")  # 15 days after the 23rd
    moments = Moments(Profiles([far]))
    noon = BASE.replace(hour=12)
    assert moments.leaving(noon).of(0, 0).next_change is None
    assert moments.leaving(noon + MINUTE).of(0, 0).next_change == datetime(2026, 12, 8, 12, tzinfo=SHANGHAI)


def test_askers_of_one_stretch_share_one_moment() -> None:
    moments = Moments(Profiles([Profile("08:00-20:00")]))
    first = moments.leaving(BASE.replace(hour=9)).of(0, 5)
    assert moments.leaving(BASE.replace(hour=15, minute=3)).of(0, 40) is first
    assert moments.leaving(BASE.replace(hour=19, minute=50)).of(0, 15) is not first
