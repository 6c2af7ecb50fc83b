"""What couriers tell: a place was shut, or there should be one. Never who they are or where they stand."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, cast

import h3
from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.exceptions import TooManyRequests

from locator._errors import InputError, Text
from locator.cells import is_cell
from locator.datum import convert
from locator.listing import describe
from locator.question import Question, ask
from locator.search import answer
from locator.store.inspections import add_report
from locator.store.needs import add_needs
from locator.timeline import SHANGHAI
from locator.web.current import current_catalog, current_networks
from locator.web.language import card
from locator.web.origin import check_same_origin

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from locator.cards import Card
    from locator.store import Store
    from locator.web.limits import Counting

blueprint = Blueprint("feedback", __name__)
# About a kilometre across.
_CELL_RESOLUTION = 8
REASONS = {
    "closed": Text("门关着", "the door was shut"),
    "moved": Text("搬走了，找不到", "it has moved, nobody found it"),
    "no-amenity": Text("写着有的东西没有", "what is listed is not there"),
    "refused": Text("不让进", "they did not let me in"),
    "other": Text("别的不对", "something else"),
}


@blueprint.get("/s/<service_id>/wrong")
def wrong(service_id: str) -> str:
    """Ask what was wrong at a service, or thank and name the next best place."""
    catalog = current_catalog()
    row = catalog.row_of(service_id)
    thanks = request.args.get("thanks") == "1"
    now = datetime.now(SHANGHAI)
    return render_template(
        "wrong.html",
        service=catalog.service(row),
        reasons=REASONS,
        thanks=thanks,
        next_best=_next_best(row, now) if thanks else None,
        clock=f"{now:%H:%M}",
    )


@blueprint.post("/s/<service_id>/wrong")
def report(service_id: str) -> Response:
    """Keep a report for the steward's recheck queue: what, on which day, in which hour."""
    _check()
    now = datetime.now(SHANGHAI)
    add_report(_store(), service_id, request.form.get("what", ""), now.date(), now.hour)
    return redirect(url_for("feedback.wrong", service_id=service_id, thanks=1), 303)


@blueprint.get("/need")
def needed() -> str:
    """Thank somebody who said that there should be a station."""
    return render_template("need.html")


@blueprint.post("/need")
def need() -> Response:
    """Count that somebody found nothing in a cell of about a kilometre, in this hour of the week."""
    _check()
    cell = request.form.get("cell", "")
    if not is_cell(cell) or h3.get_resolution(cell) != _CELL_RESOLUTION:
        said = cell[:20]
        raise InputError("cell", said, Text(f"没有 {said!r} 这个网格", f"there is no cell {said!r}"))
    now = datetime.now(SHANGHAI)
    add_needs(_store(), {(cell, now.weekday() * 24 + now.hour): 1})
    return redirect(url_for("feedback.needed"), 303)


def cell_of(question: Question) -> str | None:
    """Return the cell that an asker stands in: all that a page says of it. None without a position."""
    if question.lon is None or question.lat is None:
        return None
    lon, lat = convert(question.lon, question.lat, question.datum, "wgs84")
    return str(h3.latlng_to_cell(lat, lon, _CELL_RESOLUTION))


def _next_best(row: int, now: datetime) -> Card | None:
    """Return the place that is usable soonest from a service, where whoever reports it stands."""
    catalog = current_catalog()
    here = describe(catalog, row, now)
    if here.lon is None or here.lat is None:
        return None
    question = ask({"lon": here.lon, "lat": here.lat, "open": "arrival", "limit": 2}, now)
    others = [hit for hit in answer(catalog, question, current_networks()).features if hit.row != row]
    return card(others[0], question) if others else None


def _check() -> None:
    check_same_origin()
    limiter = cast("Counting", current_app.extensions["locator.limiter"])
    if not limiter.allow(request.remote_addr or "", time.monotonic()):
        raise TooManyRequests(retry_after=limiter.seconds)


def _store() -> Store:
    return cast("Store", current_app.extensions["locator.store"])
