"""Records: found, and what was ever done to one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from flask import Blueprint, redirect, render_template, request, url_for

from locator import vocabulary
from locator._errors import ConflictError, NotFoundError, Text
from locator.districts import district_name
from locator.timeline import SHANGHAI
from locator.web.current import current_catalog
from locator.web.steward.desk import desk
from locator.web.steward.people import me
from locator.web.steward.words import FIELDS, STATUSES, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.wrappers import Response

    from locator.catalog import Catalog
    from locator.store import Change

blueprint = Blueprint("records", __name__)
_PAGE = 50
# Derived from what was supplied: saying both would say everything twice.
_DERIVED = {"lon", "lat"}


class Step(NamedTuple):
    """One change of a record in words: (field, before, after)."""

    change: Change
    when: str
    what: str
    fields: list[tuple[str, str, str]]


@blueprint.get("/records")
def index() -> str:
    """List records, by words in them and by kind."""
    catalog = current_catalog()
    text, kind = request.args.get("q", "").strip()[:60], request.args.get("kind", "")
    page = max(0, request.args.get("page", 0, int))
    found = list(_matching(catalog, text, kind))
    rows = [catalog.service(row) for row in found[page * _PAGE : (page + 1) * _PAGE]]
    return render_template(
        "steward/records.html", services=rows, count=len(found), text=text, kind=kind, page=page,
        pages=-(-len(found) // _PAGE), kinds=vocabulary.KINDS, district_name=district_name, statuses=STATUSES,
    )  # fmt: skip


@blueprint.get("/records/<service_id>/history")
def history(service_id: str) -> str:
    """Show what was ever done to a record, newest first, before beside after."""
    changes = desk().store.history(service_id)
    if not changes:
        raise _missing(service_id)
    steps = [step(change) for change in reversed(changes)]
    name = next(name for name in (_name(change) for change in reversed(changes)) if name)
    return render_template(
        "steward/history.html", service_id=service_id, name=name, steps=steps, conflict=None
    )


@blueprint.post("/records/<service_id>/undo")
def undo(service_id: str) -> str | tuple[str, int] | Response:
    """Put back what a record was before one of its changes."""
    revision = request.form.get("revision", 0, int)
    changes = desk().store.history(service_id)
    if revision not in {change.revision for change in changes}:
        raise NotFoundError(Text(f"没有第 {revision} 次修改", f"there is no revision {revision}"))
    seen = request.form.get("version", None, int)
    try:
        desk().store.undo(
            revision, who=me().name, why=f"撤销第 {revision} 次修改",
            expected=None if seen is None else {service_id: seen},
        )  # fmt: skip
    except ConflictError as error:
        steps = [step(change) for change in reversed(changes)]
        page = render_template(
            "steward/history.html", service_id=service_id, name=_name(changes[-1]) or service_id, steps=steps,
            conflict=error.conflicts[0], revision=revision,
        )  # fmt: skip
        return page, 409
    return redirect(url_for("steward.records.history", service_id=service_id))


def step(change: Change) -> Step:
    """Return a change in words."""
    what = "新增" if change.before is None else "取消" if change.after is None else "修改"
    fields = [
        (FIELDS.get(name, name), said(name, old), said(name, new))
        for name, (old, new) in change.fields().items()
        if name not in _DERIVED
    ]
    return Step(change, local(change.at), what, fields if what == "修改" else [])


def local(at: str) -> str:
    """Return an instant (UTC, ISO 8601) as Shanghai's clocks say it."""
    then = datetime.fromisoformat(at)
    return f"{then.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _name(change: Change) -> str:
    record = change.after or change.before
    return str(msgspec.json.decode(record)["name"]) if record else ""


def _matching(catalog: Catalog, text: str, kind: str) -> Iterator[int]:
    """Yield the rows whose record holds a text; records are not decoded for it."""
    sought = msgspec.json.encode(text)[1:-1]
    of_kind = msgspec.json.encode(kind) if kind in vocabulary.KINDS else b""
    for row in catalog.rows():
        raw = catalog.raw(row)
        if sought in raw and (not of_kind or b'"kind":' + of_kind in raw):
            yield row


def _missing(service_id: str) -> NotFoundError:
    shown = service_id[:64]
    return NotFoundError(Text(f"没有编号为 {shown} 的服务", f"no service has the id {shown}"))
