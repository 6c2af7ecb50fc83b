"""The one URL state: a question as the parameters of the contract, as pages and links carry it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import request, url_for

from locator.datum import Datum
from locator.publication import position
from locator.question import PARAMETERS
from locator.web.language import carried
from locator.web.publishing import publish_datum

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locator.places import Place
    from locator.question import Question

# What pages have beside the contract: the name of the place that was chosen, and how the list is laid out.
PAGE_PARAMETERS = ("place", "by")
# Farther than any two places on earth are apart.
_ANYWHERE_M = "20100000"
_LISTS = ("kind", "needs_amenity", "group", "needs")
_DEFAULTS = {
    "datum": "wgs84",
    "open": "any",
    "offer": "any",
    "mode": "ride",
    "stay": "0",
    "max_minutes": "60",
}


def given() -> dict[str, str]:
    """Return the parameters of the contract that a page was asked with.

    WeChat and others add parameters of their own to a link: what the contract does not know is ignored. A
    form's tick boxes repeat a name: a list's values are joined.
    """
    values = {}
    for name in PARAMETERS:
        told = [value.strip() for value in request.args.getlist(name) if value.strip()]
        if told:
            values[name] = ",".join(told) if name in _LISTS else told[0]
    return values


def state_of(question: Question) -> dict[str, str]:
    """Return a question as URL parameters, without what is the default; the time only if it was given."""
    state = {name: _written(getattr(question, name)) for name in PARAMETERS if name != "at"}
    state["at"] = request.args.get("at", "")
    if question.lon is None and question.datum is publish_datum():
        del state["datum"]
    if question.sort == (
        "soonest" if question.open == "arrival" and question.lon is not None else "distance"
    ):
        del state["sort"]
    if question.limit == (10 if question.lon is not None else None):
        del state["limit"]
    if question.lon is not None and question.max_minutes is None and question.max_m is None:
        # Left out, it would mean the default bound.
        state["max_m"] = _ANYWHERE_M
    for name in PAGE_PARAMETERS:
        state[name] = request.args.get(name, "")[:40]
    usual = dict(_DEFAULTS)
    if question.lon is None or question.max_m is not None:
        # Then no minutes are the default, and these were asked for.
        del usual["max_minutes"]
    return {name: text for name, text in state.items() if text and text != usual.get(name)}


def url_of(state: dict[str, str]) -> str:
    """Return the address of a state: the parameters of the contract, and nothing that Flask would read."""
    kept = {**carried(), **state}
    return url_for("pages.home").partition("?")[0] + ("?" + urlencode(kept) if kept else "")


def changed(state: dict[str, str], **changes: str | None) -> str:
    """Return the address of a state with some parameters changed; None takes one out."""
    return url_of({name: text for name, text in {**state, **changes}.items() if text is not None})


def toggled(state: dict[str, str], name: str, code: str) -> str:
    """Return the address of a state with one code put into a list, or taken out of it."""
    codes = [each for each in state.get(name, "").split(",") if each]
    left = [each for each in codes if each != code] if code in codes else [*codes, code]
    return changed(state, **{name: ",".join(left) or None})


def place_url(place: Place, kept: dict[str, str]) -> str:
    """Return the address of a search from a place."""
    if place.lon is None or place.lat is None:
        return url_of({**kept, "district": place.district})
    published = publish_datum()
    lon, lat = position(place.lon, place.lat, published)
    datum = {} if published is Datum.WGS84 else {"datum": published.value}
    return url_of({**kept, "lon": f"{lon:.5f}", "lat": f"{lat:.5f}", **datum, "place": place.name})


def without(state: dict[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return a state without some parameters: what a form that asks for these carries along."""
    left_out = set(names)
    return {name: text for name, text in state.items() if name not in left_out}


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)
