"""What to look at again, and what was found there."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, cast

from flask import Blueprint, redirect, render_template, request, url_for

from locator import vocabulary
from locator._errors import InputError, Text
from locator.store.inspections import add_inspection, inspections_of, settle_report
from locator.timeline import SHANGHAI
from locator.web.current import current_catalog
from locator.web.steward.desk import desk, queue
from locator.web.steward.people import me

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from locator.store import Stored
    from locator.store.inspections import OpenAsStated, Status

blueprint = Blueprint("rechecks", __name__)
_SHOWN = 100
REPORT_WORDS = {
    "closed": "说开着，去了关着",
    "no-amenity": "设施不在了",
    "moved": "搬走了",
    "refused": "不让进",
    "other": "别的问题",
}
OPEN_WORDS = {"yes": "开着，和写的一样", "no": "该开没开", "unknown": "没看门开没开"}


@blueprint.get("/recheck")
def show() -> str:
    """List what waits, reports first."""
    catalog, waits = current_catalog(), queue()
    known = set(catalog.ids)
    told = [(catalog.service(catalog.row_of(i)), said) for i, said in waits.reports.items() if i in known]
    return render_template(
        "steward/rechecks.html", told=told, rows=waits.rows[:_SHOWN], size=waits.size, words=REPORT_WORDS,
    )  # fmt: skip


@blueprint.get("/recheck/<service_id>")
def form(service_id: str) -> str:
    """Ask what was found at a service."""
    return _page(desk().store.read(service_id))


@blueprint.post("/recheck/<service_id>")
def save(service_id: str) -> str | tuple[str, int] | Response:
    """Keep a visit; on wish the record says what was found, as a change of its own."""
    store = desk().store
    stored = store.read(service_id)
    version = request.form.get("version", stored.version, int)
    there = {word: request.form.get(f"eq-{word}", "") for word in vocabulary.AMENITIES}
    found, lacks = ([word for word, state in there.items() if state == wanted] for wanted in ("yes", "no"))
    seen, note = (
        cast("OpenAsStated", request.form.get("open", "")),
        request.form.get("note", "").strip()[:1000],
    )
    try:
        day = _day(request.form.get("day", ""))
        _check_open(seen)
        if request.form.get("record"):
            last = max(day, stored.service.verified_on or day)
            made = stored.service.model_copy(
                update={"has": tuple(found), "lacks": tuple(lacks), "verified_on": last}
            )
            store.save([made], who=me().name, why=f"{day} 实地检查", expected={service_id: version})
        add_inspection(store, service_id, day, seen, found=found, by_whom=me().name, note=note)
    except InputError as error:
        return _page(stored, error.text.zh), 400
    for report in queue().reports.get(service_id, ()):
        if report.what == "closed" and seen != "unknown" and report.on_day <= day:
            settle_report(store, report.number, "confirmed" if seen == "no" else "dismissed")
    return redirect(url_for("steward.rechecks.show"))


@blueprint.post("/reports/<int:number>")
def settle(number: int) -> Response:
    """Say whether a report is true."""
    settle_report(desk().store, number, cast("Status", request.form.get("status", "")))
    return redirect(url_for("steward.rechecks.show"))


def _page(stored: Stored, wrong: str = "") -> str:
    service = stored.service
    state = {
        word: "yes" if word in service.has else "no" if word in service.lacks else ""
        for word in vocabulary.AMENITIES
    }
    state |= {word: request.form.get(f"eq-{word}", state[word]) for word in state}
    return render_template(
        "steward/inspect.html", service=service, version=stored.version, state=state, amenities=vocabulary.AMENITIES, wrong=wrong,
        today=datetime.now(SHANGHAI).date().isoformat(), sent=request.form, opens=OPEN_WORDS,
        visits=inspections_of(desk().store, service.id)[::-1],
        reports=queue().reports.get(service.id, ()), report_words=REPORT_WORDS,
    )  # fmt: skip


def _check_open(seen: str) -> None:
    if seen not in OPEN_WORDS:
        raise InputError("open", seen[:20], Text("先选门开没开", "say whether it was open"))


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.max
    if day > datetime.now(SHANGHAI).date():
        raise InputError(
            "day", text[:20], Text("日期要写成 2026-11-24，不能是以后", "a day that has come, as 2026-11-24")
        )
    return day
