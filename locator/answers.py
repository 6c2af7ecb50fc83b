"""An answer as the GeoJSON of the nearest-service contract, which HTTP and the command line print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from locator.benefits import price_text
from locator.datum import convert
from locator.navigation import links

if TYPE_CHECKING:
    from datetime import datetime

    from locator.datum import Datum
    from locator.question import Question
    from locator.search import Answer, Hit, OfferNow

JsonObject = dict[str, Any]


def to_geojson(answer: Answer) -> JsonObject:
    """Return the FeatureCollection of an answer, positions in the datum that was asked in."""
    datum = answer.question.datum
    return {
        "type": "FeatureCollection",
        "datum": datum.value,
        "asked": asked(answer.question),
        "catalog": {"version": answer.version, "as_of": answer.as_of},
        "numberReturned": len(answer.features),
        "features": [feature(hit, datum) for hit in answer.features],
        "unknown": [feature(hit, datum) for hit in answer.unknown],
    }


def asked(question: Question) -> JsonObject:
    """Return every parameter as it was understood, and how travel is reckoned."""
    return {
        "lon": question.lon,
        "lat": question.lat,
        "datum": question.datum.value,
        "at": instant(question.at),
        "kind": list(question.kind),
        "needs_amenity": list(question.needs_amenity),
        "group": list(question.group),
        "open": question.open,
        "stay": question.stay,
        "offer": question.offer,
        "mode": question.mode,
        "max_minutes": question.max_minutes,
        "max_m": question.max_m,
        "sort": question.sort,
        "limit": question.limit,
        "district": question.district,
        "speed_kmh": question.travel.speed_kmh,
        "detour": question.travel.detour,
    }


def feature(hit: Hit, datum: Datum) -> JsonObject:
    """Return one hit as a GeoJSON feature; a service without a position has a null geometry."""
    service = hit.service
    return {
        "type": "Feature",
        "id": service.id,
        "geometry": _point(hit, datum),
        "properties": {
            "id": service.id,
            "name": service.name,
            "kind": service.kind,
            "address": service.address,
            "distance_m": None if hit.distance_m is None else round(hit.distance_m, 3),
            "travel_s": None if hit.travel_s is None else round(hit.travel_s),
            "arrive_at": instant(hit.arrive_at),
            "status": hit.status,
            "usable_from": instant(hit.usable_from),
            "usable_until": instant(hit.usable_until),
            "usable_min": None if hit.usable_min is None else round(hit.usable_min, 1),
            "next_change": instant(hit.next_change),
            "offers": [_offer(now) for now in hit.offers],
            "has": list(service.has),
            "lacks": list(service.lacks),
            "stars": service.stars,
            "capacity": service.capacity,
            "phone": service.phone,
            "verified_on": None if service.verified_on is None else service.verified_on.isoformat(),
            "position_quality": service.position_quality,
            "demo": service.demo,
            "links": {
                "self": f"/api/v1/services/{service.id}",
                "page": f"/s/{service.id}",
                **links(service.name, hit.lon, hit.lat),
            },
        },
    }


def instant(at: datetime | None) -> str | None:
    """Return an instant as ISO 8601 with its offset, to the second."""
    return None if at is None else at.isoformat(timespec="seconds")


def _point(hit: Hit, datum: Datum) -> JsonObject | None:
    if hit.lon is None or hit.lat is None:
        return None
    lon, lat = convert(hit.lon, hit.lat, "wgs84", datum)
    return {"type": "Point", "coordinates": [round(lon, 8), round(lat, 8)]}


def _offer(now: OfferNow) -> JsonObject:
    offer = now.offer
    rules = ("percent_off", "minus_cny", "fixed_cny", "voucher_cny", "min_spend", "per_day")
    rule = {name: getattr(offer, name) for name in rules if getattr(offer, name) is not None}
    if offer.hours is not None:
        rule["hours"] = offer.hours
    return {
        "title": offer.title,
        "groups": list(offer.groups),
        "rule": rule,
        "price_text": price_text(offer).zh,
        "applies": now.applies,
        "until": instant(now.until),
        "demo": offer.demo,
    }
