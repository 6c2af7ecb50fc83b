"""An answer in one line, in Chinese or English: 13:42到，开到14:30，能待48分钟 / 13:42 there, open until 14:30, 48 min."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from locator.cards import arrival, clock, in_words

if TYPE_CHECKING:
    from datetime import datetime

    from locator.hits import Hit
    from locator.question import Question

LANGUAGES = ("zh", "en")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MINUTE = timedelta(minutes=1)
_A_WEEK, _TWO_DAYS_H = 7, 48


def words(hit: Hit, question: Question, language: str) -> str:
    """Return when one is there, when it is open, and how long one can stay; what nobody knows is said to be unknown."""
    if language == "zh":
        there = [] if hit.travel_s is None else [f"{clock(arrival(hit, question), question.at)}到"]
        return "，".join([*there, *in_words(hit, question)])
    there = [] if hit.travel_s is None else [f"{english_clock(arrival(hit, question), question.at)} there"]
    return ", ".join([*there, *_english(hit, question)])


def _english(hit: Hit, question: Question) -> list[str]:
    moment = hit.moment
    if not moment.entered and moment.on_arrival == "unknown":
        known = hit.service.hours is not None and moment.reason is not None
        return ["a holiday or make-up day: perhaps closed" if known else "hours unknown"]
    if hit.usable_from is None:
        return ["opening unknown" if moment.vague else "closed for two weeks"]
    arrive = hit.arrive_at or question.at
    said = []
    if hit.usable_from > arrive:
        wait = math.ceil((hit.usable_from - arrive) / _MINUTE)
        said = [f"opens {english_clock(hit.usable_from, question.at)}", f"{english_duration(wait)} to wait"]
        return said if wait <= 2 * 60 else said[:1]
    if hit.usable_until is None:
        return ["open round the clock"]
    return [
        f"open until {english_clock(hit.usable_until, question.at)}",
        english_duration(hit.usable_min or 0),
    ]


def english_clock(at: datetime, now: datetime) -> str:
    """Return an instant as people say it: 14:30, tomorrow 08:00, Wed 08:00, 2 Dec 08:00."""
    days = (at.date() - now.date()).days
    said = f"{at:%H:%M}"
    if days == 1 and said == "00:00":
        return "24:00"
    if days == 0:
        return said
    if days == 1:
        return f"tomorrow {said}"
    if 1 < days < _A_WEEK:
        return f"{_WEEKDAYS[at.weekday()]} {said}"
    return f"{at.day} {at:%b} {said}"


def english_duration(minutes: float) -> str:
    """Return minutes as people say them: 48 min, 5 h 45 min, 2 days."""
    whole = max(0, math.floor(minutes + 1e-9))
    hours, rest = divmod(whole, 60)
    if hours >= _TWO_DAYS_H:
        return f"{hours // 24} days"
    if not hours:
        return f"{whole} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"
