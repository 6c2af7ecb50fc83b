"""Opening hours over time: open, closed, unknown, and when that changes."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest
from ground.expressions import expressions, maybe_expressions, said_open, simple_rules, spelled
from hypothesis import given, settings
from hypothesis import strategies as st

from locator import InputError, Timeline
from locator.timeline import HORIZON, SHANGHAI, Span, check_instant, timeline

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MONDAY = datetime(2026, 11, 23, tzinfo=SHANGHAI)


def at(hour: int, minute: int = 0, second: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=SHANGHAI)


def test_hours_that_nobody_knows_are_unknown_and_never_change() -> None:
    hours = Timeline(None)
    nobody = hours.reason(MONDAY)
    assert nobody.en == "the opening hours are not on record"
    assert hours.status(MONDAY) == "unknown"
    assert hours.next_change(MONDAY) is None
    assert hours.next_open(MONDAY) is None
    assert list(hours.spans(MONDAY, MONDAY + DAY)) == [Span(MONDAY, MONDAY + DAY, "unknown", "", nobody)]


@pytest.mark.parametrize("second", [0, 1, 30, 59])
def test_round_the_clock_is_open_and_never_changes(second: int) -> None:
    hours, now = Timeline("24/7"), at(3, 30, second)
    assert hours.status(now) == "open"
    assert hours.next_change(now) is None
    assert hours.next_open(now).start == now
    assert len(list(hours.spans(now, now + HORIZON))) == 1


def test_always_shut_is_closed_and_never_opens() -> None:
    hours = Timeline("24/7 off")
    assert hours.status(MONDAY) == "closed"
    assert hours.next_change(MONDAY) is None
    assert hours.next_open(MONDAY) is None


def test_split_shifts_close_in_between() -> None:
    hours = Timeline("Mo-Fr 10:30-13:00,16:30-19:00")
    assert [hours.status(at(h)) for h in (10, 11, 14, 17, 20)] == [
        "closed",
        "open",
        "closed",
        "open",
        "closed",
    ]
    assert hours.next_change(at(11)) == at(13)
    assert hours.next_change(at(14)) == at(16, 30)
    assert hours.next_change(at(20)) == at(10, 30, day=24)


def test_a_weekend_without_rules_is_closed() -> None:
    hours = Timeline("Mo-Fr 09:00-17:00")
    assert hours.status(at(12, day=28)) == "closed"
    assert hours.next_change(at(17, day=27)) == at(9, day=30)


@pytest.mark.parametrize("words", ["22:00-06:00", "22:00-30:00"])
def test_a_night_shift_is_open_past_midnight(words: str) -> None:
    hours = Timeline(words)
    assert [hours.status(at(h)) for h in (5, 6, 21, 22)] == ["open", "closed", "closed", "open"]
    assert hours.next_change(at(23)) == at(6, day=24)
    assert hours.next_open(at(2)).end == at(6)


def test_the_night_after_the_last_weekday_is_still_open() -> None:
    hours = Timeline("Fr 22:00-06:00")
    assert hours.status(at(3, day=28)) == "open"
    assert hours.status(at(3, day=27)) == "closed"


def test_a_window_begins_on_the_minute_and_ends_before_it() -> None:
    hours = Timeline("13:00-14:00")
    assert hours.status(at(12, 59, 59)) == "closed"
    assert hours.status(at(13)) == "open"
    assert hours.status(at(13, 59, 59)) == "open"
    assert hours.status(at(14)) == "closed"
    assert hours.next_change(at(12, 59, 59)) == at(13)
    assert hours.next_change(at(13)) == at(14)
    assert hours.next_change(at(14)) == at(13, day=24)


def test_two_windows_that_touch_are_one() -> None:
    assert Timeline("08:00-12:00,12:00-18:00").next_change(at(9)) == at(18)


def test_a_window_from_midnight_to_midnight_never_changes() -> None:
    assert Timeline("00:00-24:00").next_change(at(9)) is None


def test_a_time_without_offset_is_shanghais() -> None:
    hours = Timeline("13:00-14:00")
    assert hours.status(datetime(2026, 11, 23, 13, 30)) == "open"  # noqa: DTZ001
    assert hours.next_change(datetime(2026, 11, 23, 13, 30)) == at(14)  # noqa: DTZ001


def test_a_time_in_another_zone_is_carried_to_shanghai() -> None:
    hours = Timeline("13:00-14:00")
    assert hours.status(datetime(2026, 11, 23, 5, 30, tzinfo=UTC)) == "open"
    assert hours.status(datetime(2026, 11, 23, 13, 30, tzinfo=UTC)) == "closed"
    assert (
        hours.next_change(datetime(2026, 11, 23, 5, 30, tzinfo=UTC)).isoformat()
        == "2026-11-23T14:00:00+08:00"
    )


def test_hours_marked_unknown_are_neither_open_nor_closed() -> None:
    hours = Timeline("Mo-Fr 09:00-17:00 unknown")
    assert [hours.status(at(h)) for h in (8, 9, 17)] == ["closed", "unknown", "closed"]
    assert hours.next_open(at(8)) is None


def test_a_stay_skips_the_stretch_that_is_too_short() -> None:
    hours = Timeline("13:00-14:00,18:00-20:00")
    assert hours.next_open(at(13, 30), timedelta(minutes=30))[:2] == (at(13, 30), at(14))
    assert hours.next_open(at(13, 31), timedelta(minutes=30))[:2] == (at(18), at(20))
    assert hours.next_open(at(13), timedelta(hours=3)) is None


@pytest.mark.parametrize(
    "words", ["", " ", "  ", "whenever", "25:00-26:00", "Mo-Fr 9-17 o'clock", "周一至周五", "\x00", "10:00"]
)
def test_what_is_no_opening_hours_expression_is_refused(words: str) -> None:
    with pytest.raises(InputError) as caught:
        Timeline(words)
    assert caught.value.field == "hours"
    assert caught.value.got == words
    assert "opening_hours" in caught.value.text.en


def test_the_same_words_share_one_timeline() -> None:
    assert timeline("Mo 10:00-12:00") is timeline("Mo 10:00-12:00")
    assert "Mo 10:00-12:00" in repr(timeline("Mo 10:00-12:00"))


@pytest.mark.parametrize("year", [1, 1969, 2200, 9999])
@pytest.mark.parametrize("zone", [None, UTC, timezone(timedelta(hours=-12)), timezone(timedelta(hours=14))])
@pytest.mark.parametrize("words", ["24/7", "13:00-14:00", None])
def test_a_year_that_no_calendar_covers_is_refused(
    year: int, zone: timezone | None, words: str | None
) -> None:
    for far in (datetime(year, 1, 1, tzinfo=zone), datetime(year, 12, 31, 23, 59, 59, tzinfo=zone)):
        with pytest.raises(InputError, match=str(year)) as caught:
            check_instant(far)
        assert caught.value.field == "at"
        if words is not None:
            with pytest.raises(InputError):
                Timeline(words).status(far)
        with pytest.raises(InputError):
            Timeline(words).next_change(far)


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-12)), timezone(timedelta(hours=14))])
@pytest.mark.parametrize("moment", [(1970, 1, 1), (2199, 12, 31, 23, 59, 59)])
def test_an_instant_once_accepted_is_accepted_again(moment: tuple[int, ...], zone: timezone) -> None:
    try:
        accepted = check_instant(datetime(*moment, tzinfo=zone))
    except InputError:
        return
    assert check_instant(accepted) == accepted


@pytest.mark.parametrize("words", ["24/7", "13:00-14:00"])
def test_the_last_days_that_are_accepted_can_be_asked_about(words: str) -> None:
    last = datetime(2199, 12, 31, 13, 30, tzinfo=SHANGHAI)
    hours = Timeline(words)
    assert hours.status(last) == "open"
    hours.next_change(last)
    assert hours.next_open(last) is not None


@given(simple_rules, st.integers(0, 14 * 24 * 60 - 1))
def test_a_rule_means_what_its_words_say(rule: tuple[list[str], list[tuple[int, int]]], minute: int) -> None:
    moment = MONDAY + minute * MINUTE
    assert (Timeline(spelled(rule)).status(moment) == "open") == said_open(rule, moment)


@settings(max_examples=40, deadline=None)
@given(maybe_expressions, st.integers(0, 14 * 24 * 60), st.integers(1, 2 * 24 * 60))
def test_spans_tile_their_range_and_agree_with_every_minute(
    words: str | None, first: int, length: int
) -> None:
    hours = Timeline(words)
    start = MONDAY + first * MINUTE
    end = start + length * MINUTE
    spans = list(hours.spans(start, end))
    assert (spans[0].start, spans[-1].end) == (start, end)
    for left, right in itertools.pairwise(spans):
        assert left.end == right.start
        assert left.status != right.status
    minutes = [hours.status(start + i * MINUTE) for i in range(length)]
    assert [span.status for span in spans for _ in range((span.end - span.start) // MINUTE)] == minutes


@settings(max_examples=60, deadline=None)
@given(expressions, st.integers(0, 14 * 24 * 60 * 60))
def test_the_next_change_is_the_first_minute_of_another_status(words: str, second: int) -> None:
    hours, now = Timeline(words), MONDAY + timedelta(seconds=second)
    change = hours.next_change(now)
    if change is None:
        assert {hours.status(now + i * 10 * MINUTE) for i in range(14 * 24 * 6)} == {hours.status(now)}
        return
    assert now < change < now + HORIZON
    assert change.second == 0
    assert hours.status(change) != hours.status(now)
    assert hours.status(change - timedelta(seconds=1)) == hours.status(now)


@settings(max_examples=60, deadline=None)
@given(expressions, st.integers(0, 14 * 24 * 60), st.integers(0, 600))
def test_next_open_is_the_first_open_span_that_is_long_enough(words: str, minute: int, stay_min: int) -> None:
    hours, now, stay = Timeline(words), MONDAY + minute * MINUTE, stay_min * MINUTE
    fits = [s for s in hours.spans(now, now + HORIZON) if s.status == "open" and s.end - s.start >= stay]
    assert hours.next_open(now, stay) == (fits[0] if fits else None)
