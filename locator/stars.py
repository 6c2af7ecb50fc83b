"""Star proposals with their reasons (星级). Nothing is changed: people decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from locator import vocabulary
from locator._checks import stale_after_days
from locator._errors import Text
from locator.inspections import by_service, kept, last_seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from locator.inspections import Inspection
    from locator.service import Service

RATED = ("station", "driver-home", "safety-station")
# What a station of the basic kind has; and what makes a good one, of which so many are enough.
BASIC = ("seating", "drinking-water", "charging")
COMFORT = (
    "air-conditioning",
    "heating",
    "microwave",
    "fridge",
    "first-aid",
    "toilet",
    "wifi",
    "books",
    "television",
)
_ENOUGH_COMFORT, _KEPT_AT_LEAST = 4, 0.7


class Rule(NamedTuple):
    """One star: whether it is earned, and why or why not."""

    name: str
    earned: bool
    reason: Text


class Proposal(NamedTuple):
    """What the rules would give a station beside what it has."""

    service: Service
    stars: int
    rules: tuple[Rule, ...]


def star_proposals(
    services: Iterable[Service], inspections: Iterable[Inspection], today: date
) -> list[Proposal]:
    """Return the proposal for each active station, in id order: one star for each of five rules.

    The rules: basic equipment; four comforts of nine; published hours; hours kept (Wilson's lower bound over
    70 %, so eight or more visits); verified in time. What is unknown earns nothing and is called unknown.
    """
    visits = by_service(inspections)
    rated = sorted((s for s in services if s.kind in RATED and s.status == "active"), key=lambda s: s.id)
    return [_proposal(service, visits.get(service.id, ()), today) for service in rated]


def _proposal(service: Service, visits: Sequence[Inspection], today: date) -> Proposal:
    has, lacks = _equipment(service, visits)
    rules = (
        _basic(has, lacks),
        _comfort(has),
        _hours(service),
        _kept(visits),
        _verified(service, visits, today),
    )
    return Proposal(service, sum(rule.earned for rule in rules), rules)


def _equipment(service: Service, visits: Sequence[Inspection]) -> tuple[set[str], set[str]]:
    """Return what is there and what is not: what inspectors saw last counts for more than the record."""
    has, lacks = set(service.has), set(service.lacks)
    for visit in visits:
        has = (has | set(visit.found)) - set(visit.missing)
        lacks = (lacks | set(visit.missing)) - set(visit.found)
    return has, lacks


def _basic(has: set[str], lacks: set[str]) -> Rule:
    short = [word for word in BASIC if word not in has]
    if not short:
        return Rule("basic", True, Text("基本设施齐全", "all basic equipment"))
    zh = "、".join(vocabulary.AMENITIES[w].zh + ("没有" if w in lacks else "不清楚") for w in short)
    en = ", ".join(f"{vocabulary.AMENITIES[w].en} {'missing' if w in lacks else 'unknown'}" for w in short)
    return Rule("basic", False, Text(f"基本设施：{zh}", f"basic equipment: {en}"))


def _comfort(has: set[str]) -> Rule:
    there = [word for word in COMFORT if word in has]
    text = Text(
        f"舒适设施 {len(there)} 项，要 {_ENOUGH_COMFORT} 项",
        f"{len(there)} comforts of {_ENOUGH_COMFORT} needed",
    )
    return Rule("comfort", len(there) >= _ENOUGH_COMFORT, text)


def _hours(service: Service) -> Rule:
    known = None not in ([stop.hours for stop in service.stops] or [service.hours])
    said = (
        Text("开放时间写明了", "hours are published")
        if known
        else Text("开放时间不清楚", "hours are unknown")
    )
    return Rule("hours", known, said)


def _kept(visits: Sequence[Inspection]) -> Rule:
    record = kept(visits)
    low = 100 * record.at_least
    text = Text(f"{record.words.zh}，把握至少 {low:.0f}%", f"{record.words.en}, surely {low:.0f} %")
    return Rule("kept", record.at_least >= _KEPT_AT_LEAST, text)


def _verified(service: Service, visits: Sequence[Inspection], today: date) -> Rule:
    seen = last_seen(service, visits)
    if seen is None:
        return Rule("verified", False, Text("从没核实过", "never verified"))
    fresh = (today - seen).days <= stale_after_days(service.kind)
    zh, en = (f"{seen} 核实过", f"verified on {seen}")
    return Rule(
        "verified", fresh, Text(zh if fresh else f"{zh}，太久了", en if fresh else f"{en}, too long ago")
    )
