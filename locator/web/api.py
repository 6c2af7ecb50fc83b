"""/api/v1: the nearest contract and the records, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zlib import crc32

import msgspec
from flask import Blueprint, Response, current_app, request

from locator.along import answer_run
from locator.answers import encode, encode_run
from locator.datum import Datum
from locator.publication import record as record_in
from locator.readers import past_instant
from locator.runs import run_of
from locator.search import answer
from locator.timeline import SHANGHAI
from locator.web.current import catalogs, current_catalog, current_networks
from locator.web.lane import GEOJSON, PATH, parameters, question_of
from locator.web.publishing import mark, publish_datum

if TYPE_CHECKING:
    from collections.abc import Callable

    from locator.service import Service

blueprint = Blueprint("api", __name__)


@blueprint.get(PATH)
def nearest() -> Response:
    """Answer the nearest contract where `NearestLane` does not: a given instant, or a faulty question."""
    given = parameters(request.query_string.decode("utf-8", "replace"))
    as_of = past_instant(given.pop("as_of", None), datetime.now(SHANGHAI))
    question = question_of(given, publish_datum())
    catalog = current_catalog(as_of)
    if not given.get("at"):
        return _fresh(encode(answer(catalog, question, current_networks())), GEOJSON)
    # At a given instant the same data give the same answer.
    return _kept(
        f"{catalog.version}-{_fingerprint()}",
        lambda: encode(answer(catalog, question, current_networks())),
        GEOJSON,
    )


@blueprint.get("/api/v1/along")
def along() -> Response:
    """Answer what lies along a run of drop-offs."""
    given = parameters(request.query_string.decode("utf-8", "replace"))
    catalog, run = current_catalog(), run_of(given, datetime.now(SHANGHAI), publish_datum())
    if not given.get("at"):
        return _fresh(encode_run(answer_run(catalog, run)), GEOJSON)
    return _kept(f"{catalog.version}-{_fingerprint()}", lambda: encode_run(answer_run(catalog, run)), GEOJSON)


@blueprint.get("/api/v1/services/<service_id>")
def service(service_id: str) -> Response:
    """Return one record whole, as it is or as it was `as_of` an instant; unknown fields are null."""
    as_of = past_instant(request.args.get("as_of"), datetime.now(SHANGHAI))
    if as_of is not None:
        then = _published(catalogs().record_as_of(service_id, as_of))
        return _kept(f"{crc32(then):08x}", lambda: then, "application/json")
    catalog = current_catalog()
    row = catalog.row_of(service_id)
    record = catalog.service(row)
    # The tag of a record in WGS-84 must not hold for the same one in another datum.
    return _kept(f"{crc32(catalog.raw(row)):08x}{mark()}", lambda: _published(record), "application/json")


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that this process answers, from which version of the data, and whether the store can be read."""
    catalog = current_catalog()
    said = {
        "status": "ok", "version": catalog.version, "services": len(catalog),
        "store": "away" if catalogs().away else "ok",
    }  # fmt: skip
    return json_response(said, "application/json")


def json_response(value: Any, mimetype: str) -> Response:  # noqa: ANN401  whatever JSON holds
    """Return a JSON answer that is not kept: it depends on the minute."""
    return _fresh(current_app.json.dumps(value), mimetype)


def _published(record: Service) -> bytes:
    datum = publish_datum()
    if datum is Datum.WGS84:
        return record.model_dump_json().encode()
    return msgspec.json.encode(record_in(record, datum))


def _fresh(text: str | bytes, mimetype: str) -> Response:
    response = Response(text, content_type=mimetype)
    response.headers["Cache-Control"] = "no-store"
    return response


def _kept(tag: str, make: Callable[[], bytes], mimetype: str) -> Response:
    """Return an answer that the client may keep, to ask whether it still holds; 304 if it does."""
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = Response(make(), content_type=mimetype)
    response.set_etag(tag, weak=True)  # weak: the same answer may come compressed or not
    # Private: the address may hold a position.
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _fingerprint() -> str:
    networks = current_networks()
    return f"{crc32(request.query_string):08x}{'' if networks is None else networks.mark}{mark()}"
