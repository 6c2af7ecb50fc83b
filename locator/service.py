"""The record: what a worker can use, where it stands, when it is open, and who says so.

Unknown is a value: a field that nobody filled in stays None (or out of both `has` and `lacks`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from locator import datum, vocabulary
from locator.timeline import check_instant, timeline

Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Degrees = Annotated[float, Field(allow_inf_nan=False)]
Yuan = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Line = Annotated[str, Field(min_length=1, max_length=400)]
Link = Annotated[str, Field(pattern=r"^https?://[^\s<>\"']+$", max_length=500)]


def _parses(expression: str) -> str:
    timeline(expression)
    return expression


# Beside the three datums, an accident: positions that somebody shifted a second time. They are kept as supplied.
SourceDatum = datum.Datum | Literal["gcj02-doubled"]
Hours = Annotated[str, Field(max_length=1000), AfterValidator(_parses)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Offer(_Record):
    """A benefit: who gets it, in which window, at which price. At most one price rule."""

    title: Line
    groups: tuple[str, ...] = ("anyone",)
    hours: Hours | None = None
    percent_off: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] | None = None
    minus_cny: Yuan | None = None
    fixed_cny: Yuan | None = None
    voucher_cny: Yuan | None = None
    min_spend: Yuan | None = None
    per_day: Count | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    demo: bool = False

    @field_validator("groups")
    @classmethod
    def _known_groups(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return vocabulary.check_codes("groups", value, vocabulary.GROUPS)

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        rules = (self.percent_off, self.minus_cny, self.fixed_cny, self.voucher_cny)
        if sum(rule is not None for rule in rules) > 1:
            raise ValueError("an offer has one price rule, not several")
        return self


class Stop(_Record):
    """One place of a mobile service, with its own hours and dates."""

    name: Line | None = None
    lon: Lon
    lat: Lat
    hours: Hours | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class Event(_Record):
    """Something with a date: a class, a film, a haircut market, a job fair, a lawyer's duty."""

    title: Line
    topic: str = Field(default="other", max_length=40)
    start: datetime
    end: datetime
    capacity: Count | None = None
    demo: bool = False

    @field_validator("start", "end")
    @classmethod
    def _in_shanghai(cls, value: datetime, info: ValidationInfo) -> datetime:
        return check_instant(value, info.field_name or "start")

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.end <= self.start:
            raise ValueError("an event ends after it starts")
        return self


class Service(_Record):
    """One service: a fixed place, or a mobile one with stops instead of a position.

    `lon`, `lat` are WGS-84 degrees, derived from `source_lon`, `source_lat` in `source_datum`, which
    are kept as supplied. A service without a position is listed and never placed.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    kind: str
    name: str = Field(min_length=1, max_length=300)
    address: str | None = Field(default=None, max_length=400)
    district: str | None = Field(default=None, pattern=r"^\d{6}$")
    town: str | None = Field(default=None, max_length=60)
    phone: str | None = Field(default=None, max_length=60)
    lon: Lon | None = None
    lat: Lat | None = None
    source_lon: Degrees | None = None
    source_lat: Degrees | None = None
    source_datum: SourceDatum | None = None
    position_quality: Literal["surveyed", "poi", "geocoded", "approximate"] | None = None
    hours: Hours | None = None
    hours_text: str | None = Field(default=None, max_length=400)
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    capacity: Count | None = None
    stars: Annotated[int, Field(ge=0, le=5)] | None = None
    code: str | None = Field(default=None, max_length=60)
    needs: tuple[str, ...] = ()
    rent_min: Yuan | None = None
    rent_max: Yuan | None = None
    vacancies: Count | None = None
    apply_url: Link | None = None
    apply_steps: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()
    stops: tuple[Stop, ...] = ()
    events: tuple[Event, ...] = ()
    status: Literal["active", "planned", "suspended", "closed"] = "active"
    source: str | None = Field(default=None, max_length=400)
    source_url: Link | None = None
    verified_on: date | None = None
    demo: bool = False

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, value: str) -> str:
        return vocabulary.check_codes("kind", value, vocabulary.KINDS)[0]

    @field_validator("has", "lacks", "needs")
    @classmethod
    def _known_words(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        known = vocabulary.NEEDS if info.field_name == "needs" else vocabulary.AMENITIES
        return vocabulary.check_codes(info.field_name or "has", value, known)

    @model_validator(mode="after")
    def _positions_agree(self) -> Self:
        if (self.lon is None) != (self.lat is None) or (self.source_lon is None) != (self.source_lat is None):
            raise ValueError("a position needs both lon and lat")
        if self.source_lon is not None and self.source_datum is None:
            raise ValueError("source_lon and source_lat need a source_datum")
        if self.stops and (self.lon is not None or self.source_lon is not None):
            raise ValueError("a mobile service has stops instead of one position")
        both = set(self.has) & set(self.lacks)
        if both:
            raise ValueError(f"has and lacks both name {', '.join(sorted(both))}")
        return self

    @model_validator(mode="after")
    def _rents_in_order(self) -> Self:
        if self.rent_min is not None and self.rent_max is not None and self.rent_min > self.rent_max:
            raise ValueError("rent_min is above rent_max")
        return self

    def placed(self) -> Service:
        """Return the service with lon and lat derived from the supplied position."""
        if self.source_lon is None or self.source_lat is None or self.source_datum is None:
            return self
        lon, lat = self.source_lon, self.source_lat
        if self.source_datum == "gcj02-doubled":
            lon, lat = datum.convert(lon, lat, "gcj02", "wgs84")
        shift = datum.Datum.GCJ02 if self.source_datum == "gcj02-doubled" else datum.Datum(self.source_datum)
        lon, lat = datum.convert(lon, lat, shift, "wgs84")
        # 8 decimals are a millimetre: more would be noise of the arithmetic.
        lon, lat = round(lon, 8), round(lat, 8)
        return (
            self if (self.lon, self.lat) == (lon, lat) else self.model_copy(update={"lon": lon, "lat": lat})
        )
