"""/embed: the map for other people's pages; /embed.js, which puts it there; /y/{district}, its short address."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from flask import Blueprint, Response, redirect, render_template, request, url_for

from locator import vocabulary
from locator._bundled import bundled
from locator._errors import InputError, NotFoundError, Text
from locator.districts import district_name
from locator.features import instant
from locator.listing import describe
from locator.maps.captions import MAX_TITLE, default_title, stamp
from locator.maps.paint import THEMES
from locator.maps.svg_text import clean
from locator.question import PARAMETERS, Question
from locator.search import answer
from locator.timeline import SHANGHAI
from locator.web.context import map_context, shared
from locator.web.current import current_catalog, current_networks
from locator.web.language import card, language
from locator.web.publishing import ask
from locator.web.state import given, url_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from locator.catalog import Catalog
    from locator.hits import Hit

blueprint = Blueprint("embed", __name__)
EMBED_PARAMETERS = (*PARAMETERS, "place", "title", "theme", "list", "service")
# Sites ask for the loader once an hour: its address holds no hash, for it stands in their pages.
_LOADER_AGE_S = 3600


class Shown(NamedTuple):
    """What an embedded map shows: its question, title, hits for certain and in doubt, and the whole page's address."""

    question: Question
    title: str
    features: tuple[Hit, ...]
    unknown: tuple[Hit, ...]
    page: str


@blueprint.get("/embed")
def show() -> str:
    """Show the bare map of a state, or of one `service`."""
    catalog = current_catalog()
    shown = embedded(catalog)
    sure = [card(hit, shown.question) for hit in shown.features]
    unknown = [card(hit, shown.question) for hit in shown.unknown]
    return render_template(
        "embed.html",
        shown=shown,
        at=instant(shown.question.at),
        stamp=stamp(shown.question.at)
        if language() == "zh"
        else f"{shown.question.at:%d %b %H:%M}".lstrip("0"),
        version=catalog.version,
        cards=sure,
        unknown=unknown,
        question=shown.question,
        listed=request.args.get("list") == "1",
        theme=chosen_theme(),
        **map_context(catalog, [*sure, *unknown], shown.question),
        **shared(shown.question.at),
    )


@blueprint.get("/embed.js")
def loader() -> Response:
    """Send the script that puts the map into another site's page."""
    response = Response((bundled("static") / "embed.js").read_bytes(), mimetype="text/javascript")
    response.headers["Cache-Control"] = f"public, max-age={_LOADER_AGE_S}"
    # Whoever isolates their page from others' resources may still load this one.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get("/y/<district>")
def short(district: str) -> AnyResponse:
    """Lead from an address that fits into a message to what can be used in a district."""
    if district not in current_catalog().districts:
        shown = district[:20]
        raise NotFoundError(
            Text(f"没有 {shown!r} 这个区县的服务", f"no service is in a district called {shown!r}")
        )
    return redirect(url_of({"district": district, "open": "arrival"}))


def embedded(catalog: Catalog) -> Shown:
    """Return what this request's parameters ask an embedded map for.

    Without `at` it stands for the whole minute, as a picture does, so that both and the list agree.

    Raises
    ------
    InputError
        With every faulty parameter.
    NotFoundError
        A `service` that is not there.
    """
    now = this_minute()
    values, place = given(), clean(request.args.get("place", ""))[:MAX_TITLE]
    title = clean(request.args.get("title", "").strip())[:MAX_TITLE]
    service_id = request.args.get("service", "").strip()
    if service_id:
        question = ask({k: v for k, v in values.items() if k in {"at", "group"}}, now, anywhere=True)
        hit = describe(catalog, catalog.row_of(service_id), question.at, question.group)
        page = url_for("pages.service", service_id=service_id, at=values.get("at"))
        return Shown(question, title or hit.service.name, (hit,), (), page)
    question = ask(values, now)
    found = answer(catalog, question, current_networks())
    state = {**values, "place": place} if place else dict(values)
    return Shown(question, title or _title(question, place), found.features, found.unknown, url_of(state))


def _title(question: Question, place: str) -> str:
    if language() == "zh":
        return default_title(question, place)
    where = district_name(question.district) or question.district or place
    labels = [vocabulary.KINDS[code].label.en for code in question.kind][:3] or ["union services"]
    usable = {"any": "", "now": ", open now", "arrival": ", usable now"}[question.open]
    what = ", ".join(labels)
    return what[0].upper() + what[1:] + (f": {where}" if where else " nearby") + usable


def this_minute() -> datetime:
    """Return what `at` means for an embedded map when it is not given."""
    return datetime.now(SHANGHAI).replace(second=0, microsecond=0)


def chosen_theme() -> str:
    """Return the theme that the request asks for, "" for that of the reader's device.

    Raises
    ------
    InputError
        No theme of ours.
    """
    theme = request.args.get("theme", "").strip()
    if theme and theme not in THEMES:
        shown = theme[:20]
        raise InputError(
            "theme",
            shown,
            Text(
                f"theme 只能是 {'、'.join(THEMES)}，收到的是 {shown!r}",
                f"theme must be {' or '.join(THEMES)}, got {shown!r}",
            ),
        )
    return theme
