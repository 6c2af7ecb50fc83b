"""Holidays and make-up workdays: as announced, as fixed by law, or not known yet."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from ground.expressions import DAYS, STEP_MIN, hours_of_day, simple_rules, spelled, weekdays
from hypothesis import given, settings
from hypothesis import strategies as st

from locator import ConfigurationError, InputError, Timeline
from locator.holidays import holidays, read_table, statutory
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from pathlib import Path

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WORKDAYS = "Mo-Fr 08:00-20:00; PH off"


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2026-02-14", "open"),  # a Saturday, worked for the Spring Festival
        ("2026-02-17", "closed"),  # New Year's Day of the lunar year
        ("2026-02-23", "closed"),  # the last day off, a Monday
        ("2026-02-28", "open"),
        ("2026-03-07", "closed"),  # a Saturday like any other
        ("2026-10-08", "open"),
        ("2026-10-10", "open"),
        ("2023-06-25", "open"),  # a Sunday, worked for the Dragon Boat Festival
        ("2024-09-17", "closed"),
        ("2025-05-05", "closed"),
        ("2027-02-05", "closed"),  # the eve, off by law since 2025
        ("2027-02-06", "closed"),
        ("2027-02-13", "unknown"),
        ("2027-02-09", "unknown"),  # a Tuesday that is likely to be off
        ("2027-03-17", "open"),
        ("2027-03-13", "closed"),
        ("2027-04-05", "closed"),  # Qingming, by the sun
        ("2027-06-09", "closed"),  # Dragon Boat, by the moon
        ("2027-09-15", "closed"),  # Mid-Autumn
        ("2027-10-03", "closed"),
    ],
)
def test_a_station_of_working_days_at_noon(day: str, status: str) -> None:
    assert Timeline(WORKDAYS).status(noon(day)) == status


def test_an_unknown_day_says_why() -> None:
    reason = Timeline(WORKDAYS).reason(noon("2027-02-13"))
    assert "2027 年的放假安排" in reason.zh
    assert "Spring Festival" in reason.en
    assert Timeline(WORKDAYS).reason(noon("2027-03-17")) is None


def test_at_night_nobody_needs_the_announcement() -> None:
    assert Timeline(WORKDAYS).status(noon("2027-02-13").replace(hour=22)) == "closed"


def test_hours_that_name_no_day_do_not_care() -> None:
    assert Timeline("08:00-20:00").status(noon("2027-02-13")) == "open"
    assert Timeline("24/7").next_change(noon("2027-02-01")) is None


def test_without_a_rule_for_holidays_a_holiday_is_its_weekday() -> None:
    assert Timeline("Mo-Fr 08:00-20:00").status(noon("2026-02-17")) == "open"
    assert Timeline("Sa,Su 08:00-20:00").status(noon("2026-02-17")) == "closed"


def test_holidays_with_hours_of_their_own() -> None:
    hours = Timeline("Mo-Fr 08:00-20:00; PH 10:00-14:00")
    assert [hours.status(noon("2026-02-17").replace(hour=h)) for h in (9, 11, 15)] == [
        "closed",
        "open",
        "closed",
    ]


@pytest.mark.parametrize(
    "words", ["Mo-Fr,PH 08:00-20:00", "PH,Mo-Fr 08:00-20:00", "Mo-Sa 08:00-20:00; Su,PH 09:00-13:00"]
)
def test_a_holiday_in_a_list_of_days(words: str) -> None:
    assert Timeline(words).status(noon("2026-02-17")) == "open"


def test_a_comment_that_names_a_holiday_is_a_comment() -> None:
    assert Timeline('Mo-Fr 08:00-20:00 "PH off, Feb 30"').status(noon("2026-02-17")) == "open"


def test_a_make_up_saturday_does_not_move_a_weekly_closing_day() -> None:
    museum = Timeline("Tu-Su 09:00-17:00; Mo off")
    assert museum.status(noon("2026-02-14")) == "open"
    assert museum.status(noon("2026-02-16")) == "closed"


def test_a_make_up_day_is_unknown_where_the_weekdays_differ() -> None:
    hours = Timeline("Tu-Fr 13:00-21:00; Sa-Su 09:00-21:00")
    saturday = noon("2026-02-14")
    assert hours.status(saturday) == "unknown"
    assert "weekdays differ" in hours.reason(saturday).en
    assert hours.status(saturday.replace(hour=15)) == "open"
    assert hours.status(saturday.replace(hour=22)) == "closed"


def test_a_night_shift_runs_from_a_working_day_into_a_holiday_and_out_of_it() -> None:
    hours = Timeline("Mo-Fr 22:00-02:00; PH off")
    # 14 February 2026 is worked, 15 to 23 are off, 24 is worked.
    assert hours.status(datetime(2026, 2, 15, 1, tzinfo=SHANGHAI)) == "open"
    assert hours.status(datetime(2026, 2, 16, 23, tzinfo=SHANGHAI)) == "closed"
    assert hours.status(datetime(2026, 2, 24, 1, tzinfo=SHANGHAI)) == "closed"
    assert hours.status(datetime(2026, 2, 25, 1, tzinfo=SHANGHAI)) == "open"


def test_school_holidays_are_unknown_only_where_they_matter() -> None:
    hours = Timeline("Mo-Fr 09:00-17:00; SH 09:00-12:00")
    thursday = noon("2026-03-12")
    assert [hours.status(thursday.replace(hour=h)) for h in (8, 10, 14, 18)] == [
        "closed",
        "open",
        "unknown",
        "closed",
    ]
    assert "school" in hours.reason(thursday.replace(hour=14)).en


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("Feb 30 off", "there is no Feb 30"),
        ("08:00-20:00; Apr 31 off", "there is no Apr 31"),
        ("2026 Feb 29 10:00-12:00", "there is no 2026 Feb 29"),
        ("Apr 20-31 10:00-12:00", "there is no Apr 31"),
        ("sunrise-sunset", "sunrise"),
        ("Mo-Fr (dawn+01:00)-12:00", "dawn"),
        ("08:00-20:00; PH -1 day off", "PH -1 day"),
    ],
)
def test_what_parses_and_means_nothing_is_refused_with_the_reason(words: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        Timeline(words)


@pytest.mark.parametrize(
    "words", ["Feb 29 off; 10:00-12:00", "2028 Feb 29 off; 10:00-12:00", "easter off; 10:00-12:00"]
)
def test_a_day_that_comes_at_times_is_not_refused(words: str) -> None:
    assert Timeline(words).status(noon("2026-03-11").replace(hour=11)) == "open"


@pytest.mark.parametrize(
    "words", ['"by appointment"', 'Mo-Su "by appointment"', 'PH off; "ask"', 'unknown "ask"']
)
def test_a_rule_that_is_only_a_comment_opens_no_door(words: str) -> None:
    assert Timeline(words).status(noon("2026-03-11")) == "unknown"


def test_a_commented_time_is_a_time() -> None:
    assert Timeline('08:00-20:00 "ring twice"').status(noon("2026-03-11")) == "open"
    assert Timeline('24/7 "card needed"').status(noon("2026-03-11")) == "open"


@pytest.mark.parametrize(
    ("year", "off", "worked"),
    # Days off as the notices count them; 2025's notice gives 28, 2026's 33.
    [(2023, 27, 7), (2024, 28, 8), (2025, 28, 5), (2026, 33, 6)],
)
def test_the_table_holds_what_was_announced(year: int, off: int, worked: int) -> None:
    mine = [row for row in holidays().announced if row.notice == year]
    assert sum(row.kind == "holiday" for row in mine) == off
    assert sum(row.kind == "workday" for row in mine) == worked
    assert all(row.day.weekday() >= 5 for row in mine if row.kind == "workday")


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_announced_years_contain_the_days_that_the_law_fixes(year: int) -> None:
    assert {day for day in statutory(year) if holidays().on(day).may != ("holiday",)} == set()


def test_the_weeks_before_an_unannounced_new_year_belong_to_it() -> None:
    assert holidays().on(date(2026, 12, 26)).may == ("ordinary", "holiday", "workday")
    assert holidays().on(date(2026, 12, 12)).may == ("ordinary",)


@pytest.mark.parametrize(
    "row",
    [
        "2026-02-30,off,春节,2026",
        "2026-02-17,rest,春节,2026",
        "2026-02-17,off,Easter,2026",
        "2026-02-17,off,春节,",
        "2026-02-17",
    ],
)
def test_a_damaged_table_is_named(tmp_path: Path, row: str) -> None:
    path = tmp_path / "holidays.csv"
    path.write_text(f"date,day,festival,notice\n{row}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"holidays\.csv"):
        read_table(path)


# --- an oracle that knows the days of 2026 by heart and reads rules the slow way ---
OFF = [(1, 1, 3), (2, 15, 23), (4, 4, 6), (5, 1, 5), (6, 19, 21), (9, 25, 27), (10, 1, 7)]
WORKED = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]
HOLIDAYS_2026 = {date(2026, m, d) for m, first, last in OFF for d in range(first, last + 1)}
WORKED_2026 = {date(2026, m, d) for m, d in WORKED}
first_minutes = st.one_of(
    st.integers(40 * 24 * 60, 300 * 24 * 60),
    # Near the turns of the Spring Festival and the National Day.
    st.builds(lambda day, minute: (day - date(2026, 1, 1)).days * 24 * 60 + minute,
              st.sampled_from(sorted(WORKED_2026 | {date(2026, 2, 15), date(2026, 2, 24), date(2026, 10, 8)})),
              st.integers(-24 * 60, 24 * 60)),
)  # fmt: skip


def meant(
    rules: list[tuple[list[str], list[tuple[int, int]]]], on_holidays: object, day: date
) -> list[tuple[int, int]]:
    """Return a date's own ranges: the last rule that names its day wins."""
    if day in HOLIDAYS_2026 and on_holidays is not None:
        return [] if on_holidays == "off" else list(on_holidays)  # type: ignore[call-overload]
    names = ["Tu"] if day in WORKED_2026 else [DAYS[day.weekday()]]
    found: list[tuple[int, int]] = []
    for days, hours in rules:
        if names[0] in days:
            found = hours
    return found


@settings(max_examples=400, deadline=None)
@given(
    working=hours_of_day,
    weekend=st.one_of(st.none(), st.tuples(st.sampled_from([["Sa"], ["Su"], ["Sa", "Su"]]), hours_of_day)),
    on_holidays=st.one_of(st.none(), st.just("off"), hours_of_day),
    first=first_minutes,
)
def test_every_minute_is_what_the_calendar_and_the_rules_say(
    working: list[tuple[int, int]],
    weekend: tuple[list[str], list[tuple[int, int]]] | None,
    on_holidays: object,
    first: int,
) -> None:
    rules = [(list(DAYS[:5]), working), *([weekend] if weekend else [])]
    words = "; ".join(spelled(rule) for rule in rules)
    if on_holidays == "off":
        words += "; PH off"
    elif on_holidays is not None:
        words += "; " + spelled((["PH"], on_holidays))  # type: ignore[arg-type]
    hours = Timeline(words)
    start = datetime(2026, 1, 1, tzinfo=SHANGHAI) + first * MINUTE
    told = [s.status for s in hours.spans(start, start + 2 * DAY) for _ in range((s.end - s.start) // MINUTE)]
    for step in range(0, 2 * 24 * 60, 7):
        at = start + step * MINUTE
        minute = at.hour * 60 + at.minute
        today = meant(rules, on_holidays, at.date())
        yesterday = meant(rules, on_holidays, at.date() - DAY)
        is_open = any(STEP_MIN * a <= minute < STEP_MIN * (a + n) for a, n in today) or any(
            STEP_MIN * a <= minute + 24 * 60 < STEP_MIN * (a + n) for a, n in yesterday
        )
        assert (told[step] == "open") == is_open, (words, at)
        assert hours.status(at) == told[step]


@settings(max_examples=60, deadline=None)
@given(st.lists(simple_rules, min_size=1, max_size=2), st.booleans(), st.integers(0, 365 * 24 * 60))
def test_spans_tile_a_year_of_unknown_days_and_agree_with_every_minute(
    rules: list[tuple[list[str], list[tuple[int, int]]]],
    off: bool,
    first: int,
) -> None:
    hours = Timeline("; ".join([*map(spelled, rules), *(["PH off"] if off else [])]))
    start = datetime(2027, 1, 1, tzinfo=SHANGHAI) + first * MINUTE
    spans = list(hours.spans(start, start + DAY))
    assert (spans[0].start, spans[-1].end) == (start, start + DAY)
    for left, right in itertools.pairwise(spans):
        assert left.end == right.start
        assert left.status != right.status
    told = [span.status for span in spans for _ in range((span.end - span.start) // MINUTE)]
    assert told == [hours.status(start + i * MINUTE) for i in range(24 * 60)]


@given(weekdays, st.dates(date(2023, 1, 1), date(2026, 12, 1)))
def test_on_plain_days_the_parser_has_the_word(days: list[str], day: date) -> None:
    if holidays().on(day).may != ("ordinary",):
        return
    words = f"{','.join(days)} 10:00-16:00; PH off"
    assert (Timeline(words).status(noon(day.isoformat())) == "open") == (DAYS[day.weekday()] in days)
