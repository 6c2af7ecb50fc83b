"""The list of results: what can be used, what opens in the morning, what is unknown, and what to do when nothing fits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from flask import render_template, request

from locator import vocabulary
from locator._errors import Text
from locator.districts import district_name
from locator.relaxing import EVERY_WISH, STEPS, opening_hits, ways_out, wider
from locator.search import answer
from locator.web.context import map_context, shared
from locator.web.current import current_networks
from locator.web.events import coming
from locator.web.feedback import cell_of
from locator.web.filters import amenity_label, chosen
from locator.web.housing import home_form
from locator.web.language import card, length, said
from locator.web.sections import by_needs, fallback_row
from locator.web.state import changed, state_of, toggled, url_of

if TYPE_CHECKING:
    from locator.catalog import Catalog
    from locator.hits import Answer, Hit
    from locator.question import Question
    from locator.relaxing import WayOut

# Past this, days by e-bike say less than kilometres do.
_FAR_S = 4 * 3600
_NIGHT_FROM, _NIGHT_TO, _MORNING = 22, 5, 10
_ORDERS = {
    "soonest": Text("最快能进的在前", "soonest first"),
    "distance": Text("最近的在前", "nearest first"),
    "price": Text("吃饭便宜的在前", "cheapest meals first"),
    "rent": Text("房租低的在前", "lowest rents first"),
}
_WHAT = {
    "any": Text("附近", "nearby"),
    "now": Text("现在开着", "open now"),
    "arrival": Text("能用", "usable"),
}
_COMMA = Text("，", ", ")
_MORE, _MOST = 10, 50
# A district may have thousands: the map shows them all, the list so many.
_LISTED = 60


class More(NamedTuple):
    """A longer list: its words and its address."""

    label: str
    url: str


def results(catalog: Catalog, question: Question) -> str:
    """Return the page of an answer."""
    found = answer(catalog, question, current_networks())
    sure = [card(hit, question) for hit in found.features]
    unknown = [card(hit, question) for hit in found.unknown]
    morning = [card(hit, question) for hit in _in_the_morning(catalog, question, found)]
    state = state_of(question)
    ways = ways_out(catalog, question, current_networks()) if not sure else []
    shown = [*sure, *morning, *unknown]
    return render_template(
        "results.html",
        question=question,
        cards=sure[:_LISTED],
        unlisted=max(0, len(sure) - _LISTED),
        morning=morning,
        unknown=unknown,
        heading=_heading(found, ways=any(way.label != EVERY_WISH for way in ways), morning=len(morning)),
        chosen=chosen(question) if not sure else [],
        place=request.args.get("place", "").strip()[:40]
        or district_name(question.district)
        or question.district,
        vague=_vague(),
        ways_out=[_row(way, question) for way in ways],
        more=_more(catalog, found, state),
        cell=cell_of(question) if not sure else None,
        state=state,
        toggled=toggled,
        steps=STEPS,
        amenities=vocabulary.AMENITIES,
        amenity_label=amenity_label(question),
        sections=by_needs(sure[:_LISTED], question) if request.args.get("by") == "needs" else None,
        needs=vocabulary.NEEDS,
        fallback=fallback_row(found, sure),
        home_form=home_form(question, state),
        coming=coming(catalog, question, state),
        demo=any(c.hit.service.demo for c in shown),
        **map_context(catalog, shown, question),
        **shared(question.at),
    )


def _row(way: WayOut, question: Question) -> dict[str, object]:
    state = state_of(way.question)
    if way.question.at != question.at:
        state["at"] = f"{way.question.at:%Y-%m-%dT%H:%M}"
    return {
        **way._asdict(),
        "label": said(way.label),
        "more": way.found == way.question.limit,
        "url": url_of(state),
        "nearest": _how_far(way.best, way.question),
    }


def _how_far(hit: Hit, question: Question) -> str:
    if hit.distance_m is not None and (hit.travel_s or 0) > _FAR_S:
        far = length(hit.distance_m)
        return said(Text(f"在{far}外", f"{far} away"))
    shown = card(hit, question)
    until = shown.staying[0] if shown.door.state in {"open", "soon"} else ""
    return said(_COMMA).join(part for part in (shown.going.partition("|")[0], until) if part)


def _vague() -> int:
    """Return by how many metres the position may be off, as the phone said; 0 if it did not."""
    told = request.args.get("vague", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) <= 5 else 0  # noqa: PLR2004  99 km


def _in_the_morning(catalog: Catalog, question: Question, found: Answer) -> list[Hit]:
    """Return, for who asks at night what can be used, what opens before ten and is not in the answer."""
    at = question.at
    if question.open == "any" or _NIGHT_TO <= at.hour < _NIGHT_FROM:
        return []
    until = at.replace(hour=_MORNING, minute=0) + timedelta(days=at.hour >= _NIGHT_FROM)
    listed = {hit.row for hit in (*found.features, *found.unknown)}
    opening = [
        hit for hit in opening_hits(catalog, question, until, current_networks()) if hit.row not in listed
    ]
    return opening[:_MORE]


def _more(catalog: Catalog, found: Answer, state: dict[str, str]) -> More | None:
    """Return what a longer list would add: more of the same, or what a longer way reaches."""
    question, count = found.question, len(found.features)
    if question.lon is None or not count:
        return None
    if question.limit is not None and count == question.limit < _MOST:
        longer = min(_MOST, question.limit + _MORE)
        return More(said(Text(f"再看 {_MORE} 处", f"{_MORE} more")), changed(state, limit=str(longer)))
    way = wider(catalog, question.but(limit=_MOST), current_networks())
    if way is None or way.found <= count:
        return None
    label = Text(f"{way.label.zh}，再看 {way.found - count} 处", f"{way.label.en}: {way.found - count} more")
    return More(said(label), changed(state_of(way.question), limit=state.get("limit")))


def _heading(found: Answer, *, ways: bool, morning: int) -> str:
    question, count = found.question, len(found.features)
    if question.lon is None:
        name, every = district_name(question.district) or question.district, count + len(found.unknown)
        return said(Text(f"{name} {every} 处", f"{name}: {every}"))
    if not count:
        return said(_nothing(question, ways=ways))
    if morning:
        return said(
            Text(
                f"夜里能用 {count} 处，另有 {morning} 处早上开",
                f"{count} usable at night, {morning} more open in the morning",
            )
        )
    what, order = _WHAT[question.open], _ORDERS[question.sort]
    return said(Text(f"{what.zh} {count} 处，{order.zh}", f"{count} {what.en}, {order.en}"))


def _nothing(question: Question, *, ways: bool) -> Text:
    minutes = question.max_minutes
    within = Text("这一带", "around here")
    if minutes is not None:
        within = Text(f"{minutes:g}分钟内", f"within {minutes:g} minutes")
    what = Text("说得准开着的", "Nothing known to be open")
    if ways or question.open == "any":
        what = Text("合适的", "Nothing suitable")
    then = Text("，改一项就有", ": one change helps") if ways else Text("", "")
    return Text(f"{within.zh}没有{what.zh}{then.zh}", f"{what.en} {within.en}{then.en}")
