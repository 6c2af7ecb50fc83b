"""When nothing fits: which single change would help, and what it would give, computed and not guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from locator import vocabulary
from locator.cards import clock, next_start
from locator.search import answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from locator.catalog import Catalog
    from locator.hits import Hit
    from locator.question import Question

# Minutes as people choose them.
STEPS = (10.0, 15.0, 25.0, 60.0, 120.0)
# A tired rider does not wait for what opens after more different hours than these.
_HOURS_TRIED = 6
_IN_REACH = 300
EVERY_WISH = "条件都去掉"


class WayOut(NamedTuple):
    """One change: its words, the question it leads to, how many services that finds and the first of them."""

    label: str
    icon: str
    question: Question
    found: int
    best: Hit


def ways_out(catalog: Catalog, question: Question) -> list[WayOut]:
    """Return the single changes to a question that find something; if none does, the question without any wish."""
    tried = [_try(catalog, *change) for change in _wishes(question)]
    tried += [wider(catalog, question), until_open(catalog, question)]
    if question.lon is not None and question.mode == "walk":
        tried.append(_try(catalog, "改骑车去", "ride", question.but(mode="ride")))
    found = [way for way in tried if way is not None]
    if not found:
        bare = question.but(
            offer="any",
            needs_amenity=(),
            kind=(),
            needs=(),
            stay=0.0,
            rent_min=None,
            rent_max=None,
            vacancies=None,
        )
        every = _try(catalog, EVERY_WISH, "x", bare) if bare != question else None
        found = [every] if every is not None else []
    return found


def wider(catalog: Catalog, question: Question) -> WayOut | None:
    """Return the first longer way that finds more than the question does; None if none does."""
    if question.lon is None or (question.max_minutes is None and question.max_m is None):
        return None
    had = len(answer(catalog, question).features)
    mode = vocabulary.MODES[question.mode].zh
    for minutes in STEPS:
        if question.max_minutes is None or minutes > question.max_minutes:
            changed = question.but(max_minutes=minutes, max_m=None)
            way = _try(catalog, f"放宽到{mode}{minutes:g}分钟", "widen", changed)
            if way is not None and (way.found > had or way.found == question.limit):
                return way
    return _try(catalog, "不限路程", "widen", question.but(max_minutes=None, max_m=None)) if not had else None


def until_open(catalog: Catalog, question: Question) -> WayOut | None:
    """Return how it is to wait for the first hour at which something within reach fits; None if nothing opens."""
    if question.open == "any" and question.offer == "any":
        return None
    for at in opening_times(catalog, question)[:_HOURS_TRIED]:
        way = _try(catalog, f"等到{clock(at, question.at)}", "clock", question.but(at=at))
        if way is not None:
            return way
    return None


def opening_times(catalog: Catalog, question: Question) -> list[datetime]:
    """Return the instants, ascending, at which services within reach open, or their offers begin."""
    near = _in_reach(catalog, question)
    opens = {hit.moment.opens for hit in near}
    if question.offer != "any":
        # An offer begins at an hour of its own.
        opens |= {next_start(now, question.at) for hit in near for now in hit.offers}
    return sorted(at for at in opens if at is not None and at > question.at)


def opening_hits(catalog: Catalog, question: Question, until: datetime) -> list[Hit]:
    """Return the services within reach that open by an instant, and are shut until then: the earliest first."""
    opening = [
        (hit.moment.opens, hit)
        for hit in _in_reach(catalog, question)
        if hit.moment.opens is not None and question.at < hit.moment.opens <= until
    ]
    opening.sort(key=lambda pair: (pair[0], pair[1].travel_s or 0.0, pair[1].id))
    return [hit for _, hit in opening]


def _in_reach(catalog: Catalog, question: Question) -> tuple[Hit, ...]:
    """Return what one could get to whenever it opens."""
    whenever = question.but(open="any", offer="any", stay=0.0, sort="distance", limit=_IN_REACH)
    return answer(catalog, whenever).features


def _try(catalog: Catalog, label: str, icon: str, changed: Question) -> WayOut | None:
    features = answer(catalog, changed).features
    return WayOut(label, icon, changed, len(features), features[0]) if features else None


def _wishes(question: Question) -> Iterator[tuple[str, str, Question]]:
    """Yield the question without one of its wishes each."""
    if question.offer != "any":
        yield "不要求有优惠", "tag", question.but(offer="any")
    for code in question.needs_amenity:
        rest = tuple(each for each in question.needs_amenity if each != code)
        yield f"不要求{vocabulary.AMENITIES[code].zh}", "f-any", question.but(needs_amenity=rest)
    if len(question.needs_amenity) > 1:
        yield "设施都不要求", "f-any", question.but(needs_amenity=())
    if question.stay:
        yield "不要求能待多久", "clock", question.but(stay=0.0)
    if question.kind:
        yield "不限种类", "m-other", question.but(kind=())
    if question.needs:
        yield "不限六有", "m-other", question.but(needs=())
    if question.rent_min is not None or question.rent_max is not None:
        yield "不限房租", "m-housing", question.but(rent_min=None, rent_max=None)
    if question.vacancies is not None:
        yield "没空房的也看", "m-housing", question.but(vacancies=None)
