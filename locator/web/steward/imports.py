"""Files in: sent, looked at, written, taken back."""

from __future__ import annotations

import tempfile
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec
from flask import Blueprint, Response, redirect, render_template, request, url_for

from locator import vocabulary
from locator._errors import ConflictError, InputError
from locator.ingest.forensics import CANDIDATES
from locator.ingest.importing import import_file
from locator.ingest.report import write_rejects
from locator.web.operations import note_import
from locator.web.steward.desk import desk
from locator.web.steward.people import me
from locator.web.steward.pin import pin_map
from locator.web.steward.preview import DATUM_WORDS, Preview, preview_of
from locator.web.steward.words import DATUMS

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from locator.ingest.report import ImportReport
    from locator.web.steward.preview import Row
    from locator.web.steward.uploads import Upload

blueprint = Blueprint("imports", __name__)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STATES = ("bad", "warn", "ok")
_PAGE = 200


@blueprint.get("/")
def home() -> str:
    """Ask for a file; list what is on its way and what was written."""
    return render_template(
        "steward/home.html",
        uploads=desk().uploads.of(me().name),
        batches=desk().store.batches(20),
        most_mb=desk().most_bytes // (1024 * 1024),
        said="",
    )


@blueprint.post("/imports")
def upload() -> str | tuple[str, int] | AnyResponse:
    """Take a file in; nothing is written yet."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _back("先选一个文件。")
    try:
        kept = desk().uploads.add(sent, me().name)
    except InputError as error:
        return _back(error.text.zh)
    try:
        look(kept)
    except InputError as error:
        kept.drop()
        return _back(error.text.zh)
    return redirect(url_for("steward.imports.show", upload_id=kept.id))


@blueprint.get("/imports/<upload_id>")
def show(upload_id: str) -> str:
    """Show what an upload would do."""
    kept = desk().uploads.get(upload_id, me().name)
    seen = look(kept)
    only = [state for state in request.args.get("show", "").split(",") if state in _STATES] or list(_STATES)
    rows = [row for row in seen.shown if row.state in only]
    page = max(0, min(request.args.get("page", 0, int), (len(rows) - 1) // _PAGE))
    chosen = _chosen(seen, request.args.get("row", 0, int))
    others = [row for row in seen.shown if row is not chosen]
    return render_template(
        "steward/preview.html",
        upload=kept, p=seen, rows=rows[page * _PAGE : (page + 1) * _PAGE], only=only, states=_STATES,
        page=page, pages=-(-len(rows) // _PAGE), chosen=chosen, datums=DATUM_WORDS, datum_words=DATUMS,
        kinds=vocabulary.KINDS, supplied_in=_supplied_in(seen),
        **(pin_map(chosen.lon, chosen.lat, others) if chosen else {}),
    )  # fmt: skip


@blueprint.post("/imports/<upload_id>/decide")
def decide(upload_id: str) -> AnyResponse:
    """Take the steward's word for the datum, and for the kind of rows that do not say theirs."""
    kept = desk().uploads.get(upload_id, me().name)
    datum, kind = request.form.get("datum", "auto"), request.form.get("kind", "")
    if datum in {"auto", *CANDIDATES} and (not kind or kind in vocabulary.KINDS):
        kept.decided.datum, kept.decided.kind = datum, kind
        kept.keep()
    return redirect(url_for("steward.imports.show", upload_id=upload_id))


@blueprint.post("/imports/<upload_id>/write")
def write(upload_id: str) -> AnyResponse:
    """Write what can be written, as one save."""
    kept = desk().uploads.get(upload_id, me().name)
    report = run(kept, dry_run=False)
    note_import(report)
    if report.batch is not None:
        kept.decided.done = report.batch
        kept.keep()
    return redirect(url_for("steward.imports.show", upload_id=upload_id))


@blueprint.post("/imports/<upload_id>/drop")
def drop(upload_id: str) -> AnyResponse:
    """Forget an upload; what was written stays."""
    desk().uploads.get(upload_id, me().name).drop()
    return redirect(url_for("steward.imports.home"))


@blueprint.get("/imports/<upload_id>/rejects.xlsx")
def rejects(upload_id: str) -> Response:
    """Send the rows with problems as a sheet to mend."""
    kept = desk().uploads.get(upload_id, me().name)
    with tempfile.TemporaryDirectory(dir=kept.folder) as folder:
        path = Path(folder) / "rejects.xlsx"
        write_rejects(run(kept, dry_run=True), path)
        content = path.read_bytes()
    name = quote(f"退回表_{kept.decided.name.rpartition('.')[0]}.xlsx")
    headers = {"Content-Disposition": f"attachment; filename=\"rejects.xlsx\"; filename*=UTF-8''{name}"}
    return Response(content, mimetype=_XLSX, headers=headers)


@blueprint.post("/batches/<int:batch>/undo")
def undo(batch: int) -> str | tuple[str, int] | AnyResponse:
    """Take a whole save back; records that somebody changed later only if that is wanted."""
    expected = {
        key.removeprefix("version-"): int(value)
        for key, value in request.form.items()
        if key.startswith("version-") and value.isdigit()
    }
    try:
        desk().store.undo(batch=batch, who=me().name, why=f"撤销第 {batch} 批", expected=expected)
    except ConflictError as error:
        return render_template("steward/undo.html", batch=batch, conflicts=error.conflicts), 409
    return redirect(_after(batch))


def look(kept: Upload) -> Preview:
    """Return the preview of an upload, made anew when the store or what was decided has changed."""
    decided = kept.decided
    key = f"{desk().store.version()} {decided.datum} {decided.kind} {hash_of(decided.mended)}"
    remembered = kept.remembered()
    if remembered is not None:
        seen = msgspec.json.decode(remembered, type=Preview)
        if seen.key == key:
            return seen
    seen = preview_of(run(kept, dry_run=True), key)
    kept.remember(msgspec.json.encode(seen))
    return seen


def run(kept: Upload, *, dry_run: bool) -> ImportReport:
    """Import an upload, or see what importing it would do."""
    decided = kept.decided
    return import_file(
        kept.path, desk().store, datum=decided.datum, kind=decided.kind or None, mended=decided.mended,
        who=me().name, why=f"导入 {decided.name}", dry_run=dry_run,
    )  # fmt: skip


def hash_of(mended: dict[int, dict[str, str]]) -> str:
    """Return a short name of what was mended."""
    ordered = sorted((row, sorted(cells.items())) for row, cells in mended.items())
    return blake2b(msgspec.json.encode(ordered), digest_size=8).hexdigest()


def _after(batch: int) -> str:
    """Return where to go after an undo: to the upload that the save came from, if it is still there."""
    for kept in desk().uploads.of(me().name):
        if kept.decided.done == batch:
            kept.decided.done = None
            kept.keep()
            return url_for("steward.imports.show", upload_id=kept.id)
    return url_for("steward.imports.home")


def _back(said: str) -> tuple[str, int]:
    page = render_template(
        "steward/home.html", uploads=desk().uploads.of(me().name), batches=desk().store.batches(20),
        most_mb=desk().most_bytes // (1024 * 1024), said=said,
    )  # fmt: skip
    return page, 400


def _chosen(seen: Preview, number: int) -> Row | None:
    """Return the row whose position is shown: the one asked for, else the first that needs a look."""
    placed = [row for row in seen.shown if row.lon is not None]
    asked = [row for row in placed if row.number == number]
    doubtful = [row for row in placed if row.state == "warn" and row.bad_position]
    return next(iter(asked or doubtful or placed), None)


def _supplied_in(seen: Preview) -> str:
    return DATUM_WORDS.get(seen.verdict.removesuffix("-swapped"), "")
