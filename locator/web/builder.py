"""/embed/new: what to put into an article, a mini-program, a site or a group, with a look at it beforehand."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from locator import vocabulary
from locator._errors import Text
from locator.districts import city_name, district_name, find_district
from locator.maps.captions import MAX_TITLE, default_title
from locator.maps.paint import THEMES
from locator.maps.svg_text import clean
from locator.search import answer
from locator.state import state_of
from locator.timeline import SHANGHAI
from locator.web import snippets
from locator.web.current import current_catalog, current_networks
from locator.web.embed import chosen_theme
from locator.web.images import base_url
from locator.web.language import said
from locator.web.publishing import ask, publish_datum
from locator.web.state import given

if TYPE_CHECKING:
    from locator.catalog import Catalog
    from locator.hits import Answer
    from locator.question import Question

blueprint = Blueprint("builder", __name__)
PLACES = ("article", "miniprogram", "site", "group")
WIDTHS = (750, 600, 480, 1080)
_SCALE = 2
_HEIGHT = 480
# Where each code works: in the order in which they are best.
_WORKS = {
    "article": ("image", "text", "web-view"),
    "miniprogram": ("web-view", "image", "text"),
    "site": ("script", "iframe", "image", "text"),
    "group": ("image", "text"),
}
_ALL = ("image", "text", "web-view", "iframe", "script")


class Wishes(NamedTuple):
    """What the form asks for, checked."""

    where: str
    question: Question
    title: str
    named: str
    width: int
    theme: str
    listed: bool
    place: str


class Codes(NamedTuple):
    """The addresses and codes for a wish, by name, and those that work where it is meant for."""

    text: dict[str, str]
    works: tuple[str, ...]
    elsewhere: tuple[str, ...]
    picture: str
    embed: str
    page: str


@blueprint.get("/embed/new")
def build() -> str:
    """Show the form, a preview and the codes."""
    catalog = current_catalog()
    wishes = _wishes(catalog)
    found = answer(catalog, wishes.question, current_networks())
    return render_template(
        "builder.html",
        wishes=wishes,
        question=wishes.question,
        said=_said(found, wishes),
        codes=codes_of(wishes, found, base_url()),
        # The preview comes from where the page does: the address that others use may not be reachable yet.
        preview=codes_of(wishes, found, request.script_root),
        places=PLACES,
        widths=WIDTHS,
        themes=THEMES,
        districts=_districts(catalog, wishes.question),
        kinds=_kinds(catalog, wishes.question),
        groups=vocabulary.GROUPS,
        host=base_url().partition("://")[2],
        clock=f"{wishes.question.at:%H:%M}",
        day=f"{wishes.question.at.month}月{wishes.question.at.day}日",
    )


def codes_of(wishes: Wishes, found: Answer, site: str) -> Codes:
    """Return the codes for a wish, every address after that of a site."""
    state = state_of(wishes.question, publish_datum())
    placed = {**state, "place": wishes.place} if wishes.place else state
    page = f"{site}/?{_query(placed)}"
    # A title that nobody chose is made anew wherever the state is shown.
    look = {name: text for name, text in (("title", wishes.named), ("theme", wishes.theme)) if text}
    framed = {**placed, **look} | ({"list": "1"} if wishes.listed else {})
    embed = f"{site}/embed?{_query(framed)}"
    picture = f"{site}/map.png?{_query({**placed, **look, 'width': str(wishes.width), 'scale': str(_SCALE)})}"
    short = page
    if set(state) == {"district", "open"} and wishes.question.open == "arrival":
        short = f"{site}/y/{wishes.question.district}"
    text = {
        "image": picture,
        "text": f"{_said(found, wishes)}\n{_invitation(wishes.question)}{short}",
        "web-view": snippets.web_view(page),
        "iframe": snippets.iframe(embed, wishes.title, "100%", _HEIGHT),
        "script": snippets.script(f"{site}/embed.js", _query(framed), wishes.title),
    }
    works = _WORKS[wishes.where]
    return Codes(text, works, tuple(name for name in _ALL if name not in works), picture, embed, page)


def _query(state: dict[str, str]) -> str:
    return urlencode(state, safe=",")


def _wishes(catalog: Catalog) -> Wishes:
    """Return what the form asks for; what is left open gets the most useful answer."""
    args = request.args
    where = args.get("where", PLACES[0])
    width = args.get("width", str(WIDTHS[0]))
    values = given()
    if not {"lon", "lat", "district"} & values.keys():
        rows = catalog.districts
        values["district"] = max(sorted(rows), key=lambda code: len(rows[code])) if rows else ""
    elif "district" in values:
        values["district"] = find_district(values["district"], catalog.districts)
    # A form that was sent says `open` even where it says nothing else; a first visit does not.
    values.setdefault("open", "arrival")
    question = ask(values, datetime.now(SHANGHAI).replace(second=0, microsecond=0), anywhere=True)
    place = clean(args.get("place", ""))[:MAX_TITLE]
    named = clean(args.get("title", "").strip())[:MAX_TITLE]
    return Wishes(
        where if where in PLACES else PLACES[0],
        question,
        named or default_title(question, place),
        named,
        int(width) if width in map(str, WIDTHS) else WIDTHS[0],
        chosen_theme(),
        args.get("list") == "1",
        place,
    )


def _said(found: Answer, wishes: Wishes) -> str:
    """Return in a sentence how many there are; a number that a minute changes has no place in an article."""
    question = wishes.question.but(open="any", offer="any", stay=0.0, sort="distance", limit=None)
    if question.lon is not None or question.district is None:
        return wishes.title
    listed = [hit.service for hit in answer(found.catalog, question).features]
    name = district_name(question.district) or question.district
    kinds = [vocabulary.KINDS[code].label.zh for code in question.kind]
    what = "、".join(kinds) if 0 < len(kinds) <= len(WIDTHS) else "服务点"
    moving = sum(bool(service.stops) for service in listed)
    return f"{name}有{len(listed)}处工会{what}" + (f"，其中{moving}处是流动的。" if moving else "。")


def _invitation(question: Question) -> str:
    return {
        "any": "离你最近的在哪里，看：",
        "now": "看离你最近、现在开着的：",
        "arrival": "看离你最近、现在能用的：",
    }[question.open]


def _districts(catalog: Catalog, question: Question) -> list[tuple[str, str]]:
    """Return the districts to choose from, most services first: code and label."""
    codes = sorted(catalog.districts, key=lambda code: (-len(catalog.districts[code]), code))
    if question.district and question.district not in codes:
        codes.append(question.district)
    return [(code, _label(catalog, code)) for code in codes]


def _label(catalog: Catalog, code: str) -> str:
    name, count = (
        f"{city_name(code) or ''}{district_name(code) or code}",
        len(catalog.districts.get(code, [])),
    )
    return said(Text(f"{name}（{count} 处）", f"{name} ({count})"))


def _kinds(catalog: Catalog, question: Question) -> list[tuple[str, str]]:
    """Return the kinds that the area has, and those that are chosen."""
    rows = catalog.districts.get(question.district or "", None) or catalog.rows()
    there = {catalog.service(row).kind for row in list(rows)[:500]}
    return [
        (code, said(kind.label))
        for code, kind in vocabulary.KINDS.items()
        if code in there or code in question.kind
    ]
