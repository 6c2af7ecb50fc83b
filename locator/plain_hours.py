"""Opening hours as a notice on a door says them: only what is simple enough to be said right."""

from __future__ import annotations

import re

_DAYS = dict(zip(("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"), "一二三四五六日", strict=True))
_DAY = "(?:Mo|Tu|We|Th|Fr|Sa|Su)"
# Closing at 26:00 is a way of writing that no door sign uses.
_CLOCK = r"(?:[01]?\d|2[0-4]):[0-5]\d"
_RULE = re.compile(
    rf"(?:(?P<days>(?:{_DAY}(?:-{_DAY})?|PH)(?:,(?:{_DAY}(?:-{_DAY})?|PH))*) )?"
    rf"(?P<times>{_CLOCK}-{_CLOCK}(?:,{_CLOCK}-{_CLOCK})*|off|00:00-24:00)"
)


def plain_hours(expression: str | None) -> str | None:
    """Return an opening_hours expression in plain Chinese, or None if it is unknown or not simple.

    Parameters
    ----------
    expression
        "Mo-Fr 08:30-18:00; PH off" and the like; weekdays, public holidays and clock times are understood.
    """
    if expression is None:
        return None
    if expression.strip() in {"24/7", "00:00-24:00", "Mo-Su 00:00-24:00"}:
        return "24小时开"
    said = []
    for rule in re.split(r"\s*;\s*", expression.strip()):
        found = _RULE.fullmatch(rule)
        if found is None:
            return None
        days = _days(found["days"])
        if found["times"] == "off":
            said.append(f"{days}休息")
        else:
            times = "、".join(t.replace("-", "–") for t in found["times"].split(","))
            said.append(f"{days} {times}")
    return "，".join(said)


def _days(text: str | None) -> str:
    if text is None or text == "Mo-Su":
        return "每天"
    return "、".join(_span(part) for part in text.split(","))


def _span(part: str) -> str:
    if part == "PH":
        return "节假日"
    first, _, last = part.partition("-")
    return f"周{_DAYS[first]}" + (f"至周{_DAYS[last]}" if last else "")
