"""An answer as the JSON of the nearest-service contract, which HTTP and the command line print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from locator.features import features_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from locator.along import Detour, RunAnswer
    from locator.catalog import Catalog
    from locator.hits import Answer
    from locator.question import Question

JsonObject = dict[str, Any]
_encode = msgspec.json.Encoder().encode


def encode(answer: Answer) -> bytes:
    """Return the GeoJSON FeatureCollection of an answer, positions in the datum that was asked in."""
    question, fallback = answer.question, answer.fallback
    features, unknown = features_of(answer.features, question), features_of(answer.unknown, question)
    surest = b"null" if fallback is None else features_of((fallback,), question)[0]
    about = _asked(question) if answer.network is None else _asked_over(answer)
    return _collection(question, about, answer.catalog, features, unknown, b',"fallback":%b' % surest)


def encode_run(answer: RunAnswer) -> bytes:
    """Return the same of what lies along a run; `travel_s` counts from the first drop-off, `distance_m` from the last."""
    question = answer.run.question
    about = {"path": answer.run.path, **asked(question)}
    del about["lon"], about["lat"]
    features, unknown = (_on_the_way(part, question) for part in (answer.features, answer.unknown))
    return _collection(question, _encode(about), answer.catalog, features, unknown)


def _collection(
    question: Question,
    about: bytes,
    catalog: Catalog,
    features: list[bytes],
    unknown: list[bytes],
    more: bytes = b"",
) -> bytes:
    return b"".join(
        (
            b'{"type":"FeatureCollection","datum":"', question.datum.encode(), b'","asked":', about,
            b',"catalog":{"version":%d,"as_of":"%b"}' % (catalog.version, catalog.as_of.encode()),
            b',"numberReturned":%d,"features":[' % len(features), b",".join(features),
            b'],"unknown":[', b",".join(unknown), b"]", more, b"}",
        )
    )  # fmt: skip


def _on_the_way(detours: Sequence[Detour], question: Question) -> list[bytes]:
    """Return each detour as a feature: a hit with four more properties."""
    features = features_of([detour.hit for detour in detours], question)
    added = [(detour.detour_min, detour.detour_m, detour.leg, detour.leg) for detour in detours]
    more = b',"detour_min":%.4f,"detour_m":%.3f,"leg":%d,"after":%d}}'
    return [feature[:-2] + more % one for feature, one in zip(features, added, strict=True)]


def to_geojson(answer: Answer) -> JsonObject:
    """Return the same as Python objects."""
    found: JsonObject = msgspec.json.decode(encode(answer))
    return found


def asked(question: Question) -> JsonObject:
    """Return every parameter as it was understood, and how travel is reckoned."""
    found: JsonObject = msgspec.json.decode(_asked(question))
    return found


def _asked(question: Question) -> bytes:
    travel = question.travel
    return b'%b,"speed_kmh":%b,"detour":%b}' % (
        _encode(question)[:-1],
        _encode(travel.speed_kmh),
        _encode(travel.detour),
    )


def _asked_over(answer: Answer) -> bytes:
    """Return the same of an answer over the streets: no one speed and detour hold there."""
    told = (_encode(answer.question)[:-1], _encode(answer.network), answer.unreachable)
    return b'%b,"speed_kmh":null,"detour":null,"network":%b,"unreachable":%d}' % told
