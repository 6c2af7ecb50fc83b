"""Weekly rules say what the timeline says, as any reader of RFC 5545 expands them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from dateutil.rrule import rrulestr
from ground.expressions import expressions, simple_rules, spelled
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from locator.exchange.schedules import Dates, schedules_of
from locator.exchange.weekly import ORDINARY, weekly
from locator.holidays import holidays
from locator.timeline import SHANGHAI, timeline

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
mondays = st.integers(0, 400).map(lambda week: date(2019, 1, 7) + week * 7 * _DAY)


def expanded(hours: str, monday: date, dates: Dates | None = None) -> list[tuple[datetime, datetime]]:
    """Return when an outsider who knows HSDS and RFC 5545, and nothing of us, finds the door open in a week."""
    start, found = datetime.combine(monday, time()), []
    for row in schedules_of(hours, dates):
        assert row["timezone"] == 8
        rule = rrulestr(
            f"FREQ={row['freq']};INTERVAL={row['interval']};BYDAY={row['byday']};WKST={row['wkst']}",
            dtstart=start - 7 * _DAY,
        )
        opens, closes = (time.fromisoformat(row[name]) for name in ("opens_at", "closes_at"))
        assert opens.utcoffset() == closes.utcoffset() == timedelta(hours=8)
        for day in rule.between(start - _DAY, start + 6 * _DAY, inc=True):
            if not (row["valid_from"] or "") <= day.date().isoformat() <= (row["valid_to"] or "9"):
                continue
            left = datetime.combine(day, opens.replace(tzinfo=None))
            right = datetime.combine(day, closes.replace(tzinfo=None))
            if (opens.hour, opens.minute, closes.hour, closes.minute) == (0, 0, 23, 59):
                right += _MINUTE
            found.append((left, right if right > left else right + _DAY))
    return _joined(found, start)


def _joined(stretches: list[tuple[datetime, datetime]], start: datetime) -> list[tuple[datetime, datetime]]:
    out: list[tuple[datetime, datetime]] = []
    for left, right in sorted((max(a, start), min(b, start + 7 * _DAY)) for a, b in stretches):
        if left >= right:
            continue
        if out and left <= out[-1][1]:
            out[-1] = out[-1][0], max(right, out[-1][1])
        else:
            out.append((left, right))
    return out


def told(hours: str, monday: date) -> list[tuple[datetime, datetime]]:
    start = datetime.combine(monday, time(), SHANGHAI)
    return [
        (span.start.replace(tzinfo=None), span.end.replace(tzinfo=None))
        for span in timeline(hours).spans(start, start + 7 * _DAY)
        if span.status == "open"
    ]


def ordinary(monday: date) -> bool:
    return all(holidays().on(monday + i * _DAY).may == ("ordinary",) for i in range(-1, 7))


@settings(deadline=None)
@given(expressions, mondays)
def test_schedules_expand_to_what_the_timeline_says(hours: str, monday: date) -> None:
    assume(ordinary(monday))
    if weekly(hours) is None:
        # What is not said by rules is unknown at times, or never open.
        assert "unknown" in hours or told(hours, monday) == []
    else:
        assert expanded(hours, monday) == told(hours, monday)


@settings(deadline=None)
@given(simple_rules, mondays)
def test_hours_with_a_rule_for_holidays_hold_on_ordinary_days_and_say_so(
    rule: tuple[list[str], list[tuple[int, int]]], monday: date
) -> None:
    assume(ordinary(monday))
    hours = f"{spelled(rule)}; PH off"
    assert expanded(hours, monday) == told(hours, monday)
    for row in schedules_of(hours):
        assert "public holidays differ" in row["notes"]
        assert "法定节假日" in row["notes"]
        assert row["description"] == hours


@pytest.mark.parametrize(
    "hours",
    [
        "24/7 unknown", "off", "Mo-Fr 09:00-17:00; SH off", "Jan-Mar 08:00-20:00", "2026 Dec 01 08:00-20:00", "Mo[1] 08:00-12:00",
        'Mo-Fr 08:00-20:00 "凭证"', "week 1-10 08:00-20:00", "Mo-Fr 08:00-12:00 || unknown", "PH 08:00-12:00",
    ],
)  # fmt: skip
def test_hours_that_no_weekly_rule_says_are_given_in_words_and_by_no_rule(hours: str) -> None:
    (row,) = schedules_of(hours)
    assert row["description"] == hours
    assert "freq" not in row
    assert "opens_at" not in row
    assert "no weekly rule" in row["notes"]


def test_unknown_hours_have_no_schedule() -> None:
    assert list(schedules_of(None)) == []


def test_round_the_clock_is_written_as_the_specification_advises() -> None:
    (row,) = schedules_of("24/7")
    assert (row["opens_at"], row["closes_at"], row["byday"]) == (
        "00:00+08:00", "23:59+08:00", "MO,TU,WE,TH,FR,SA,SU",
    )  # fmt: skip


def test_a_night_stays_one_stretch_and_says_that_it_ends_the_next_day() -> None:
    (row,) = schedules_of("Fr 20:00-02:00")
    assert (row["byday"], row["opens_at"], row["closes_at"]) == ("FR", "20:00+08:00", "02:00+08:00")
    assert "closes on the next day" in row["notes"]


def test_dated_hours_hold_only_between_their_dates() -> None:
    monday = date(2024, 3, 11)
    dates = Dates(monday + 2 * _DAY, monday + 3 * _DAY)
    assert [left.date() for left, _ in expanded("08:00-09:00", monday, dates)] == [dates.first, dates.last]


def test_the_week_that_rules_are_read_from_is_an_ordinary_one() -> None:
    assert all(ordinary(ORDINARY + i * 7 * _DAY) for i in (-1, 0, 1))
