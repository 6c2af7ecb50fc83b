"""What a phone needs to answer without a network: services with the hours of the two weeks ahead.

A phone knows no opening_hours and no holidays. It gets what they come to: when each place is open, and
when nobody knows, in minutes since 1970. What is in neither is closed, until the last of those minutes.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from locator import vocabulary
from locator.datum import Datum
from locator.features import instant
from locator.navigation import links
from locator.publication import position
from locator.timeline import SHANGHAI, timeline
from locator.travel import crow_fly

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from locator.catalog import Catalog
    from locator.service import Service

JsonObject = dict[str, Any]
Spans = list[tuple[int, int]]
AHEAD = timedelta(days=14)
_MINUTE = timedelta(minutes=1)


def offline_copy(
    catalog: Catalog,
    rows: Iterable[int],
    at: datetime,
    language: str = "zh",
    published: Datum = Datum.WGS84,
) -> JsonObject:
    """Return services as a phone keeps them.

    Parameters
    ----------
    catalog
        Whose services.
    rows
        Which; those that are not in use are left out.
    at
        From when on the hours are told.
    language
        Of the kinds' labels.
    published
        The datum of publication: a phone gets each place in it, and in GCJ-02, which WeChat tells positions in.
    """
    start = at.replace(second=0, microsecond=0)
    until = start + AHEAD
    services = [catalog.service(row) for row in rows]
    datums = tuple(dict.fromkeys((published, Datum.GCJ02)))
    copy: JsonObject = {
        "generated_at": instant(start),
        "from": _minute(start),
        "until": _minute(until),
        "version": catalog.version,
        "seconds_per_m": {mode: crow_fly(mode).seconds_per_m for mode in vocabulary.MODES},
        "services": [
            _kept(one, start, until, language, datums) for one in services if one.status == "active"
        ],
    }
    return copy if published is Datum.WGS84 else {**copy, "datum": published.value}


def _kept(
    service: Service, start: datetime, until: datetime, language: str, datums: tuple[Datum, ...]
) -> JsonObject:
    kind = vocabulary.KINDS[service.kind]
    return {
        "id": service.id,
        "name": service.name,
        "kind": kind.label.of(language),
        "family": kind.family,
        "glyph": kind.glyph,
        "address": service.address,
        "phone": service.phone,
        "demo": service.demo,
        "verified": service.verified_on.isoformat() if service.verified_on else None,
        "places": _places(service, start, until, datums),
    }


def _places(
    service: Service, start: datetime, until: datetime, datums: tuple[Datum, ...]
) -> list[JsonObject]:
    if service.stops:
        return [
            _place(
                service.name, s.lon, s.lat, datums, *_spans(s.hours, start, until, s.valid_from, s.valid_to)
            )
            for s in service.stops
        ]
    return [_place(service.name, service.lon, service.lat, datums, *_spans(service.hours, start, until))]


def _place(
    name: str,
    lon: float | None,
    lat: float | None,
    datums: tuple[Datum, ...],
    opened: Spans,
    unknown: Spans,
) -> JsonObject:
    found: JsonObject = {"open": opened, "unknown": unknown}
    if lon is not None and lat is not None:
        found |= {datum.value: list(position(lon, lat, datum, 6)) for datum in datums}
        found["navigation"] = links(name, lon, lat)["amap"]
    return found


def _spans(
    hours: str | None, start: datetime, until: datetime, first: date | None = None, last: date | None = None
) -> tuple[Spans, Spans]:
    """Return when a place is open and when nobody knows; outside its dates it is not there."""
    if first is not None:
        start = max(start, datetime.combine(first, time(), SHANGHAI))
    if last is not None:
        until = min(until, datetime.combine(last + timedelta(days=1), time(), SHANGHAI))
    found: dict[str, Spans] = {"open": [], "unknown": [], "closed": []}
    if start < until:
        for span in timeline(hours).spans(start, until):
            found[span.status].append((_minute(span.start), _minute(span.end)))
    return found["open"], found["unknown"]


def _minute(at: datetime) -> int:
    return int(at.timestamp() // 60)
