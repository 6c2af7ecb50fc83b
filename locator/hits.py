"""What a search found: hits, and the answer that they make."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from locator.catalog import Catalog
    from locator.moments import Moment, OfferNow
    from locator.question import Question
    from locator.service import Service
    from locator.timeline import Status


class Hit(NamedTuple):
    """One service of an answer. Distances and times of travel are None when nobody said where the asker is."""

    catalog: Catalog
    row: int
    place: int | None
    distance_m: float | None
    travel_s: float | None
    sets_out: datetime
    moment: Moment

    @property
    def arrive_at(self) -> datetime | None:
        """When the asker gets there."""
        return None if self.travel_s is None else self.sets_out + timedelta(seconds=self.travel_s)

    @property
    def usable_from(self) -> datetime | None:
        """When the asker gets in; None if that is unknown, or not within the horizon."""
        return (self.arrive_at or self.sets_out) if self.moment.entered else self.moment.opens

    @property
    def status(self) -> Status:
        """Whether it is open when the asker sets out."""
        return self.moment.status

    @property
    def usable_until(self) -> datetime | None:
        """When it closes after the asker got in; None if it does not, or never opens."""
        return self.moment.until

    @property
    def next_change(self) -> datetime | None:
        """When the status next changes; None if it does not within the horizon."""
        return self.moment.next_change

    @property
    def offers(self) -> tuple[OfferNow, ...]:
        """The offers as the asker finds them on arrival."""
        return self.moment.offers

    @property
    def id(self) -> str:
        """The service's id."""
        return self.catalog.ids[self.row]

    @property
    def service(self) -> Service:
        """The whole record."""
        return self.catalog.service(self.row)

    @property
    def lon(self) -> float | None:
        """WGS-84 degrees of the place where it can be found; None if there is no such place."""
        return None if self.place is None else float(self.catalog.lon[self.place])

    @property
    def lat(self) -> float | None:
        """As `lon`."""
        return None if self.place is None else float(self.catalog.lat[self.place])

    @property
    def usable_min(self) -> float | None:
        """Minutes of use, from getting in to closing; None if unknown or if it does not close."""
        seconds = self.moment.stay_s(self.sets_out, self.travel_s or 0.0)
        return None if seconds is None else seconds / 60


class Answer(NamedTuple):
    """What a question found: hits best first, and those that would qualify if their unknown hours were open.

    `fallback` is the nearest that is open round the clock for certain, where those leave something to wish for.
    `network` names the street network that the way was reckoned over, None = by straight line; `unreachable` is
    the number of services that pass the filters, but stand off its streets.
    """

    question: Question
    catalog: Catalog
    features: tuple[Hit, ...]
    unknown: tuple[Hit, ...]
    fallback: Hit | None = None
    network: str | None = None
    unreachable: int = 0
