"""An answer as the JSON of the nearest-service contract, which HTTP and the command line print.

What does not depend on the asker is encoded once: a record's own properties when the catalog is made,
the words of a moment (status, offers) once a minute. Only the rest is written for each request.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from locator.benefits import price_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from locator.profiles import Moment, OfferNow
    from locator.question import Question
    from locator.search import Answer, Hit

JsonObject = dict[str, Any]
_RULES = ("percent_off", "minus_cny", "fixed_cny", "voucher_cny", "min_spend", "per_day")
_encode = msgspec.json.Encoder().encode


def encode(answer: Answer) -> bytes:
    """Return the GeoJSON FeatureCollection of an answer, positions in the datum that was asked in."""
    question, catalog = answer.question, answer.catalog
    state = _encode({"version": catalog.version, "as_of": catalog.as_of})
    return b"".join(
        (
            b'{"type":"FeatureCollection","datum":"', question.datum.encode(),
            b'","asked":', _encode(asked(question)), b',"catalog":', state,
            b',"numberReturned":%d,"features":[' % len(answer.features), b",".join(_features(answer.features, question)),
            b'],"unknown":[', b",".join(_features(answer.unknown, question)), b"]}",
        )
    )  # fmt: skip


def to_geojson(answer: Answer) -> JsonObject:
    """Return the same as Python objects."""
    found: JsonObject = msgspec.json.decode(encode(answer))
    return found


def asked(question: Question) -> JsonObject:
    """Return every parameter as it was understood, and how travel is reckoned."""
    return {
        "lon": question.lon,
        "lat": question.lat,
        "datum": question.datum.value,
        "at": instant(question.at),
        "kind": question.kind,
        "needs_amenity": question.needs_amenity,
        "group": question.group,
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


def instant(at: datetime | None) -> str | None:
    """Return an instant as ISO 8601 with its offset, to the second."""
    return None if at is None else at.isoformat(timespec="seconds")


_FEATURE = (
    b'{"type":"Feature","id":"%b","geometry":%b,"properties":{%b,"links":{"self":"/api/v1/services/%b","page":"/s/%b"}'
    b"%b%b,%b}}"
)


def _features(hits: Sequence[Hit], question: Question) -> Iterator[bytes]:
    """Yield each hit as a GeoJSON feature; a service without a position has a null geometry."""
    if not hits:
        return
    catalog = hits[0].catalog
    placed = [hit.place for hit in hits if hit.place is not None]
    points = iter(catalog.positions(placed, question.datum))
    for hit in hits:
        page = catalog.ids[hit.row].encode()
        geometry = b"null"
        if hit.place is not None:
            geometry = b'{"type":"Point","coordinates":[%.8f,%.8f]}' % next(points)
        then, offers = _said(hit.moment)
        yield _FEATURE % (page, geometry, catalog.public(hit.row), page, page, _on_the_way(hit), then, offers)


def _on_the_way(hit: Hit) -> bytes:
    """Return the properties that depend on where the asker is, to the second."""
    _, _, _, distance_m, travel_s, arrive_at, enters, moment = hit
    arrive = _quoted(arrive_at)
    opens = arrive if moment.entered and arrive_at is not None else _quoted(enters)
    stays = b"null"
    if moment.until is not None and enters is not None:
        stays = b"%.1f" % ((moment.until - enters).total_seconds() / 60)
    if distance_m is None or travel_s is None:
        return b',"distance_m":null,"travel_s":null,"arrive_at":null,"usable_from":%b,"usable_min":%b' % (
            opens,
            stays,
        )
    return b',"distance_m":%.3f,"travel_s":%d,"arrive_at":%b,"usable_from":%b,"usable_min":%b' % (
        distance_m, round(travel_s), arrive, opens, stays,
    )  # fmt: skip


# By the moment itself: those in use are few, shared by all services of one profile, and made anew each minute.
@lru_cache(maxsize=65536)
def _said(moment: Moment) -> tuple[bytes, bytes]:
    """Return the status and the offers of a moment."""
    then = b',"status":"%s","usable_until":%s,"next_change":%s' % (
        moment.status.encode(),
        _quoted(moment.until),
        _quoted(moment.next_change),
    )
    return then, b'"offers":' + _encode([_offer(now) for now in moment.offers])


def _quoted(at: datetime | None) -> bytes:
    return b"null" if at is None else b'"%s"' % at.isoformat(timespec="seconds").encode()


def _offer(now: OfferNow) -> JsonObject:
    offer = now.offer
    rule = {name: getattr(offer, name) for name in _RULES if getattr(offer, name) is not None}
    if offer.hours is not None:
        rule["hours"] = offer.hours
    return {
        "title": offer.title,
        "groups": offer.groups,
        "rule": rule,
        "price_text": price_text(offer).zh,
        "applies": now.applies,
        "until": instant(now.until),
        "demo": offer.demo,
    }
