"""A card in English: the same facts in the same fields, for pages that are read in English."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from locator import vocabulary
from locator.benefits import price_text, usable_by
from locator.cards import Card, Deal, Door, arrival, next_start
from locator.words import english_clock as clock
from locator.words import english_duration as duration

if TYPE_CHECKING:
    import datetime as dt

    from locator.facilities import Facility
    from locator.hits import Hit
    from locator.moments import OfferNow
    from locator.question import Question
    from locator.service import Service

__all__ = [
    "WEEKDAYS",
    "clock",
    "date",
    "duration",
    "english",
    "facilities",
    "length",
    "rent_text",
    "vacancies_text",
]
_SHORT = {
    "seating": "seats", "air-conditioning": "cooling", "drinking-water": "water", "microwave": "oven", "charging": "power",
    "private-bathroom": "bathroom", "shared-kitchen": "kitchen", "washing-machine": "washer", "bed": "beds",
}  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUTE = timedelta(minutes=1)


def english(card: Card, question: Question) -> Card:
    """Return a card with all that the house says in English; names and addresses stay as they are."""
    hit = card.hit
    kind = vocabulary.KINDS[hit.service.kind]
    codes = vocabulary.HOME_AMENITIES if kind.family == "housing" else vocabulary.CARD_AMENITIES
    return replace(
        card,
        kind=kind.label.en,
        door=_door(card, question),
        going=_going(hit, question),
        minutes=card.minutes.replace("分", "min"),
        staying=_staying(card, question),
        rent=rent_text(hit.service),
        vacancies=vacancies_text(hit.service),
        deals=tuple(_deal(now, hit, question) for now in hit.offers),
        facilities=facilities(card.facilities, codes),
        distance="" if hit.distance_m is None else length(hit.distance_m),
        verified=_verified(hit),
    )


def facilities(said: tuple[Facility, ...], codes: tuple[str, ...]) -> tuple[Facility, ...]:
    """Return what is known of some equipment, in the order of its codes."""
    short = _SHORT if codes in (vocabulary.CARD_AMENITIES, vocabulary.HOME_AMENITIES) else {}
    labels = (short.get(code, vocabulary.AMENITIES[code].en) for code in codes)
    return tuple(one._replace(label=label) for one, label in zip(said, labels, strict=True))


def length(metres: float) -> str:
    """Return a distance: 350 m, 1.2 km, 38 km."""
    if metres < 995:  # noqa: PLR2004  as in Chinese
        return f"{max(10, round(metres / 10) * 10)} m"
    return f"{metres / 1000:.1f} km" if metres < 9950 else f"{metres / 1000:.0f} km"  # noqa: PLR2004


def rent_text(service: Service) -> str:
    """Return a home's rent: ¥800–1,200 a month; empty for what is no home."""
    if vocabulary.KINDS[service.kind].family != "housing":
        return ""
    low, high = service.rent_min, service.rent_max
    if low is None and high is None:
        return "rent unknown"
    if low is None or high is None:
        return f"from ¥{low:,.0f} a month" if low is not None else f"at most ¥{high:,.0f} a month"
    return f"¥{low:,.0f} a month" if low == high else f"¥{low:,.0f}–{high:,.0f} a month"


def vacancies_text(service: Service) -> str:
    """Return how many of a home's rooms are free; empty for what is no home."""
    if vocabulary.KINDS[service.kind].family != "housing":
        return ""
    if service.vacancies is None:
        return "vacancies unknown"
    rooms = "room" if service.vacancies == 1 else "rooms"
    return f"{service.vacancies} free {rooms}" if service.vacancies else "no free rooms"


def _going(hit: Hit, question: Question) -> str:
    if hit.travel_s is None:
        return hit.service.address or ("position unknown" if hit.lon is None else "")
    minutes = max(1, math.ceil(hit.travel_s / 60))
    mode = vocabulary.MODES[question.mode].en
    return f"{duration(minutes)} {mode}|there {clock(arrival(hit, question), question.at)}"


def _door(card: Card, question: Question) -> Door:
    hit, state = card.hit, card.door.state
    if state == "later":
        opens = (hit.next_change or hit.usable_from) if hit.moment.entered else hit.usable_from
        return Door(state, f"opens {clock(opens, question.at)}" if opens is not None else "opens later")
    plain = {"open": "open", "soon": "closing soon", "closed": "closed", "unknown": "hours unknown"}
    return Door(state, plain[state])


def _staying(card: Card, question: Question) -> tuple[str, str, bool]:
    """Return the second line: its plain part, its stressed part, and whether that is a warning."""
    hit, state = card.hit, card.door.state
    if state == "unknown" or hit.usable_from is None:
        return (_doubt(hit, state), "", False)
    arrive = hit.arrive_at or question.at
    if hit.usable_from > arrive:
        opens = f"opens {clock(hit.usable_from, question.at)}"
        wait = math.ceil((hit.usable_from - arrive) / _MINUTE)
        return (f"wait {duration(wait)}", opens, False) if state == "later" else (opens, "", False)
    if hit.usable_until is None:
        return ("open round the clock", "stay as you like", False)
    until, left = clock(hit.usable_until, question.at), duration(hit.usable_min or 0)
    if state == "soon":
        return (f"closes {until}", f"only {left}", True)
    return (f"open until {until}", left, False)


def _doubt(hit: Hit, state: str) -> str:
    """Return what is said where nobody knows when one gets in."""
    if state != "unknown":
        return "opening unknown" if hit.moment.vague else "closed for two weeks"
    if hit.moment.reason is not None and hit.service.hours is not None:
        return "holiday or make-up day, perhaps closed"
    return "may be closed when you get there" if hit.travel_s is not None else "hours not given"


def _deal(now: OfferNow, hit: Hit, question: Question) -> Deal:
    offer = now.offer
    mine = [group for group in question.group if group in offer.groups] or list(offer.groups)
    whom = "" if mine[0] == "anyone" else f"{vocabulary.GROUPS[mine[0]].en}: "
    window = (offer.hours or "").replace("-", "–") if re.fullmatch(r"[\d:,\- ]+", offer.hours or "") else ""
    uses = f"{offer.per_day} a day" if offer.per_day else ""
    note = _deal_note(now, hit, question)
    return Deal(whom + price_text(offer).en, window, note, now.applies, offer.title, uses, offer.demo)


def _deal_note(now: OfferNow, hit: Hit, question: Question) -> str:
    if not usable_by(now.offer, question.group):
        return "only for " + ", ".join(vocabulary.GROUPS[group].en for group in now.offer.groups)
    if now.applies is None:
        return "times of the offer unknown"
    arrive = hit.arrive_at or question.at
    if now.applies:
        if now.until is None:
            return "holds now"
        return f"{duration((now.until - arrive) / _MINUTE)} left" + (" then" if hit.travel_s else "")
    starts = next_start(now, arrive)
    if starts is None:
        return "over"
    return f"from {clock(starts, question.at)}" if starts.date() == question.at.date() else "over for today"


def _verified(hit: Hit) -> str:
    if hit.service.demo:
        return "an example, not a real place"
    day = hit.service.verified_on
    return "from a list, not verified" if day is None else f"verified {date(day)}"


def date(day: dt.date) -> str:
    """Return a date: 23 Nov."""
    return f"{day.day} {_MONTHS[day.month - 1]}"
