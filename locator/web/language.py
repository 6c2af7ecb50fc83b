"""The language of a page: `lang=` in its address, else what the browser asks for, else Chinese.

No cookie: the address carries the choice from link to link, and the phone remembers it (phone.js).
"""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Blueprint, Response, abort, g, request, url_for
from flask_babel import Babel, gettext

from locator import cards as chinese
from locator import english
from locator import facilities as equipment
from locator._bundled import bundled
from locator.districts import city_name, district_name
from locator.maps.assets import static_tag
from locator.web.lane import parameters
from locator.web.publishing import publish_datum
from locator.web.wording import CONSTANT, LABEL, WHOLE, Wording, script_in, whole

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from flask import Flask
    from markupsafe import Markup

    from locator._errors import Text
    from locator.cards import Card
    from locator.hits import Hit
    from locator.places import Place
    from locator.question import Question

blueprint = Blueprint("language", __name__)
LANGUAGES = ("zh", "en")
_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
_TAGS = {"zh": "zh-CN", "en": "en"}
_NAMES = {"zh": "中文", "en": "EN"}
# The desks are written in Chinese and read in Chinese: half of them translated would be worse.
_CHINESE_ONLY = {"steward", "plan"}
_YEAR_S = 365 * 24 * 3600


def register(app: Flask) -> None:
    """Teach an application's pages their languages; before the first template is read."""
    babel = Babel(app, default_locale=_LOCALES["zh"], locale_selector=lambda: _LOCALES[language()])
    with app.app_context():
        # From the text file, so that a fresh checkout needs no step to compile it.
        babel.domain_instance.cache["en", "messages"] = catalog("en")
        babel.domain_instance.cache[_LOCALES["zh"], "messages"] = Translations()
    app.jinja_env.add_extension(Wording)
    app.jinja_env.globals.update({WHOLE: _whole, CONSTANT: _constant, "script_url": script_url})
    app.jinja_env.filters.update({LABEL: said, "duration": duration, "district_name": district_name})
    app.context_processor(_for_pages)
    app.url_defaults(_carry)
    app.after_request(_vary)
    app.register_blueprint(blueprint)


def language() -> str:
    """Return the language of the answer: "zh" or "en"."""
    if (request.blueprint or "").partition(".")[0] in _CHINESE_ONLY:
        return "zh"
    named = chosen()
    if named:
        return named
    best = request.accept_languages.best_match(["zh", "zh-CN", "en"], default="zh") or "zh"
    return best[:2]


def chosen() -> str:
    """Return the language that the address names, "" if it names none."""
    if "chosen_language" not in g:  # a page asks hundreds of times
        # Not request.args: a query may hold bytes that are no text, and this is asked while telling so.
        named = parameters(request.query_string.decode("utf-8", "replace")).get("lang", "")[:2].lower()
        g.chosen_language = named if named in LANGUAGES else ""
    return cast("str", g.chosen_language)


def said(text: Text) -> str:
    """Return a text of the house in the page's language."""
    return text.of(language())


def script_url(name: str) -> str:
    """Return the address of one of our scripts, with its words in the page's language."""
    if language() == "zh":
        return url_for("static", filename=name, v=static_tag())
    return url_for("language.script", tag=static_tag(), named=language(), name=name)


@blueprint.get("/scripts/<tag>/<named>/<name>")
def script(tag: str, named: str, name: str) -> Response:
    """Send one of our scripts in another language; its address changes with its content."""
    if tag != static_tag() or named not in LANGUAGES or name not in _scripts():
        abort(404)
    source = (bundled("static") / name).read_text(encoding="utf-8")
    text = source if named == "zh" else script_in(catalog(named).gettext, source)
    age = f"public, max-age={_YEAR_S}, immutable"
    return Response(text, mimetype="text/javascript", headers={"Cache-Control": age})


@cache
def catalog(named: str) -> Translations:
    """Return the messages of a language, read from its .po file."""
    with po_file(named).open("rb") as file:
        messages = read_po(file, locale=named, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled)


def po_file(named: str) -> Path:
    """Return the path of a language's catalog."""
    return bundled("translations") / named / "LC_MESSAGES" / "messages.po"


def card(hit: Hit, question: Question) -> Card:
    """Return a hit in the words of the page's language."""
    made = chinese.card(hit, question, publish_datum())
    return made if language() == "zh" else english.english(made, question)


def facilities(hit: Hit, codes: tuple[str, ...]) -> tuple[equipment.Facility, ...]:
    """Return what is known of some equipment, in the page's language."""
    made = equipment.facilities(hit, codes)
    return made if language() == "zh" else english.facilities(made, codes)


def clock(at: datetime, now: datetime) -> str:
    """Return an instant as people say it in the page's language."""
    return chinese.clock(at, now) if language() == "zh" else english.clock(at, now)


def duration(minutes: float) -> str:
    """Return minutes as people say them in the page's language."""
    return chinese.duration(minutes) if language() == "zh" else english.duration(minutes)


def length(metres: float) -> str:
    """Return a distance as people say it in the page's language."""
    return chinese.length(metres) if language() == "zh" else english.length(metres)


def noted(place: Place) -> Place:
    """Return a place with its note in the page's language: how many services a town or a district has."""
    if language() == "zh" or place.id is not None:  # a service's note is its address
        return place
    area = city_name(place.district) if place.lon is None else district_name(place.district)
    return place._replace(note=f"{area}: {place.services}" if area else str(place.services))


def carried() -> dict[str, str]:
    """Return what an address of ours carries on: the language, where it was chosen."""
    return {"lang": chosen()} if chosen() else {}


@cache
def _scripts() -> frozenset[str]:
    return frozenset(path.name for path in bundled("static").glob("*.js"))


def _whole(message: str, *holes: object) -> Markup:
    return whole(gettext if language() != "zh" else str, message, *holes)


def _constant(text: str) -> str:
    return text if language() == "zh" else gettext(text)


def _carry(endpoint: str, values: dict[str, object]) -> None:
    """Let links to our pages keep the language that the address names."""
    if endpoint.partition(".")[0] in _PAGES and endpoint not in _NO_PAGES and request and chosen():
        values.setdefault("lang", chosen())


_PAGES = {"pages", "embed", "builder", "events", "feedback", "runs", "offline", "openapi"}
_NO_PAGES = {"embed.loader", "events.events", "offline.worker", "offline.manifest", "offline.district"}


def _for_pages() -> dict[str, object]:
    other = "en" if language() == "zh" else "zh"
    return {
        "lang": chosen(),
        "html_lang": _TAGS[language()],
        "other_lang": _TAGS[other],
        "other_name": _NAMES[other],
        "other_url": _in_other(other),
    }


def _vary(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.vary.add("Accept-Language")
    return response


def _in_other(other: str) -> str:
    """Return the address of the page being sent in the other language; of a refused form, that of the first page."""
    if request.method not in {"GET", "HEAD"}:
        return f"{request.script_root}/?lang={other}"
    args = [(name, text) for name, text in request.args.items(multi=True) if name != "lang"]
    return f"{request.script_root}{request.path}?{urlencode([*args, ('lang', other)])}"
