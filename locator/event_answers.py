"""What is on as GeoJSON, which HTTP and the command line print."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from locator.features import instant

if TYPE_CHECKING:
    from locator.events import EventsQuestion, Occurrence, Programmed

JsonObject = dict[str, Any]
_MINUTE = timedelta(minutes=1)


def encode_events(answer: Programmed) -> bytes:
    """Return the GeoJSON FeatureCollection of what is on, positions in the datum that was asked in."""
    return msgspec.json.encode(events_geojson(answer))


def events_geojson(answer: Programmed) -> JsonObject:
    """Return the same as Python objects."""
    asker, catalog = answer.question.asker, answer.catalog
    lon, lat = catalog.coordinates(asker.datum)
    seen: dict[str, int] = {}
    return {
        "type": "FeatureCollection",
        "datum": asker.datum.value,
        "asked": _asked(answer.question),
        "catalog": {"version": catalog.version, "as_of": catalog.as_of},
        "numberMatched": answer.matched,
        "numberReturned": len(answer.found),
        "features": [
            {
                "type": "Feature",
                "id": _id(one, seen),
                "geometry": None
                if one.place is None
                else _point(float(lon[one.place]), float(lat[one.place])),
                "properties": _properties(one, answer.question),
            }
            for one in answer.found
        ],
    }


def _asked(question: EventsQuestion) -> JsonObject:
    asker = question.asker
    return {
        "lon": asker.lon,
        "lat": asker.lat,
        "datum": asker.datum.value,
        "at": instant(asker.at),
        "until": instant(question.until),
        "days": question.days,
        "topic": question.topic,
        "district": asker.district,
        "mode": asker.mode,
        "max_minutes": asker.max_minutes,
        "max_m": asker.max_m,
        "limit": asker.limit,
        "speed_kmh": asker.travel.speed_kmh,
        "detour": asker.travel.detour,
    }


def _properties(one: Occurrence, question: EventsQuestion) -> JsonObject:
    at, service = question.asker.at, one.service
    return {
        "title": one.title,
        "topic": one.topic,
        "start": instant(one.start),
        "end": instant(one.end),
        "starts_in_min": round(max(0.0, (one.start - at) / _MINUTE), 1),
        "running": one.start <= at,
        "capacity": one.capacity,
        "distance_m": None if one.distance_m is None else round(one.distance_m, 3),
        "travel_s": None if one.travel_s is None else round(one.travel_s),
        "service": {
            "id": service.id,
            "name": service.name,
            "kind": service.kind,
            "address": service.address,
            "district": service.district,
        },
        "demo": one.demo,
        "links": {"self": f"/api/v1/services/{service.id}", "page": f"/s/{service.id}"},
    }


def _id(one: Occurrence, seen: dict[str, int]) -> str:
    """Return an id that lasts while the service's other events change."""
    name = f"{one.catalog.ids[one.row]}:{one.topic}:{one.start:%Y-%m-%dT%H:%M}"
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name}:{seen[name]}"


def _point(lon: float, lat: float) -> JsonObject:
    return {"type": "Point", "coordinates": [round(lon, 8), round(lat, 8)]}
