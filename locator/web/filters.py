"""What is chosen, in the words of the chips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator import vocabulary

if TYPE_CHECKING:
    from locator.question import Question

# A stay as long as this is asked for by those who want a door that does not shut.
DAY_MIN = 24 * 60
_SHORT = {"microwave": "热饭"}


def amenity_label(question: Question) -> str:
    """Return the chosen equipment in short: 热饭, 热饭等2样; empty if none is."""
    codes = question.needs_amenity
    if not codes:
        return ""
    first = _SHORT.get(codes[0], vocabulary.AMENITIES[codes[0]].zh)
    return first if len(codes) == 1 else f"{first}等{len(codes)}样"


def chosen(question: Question) -> list[str]:
    """Return each wish of a question, as one reads it back to whoever chose it."""
    said = {"any": [], "now": ["现在开着"], "arrival": ["到时能用"]}[question.open]
    said = [*said, *(vocabulary.GROUPS[code].zh for code in question.group)]
    said += [vocabulary.KINDS[code].label.zh for code in question.kind]
    said += ["有优惠"] if question.offer == "now" else []
    said += [f"有{vocabulary.AMENITIES[code].zh}" for code in question.needs_amenity]
    said += [vocabulary.NEEDS[code].zh for code in question.needs]
    if question.stay >= DAY_MIN:
        said.append("24小时不关门")
    elif question.stay:
        said.append(f"能待{question.stay:g}分钟")
    return said
