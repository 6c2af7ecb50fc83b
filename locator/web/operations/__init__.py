"""What operators look at: /metrics, /readyz, and the requests as counts and log lines."""

from __future__ import annotations

import hmac
import time
from typing import TYPE_CHECKING, cast

from flask import Blueprint, Flask, Response, abort, current_app, request

from locator.service_names import names_are_read
from locator.web.api import json_response
from locator.web.current import catalogs
from locator.web.operations.choices import metrics_readers, stale_after_s
from locator.web.operations.figures import Figures
from locator.web.operations.logs import log_failures
from locator.web.operations.nearby import is_nearby
from locator.web.operations.observed import note_route

if TYPE_CHECKING:
    from locator._settings import Settings
    from locator.ingest.report import ImportReport
    from locator.web.operations.board import Board

__all__ = ["blueprint", "figures", "install", "note_import"]

blueprint = Blueprint("operations", __name__)
_PLAIN = "text/plain; version=0.0.4; charset=utf-8"


def install(app: Flask, settings: Settings, board: Board | None = None) -> Figures:
    """Set an application up to be watched; before its catalog is opened.

    Parameters
    ----------
    board
        Where the counts stand, shared with other workers; by default this process's own.

    Raises
    ------
    ConfigurationError
        A setting that makes no sense.
    """
    app.extensions["locator.figures"] = made = Figures(board)
    app.extensions["locator.metrics_readers"] = metrics_readers(settings)
    app.extensions["locator.metrics_token"] = settings.metrics_token
    app.extensions["locator.stale_after_s"] = stale_after_s(settings)
    log_failures(app)
    app.before_request(note_route)
    return made


def figures() -> Figures:
    """Return the figures of the application."""
    return cast("Figures", current_app.extensions["locator.figures"])


def note_import(report: ImportReport) -> None:
    """Count the rows of an import that was meant to write, whatever became of them."""
    figures().imported(report)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Return the figures of all workers in Prometheus's text format; to others there is no such address."""
    if not _may_read_metrics():
        abort(404)
    return Response(figures().text(), content_type=_PLAIN, headers={"Cache-Control": "no-store"})


@blueprint.get("/readyz")
def readyz() -> Response | tuple[Response, int]:
    """Say whether this process can answer questions, and how its store is.

    With the store away it can, from the last snapshot; after `LOCATOR_STALE_AFTER` minutes it says 503.
    """
    current = catalogs()
    catalog, away_since = current.get(), current.away_since
    away_s = 0.0 if away_since is None else time.monotonic() - away_since
    most_s = cast("float | None", current_app.extensions["locator.stale_after_s"])
    stale = most_s is not None and away_s > most_s
    answer = json_response(
        {
            "status": "stale" if stale else "ready",
            "version": catalog.version,
            "store": "ok" if away_since is None else "away",
            "store_away_s": round(away_s, 1),
            "names": "read" if names_are_read(catalog) else "being read",
        },
        "application/json",
    )
    return (answer, 503) if stale else answer


def _may_read_metrics() -> bool:
    readers = current_app.extensions["locator.metrics_readers"]
    token = cast("str | None", current_app.extensions["locator.metrics_token"])
    if readers == "off":
        return False
    if readers == "public":
        return True
    if token is not None:
        said = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if hmac.compare_digest(said.encode(), token.encode()):
            return True
    return is_nearby(request.environ)
