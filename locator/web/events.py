"""What is on: /api/v1/events as JSON, /events as a page of days."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for

from locator import vocabulary
from locator.districts import district_name
from locator.event_answers import encode_events
from locator.event_words import days_of
from locator.events import DEFAULT_DAYS, EVENT_PARAMETERS, EventsQuestion, ask_events, programme
from locator.timeline import SHANGHAI
from locator.web.current import current_catalog
from locator.web.lane import GEOJSON, parameters
from locator.web.language import carried, clock, language, said
from locator.web.publishing import publish_datum

if TYPE_CHECKING:
    from collections.abc import Mapping

    from locator.catalog import Catalog
    from locator.event_words import Day
    from locator.question import Question

blueprint = Blueprint("events", __name__)
# As many as another page shows of them.
_FEW = 3
_KEPT = (*(name for name in EVENT_PARAMETERS if name != "limit"), "place")


@blueprint.get("/api/v1/events")
def events() -> Response:
    """Answer what is on."""
    given = parameters(request.query_string.decode("utf-8", "replace"))
    question = ask_events(given, datetime.now(SHANGHAI), publish_datum())
    response = Response(encode_events(programme(current_catalog(), question)), content_type=GEOJSON)
    # It depends on the minute, and the address may hold a position.
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/events")
def page() -> str:
    """Show what is on near the asker in the days ahead; without a position, everywhere."""
    values = {name: value for name, value in request.args.items() if name in EVENT_PARAMETERS}
    now = datetime.now(SHANGHAI)
    question = ask_events(values, now, publish_datum())
    found = programme(current_catalog(), question)
    days = days_of(found.found, question, language())
    return render_template(
        "events.html",
        question=question,
        days=days,
        matched=found.matched,
        topics=_choices(current_catalog(), question),
        state=_state(question),
        place=request.args.get("place", "").strip()[:40]
        or district_name(question.asker.district)
        or question.asker.district,
        modes=vocabulary.MODES,
        clock=clock(question.asker.at, now),
        demo=any(one.demo for one in found.found),
        url=url_of,
    )


class Coming(NamedTuple):
    """The first events ahead, for another page: how many there are in all, and where they are listed."""

    days: list[Day]
    matched: int
    url: str


def coming(catalog: Catalog, asker: Question, state: Mapping[str, str]) -> Coming:
    """Return what is on in the week ahead near whoever asks a page something else; `state` is that page's."""
    question = EventsQuestion(asker.but(limit=_FEW))
    found = programme(catalog, question)
    kept: dict[str, object] = {name: text for name, text in state.items() if name in _KEPT}
    return Coming(days_of(found.found, question, language()), found.matched, url_of(kept))


def url_of(state: dict[str, object]) -> str:
    """Return the address of the page for some parameters; empty ones are left out."""
    kept = {name: value for name, value in {**carried(), **state}.items() if value not in {None, ""}}
    return url_for("events.page").partition("?")[0] + ("?" + urlencode(kept) if kept else "")


def _choices(catalog: Catalog, question: EventsQuestion) -> list[tuple[str, str, bool]]:
    """Return the topics that the catalog knows events of: code, label, whether chosen."""
    listed = catalog.programme
    there = {topic if topic in vocabulary.TOPICS else "other" for topic in listed.topics}
    if listed.duties:
        there.add("duty")
    return [
        (code, said(label), code in question.topic)
        for code, label in vocabulary.TOPICS.items()
        if code in there or code in question.topic
    ]


def _state(question: EventsQuestion) -> dict[str, object]:
    """Return the question as URL parameters, without what is the default and without the time."""
    asker = question.asker
    given = request.args
    understood = asker.lon is None and asker.datum is publish_datum()
    return {
        "lon": asker.lon,
        "lat": asker.lat,
        "datum": None if asker.datum == "wgs84" or understood else asker.datum.value,
        "district": asker.district,
        "mode": asker.mode if asker.mode != "ride" else None,
        "max_minutes": given.get("max_minutes"),
        "max_m": given.get("max_m"),
        "days": question.days if question.days != DEFAULT_DAYS else None,
        "topic": ",".join(question.topic),
        "at": given.get("at"),
        "place": given.get("place", "")[:40],
    }
