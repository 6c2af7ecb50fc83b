"""An answer as the JSON of the nearest-service contract, which HTTP and the command line print.

What does not depend on the asker is encoded once: a record's own properties when the catalog is made,
the words of a moment (status, offers) once a minute. Only the rest is written for each request.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from locator.benefits import price_text
from locator.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from locator.hits import Answer, Hit
    from locator.moments import Moment, OfferNow
    from locator.question import Question

JsonObject = dict[str, Any]
_RULES = ("percent_off", "minus_cny", "fixed_cny", "voucher_cny", "min_spend", "per_day")
_encode = msgspec.json.Encoder().encode


def encode(answer: Answer) -> bytes:
    """Return the GeoJSON FeatureCollection of an answer, positions in the datum that was asked in."""
    question, catalog = answer.question, answer.catalog
    state = b'{"version":%d,"as_of":"%b"}' % (catalog.version, catalog.as_of.encode())
    return b"".join(
        (
            b'{"type":"FeatureCollection","datum":"', question.datum.encode(),
            b'","asked":', _encode(asked(question)), b',"catalog":', state,
            b',"numberReturned":%d,"features":[' % len(answer.features), b",".join(_features(answer.features, question)),
            b'],"unknown":[', b",".join(_features(answer.unknown, question)),
            b'],"fallback":', *_features(() if answer.fallback is None else (answer.fallback,), question),
            b"}" if answer.fallback else b"null}",
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
        "needs": question.needs,
        "open": question.open,
        "stay": question.stay,
        "offer": question.offer,
        "mode": question.mode,
        "max_minutes": question.max_minutes,
        "max_m": question.max_m,
        "sort": question.sort,
        "limit": question.limit,
        "district": question.district,
        "rent_min": question.rent_min,
        "rent_max": question.rent_max,
        "vacancies": question.vacancies,
        "words": question.words,
        "speed_kmh": question.travel.speed_kmh,
        "detour": question.travel.detour,
    }


def instant(at: datetime | None) -> str | None:
    """Return an instant as ISO 8601 with its offset, to the second."""
    return None if at is None else at.isoformat(timespec="seconds")


_FEATURE = (
    b'{"type":"Feature","id":"%b","geometry":%b,"properties":{%b,"links":{"self":"/api/v1/services/%b","page":"/s/%b"},'
    b'"distance_m":%b,"travel_s":%b,"arrive_at":%b,"usable_from":%b,"usable_min":%b,%b%b}}'
)
_POINT = b'{"type":"Point","coordinates":[%.8f,%.8f]}'
_DAY_S = 24 * 3600


def _features(hits: Sequence[Hit], question: Question) -> Iterator[bytes]:
    """Yield each hit as a GeoJSON feature; a service without a position has a null geometry."""
    if not hits:
        return
    catalog, clock = hits[0].catalog, _Clock(question.at)
    placed = [hit.place for hit in hits if hit.place is not None]
    points = iter(catalog.positions(placed, question.datum))
    for (_, row, place, distance_m, travel_s, _, moment), spoken in zip(
        hits, _spoken(hits, question), strict=False
    ):
        geometry = b"null" if place is None else _POINT % next(points)
        if travel_s is None or distance_m is None:
            way, arrive = (b"null", b"null", b"null"), clock.after(0.0)
        else:
            arrive = clock.after(travel_s)
            way = b"%.3f" % distance_m, b"%.0f" % travel_s, arrive
        said = _said(moment)
        enters = arrive if moment.entered else said.opens
        stay_s = moment.stay_s(question.at, travel_s or 0.0)
        stays = b"null" if stay_s is None else b"%.1f" % (stay_s / 60)
        page = catalog.ids[row].encode()
        yield _FEATURE % (
            page,
            geometry,
            catalog.public(row),
            page,
            page,
            *way,
            enters,
            stays,
            said.rest,
            spoken,
        )


def _spoken(hits: Sequence[Hit], question: Question) -> Iterable[bytes]:
    """Return each hit in a line of words, as a further member; nothing unless that is asked for, as it takes time."""
    if question.words is None:
        return repeat(b"")
    return [b',"words":' + _encode(words(hit, question, question.words)) for hit in hits]


class _Clock:
    """Writes instants that lie some seconds after a start, as quoted ISO 8601 to the second."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._second = start.hour * 3600 + start.minute * 60 + start.second
        # Within a day only the clock changes (China has had no summer time since 1991).
        said = start.isoformat(timespec="seconds")
        self._format = f'"{said[:11]}%02d:%02d:%02d{said[19:]}"'.encode()

    def after(self, seconds: float) -> bytes:
        second = self._second + int(seconds)
        if second >= _DAY_S:
            return _quoted(self._start + timedelta(seconds=seconds))
        minute, second = divmod(second, 60)
        return self._format % (*divmod(minute, 60), second)


class _Said(NamedTuple):
    """A moment as JSON: when it opens, and the members that hold for all who share the moment."""

    opens: bytes
    rest: bytes


# By the moment itself: those in use are few, shared by all services of one profile, and made anew each minute.
@lru_cache(maxsize=65536)
def _said(moment: Moment) -> _Said:
    rest = b'"status":"%b","status_reason":%b,"usable_until":%b,"next_change":%b,"offers":%b' % (
        moment.status.encode(),
        _encode(None if moment.reason is None or moment.status != "unknown" else moment.reason.zh),
        _quoted(moment.until),
        _quoted(moment.next_change),
        _encode([_offer(now) for now in moment.offers]),
    )
    return _Said(_quoted(moment.opens), rest)


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
