"""What is on in words, day by day: what the page and the command line say."""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from locator import english, vocabulary
from locator.cards import WEEKDAYS, duration, length
from locator.districts import district_name
from locator.events import ON_DUTY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from locator.events import EventsQuestion, Occurrence

# A weekday's name is clear for a week.
_WEEK = 7


class Line(NamedTuple):
    """One event in words."""

    one: Occurrence
    topic: str
    hours: str
    state: str
    where: str
    way: str
    seats: str


class Day(NamedTuple):
    """A day in words, and what is on."""

    name: str
    date: str
    lines: list[Line]


def days_of(found: Sequence[Occurrence], question: EventsQuestion, language: str = "zh") -> list[Day]:
    """Return what is on, day by day; what began earlier and still runs belongs to today."""
    zh = language == "zh"
    day_name, date_of, in_words = (
        (_day_name, _date, _line) if zh else (_english_day, english.date, _english_line)
    )
    today = question.asker.at.date()
    by_day = groupby(found, key=lambda one: max(one.start.date(), today))
    return [
        Day(day_name(day, today), date_of(day), [in_words(one, question) for one in lines])
        for day, lines in by_day
    ]


def _line(one: Occurrence, question: EventsQuestion) -> Line:
    at, service = question.asker.at, one.service
    known = vocabulary.TOPICS.get(one.topic, vocabulary.TOPICS["other"])
    until = "24:00" if (one.end.hour, one.end.minute) == (0, 0) else f"{one.end:%H:%M}"
    later = (one.end.date() - one.start.date()).days
    if later and until != "24:00":
        until = f"{'第二天' if later == 1 else f'{one.end.month}月{one.end.day}日'}{until}"
    return Line(
        one,
        known.zh,
        f"{one.start:%H:%M}–{until}" if one.start.date() >= at.date() else f"到{until}",
        _state_of(one, at),
        service.town or district_name(service.district) or "",
        _way(one, question),
        f"{one.capacity}个位子" if one.capacity else "",
    )


def _state_of(one: Occurrence, at: datetime) -> str:
    if one.start <= at:
        return "正在办"
    minutes = (one.start - at).total_seconds() / 60
    return f"{duration(minutes)}后开始" if minutes < 2 * 60 else ""


def _way(one: Occurrence, question: EventsQuestion) -> str:
    if one.distance_m is None or one.travel_s is None:
        return ""
    minutes = max(1, math.ceil(one.travel_s / 60))
    return f"{vocabulary.MODES[question.asker.mode].zh}{duration(minutes)}，{length(one.distance_m)}"


def _day_name(day: date, today: date) -> str:
    ahead = (day - today).days
    if ahead <= 1:
        return ("今天", "明天")[ahead]
    if ahead < _WEEK:
        return f"周{WEEKDAYS[day.weekday()]}"
    return _date(day)


def _date(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _english_line(one: Occurrence, question: EventsQuestion) -> Line:
    at, said = question.asker.at, _line(one, question)
    until = "24:00" if (one.end.hour, one.end.minute) == (0, 0) else f"{one.end:%H:%M}"
    later = (one.end.date() - one.start.date()).days
    if later and until != "24:00":
        until += " the next day" if later == 1 else f" on {english.date(one.end.date())}"
    way = ""
    if one.distance_m is not None and one.travel_s is not None:
        minutes = max(1, math.ceil(one.travel_s / 60))
        mode = vocabulary.MODES[question.asker.mode].en
        way = f"{english.duration(minutes)} {mode}, {english.length(one.distance_m)}"
    ahead = (one.start - at).total_seconds() / 60
    soon = f"in {english.duration(ahead)}" if ahead < 2 * 60 else ""
    if one.topic == "duty" and one.service.kind in ON_DUTY:
        one = one._replace(title=ON_DUTY[one.service.kind].en)
    return said._replace(
        one=one,
        topic=vocabulary.TOPICS.get(one.topic, vocabulary.TOPICS["other"]).en,
        hours=f"{one.start:%H:%M}–{until}" if one.start.date() >= at.date() else f"until {until}",
        state="on now" if one.start <= at else soon,
        way=way,
        seats=f"{one.capacity} seats" if one.capacity else "",
    )


def _english_day(day: date, today: date) -> str:
    ahead = (day - today).days
    if ahead <= 1:
        return ("Today", "Tomorrow")[ahead]
    return english.WEEKDAYS[day.weekday()] if ahead < _WEEK else english.date(day)
