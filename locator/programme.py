"""What is announced in a catalog, and who keeps duty hours: laid out once, for all who ask what is on."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from locator.timeline import SHANGHAI, check_instant, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from locator.catalog import Catalog

# Kinds of which somebody has to be there in person, on the days that the hours name.
DUTY_KINDS = ("legal-aid", "counselling")
# Open on more days of the week than these, it is an office and no duty day.
_DUTY_DAYS_A_WEEK = 3
_WEEKS = 4
_DAY = timedelta(days=1)


class _Event(msgspec.Struct):
    start: datetime
    end: datetime
    topic: str = "other"


class _Row(msgspec.Struct):
    """What the programme needs of a record."""

    kind: str
    status: str = "active"
    hours: str | None = None
    events: tuple[_Event, ...] = ()


class Duty(NamedTuple):
    """Duty hours at a place (None: it has no position): row, place number, hours and the dates they hold between."""

    row: int
    place: int | None
    hours: str | None
    valid_from: date | None = None
    valid_to: date | None = None


class Programme:
    """The events and the duty hours of the active services of a catalog.

    `row`, `number`, `start`, `end` are columns with one entry for each event: its row and which of its
    service's events it is, and seconds since 1970. `places` are where it may be: those at which its
    service stands when it starts.
    """

    def __init__(self, catalog: Catalog, records: Sequence[bytes]) -> None:
        decode = msgspec.json.Decoder(_Row).decode
        rows = {row: decode(records[row]) for row in catalog.rows() if _may_say_more(records[row])}
        active = {row: said for row, said in rows.items() if said.status == "active"}
        listed = [
            (row, number, event) for row, said in active.items() for number, event in enumerate(said.events)
        ]
        self.row = np.array([row for row, _, _ in listed], np.int64)
        self.number = np.array([number for _, number, _ in listed], np.int64)
        self.start = np.array([event.start.timestamp() for _, _, event in listed], np.float64)
        self.end = np.array([event.end.timestamp() for _, _, event in listed], np.float64)
        self.topic = np.array([event.topic for _, _, event in listed], np.str_)
        self.places = [stands_at(catalog, row, event.start) for row, _, event in listed]
        self.duties = [
            duty
            for row, said in active.items()
            if said.kind in DUTY_KINDS
            for duty in _duties(catalog, row, said.hours)
        ]

    @property
    def topics(self) -> set[str]:
        """The topics that some event has."""
        return set(self.topic.tolist())


def stands_at(catalog: Catalog, row: int, at: datetime) -> tuple[int, ...]:
    """Return the places at which a service stands: what `Catalog.standing` says of it, of all places at once."""
    places = catalog.places_of(row)
    if len(places) <= 1:
        return tuple(places)
    standing = catalog.standing(check_instant(at))
    return tuple(place for place in places if standing[place])


def _may_say_more(record: bytes) -> bool:
    return b'"events"' in record or any(kind.encode() in record for kind in DUTY_KINDS)


def _duties(catalog: Catalog, row: int, hours: str | None) -> Iterable[Duty]:
    places = catalog.places_of(row)
    if not places:
        yield Duty(row, None, hours)
    for place in places:
        profile = catalog.profiles[int(catalog.profile[place])]
        yield Duty(row, place, profile.hours, profile.valid_from, profile.valid_to)


@lru_cache(maxsize=4096)
def duty_hours(hours: str | None, first: date, days: int) -> tuple[tuple[datetime, datetime], ...]:
    """Return from when to when somebody is on duty for certain in some days; nothing if that is most days of the week."""
    start = datetime.combine(first, time(), SHANGHAI)
    if hours is None or _days_open(hours, start) > _DUTY_DAYS_A_WEEK * _WEEKS:
        return ()
    until = start + days * _DAY
    # A night's duty is told whole, from the evening before to the morning after.
    spans = timeline(hours).spans(start - _DAY, until + _DAY)
    return tuple(
        (span.start, span.end)
        for span in spans
        if span.status == "open" and span.end > start and span.start < until
    )


def _days_open(hours: str, start: datetime) -> int:
    """Return on how many of the coming four weeks' days it opens."""
    spans = timeline(hours).spans(start, start + 7 * _WEEKS * _DAY)
    return len(
        {
            span.start.date() + number * _DAY
            for span in spans
            if span.status == "open"
            for number in range(((span.end - timedelta(microseconds=1)).date() - span.start.date()).days + 1)
        }
    )
