"""When nothing fits: which single change would help, and what it would give, computed and not guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from locator._errors import Text
from locator.search import answer

if TYPE_CHECKING:
    from locator.catalog import Catalog
    from locator.hits import Hit
    from locator.question import Question


class WayOut(NamedTuple):
    """One change: its words, the question it leads to, how many services that finds and the first of them."""

    label: Text
    icon: str
    question: Question
    found: int
    best: Hit


def ways_out(catalog: Catalog, question: Question) -> list[WayOut]:
    """Return the single changes to a question that find something."""
    found = []
    for label, icon, changed in _changes(question):
        features = answer(catalog, changed).features
        if features:
            found.append(WayOut(label, icon, changed, len(features), features[0]))
    return found


def _changes(question: Question) -> list[tuple[Text, str, Question]]:
    changes: list[tuple[Text, str, Question]] = []
    if question.offer != "any":
        changes.append((Text("不要求有优惠", "without the discount"), "tag", question.but(offer="any")))
    if question.kind:
        changes.append((Text("不限种类", "any kind"), "m-other", question.but(kind=())))
    if question.needs_amenity:
        changes.append((Text("不要求设施", "without the equipment"), "f-any", question.but(needs_amenity=())))
    if question.open != "any":
        changes.append(
            (
                Text("时间不清楚的也看", "hours unknown, too"),
                "d-unknown",
                question.but(open="any", sort="distance"),
            )
        )
    if question.lon is not None:
        farther = max(120.0, 2 * (question.max_minutes or 60.0))
        changes.append(
            (
                Text(f"放宽到{farther:g}分钟", f"within {farther:g} minutes"),
                "widen",
                question.but(max_minutes=farther, max_m=None),
            )
        )
        changes.append(
            (Text("不限路程", "any distance"), "locate", question.but(max_minutes=None, max_m=None))
        )
        if question.mode == "walk":
            changes.append((Text("改骑车去", "by e-bike"), "ride", question.but(mode="ride")))
    return changes
