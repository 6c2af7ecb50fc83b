"""/api/v1: the nearest contract and the records, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, current_app, request

from locator.answers import encode
from locator.question import Question, ask
from locator.search import answer
from locator.timeline import SHANGHAI
from locator.web.current import current_catalog

blueprint = Blueprint("api", __name__)


@blueprint.get("/api/v1/nearest")
def nearest() -> Response:
    """Answer the nearest contract."""
    found = answer(current_catalog(), question_of_request())
    return _fresh(encode(found), "application/geo+json")


@blueprint.get("/api/v1/services/<service_id>")
def service(service_id: str) -> Response:
    """Return one record whole; unknown fields are null."""
    catalog = current_catalog()
    record = catalog.service(catalog.row_of(service_id))
    return json_response(record.model_dump(mode="json"), "application/json")


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that this process answers, and from which version of the data."""
    catalog = current_catalog()
    return json_response(
        {"status": "ok", "version": catalog.version, "services": len(catalog)}, "application/json"
    )


def question_of_request() -> Question:
    """Return the question in the URL of this request."""
    given = dict(parse_qsl(request.query_string.decode("utf-8", "replace"), keep_blank_values=True))
    return ask(given, datetime.now(SHANGHAI))


def json_response(value: Any, mimetype: str) -> Response:  # noqa: ANN401  whatever JSON holds
    """Return a JSON answer that is not kept: it depends on the minute."""
    return _fresh(current_app.json.dumps(value), mimetype)


def _fresh(text: str | bytes, mimetype: str) -> Response:
    return Response(text, mimetype=mimetype, headers={"Cache-Control": "no-store"})
