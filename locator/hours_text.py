"""Chinese opening-hours text, as people write it, as an OSM opening_hours expression: rather unknown than wrong.

The text is made even (`_hours_words`), cut into seasons (`_hours_seasons`), read by a grammar in which
everything has to find its place (`_hours_grammar`), and put together (`_hours_rules`). One word that is
not understood may change the hours, so then nothing is said but the part that was understood.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from lark import UnexpectedInput

from locator._errors import InputError, Text
from locator._hours_grammar import Clause, UnclearError, clauses_of
from locator._hours_rules import OPEN_WEEKENDS, week_of
from locator._hours_seasons import Season, seasons_of
from locator._hours_words import evened
from locator.timeline import timeline

_MAX_CHARACTERS = 400
_EXPRESSION = re.compile(r'(?:[\x20-\x7e]|"[^"]*")+')
_OSM_WORD = re.compile(r"\b(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)\b|^24/7$")


class _UnreadError(Exception):
    """A word that has no place in the grammar, and where it stands."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class HoursRead(NamedTuple):
    """What a text was read as: an expression or None, how much of it was understood, and why not all.

    `part` is what was understood of a text that as a whole was not.
    """

    text: str
    osm: str | None
    understood: Literal["complete", "partial", "none"]
    reason: Text | None = None
    part: str | None = None


def read_hours(text: str) -> HoursRead:
    """Return an opening-hours text as an expression, or say what kept it from being one.

    An OSM expression is taken as it is.
    """
    if len(text) > _MAX_CHARACTERS:
        why = Text("太长，不像开放时间", "this is too long to be opening hours")
        return HoursRead(text[:_MAX_CHARACTERS], None, "none", why)
    if _is_expression(text):
        return HoursRead(text, text.strip(), "complete")
    said, asides = evened(text)
    if not any(c.isdigit() for c in said) and "全天" not in said:
        return HoursRead(text, None, "none", Text("没写几点开、几点关", "no time of day is given"))
    try:
        osm = _read(said)
    except _UnreadError as error:
        return _unread(text, said, error.at)
    except UnclearError as error:
        return HoursRead(text, None, "none", error.text)
    missing = _missing(osm, asides)
    return HoursRead(text, osm, "complete" if missing is None else "partial", missing)


def _missing(osm: str, asides: list[str]) -> Text | None:
    if asides:
        left_out = "、".join(asides)
        return Text(f"没写进去：{left_out}", f"left out: {left_out}")
    if OPEN_WEEKENDS in osm:
        return Text(OPEN_WEEKENDS, "whether holidays mean weekends is not said")
    return None


def _is_expression(text: str) -> bool:
    if not _EXPRESSION.fullmatch(text) or not _OSM_WORD.search(text.strip()):
        return False
    try:
        timeline(text.strip())
    except InputError:
        return False
    return True


def _unread(text: str, said: str, at: int) -> HoursRead:
    rest = said[at : at + 12].strip() or said[-12:]
    why = Text(f"没读懂“{rest}”", f"could not read {rest!r}")
    for end in range(at, 0, -1):
        try:
            return HoursRead(text, None, "partial", why, _read(said[:end]))
        except (_UnreadError, UnclearError):
            continue
    return HoursRead(text, None, "none", why)


def _read(said: str) -> str:
    seasons = seasons_of(said)
    told = [_clauses(season) for season in seasons]
    weeks = [week_of(clauses) for clauses in told]
    if len(weeks) == 1 and weeks[0].always and not seasons[0].selector:
        return "24/7"
    # "…；冬季…，周一闭馆": a closing day at the end is said of the whole year.
    *others, last = weeks
    whole_year: list[str] = []
    if (
        others
        and last.closed
        and not any(week.closed for week in others)
        and told[-1][-1].what in {"off", "out"}
    ):
        whole_year = [rule for rule in last.rules() if rule.endswith(" off")]
        last.closed = set()
    rules = [
        rule for season, week in zip(seasons, weeks, strict=True) for rule in week.rules(season.selector)
    ]
    osm = "; ".join([*rules, *whole_year])
    try:
        timeline(osm)
    except InputError as error:
        raise UnclearError(error.text.zh, error.text.en) from None
    return osm


def _clauses(season: Season) -> list[Clause]:
    try:
        return clauses_of(season.text)
    except UnexpectedInput as error:
        # "9:00-17:00（周二至周日）": the days may stand behind, but only if they do so everywhere.
        try:
            return clauses_of(season.text, "trailing")
        except UnexpectedInput:
            at = getattr(error, "pos_in_stream", None)
            raise _UnreadError(season.position(len(season.text) if at is None else at)) from None
