"""Opening hours made up at random, with an independent reading of the simplest of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from datetime import datetime

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
STEP_MIN = 10


def _range(pair: tuple[int, int]) -> str:
    start, length = (STEP_MIN * n for n in pair)
    end = start + length
    # A day's last moment is 24:00; beyond it, the same words say the morning after.
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


hours_of_day = st.lists(
    st.tuples(st.integers(0, 24 * 60 // STEP_MIN - 1), st.integers(1, 12 * 60 // STEP_MIN)),
    min_size=1,
    max_size=3,
)
weekdays = st.sets(st.sampled_from(DAYS), min_size=1).map(lambda days: [day for day in DAYS if day in days])
simple_rules = st.tuples(weekdays, hours_of_day)


def spelled(rule: tuple[list[str], list[tuple[int, int]]]) -> str:
    days, hours = rule
    return f"{','.join(days)} {','.join(_range(pair) for pair in hours)}"


def said_open(rule: tuple[list[str], list[tuple[int, int]]], at: datetime) -> bool:
    """Read one rule the slow way: today's ranges, and yesterday's that run past midnight."""
    days, hours = rule
    minute = at.hour * 60 + at.minute
    for back in (0, 1):
        if DAYS[(at.weekday() - back) % 7] in days:
            now = minute + back * 24 * 60
            if any(STEP_MIN * start <= now < STEP_MIN * (start + length) for start, length in hours):
                return True
    return False


_endings = st.sampled_from(["", "", "", " unknown", " off"])
_rules = st.builds(lambda rule, ending: spelled(rule) + ending, simple_rules, _endings)
expressions = st.one_of(
    st.just("24/7"), st.just("24/7 unknown"), st.lists(_rules, min_size=1, max_size=3).map("; ".join)
)
maybe_expressions = st.one_of(st.none(), expressions)
