"""Hits as GeoJSON features.

What does not depend on the asker is encoded once: a record's own properties when the catalog is made,
the words of a moment (status, offers) once for all who share it. Only the rest is written for each request.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from locator._caches import kept_on
from locator.benefits import price_text
from locator.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from locator.hits import Hit
    from locator.moments import Moment, OfferNow
    from locator.question import Question

_RULES = ("percent_off", "minus_cny", "fixed_cny", "voucher_cny", "min_spend", "per_day")
_DAY_S = 24 * 3600
_encode = msgspec.json.Encoder().encode

_FEATURE = (
    b'{"type":"Feature","id":"%%b","geometry":%b,"properties":{%%b,"links":{"self":"/api/v1/services/%%b","page":"/s/%%b"},'
    b'"distance_m":%b,"travel_s":%b,"arrive_at":%%b,"usable_from":%%b,"usable_min":%%b,%%b}}'
)
_POINT = b'{"type":"Point","coordinates":[%.8f,%.8f]}'
# Nearly every feature is one that somebody travels to: one format writes it in one go.
_REACHED = _FEATURE % (_POINT, b"%.3f", b"%.0f")
_LISTED = _FEATURE % (b"%b", b"null", b"null")


def features_of(hits: Sequence[Hit], question: Question) -> list[bytes]:
    """Return each hit as a feature, in the datum of the question; a service without a position has a null geometry."""
    if not hits:
        return []
    catalog, clock = hits[0].catalog, _Clock(question.at)
    lon, lat = (column.item for column in catalog.coordinates(question.datum))
    ids, public, at = catalog.ids, catalog.public, question.at
    found = []
    for _, row, place, distance_m, travel_s, _, moment in hits:
        page, said = ids[row].encode(), _said(moment)
        stay_s = moment.stay_s(at, travel_s or 0.0)
        stays = b"null" if stay_s is None else b"%.1f" % (stay_s / 60)
        if travel_s is None or place is None:
            point = b"null" if place is None else _POINT % (lon(place), lat(place))
            enters = clock.after(0.0) if moment.entered else said.opens
            found.append(_LISTED % (page, point, public(row), page, page, b"null", enters, stays, said.rest))
            continue
        arrive = clock.after(travel_s)
        enters = arrive if moment.entered else said.opens
        found.append(
            _REACHED
            % (
                page,
                lon(place),
                lat(place),
                public(row),
                page,
                page,
                distance_m,
                travel_s,
                arrive,
                enters,
                stays,
                said.rest,
            )
        )
    if question.words is not None:  # asked for, as it takes time
        said_of = [words(hit, question, question.words) for hit in hits]
        found = [
            b'%b,"words":%b}}' % (one[:-2], _encode(line)) for one, line in zip(found, said_of, strict=True)
        ]
    return found


_MINUTES = [b"%02d:%02d:" % divmod(minute, 60) for minute in range(_DAY_S // 60)]
_SECONDS = [b"%02d" % second for second in range(60)]


class _Clock:
    """Writes instants that lie some seconds after a start, as quoted ISO 8601 to the second."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._second = start.hour * 3600 + start.minute * 60 + start.second
        # Within a day only the clock changes (China has had no summer time since 1991).
        said = start.isoformat(timespec="seconds")
        self._day, self._zone = f'"{said[:11]}'.encode(), f'{said[19:]}"'.encode()

    def after(self, seconds: float) -> bytes:
        second = self._second + int(seconds)
        if second >= _DAY_S:
            return _quoted(self._start + timedelta(seconds=seconds))
        minute, second = divmod(second, 60)
        return self._day + _MINUTES[minute] + _SECONDS[second] + self._zone


class _Said(NamedTuple):
    """A moment as JSON: when it opens, and the members that hold for all who share the moment."""

    opens: bytes
    rest: bytes


def _said(moment: Moment) -> _Said:
    # On the moment itself, and gone with it: those in use are few, shared by all services of one profile.
    return kept_on(moment, _say)


def _say(moment: Moment) -> _Said:
    rest = b'"status":"%b","status_reason":%b,"usable_until":%b,"next_change":%b,"offers":%b' % (
        moment.status.encode(),
        _encode(None if moment.reason is None or moment.status != "unknown" else moment.reason.zh),
        _quoted(moment.until),
        _quoted(moment.next_change),
        _encode([_offer(now) for now in moment.offers]),
    )
    return _Said(_quoted(moment.opens), rest)


def instant(at: datetime | None) -> str | None:
    """Return an instant as ISO 8601 with its offset, to the second."""
    return None if at is None else at.isoformat(timespec="seconds")


def _quoted(at: datetime | None) -> bytes:
    return _encode(instant(at))


def _offer(now: OfferNow) -> dict[str, Any]:
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
