"""When nothing fits: which single change would help, and what it would give, computed and not guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from locator import vocabulary
from locator._errors import Text
from locator.cards import clock, next_start
from locator.search import answer
from locator.words import english_clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from locator.catalog import Catalog
    from locator.hits import Hit
    from locator.question import Question
    from locator.search import Networks

# Minutes as people choose them.
STEPS = (10.0, 15.0, 25.0, 60.0, 120.0)
# A tired rider does not wait for what opens after more different hours than these.
_HOURS_TRIED = 6
_IN_REACH = 300
EVERY_WISH = Text("条件都去掉", "Without any condition")
_FARTHEST = Text("不限路程", "Any distance")


class WayOut(NamedTuple):
    """One change: its words, the question it leads to, how many services that finds and the first of them."""

    label: Text
    icon: str
    question: Question
    found: int
    best: Hit


def ways_out(catalog: Catalog, question: Question, networks: Networks | None = None) -> list[WayOut]:
    """Return the single changes to a question that find something; if none does, the question without any wish."""
    tried = [_try(catalog, *change, networks) for change in _wishes(question)]
    tried += [wider(catalog, question, networks), until_open(catalog, question, networks)]
    if question.lon is not None and question.mode == "walk":
        tried.append(
            _try(catalog, Text("改骑车去", "By e-bike"), "ride", question.but(mode="ride"), networks)
        )
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
        every = _try(catalog, EVERY_WISH, "x", bare, networks) if bare != question else None
        found = [every] if every is not None else []
    return found


def wider(catalog: Catalog, question: Question, networks: Networks | None = None) -> WayOut | None:
    """Return the first longer way that finds more than the question does; None if none does."""
    if question.lon is None or (question.max_minutes is None and question.max_m is None):
        return None
    had = len(answer(catalog, question, networks).features)
    mode = vocabulary.MODES[question.mode]
    for minutes in STEPS:
        if question.max_minutes is None or minutes > question.max_minutes:
            changed = question.but(max_minutes=minutes, max_m=None)
            label = Text(f"放宽到{mode.zh}{minutes:g}分钟", f"Within {minutes:g} minutes {mode.en}")
            way = _try(catalog, label, "widen", changed, networks)
            if way is not None and (way.found > had or way.found == question.limit):
                return way
    return (
        _try(catalog, _FARTHEST, "widen", question.but(max_minutes=None, max_m=None), networks)
        if not had
        else None
    )


def until_open(catalog: Catalog, question: Question, networks: Networks | None = None) -> WayOut | None:
    """Return how it is to wait for the first hour at which something within reach fits; None if nothing opens."""
    if question.open == "any" and question.offer == "any":
        return None
    for at in opening_times(catalog, question, networks)[:_HOURS_TRIED]:
        label = Text(f"等到{clock(at, question.at)}", f"Wait until {english_clock(at, question.at)}")
        way = _try(catalog, label, "clock", question.but(at=at), networks)
        if way is not None:
            return way
    return None


def opening_times(catalog: Catalog, question: Question, networks: Networks | None = None) -> list[datetime]:
    """Return the instants, ascending, at which services within reach open, or their offers begin."""
    near = _in_reach(catalog, question, networks)
    opens = {hit.moment.opens for hit in near}
    if question.offer != "any":
        # An offer begins at an hour of its own.
        opens |= {next_start(now, question.at) for hit in near for now in hit.offers}
    return sorted(at for at in opens if at is not None and at > question.at)


def opening_hits(
    catalog: Catalog, question: Question, until: datetime, networks: Networks | None = None
) -> list[Hit]:
    """Return the services within reach that open by an instant, and are shut until then: the earliest first."""
    opening = [
        (hit.moment.opens, hit)
        for hit in _in_reach(catalog, question, networks)
        if hit.moment.opens is not None and question.at < hit.moment.opens <= until
    ]
    opening.sort(key=lambda pair: (pair[0], pair[1].travel_s or 0.0, pair[1].id))
    return [hit for _, hit in opening]


def _in_reach(catalog: Catalog, question: Question, networks: Networks | None) -> tuple[Hit, ...]:
    """Return what one could get to whenever it opens."""
    whenever = question.but(open="any", offer="any", stay=0.0, sort="distance", limit=_IN_REACH)
    return answer(catalog, whenever, networks).features


def _try(
    catalog: Catalog, label: Text, icon: str, changed: Question, networks: Networks | None
) -> WayOut | None:
    features = answer(catalog, changed, networks).features
    return WayOut(label, icon, changed, len(features), features[0]) if features else None


def _wishes(question: Question) -> Iterator[tuple[Text, str, Question]]:
    """Yield the question without one of its wishes each."""
    if question.offer != "any":
        yield Text("不要求有优惠", "Without a discount"), "tag", question.but(offer="any")
    for code in question.needs_amenity:
        rest = tuple(each for each in question.needs_amenity if each != code)
        what = vocabulary.AMENITIES[code]
        label = Text(f"不要求{what.zh}", f"Without asking for {what.en}")
        yield label, "f-any", question.but(needs_amenity=rest)
    if len(question.needs_amenity) > 1:
        yield Text("设施都不要求", "Without asking for equipment"), "f-any", question.but(needs_amenity=())
    if question.stay:
        yield Text("不要求能待多久", "However short the stay"), "clock", question.but(stay=0.0)
    if question.kind:
        yield Text("不限种类", "Any kind"), "m-other", question.but(kind=())
    if question.needs:
        yield Text("不限六有", "Any of the six needs"), "m-other", question.but(needs=())
    if question.rent_min is not None or question.rent_max is not None:
        yield Text("不限房租", "Any rent"), "m-housing", question.but(rent_min=None, rent_max=None)
    if question.vacancies is not None:
        yield Text("没空房的也看", "Even without free rooms"), "m-housing", question.but(vacancies=None)
