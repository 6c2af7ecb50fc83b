"""One row of an upload: its cells as a form, and its position by a pin."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from locator._errors import InputError, NotFoundError, Text
from locator.ingest.columns import match_columns
from locator.ingest.readers import own_columns
from locator.web.steward.desk import desk
from locator.web.steward.imports import look, run
from locator.web.steward.people import me
from locator.web.steward.pin import moved_to

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from locator.ingest.report import ImportReport
    from locator.web.steward.uploads import Upload

blueprint = Blueprint("mending", __name__)
_LONGEST_CELL = 5000


@blueprint.get("/imports/<upload_id>/rows/<int:number>")
def form(upload_id: str, number: int) -> str:
    """Show a row's cells, what is wrong beside them."""
    kept = desk().uploads.get(upload_id, me().name)
    report = run(kept, dry_run=True)
    cells = _cells(report, number)
    own = {problem.column for problem in report.problems if problem.row == number}
    problems = [problem for problem in report.problems if problem.row == number]
    return render_template(
        "steward/mend.html", upload=kept, number=number, cells=cells, problems=problems, hit=own,
        missing=[problem for problem in problems if problem.column not in cells],
    )  # fmt: skip


@blueprint.post("/imports/<upload_id>/rows/<int:number>")
def mend(upload_id: str, number: int) -> Response:
    """Keep mended cells; nothing is written to the store yet."""
    kept = desk().uploads.get(upload_id, me().name)
    cells = _cells(run(kept, dry_run=True), number)
    given = {
        name: request.form[f"cell-{place}"].strip()[:_LONGEST_CELL]
        for place, name in enumerate(cells)
        if f"cell-{place}" in request.form
    }
    _keep(kept, number, {name: cell for name, cell in given.items() if cell != cells[name]})
    return redirect(url_for("steward.imports.show", upload_id=upload_id, row=number) + f"#r{number}")


@blueprint.post("/imports/<upload_id>/rows/<int:number>/pin")
def pin(upload_id: str, number: int) -> Response:
    """Take the pin's place for the row's position, or put the supplied one back."""
    kept = desk().uploads.get(upload_id, me().name)
    seen = look(kept)
    row = next((row for row in seen.shown if row.number == number), None)
    if row is None:
        raise NotFoundError(Text(f"没有第 {number} 行", f"there is no row {number}"))
    report = run(kept, dry_run=True)
    columns = match_columns(report.table.columns).fields
    names = {field: report.table.columns[place] for field, place in columns.items()}
    if request.form.get("put") == "back":
        for name in _place_of(0.0, 0.0, names):
            kept.decided.mended.get(number, {}).pop(name, None)
        kept.keep()
    else:
        lon, lat = _degrees("lon"), _degrees("lat")
        datum = str(report.finding.datums[number - 1]) or "wgs84"
        _keep(kept, number, _place_of(*moved_to(lon, lat, request.form.get("datum", "wgs84"), datum), names))
    return redirect(url_for("steward.imports.show", upload_id=upload_id, row=number) + f"#r{number}")


def _place_of(lon: float, lat: float, names: dict[str, str]) -> dict[str, str]:
    """Return the cells that hold a position, in whichever columns the sender keeps it."""
    for x, y in (("source_lon", "source_lat"), ("lon", "lat")):
        if x in names and y in names:
            return {names[x]: f"{lon:.7f}", names[y]: f"{lat:.7f}"}
    if "position" in names:
        return {names["position"]: f"{lon:.7f},{lat:.7f}"}
    raise InputError("position", None, Text("这张表没有放位置的列", "this table has no column for positions"))


def _degrees(field: str) -> float:
    try:
        value = float(request.form.get(field, ""))
    except ValueError:
        value = math.nan
    if not -180 <= value <= 180:  # noqa: PLR2004  also what is no number
        raise InputError(field, None, Text("针的位置不对", "the pin is nowhere"))
    return value


def _cells(report: ImportReport, number: int) -> dict[str, str]:
    """Return a row's cells by header."""
    table = report.table
    if not 1 <= number <= len(table.rows):
        raise NotFoundError(Text(f"没有第 {number} 行", f"there is no row {number}"))
    return {table.columns[place]: table.rows[number - 1][place] for place in own_columns(table.columns)}


def _keep(kept: Upload, number: int, cells: dict[str, str]) -> None:
    if cells:
        kept.decided.mended.setdefault(number, {}).update(cells)
        kept.keep()
