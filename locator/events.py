"""events(): what is on near someone, today and in the days after: classes, films, fairs, duty days.

What is announced is taken from the records. Where somebody is on duty on a few weekdays only, a lawyer's
Wednesday, the days ahead follow from the service's hours, holidays and make-up workdays included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from locator import vocabulary
from locator._errors import InputError, Text
from locator.datum import Datum, convert
from locator.districts import find_district
from locator.geodesy import geodesic_m
from locator.programme import duty_hours
from locator.question import Question, ask
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from locator.catalog import Catalog
    from locator.service import Service

DEFAULT_DAYS = 7
MOST_DAYS, _MAX_LIMIT = 60, 50
_OF_THE_ASKER = ("lon", "lat", "datum", "at", "mode", "max_minutes", "max_m", "district", "limit")
EVENT_PARAMETERS = (*_OF_THE_ASKER, "days", "topic")
ON_DUTY = {
    "legal-aid": Text("法律援助值班", "legal aid on duty"),
    "counselling": Text("心理咨询值班", "counsellor on duty"),
}
# Announced under one of these, a duty day need not be told again.
_DUTY_TOPICS = ("lawyer", "duty")
# A degree of latitude is nowhere shorter.
_M_A_DEGREE = 110_000.0


@dataclass(frozen=True)
class EventsQuestion:
    """A checked question: who asks from where and when, how many days ahead (today is one), which topics."""

    asker: Question
    days: int = DEFAULT_DAYS
    topic: tuple[str, ...] = ()

    @property
    def until(self) -> datetime:
        """The midnight after the last day."""
        return datetime.combine(self.asker.at.date(), time(), SHANGHAI) + timedelta(days=self.days)


class Occurrence(NamedTuple):
    """Something that is on: what, where and when; distances are None when nobody said where the asker is."""

    catalog: Catalog
    row: int
    place: int | None
    title: str
    topic: str
    start: datetime
    end: datetime
    capacity: int | None
    demo: bool
    distance_m: float | None
    travel_s: float | None

    @property
    def service(self) -> Service:
        """The whole record of who offers it."""
        return self.catalog.service(self.row)


class Programmed(NamedTuple):
    """What a question found, and how many there are without the limit."""

    question: EventsQuestion
    catalog: Catalog
    found: tuple[Occurrence, ...]
    matched: int


def events(
    catalog: Catalog, lon: float | None = None, lat: float | None = None, **parameters: object
) -> Programmed:
    """Return what is on in the days ahead, sorted by start, then distance, then the service's id.

    Parameters
    ----------
    catalog
        The snapshot to look in.
    lon, lat
        The asker, degrees in `datum`; None: everywhere, or all over a `district`.
    **parameters
        `EVENT_PARAMETERS` by name; `at` is required.

    Raises
    ------
    InputError
        A parameter that is missing or wrong.
    """
    at = parameters.get("at")
    if not isinstance(at, datetime):
        raise TypeError("events() reads no clock: give at=datetime")
    return programme(catalog, ask_events({"lon": lon, "lat": lat, **parameters}, at))


def ask_events(values: Mapping[str, object], now: datetime, published: Datum = Datum.WGS84) -> EventsQuestion:
    """Return the question that some values pose; texts are read, absent and empty ones take the default.

    Raises
    ------
    InputError
        With every faulty parameter in its `errors`.
    """
    given = {name: value for name, value in values.items() if value is not None and str(value).strip()}
    errors = [_unknown(name) for name in given if name not in EVENT_PARAMETERS]

    own = {name: given[name] for name in _OF_THE_ASKER if name in given}
    readers: dict[str, Callable[[], object]] = {
        "asker": lambda: ask({"limit": _MAX_LIMIT, **own}, now, anywhere=True, published=published),
        "days": lambda: _days(given.get("days", DEFAULT_DAYS)),
        "topic": lambda: _topics(given.get("topic", ())),
    }
    read: dict[str, Any] = {}
    for name, reader in readers.items():
        try:
            read[name] = reader()
        except InputError as error:
            errors += error.errors
    if errors:
        raise InputError.together(errors)
    return EventsQuestion(**read)


def programme(catalog: Catalog, question: EventsQuestion) -> Programmed:
    """Return the answer to a checked question."""
    search = _Search(catalog, question)
    found = [*search.announced(), *search.duties()]
    found.sort(key=lambda one: (one.start, one.distance_m or 0.0, catalog.ids[one.row], one.end, one.title))
    return Programmed(question, catalog, tuple(found[: question.asker.limit]), len(found))


class _Search:
    """One look through the programme."""

    def __init__(self, catalog: Catalog, question: EventsQuestion) -> None:
        self._catalog, self._question, self._asker = catalog, question, question.asker
        asker = question.asker
        self._here: tuple[float, float] | None = None
        if asker.lon is not None and asker.lat is not None:
            self._here = convert(asker.lon, asker.lat, asker.datum, "wgs84")
        self._rows: set[int] | None = None
        if asker.district is not None:
            self._rows = set(catalog.districts.get(find_district(asker.district, catalog.districts), []))

    def announced(self) -> Iterator[Occurrence]:
        """Yield the events of the records that are not over yet and start in time."""
        listed = self._catalog.programme
        coming = (listed.end > self._asker.at.timestamp()) & (listed.start < self._question.until.timestamp())
        for entry in np.flatnonzero(coming).tolist():
            row, places = int(listed.row[entry]), listed.places[entry]
            if not self._wants(str(listed.topic[entry])) or not self._here_about(row):
                continue
            reached = self._nearest(places)
            if reached is None:
                continue
            service = self._catalog.service(row)
            event = service.events[int(listed.number[entry])]
            yield Occurrence(
                *(self._catalog, row, reached[0], event.title, event.topic, event.start, event.end),
                *(event.capacity, event.demo or service.demo, *reached[1:]),
            )

    def duties(self) -> Iterator[Occurrence]:
        """Yield the duty days ahead that are not announced by the records themselves."""
        if not self._wants("duty"):
            return
        first, days = self._asker.at.date(), self._question.days
        for duty in self._catalog.programme.duties:
            hours = duty_hours(duty.hours, first, days)
            if not hours or not self._here_about(duty.row):
                continue
            reached = self._nearest(() if duty.place is None else (duty.place,))
            if reached is None:
                continue
            service = self._catalog.service(duty.row)
            told = [(e.start, e.end) for e in service.events if e.topic in _DUTY_TOPICS]
            for start, end in hours:
                held = (duty.valid_from or start.date()) <= start.date() <= (duty.valid_to or start.date())
                again = any(left < end and start < right for left, right in told)
                if end > self._asker.at and held and not again:
                    yield Occurrence(
                        *(self._catalog, duty.row, duty.place, ON_DUTY[service.kind].zh, "duty", start, end),
                        *(None, service.demo, *reached[1:]),
                    )

    def _wants(self, topic: str) -> bool:
        wanted = self._question.topic
        return not wanted or topic in wanted or ("other" in wanted and topic not in vocabulary.TOPICS)

    def _here_about(self, row: int) -> bool:
        return self._rows is None or row in self._rows

    def _nearest(self, places: tuple[int, ...]) -> tuple[int | None, float | None, float | None] | None:
        """Return the nearest of some places within reach, its distance and the seconds there; None if there is none.

        Nobody's distance to nowhere is known: who has no position is found only by those who give none.
        """
        if self._here is None:
            return (places[0] if places else None), None, None
        lon, lat = self._here
        reach_m, catalog = self._asker.reach_m, self._catalog
        near = [
            (geodesic_m(lon, lat, catalog.lon[place], catalog.lat[place]), place)
            for place in places
            if abs(float(catalog.lat[place]) - lat) * _M_A_DEGREE <= reach_m
        ]
        metres, place = min(near, default=(np.inf, -1))
        if place < 0 or metres > reach_m:
            return None
        return place, metres, self._asker.travel.seconds(metres)


def _unknown(name: str) -> InputError:
    known = ", ".join(EVENT_PARAMETERS)
    return InputError(
        name,
        None,
        Text(
            f"没有 {name[:40]!r} 这个参数，可以用：{known}",
            f"there is no parameter {name[:40]!r}; use one of {known}",
        ),
    )


def _days(value: object) -> int:
    text = str(value).strip()
    if re.fullmatch(r"[0-9]{1,6}", text) and 1 <= int(text) <= MOST_DAYS:
        return int(text)
    raise InputError(
        "days",
        text[:80],
        Text(
            f"days 要是 1–{MOST_DAYS} 的整数，收到的是 {text[:80]!r}",
            f"days must be a whole number from 1 to {MOST_DAYS}, got {text[:80]!r}",
        ),
    )


def _topics(value: object) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else list(value)  # type: ignore[call-overload]
    return vocabulary.check_codes("topic", [p.strip() for p in parts if p.strip()], vocabulary.TOPICS)
