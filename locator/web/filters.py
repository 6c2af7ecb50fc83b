"""What is chosen, in the words of the chips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator import vocabulary
from locator._errors import Text
from locator.web.language import said

if TYPE_CHECKING:
    from locator.question import Question

# A stay as long as this is asked for by those who want a door that does not shut.
DAY_MIN = 24 * 60
_SHORT = {"microwave": Text("热饭", "microwave")}
_OPEN = {"now": Text("现在开着", "open now"), "arrival": Text("到时能用", "usable when I get there")}


def amenity_label(question: Question) -> str:
    """Return the chosen equipment in short: 热饭, 热饭等2样; empty if none is."""
    codes = question.needs_amenity
    if not codes:
        return ""
    first = _SHORT.get(codes[0], vocabulary.AMENITIES[codes[0]])
    more = len(codes) - 1
    return said(Text(f"{first.zh}等{more + 1}样", f"{first.en} + {more}") if more else first)


def chosen(question: Question) -> list[str]:
    """Return each wish of a question, as one reads it back to whoever chose it."""
    wishes = [_OPEN[question.open]] if question.open in _OPEN else []
    wishes += [vocabulary.GROUPS[code] for code in question.group]
    wishes += [vocabulary.KINDS[code].label for code in question.kind]
    wishes += [Text("有优惠", "a discount now")] if question.offer == "now" else []
    amenities = [vocabulary.AMENITIES[code] for code in question.needs_amenity]
    wishes += [Text(f"有{label.zh}", f"with {label.en}") for label in amenities]
    wishes += [vocabulary.NEEDS[code] for code in question.needs]
    if question.stay >= DAY_MIN:
        wishes.append(Text("24小时不关门", "open round the clock"))
    elif question.stay:
        wishes.append(Text(f"能待{question.stay:g}分钟", f"{question.stay:g} minutes to stay"))
    return [said(wish) for wish in wishes]
