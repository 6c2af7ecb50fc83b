"""When nothing fits: which single change would help, and what it would give, computed and not guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from locator.search import answer

if TYPE_CHECKING:
    from locator.catalog import Catalog
    from locator.hits import Hit
    from locator.question import Question
    from locator.search import Networks


class WayOut(NamedTuple):
    """One change: its words, the question it leads to, how many services that finds and the first of them."""

    label: str
    icon: str
    question: Question
    found: int
    best: Hit


def ways_out(catalog: Catalog, question: Question, networks: Networks | None = None) -> list[WayOut]:
    """Return the single changes to a question that find something."""
    found = []
    for label, icon, changed in _changes(question):
        features = answer(catalog, changed, networks).features
        if features:
            found.append(WayOut(label, icon, changed, len(features), features[0]))
    return found


def _changes(question: Question) -> list[tuple[str, str, Question]]:
    changes: list[tuple[str, str, Question]] = []
    if question.offer != "any":
        changes.append(("不要求有优惠", "tag", question.but(offer="any")))
    if question.kind:
        changes.append(("不限种类", "m-other", question.but(kind=())))
    if question.needs_amenity:
        changes.append(("不要求设施", "f-any", question.but(needs_amenity=())))
    if question.open != "any":
        changes.append(("时间不清楚的也看", "d-unknown", question.but(open="any", sort="distance")))
    if question.lon is not None:
        farther = max(120.0, 2 * (question.max_minutes or 60.0))
        changes.append((f"放宽到{farther:g}分钟", "widen", question.but(max_minutes=farther, max_m=None)))
        changes.append(("不限路程", "locate", question.but(max_minutes=None, max_m=None)))
        if question.mode == "walk":
            changes.append(("改骑车去", "ride", question.but(mode="ride")))
    return changes
