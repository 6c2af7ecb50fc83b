"""Inspections (督查): was a service open as it says, is its equipment there; and what to look at next.

Shares of kept hours come with their count and a lower bound: 1 of 1 is less than 19 of 20. Nothing here
changes a record.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from locator import vocabulary
from locator._checks import stale_after_days
from locator._errors import InputError, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pydantic import ValidationInfo

    from locator.service import Service

# Two-sided 95 %.
_Z = 1.96
_TRUE, _FALSE = (
    frozenset({"true", "yes", "1", "是", "开", "开着"}),
    frozenset({"false", "no", "0", "否", "关", "关着"}),
)
# What a recheck is worth: a verification out of date counts as many points as it is limits old.
_NEVER, _CLOSED, _UNKNOWN_HOURS, _LOW_KEPT, _MISSING = 2.0, 1.5, 0.5, 1.0, 0.5
_MOST_AGE, _RECENT_DAYS, _KEPT_WELL = 4.0, 90, 0.8


class Inspection(BaseModel):
    """One visit: was it open as it says (None: not looked at), what was found and what was missing."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    service_id: str = Field(min_length=1, max_length=64)
    on: date
    open_as_stated: bool | None = None
    found: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    by: str | None = Field(default=None, max_length=80)
    note: str | None = Field(default=None, max_length=400)

    @field_validator("found", "missing")
    @classmethod
    def _known_words(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        return vocabulary.check_codes(info.field_name or "found", value, vocabulary.AMENITIES)


class Kept(NamedTuple):
    """How often a service was open as it says: n of m visits, and what share that proves at least."""

    n: int
    m: int

    @property
    def share(self) -> float | None:
        """The share itself; None while nobody looked."""
        return self.n / self.m if self.m else None

    @property
    def at_least(self) -> float:
        """Wilson's lower bound at 95 % (E. B. Wilson, JASA 22 (1927)); 0 while nobody looked."""
        if not self.m:
            return 0.0
        share, z2 = self.n / self.m, _Z * _Z
        spread = _Z * sqrt(share * (1 - share) / self.m + z2 / (4 * self.m * self.m))
        return max(0.0, (share + z2 / (2 * self.m) - spread) / (1 + z2 / self.m))

    @property
    def words(self) -> Text:
        """The count in words."""
        return Text(f"查 {self.m} 次，{self.n} 次按时开门", f"open as stated {self.n} of {self.m} times")


class Recheck(NamedTuple):
    """A service to look at again: its points, higher is sooner, and why."""

    service: Service
    score: float
    reasons: tuple[Text, ...]


def kept(inspections: Iterable[Inspection]) -> Kept:
    """Return how often the door was open as stated, of the visits that looked."""
    looked = [
        inspection.open_as_stated for inspection in inspections if inspection.open_as_stated is not None
    ]
    return Kept(sum(looked), len(looked))


def by_service(inspections: Iterable[Inspection]) -> Mapping[str, Sequence[Inspection]]:
    """Return the inspections of each service, oldest first."""
    found: defaultdict[str, list[Inspection]] = defaultdict(list)
    for inspection in sorted(inspections, key=lambda one: one.on):
        found[inspection.service_id].append(inspection)
    return found


def last_seen(service: Service, visits: Sequence[Inspection]) -> date | None:
    """Return the last day that somebody verified or inspected a service."""
    days = [visit.on for visit in visits] + ([service.verified_on] if service.verified_on else [])
    return max(days, default=None)


def recheck_queue(
    services: Iterable[Service], inspections: Iterable[Inspection], today: date
) -> list[Recheck]:
    """Return the services worth a visit, the most urgent first; those that need none are left out.

    The points of a row are the sum of what its reasons say: age of the last look over what its kind allows
    (at most 4; 2 if nobody ever looked), 1.5 if it was found closed in the last 90 days, 0.5 for unknown
    hours, 1 for hours kept in under 80 % of visits, 0.5 for equipment that was missing at the last visit.
    """
    visits = by_service(inspections)
    rows = [
        _recheck(service, visits.get(service.id, ()), today)
        for service in services
        if service.status in {"active", "suspended"}
    ]
    return sorted((row for row in rows if row.reasons), key=lambda row: (-row.score, row.service.id))


def _recheck(service: Service, visits: Sequence[Inspection], today: date) -> Recheck:
    said = [*_age(service, visits, today), *_door(visits, today)]
    hours = [stop.hours for stop in service.stops] or [service.hours]
    if None in hours:
        said.append((_UNKNOWN_HOURS, Text("开放时间不清楚", "its hours are unknown")))
    missing = visits[-1].missing if visits else ()
    if missing:
        zh = "、".join(vocabulary.AMENITIES[word].zh for word in missing)
        en = ", ".join(vocabulary.AMENITIES[word].en for word in missing)
        said.append((_MISSING, Text(f"上次没见到{zh}", f"missing last time: {en}")))
    reasons = tuple(Text(f"{text.zh}（{points:g} 分）", f"{text.en} ({points:g})") for points, text in said)
    return Recheck(service, round(sum(points for points, _ in said), 2), reasons)


def _age(service: Service, visits: Sequence[Inspection], today: date) -> list[tuple[float, Text]]:
    seen, limit = last_seen(service, visits), stale_after_days(service.kind)
    if seen is None:
        return [(_NEVER, Text("从没核实过", "nobody ever verified it"))]
    age = (today - seen).days
    if age <= limit:
        return []
    points = round(min(age / limit, _MOST_AGE), 2)
    return [
        (
            points,
            Text(
                f"{age} 天没核实，应该每 {limit} 天一次", f"last looked at {age} days ago, due every {limit}"
            ),
        )
    ]


def _door(visits: Sequence[Inspection], today: date) -> list[tuple[float, Text]]:
    said = []
    shut = [visit.on for visit in visits if visit.open_as_stated is False]
    if shut and (today - shut[-1]).days <= _RECENT_DAYS:
        said.append((_CLOSED, Text(f"{shut[-1]} 该开没开", f"found closed on {shut[-1]}")))
    record = kept(visits)
    if record.share is not None and record.share < _KEPT_WELL:
        said.append((_LOW_KEPT, record.words))
    return said


def read_inspections(path: Path) -> list[Inspection]:
    """Return the inspections of a CSV file (UTF-8) with the columns service_id, on, open_as_stated, found, missing, by, note.

    Raises
    ------
    InputError
        The file cannot be read, or a row does not make sense; it names the row.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            "inspections",
            path.name,
            Text(f"{path.name} 读不了：{error}", f"{path.name} cannot be read: {error}"),
        ) from None
    return [_read(row, number) for number, row in enumerate(rows, 1)]


def _read(row: dict[str | None, str | None], number: int) -> Inspection:
    said = {
        str(name): value.strip() for name, value in row.items() if isinstance(value, str) and value.strip()
    }
    try:
        return Inspection.model_validate(
            said
            | {"open_as_stated": _yes_or_no(said.get("open_as_stated"))}
            | {
                name: tuple(word.strip() for word in said.get(name, "").split(",") if word.strip())
                for name in ("found", "missing")
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "row"
        raise InputError(
            field,
            number,
            Text(f"第 {number} 行 {field}：{first['msg']}", f"row {number}, {field}: {first['msg']}"),
        ) from None


def _yes_or_no(text: str | None) -> bool | str | None:
    if text is None:
        return None
    word = text.lower()
    return True if word in _TRUE else False if word in _FALSE else text
