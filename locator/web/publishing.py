"""What this site publishes positions in, asked by every view; and the one door that still takes WGS-84."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from flask import current_app, redirect, request

from locator._errors import InputError
from locator.datum import Datum, check_position, datum_of
from locator.publication import position
from locator.question import ask as asked_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flask import Flask
    from werkzeug.wrappers import Response

    from locator.question import Question

# Where a phone's own position arrives, which is WGS-84 whatever the site publishes.
_PHONES_ASK = {"pages.home", "events.page", "embed.show", "builder.build"}


def register(app: Flask, published: Datum) -> None:
    """Set an application up for its datum of publication."""
    app.extensions["locator.publish_datum"] = published
    app.jinja_env.globals["publish_datum"] = "" if published is Datum.WGS84 else published.value
    if published is not Datum.WGS84:
        app.before_request(_taken_in)


def publish_datum() -> Datum:
    """Return the datum that this application publishes positions in."""
    return cast("Datum", current_app.extensions["locator.publish_datum"])


def ask(values: Mapping[str, object], now: datetime, *, anywhere: bool = False) -> Question:
    """Return the question that some values pose to this site, see `locator.question.ask`."""
    return asked_in(values, now, anywhere=anywhere, published=publish_datum())


def mark() -> str:
    """Return what tells answers of another datum of publication apart; "" for WGS-84."""
    published = publish_datum()
    return "" if published is Datum.WGS84 else published.value


def said(datum: Datum) -> dict[str, str]:
    """Return the member that names the datum of an answer, where another than WGS-84 is published."""
    return {"datum": datum.value} if mark() else {}


def _taken_in() -> Response | None:
    """Lead a page that was asked for with a WGS-84 position to the same page with that position converted.

    So the address, which is kept and passed on, holds no WGS-84, and neither does anything made from it.
    """
    args = request.args
    if request.endpoint not in _PHONES_ASK or not {"datum", "lon", "lat"} <= args.keys():
        return None
    try:
        if datum_of(args["datum"]) is not Datum.WGS84:
            return None
        lons, lats = check_position(args["lon"], args["lat"])
    except InputError:
        return None  # the page says what is wrong
    lon, lat = position(float(lons), float(lats), publish_datum(), 5)
    moved = {"lon": f"{lon:.5f}", "lat": f"{lat:.5f}", "datum": publish_datum().value}
    kept = [(name, moved.get(name, value)) for name, value in args.items(multi=True)]
    response = redirect(f"{request.script_root}{request.path}?{urlencode(kept)}")
    response.headers["Cache-Control"] = "no-store"
    return response
