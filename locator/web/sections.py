"""How a list of answers is laid out beyond one row of cards: under the six needs, and the surest one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from locator import vocabulary
from locator._errors import Text
from locator.web.language import card, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from locator.cards import Card
    from locator.hits import Answer
    from locator.question import Question

_NONE = Text("没写属于六有哪一项", "not said which of the six needs")
_COMMA, _COMMA_OF_CLAUSES = Text("、", ", "), Text("，", ", ")
_SUREST = Text("拿不准就去这个：24小时开", "If in doubt, go here: open round the clock")


class Section(NamedTuple):
    """One heading with its cards."""

    name: str
    cards: list[Card]


class Surest(NamedTuple):
    """The place to go when in doubt, in words; `listed`: it stands among the answers already."""

    card: Card
    lead: str
    way: str
    listed: bool


def by_needs(cards: Sequence[Card], question: Question) -> tuple[list[Section], str]:
    """Return the cards under the needs they serve, each under all of its own, and the needs that none serves, in words.

    What names no need at all comes last.
    """
    sections = [
        Section(
            said(vocabulary.NEEDS[need]),
            [one for one in cards if need in one.hit.service.needs],
        )
        for need in question.needs or vocabulary.NEEDS
    ]
    sections.append(Section(said(_NONE), [one for one in cards if not one.hit.service.needs]))
    missing = [section.name for section in sections[:-1] if not section.cards]
    return [section for section in sections if section.cards], said(_COMMA).join(missing)


def fallback_row(found: Answer, listed: Sequence[Card]) -> Surest | None:
    """Return the nearest place that is open round the clock for certain, if the answer names one."""
    if found.fallback is None:
        return None
    shown = card(found.fallback, found.question)
    among = any(one.hit.id == found.fallback.id for one in listed)
    way = f"{shown.going.partition('|')[0]}{said(_COMMA_OF_CLAUSES)}{shown.distance}"
    return Surest(shown, said(_SUREST), way, among)
