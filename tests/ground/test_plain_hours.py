"""Hours on a notice: said plainly and rightly, or not at all."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from locator.hours_text import read_hours
from locator.plain_hours import plain_hours
from locator.timeline import SHANGHAI, timeline

# A month with a make-up workday and the National Day holidays in it.
START, DAYS = datetime(2026, 9, 14, tzinfo=SHANGHAI), timedelta(days=35)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("24/7", "24小时开"),
        ("Mo-Su 00:00-24:00", "24小时开"),
        ("08:30-18:00", "每天 08:30–18:00"),
        ("Mo-Fr 08:30-11:30,13:00-17:00", "周一至周五 08:30–11:30、13:00–17:00"),
        ("Mo-Sa 09:00-17:00; PH off", "周一至周六 09:00–17:00，节假日休息"),
        ("Tu,Th 09:00-12:00", "周二、周四 09:00–12:00"),
    ],
)
def test_simple_hours_are_said_as_on_a_door(expression: str, said: str) -> None:
    assert plain_hours(expression) == said


@pytest.mark.parametrize(
    "expression",
    [
        None,
        "unknown",
        "Mo[1] 08:00-10:00",
        "sunrise-sunset",
        "Mar-Oct 08:00-19:00",
        "Fr 18:00-26:00",
        "08:00+",
        "",
    ],
)
def test_what_is_not_simple_is_left_unsaid(expression: str | None) -> None:
    assert plain_hours(expression) is None


@pytest.mark.parametrize(
    "expression",
    [
        "08:30-18:00",
        "Mo-Fr 08:30-18:00",
        "Mo-Sa 09:00-17:00; PH off",
        "Mo-Fr 08:30-11:30,13:00-17:00",
        "Tu,Th 09:00-12:00",
        "Mo-Fr 08:00-20:00; Sa-Su 09:00-18:00",
        "Tu-Su 09:00-17:00",
        "22:00-06:00",
    ],
)
def test_what_the_notice_says_reads_as_the_same_hours(expression: str) -> None:
    """The house's own reader of Chinese hours is the judge: it was written and tested apart from this."""
    read = read_hours(plain_hours(expression) or "")
    assert read.osm is not None, read
    theirs, ours = (list(timeline(hours).spans(START, START + DAYS)) for hours in (read.osm, expression))
    assert theirs == ours
