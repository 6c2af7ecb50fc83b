"""A week as bits: minute by minute what the timeline says, and sets of minutes behave as sets do."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from search.worlds import HOURS as EXPRESSIONS

from locator import InputError, Timeline
from locator.coverage.weeks import (
    HOURS,
    MINUTES,
    Key,
    Weeks,
    minutes_by_hour,
    monday_of,
    packed,
    rows_of,
    union,
    unpacked,
)
from locator.timeline import SHANGHAI

# Plain, National Day with its make-up days, Spring Festival, and one of a year that nobody has announced.
MONDAYS = [date(2026, 11, 23), date(2026, 10, 5), date(2026, 2, 9), date(2027, 2, 1)]
marks = st.lists(st.tuples(st.integers(0, MINUTES), st.integers(0, 3000)), max_size=8).map(
    lambda spans: np.array([any(a <= i < a + n for a, n in spans) for i in range(MINUTES)], np.bool_)
)


@pytest.mark.parametrize("monday", MONDAYS)
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_minute_is_what_the_timeline_says(expression: str | None, monday: date) -> None:
    sure, possible = unpacked(rows_of(Key(expression), monday))
    hours, base = Timeline(expression), datetime.combine(monday, time(), SHANGHAI)
    for minute in range(0, MINUTES, 13):
        status = hours.status(base + timedelta(minutes=minute))
        assert (sure[minute], possible[minute]) == (status == "open", status != "closed"), minute


def test_dates_hold_from_midnight_to_midnight() -> None:
    monday = date(2026, 11, 23)
    day = rows_of(Key("24/7", date(2026, 11, 25), date(2026, 11, 25)), monday)
    assert minutes_by_hour(day)[0].tolist() == [60 if 48 <= h < 72 else 0 for h in range(HOURS)]
    assert not rows_of(Key(None, date(2026, 11, 30)), monday).any()
    assert not rows_of(Key(None, None, date(2026, 11, 22)), monday).any()
    from_sunday = unpacked(rows_of(Key(None, date(2026, 11, 29)), monday))
    assert from_sunday[0].sum() == 0
    assert from_sunday[1].sum() == 1440


def test_the_same_week_in_other_words_is_one_row() -> None:
    weeks, codes = Weeks.of([Key("24/7"), Key("00:00-24:00"), Key(None), Key("08:00-20:00")], MONDAYS[0])
    assert len(weeks) == 3
    assert codes[0] == codes[1] != codes[2]
    assert not (weeks.sure & ~weeks.possible).any()
    doubted = weeks.and_only_possible()
    assert len(doubted) == 6
    assert not doubted.sure[3:].any()
    assert (doubted.possible[3:] == weeks.possible).all()


def test_no_timelines_are_no_rows() -> None:
    weeks, codes = Weeks.of([], MONDAYS[0])
    assert (len(weeks), codes.shape) == (0, (0,))


def test_a_week_begins_on_monday() -> None:
    assert monday_of("2026-11-29") == monday_of(date(2026, 11, 23)) == date(2026, 11, 23)
    with pytest.raises(InputError, match="Monday"):
        rows_of(Key("24/7"), date(2026, 11, 24))
    for wrong in ("soon", "2026-02-30", "9999-12-31"):
        with pytest.raises(InputError, match="week"):
            monday_of(wrong)


@settings(max_examples=40, deadline=None)
@given(marks, marks)
def test_bits_are_sets_of_minutes(a: np.ndarray, b: np.ndarray) -> None:
    rows = packed(np.stack([a, b]))
    assert (unpacked(rows) == np.stack([a, b])).all()
    assert (unpacked(union(rows)) == a | b).all()
    assert (unpacked(rows[0] & ~rows[1]) == a & ~b).all()
    assert (minutes_by_hour(rows) == np.stack([a, b]).reshape(2, HOURS, 60).sum(2)).all()
