"""The planner's question as one sentence of choices: what may be chosen, and what an address means."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from locator import __version__, vocabulary
from locator._errors import InputError, Text
from locator.coverage.asked import MAY, Asked
from locator.coverage.weeks import monday_of
from locator.districts import city_name, district_name, district_names
from locator.timeline import SHANGHAI
from locator.web.plan.basis import OWN, USUAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# What a result looks like: an older one is worked out again.
_FORMAT = 2
MINUTES = (5, 10, 15, 20, 30)
ACTIONS = (3, 6, 10)
KIND_CHOICES = ("station,canteen", "station", "canteen", "")
AMENITY_CHOICES = ("", "microwave", "drinking-water", "toilet", "charging")
MAY_WORDS = {
    "both": "延长时间或新建",
    "extend": "只延长时间",
    "build": "只新建",
    "any": "各种办法都行",
}
_MOST_MINUTES, _MOST_ACTIONS, _WEEKS_SHOWN = 120, 20, 5
_NAMED = 20


@dataclass(frozen=True)
class PlanQuestion:
    """A question of the page: a district, whose week, which services count, how far, and what may be done."""

    boundary: str
    group: str = USUAL
    mode: str = "walk"
    minutes: float = 15
    kind: tuple[str, ...] = ("station", "canteen")
    needs_amenity: tuple[str, ...] = ()
    week: str = ""
    may: str = "both"
    actions: int = 6

    @property
    def asked(self) -> Asked:
        """What the desk is asked."""
        monday = date.fromisoformat(self.week)
        return Asked(monday, self.minutes, self.kind, self.needs_amenity, self.may, self.actions)

    def args(self) -> dict[str, str]:
        """Return the parameters of an address that asks the same."""
        said = asdict(self) | {"kind": ",".join(self.kind), "needs_amenity": ",".join(self.needs_amenity)}
        return {
            name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in said.items()
        }

    def key(self, version: int, basis: str) -> str:
        """Return the name of the answer: the same for the same question, catalog version and basis."""
        told = json.dumps([_FORMAT, __version__, version, basis, asdict(self)], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def commands(self, demand: str = "") -> tuple[str, str]:
        """Return the two commands that work out the same figures; `demand` is the option that names its table."""
        options = [
            f"--boundary {self.boundary}",
            *([demand] if demand else []),
            *([] if self.group == OWN else [f"--profile {self.group}"]),
            f"--minutes {self.minutes:g} --mode {self.mode}",
            *([f"--kind {','.join(self.kind)}"] if self.kind else []),
            *([f"--needs-amenity {','.join(self.needs_amenity)}"] if self.needs_amenity else []),
            f"--week {self.week}",
        ]
        asked = self.asked
        ways = {
            "--candidates cells": asked.builds,
            "--extend": asked.extends,
            "--equip": asked.equips,
            "--retime": asked.retimes,
        }
        may = [option for option, allowed in ways.items() if allowed]
        same = " ".join(options)
        return (
            f"locator coverage {same} --json",
            f"locator plan {same} {' '.join(may)} --actions {self.actions} --json",
        )


def question_of(
    args: Mapping[str, str], boundaries: Iterable[str], groups: Sequence[str], today: date
) -> PlanQuestion:
    """Return the question that parameters ask; what they leave out is usual, of `groups` the first.

    Raises
    ------
    InputError
        A word or a number that means nothing here.
    """
    known = list(boundaries)
    boundary = args.get("boundary", "").strip() or (known[0] if known else "")
    if boundary not in known:
        names = "、".join(place_words(code) for code in known[:_NAMED]) or "（没有）"
        names += " 等" if len(known) > _NAMED else ""
        raise InputError(
            "boundary",
            boundary,
            Text(
                f"这里只有这些区有需求数据：{names}；收到的是 {boundary[:20]!r}",
                f"there is demand only in {', '.join(known[:_NAMED]) or 'no district'}, got {boundary[:20]!r}",
            ),
        )
    usual = PlanQuestion(boundary, groups[0])
    kinds = usual.kind if "kind" not in args else _words(args["kind"])
    return replace(
        usual,
        group=_one_of("group", _group(args.get("group"), groups), groups),
        mode=_one_of("mode", args.get("mode") or usual.mode, vocabulary.MODES),
        minutes=_number("minutes", args.get("minutes") or "15", _MOST_MINUTES),
        kind=tuple(vocabulary.check_codes("kind", list(kinds), vocabulary.KINDS)),
        needs_amenity=tuple(
            vocabulary.check_codes(
                "needs_amenity", list(_words(args.get("needs_amenity", ""))), vocabulary.AMENITIES
            )
        ),
        week=monday_of(args.get("week") or today).isoformat(),
        may=_one_of("may", args.get("may") or usual.may, MAY),
        actions=int(_number("actions", args.get("actions") or "6", _MOST_ACTIONS)),
    )


def _group(said: str | None, groups: Sequence[str]) -> str:
    """Return whose week is meant: that of a table that is no longer there is the usual one."""
    return groups[0] if not said or (said == OWN and OWN not in groups) else said


def question_from(kept: Mapping[str, Any]) -> PlanQuestion:
    """Return a question that was kept as JSON."""
    return PlanQuestion(
        **{**kept, "kind": tuple(kept["kind"]), "needs_amenity": tuple(kept["needs_amenity"])}
    )


def place_words(code: str) -> str:
    """Return the name of a district, with its city's where others bear it, too."""
    name = district_name(code)
    if name is None:
        return code
    return name if len(district_names()[name]) == 1 else f"{city_name(code) or ''}{name}"


def weeks_from(week: str, today: date) -> list[tuple[str, str]]:
    """Return the weeks to choose from, with their words: this one and those that follow, and the one asked for."""
    first = today - timedelta(days=today.weekday())
    mondays = {first + timedelta(weeks=n) for n in range(_WEEKS_SHOWN)} | {date.fromisoformat(week)}
    return [(day.isoformat(), f"{day.month}月{day.day}日起一周") for day in sorted(mondays)]


def today() -> date:
    """Return the date in Shanghai."""
    return datetime.now(SHANGHAI).date()


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _one_of(field: str, value: str, known: Iterable[str]) -> str:
    names = list(known)
    if value not in names:
        shown = value[:20]
        raise InputError(
            field,
            shown,
            Text(
                f"{field} 只能是 {'、'.join(names)}，收到的是 {shown!r}",
                f"{field} must be one of {', '.join(names)}, got {shown!r}",
            ),
        )
    return value


def _number(field: str, value: str, most: int) -> float:
    shown = value[:20]
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 1 <= number <= most:
        raise InputError(
            field,
            shown,
            Text(
                f"{field} 是 1–{most} 的数，收到的是 {shown!r}",
                f"{field} is a number of 1-{most}, got {shown!r}",
            ),
        )
    return number
