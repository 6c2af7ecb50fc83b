"""What can be taken along: map cells for the page, picture, tables, GeoPackage, and the report as HTML and PDF."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from flask import Blueprint, Response, current_app, jsonify, render_template, request, send_file
from markupsafe import Markup

from locator._errors import NotFoundError, Text
from locator.coverage.published import placed
from locator.maps.gap_picture import svg_sheet
from locator.maps.raster import png, typeset
from locator.web.plan.drawn import sheet_of
from locator.web.plan.opened import Opened, jobs, opened
from locator.web.plan.page import cells_data
from locator.web.plan.report import report_of
from locator.web.publishing import publish_datum, said

if TYPE_CHECKING:
    from locator.maps import Basemap

blueprint = Blueprint("exports", __name__)
_WAIT = Text("还在算，等算完再来拿", "still being worked out: come back once it is done")
# Files that a run leaves: under which name, and what they are.
_FILES = {
    "gaps.gpkg": ("gaps.gpkg", "application/geopackage+sqlite3"),
    "gaps.csv": ("places.csv", "text/csv"),
    "plan.xlsx": ("plan.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_HOUR_S = 3600
_PIXELS = 1.6


@blueprint.get("/<name>/cells.json")
def cells(name: str) -> Response:
    """Send the cells of a state, for the map."""
    found = _ready(name)
    state = found.result if found.then is None else found.then
    basemap = _basemap()
    response = jsonify({**cells_data(found, state, basemap), **said(basemap.datum)})
    # The same address always means the same cells.
    response.headers["Cache-Control"] = f"private, max-age={_HOUR_S}"
    return response


@blueprint.get("/<name>/plan.json")
def plan_json(name: str) -> Response:
    """Send what the two commands answer, and the coverage once what is ticked is done."""
    found = _ready(name)
    return jsonify(
        {
            "question": found.result["question"],
            "catalog": found.result["catalog"],
            "commands": list(found.commands),
            "demand": found.demand["source"],
            "coverage": found.result["coverage"],
            "plan": placed(found.result["plan"], publish_datum()),
            "done": list(found.ticked),
            "coverage_then": None if found.then is None else found.then["coverage"],
        }
    )


@blueprint.get("/<name>/map.png")
def picture(name: str) -> Response:
    """Send map and clock as one picture."""
    found = _ready(name)
    drawn = png(svg_sheet(sheet_of(found, _basemap()), _basemap()), _PIXELS)
    return _named(Response(drawn, content_type="image/png"), found, "png")


@blueprint.get("/<name>/report")
def report(name: str) -> str:
    """Show the report."""
    found = _ready(name)
    made = report_of(found, _basemap())
    return render_template(
        "plan/report.html", report=made, found=found,
        map=Markup(made.map), clock=Markup(made.clock),  # noqa: S704  drawn by us, names escaped
    )  # fmt: skip


@blueprint.get("/<name>/report.pdf")
def report_pdf(name: str) -> Response:
    """Send the report as PDF."""
    found = _ready(name)
    made = report_of(found, _basemap())._asdict()
    pictures = {"map": made.pop("map"), "clock": made.pop("clock")}
    drawn = typeset("plan/report.typ", {"report": json.dumps(made, ensure_ascii=False), **pictures})
    return _named(Response(drawn, content_type="application/pdf"), found, "pdf")


@blueprint.get("/<name>/<any('gaps.gpkg', 'gaps.csv', 'plan.xlsx'):file>")
def file(name: str, file: str) -> Response:
    """Send a file that the run left."""
    _ready(name)
    kept, kind = _FILES[file]
    path = jobs().path(name) / "files" / kept
    if not path.is_file():
        raise NotFoundError(
            Text("这个结果没有这个文件：一处缺口也没有", "this result has no such file: there is no gap")
        )
    return send_file(path, mimetype=kind, as_attachment=True, download_name=file)


def _ready(name: str) -> Opened:
    found = opened(name)
    if not isinstance(found, Opened):
        raise NotFoundError(_WAIT)
    return found


def _named(response: Response, found: Opened, ending: str) -> Response:
    """Name what is sent; whoever asks with `inline` sees it in place."""
    kind = "inline" if "inline" in request.args else "attachment"
    response.headers.set(
        "Content-Disposition", kind, filename=f"gaps-{found.question.boundary}-{found.name}.{ending}"
    )
    return response


def _basemap() -> Basemap:
    return cast("Basemap", current_app.extensions["locator.basemap"])
