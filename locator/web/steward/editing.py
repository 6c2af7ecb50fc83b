"""One record as a form; a second editor is told who changed what meanwhile, and loses nothing."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from locator import vocabulary
from locator._errors import ConflictError, InputError
from locator.districts import district_names
from locator.hours_text import read_hours
from locator.plain_hours import plain_hours
from locator.service import Service
from locator.web.steward.desk import desk
from locator.web.steward.people import me
from locator.web.steward.pin import pin_map
from locator.web.steward.record_form import (
    NESTED,
    Form,
    from_form,
    given_form,
    label,
    merged,
    shown,
    to_form,
)
from locator.web.steward.records import local
from locator.web.steward.words import DATUMS, STATUSES

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from locator._errors import Conflict

blueprint = Blueprint("editing", __name__)
_WHY = "在网页上修改"


@blueprint.get("/records/<service_id>")
def form(service_id: str) -> str:
    """Show a record's form."""
    stored = desk().store.read(service_id)
    return _page(service_id, to_form(stored.service), stored.version, stored.service)


@blueprint.get("/new")
def new() -> str:
    """Show the form of a record that is not there yet."""
    return _page("", to_form(None), 0, None)


@blueprint.post("/records/<service_id>")
def save(service_id: str) -> str | tuple[str, int] | Response:
    """Save a record, unless somebody else did meanwhile."""
    version = request.form.get("version", 0, int)
    return _save(service_id, version, _as_handed_out(service_id, version))


@blueprint.post("/new")
def create() -> str | tuple[str, int] | Response:
    """Save a new record under an id of its own."""
    return _save(request.form.get("id", "").strip() or f"w-{secrets.token_hex(6)}", 0, None, fresh=True)


@blueprint.get("/hours")
def hours() -> dict[str, object]:
    """Say what opening hours in words are read as."""
    return reading(request.args.get("text", "")[:400])


def reading(text: str) -> dict[str, object]:
    """Return what a text was read as, in words."""
    if not text.strip():
        return {"osm": None, "understood": "none", "said": "空着，就是不清楚"}
    read = read_hours(text)
    if read.osm is None:
        return {
            "osm": None,
            "understood": read.understood,
            "said": f"记为不清楚：{read.reason.zh if read.reason else ''}",
        }
    left = f"；{read.reason.zh}" if read.reason is not None else ""
    return {
        "osm": read.osm,
        "understood": read.understood,
        "said": f"读作：{plain_hours(read.osm) or read.osm}{left}",
    }


def _save(
    service_id: str, version: int, before: Service | None, *, fresh: bool = False
) -> str | tuple[str, int] | Response:
    given, base = given_form(request.form), to_form(before)
    made, wrong = from_form(service_id, given, base, before)
    own = "" if fresh else service_id
    if made is None:
        return _page(own, given, version, before, wrong=wrong), 400
    why = request.form.get("why", "").strip()[:400] or _WHY
    try:
        desk().store.save([made], who=me().name, why=why, expected={service_id: version})
    except ConflictError as error:
        if fresh:
            return _page(own, given, 0, None, wrong={"id": f"编号 {service_id} 已经有了"}), 409
        return _conflict_page(service_id, given, base, error.conflicts[0], before), 409
    except InputError as error:
        return _page(own, given, version, before, wrong={error.field: error.text.zh}), 400
    return redirect(url_for("steward.editing.form", service_id=service_id, saved=1))


def _as_handed_out(service_id: str, version: int) -> Service | None:
    """Return the record as it was when the form was handed out; its history has every version."""
    for change in desk().store.history(service_id):
        if change.version == version and change.after:
            return Service.model_validate_json(change.after)
    return None


def _conflict_page(
    service_id: str, given: Form, base: Form, conflict: Conflict, before: Service | None
) -> str:
    """Show my form over the other's save, with the two side by side."""
    form, rows = merged(given, base, to_form(conflict.stored))
    told = [(label(name), *(shown(name, text) for text in texts), both) for name, *texts, both in rows]
    return _page(
        service_id,
        form,
        conflict.version,
        conflict.stored or before,
        conflict=(conflict, local(conflict.at) if conflict.at else "", told),
    )


def _page(
    service_id: str,
    form: Form,
    version: int,
    service: Service | None,
    *,
    wrong: Form | None = None,
    conflict: object = None,
) -> str:
    lon, lat = (None, None) if service is None else (service.lon, service.lat)
    return render_template(
        "steward/record.html",
        service_id=service_id, form=form, version=version, service=service, wrong=wrong or {}, conflict=conflict,
        label=label, nested=NESTED, kinds=vocabulary.KINDS, statuses=STATUSES, datums=DATUMS,
        qualities=vocabulary.POSITION_QUALITIES, amenities=vocabulary.AMENITIES, needs=vocabulary.NEEDS,
        reading=reading(form["hours_text"]), why=request.form.get("why", ""), saved=request.args.get("saved"),
        given_id=request.form.get("id", ""), districts=district_names() if not service_id else {},
        **pin_map(lon, lat),
    )  # fmt: skip
