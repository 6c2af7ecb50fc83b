"""What an import would do, row by row and worst first, as the desk shows it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from locator.ingest.candidates import fits
from locator.ingest.columns import match_columns
from locator.ingest.forensics import CANDIDATES
from locator.web.steward.words import FIELDS

if TYPE_CHECKING:
    from locator.ingest.problems import Problem
    from locator.ingest.report import Change, ImportReport

# What a page still shows; the sheet of what is handed back has every row with a problem.
ROWS_SHOWN = 2000
DATUM_WORDS = {"gcj02": "GCJ-02", "wgs84": "WGS-84", "bd09": "BD-09", "gcj02-doubled": "偏移两次"}
_POSITION = ("lon", "lat", "source_lon", "source_lat", "position")


class Said(msgspec.Struct):
    """One thing about a row."""

    column: str
    value: str
    reason: str
    suggestion: str


class Row(msgspec.Struct):
    """One row: its state (bad, warn, ok), what it is called, its supplied position, what is said of it."""

    number: int
    state: str
    name: str
    address: str
    position: list[str]
    bad_name: bool
    bad_position: bool
    said: list[Said]
    lon: float | None = None
    lat: float | None = None


class Candidate(msgspec.Struct):
    """One datum that the rows might be in: its share of belief in percent, and why."""

    name: str
    percent: int
    why: str


class Preview(msgspec.Struct):
    """An import before it is written."""

    key: str
    format: str
    encoding: str
    rows: int
    accepted: int
    warned: int
    rejected: int
    created: int
    updated: int
    unchanged: int
    verdict: str
    margin: int
    settled_by: str
    text: str
    off: int
    swapped: int
    refused: bool
    candidates: list[Candidate]
    ignored: list[str]
    shown: list[Row]

    @property
    def written(self) -> int:
        """How many rows the store would hold."""
        return self.created + self.updated + self.unchanged

    @property
    def changed(self) -> int:
        """How many records would be written."""
        return self.created + self.updated


def preview_of(report: ImportReport, key: str) -> Preview:
    """Return a dry run's report as the desk shows it; `key` names what it was made from."""
    finding, table = report.finding, report.table
    notes = [note.upper() for note in table.notes[:1]] if table.format == "CSV" else []
    return Preview(
        key, table.format, "".join(notes), report.rows, report.accepted, report.warned, report.rejected,
        report.created, report.updated, report.unchanged, report.verdict, _percent(finding.margin),
        finding.settled_by, finding.text.zh, int(finding.disagreeing.size), len(report.swapped),
        report.refused is not None, _candidates(report), report.ignored, _rows(report),
    )  # fmt: skip


def _percent(share: float) -> int:
    # 99.6 % is not certain: only what is exactly certain is said to be.
    return math.floor(share * 100)


def _candidates(report: ImportReport) -> list[Candidate]:
    scores, fit = report.finding.scores, fits(report.evidence)
    if not scores:
        return []
    found: list[Candidate] = []
    for name in sorted(CANDIDATES, key=lambda one: (-scores[one], -fit[one].inside)):
        tail = "" if found else "落在所写区县"
        said = [f"{fit[name].inside}/{fit[name].named}处{tail}"] if fit[name].named else []
        twin_m = fit[name].twin_m
        said += [f"差库里约{twin_m:.0f}米"] if twin_m is not None and found else []
        found.append(Candidate(DATUM_WORDS[name], round(scores[name] * 100), "，".join(said)))
    return found


def _rows(report: ImportReport) -> list[Row]:
    by_row: dict[int, list[Problem]] = {}
    for problem in report.problems:
        by_row.setdefault(problem.row, []).append(problem)
    bad = {row for row, said in by_row.items() if any(p.outcome == "rejected" for p in said)}
    quiet = (n for n, cells in enumerate(report.table.rows, 1) if any(cells) and n not in by_row)
    order = [*sorted(bad), *sorted(by_row.keys() - bad), *quiet][:ROWS_SHOWN]
    fields = match_columns(report.table.columns).fields
    places = {report.columns[field]: field for field in report.columns}
    changes = {change.row: change for change in report.changes}
    return [_row(report, n, by_row.get(n, []), fields, places, changes.get(n)) for n in order]


def _row(
    report: ImportReport,
    number: int,
    problems: list[Problem],
    fields: dict[str, int],
    places: dict[str, str],
    change: Change | None,
) -> Row:
    cells = report.table.rows[number - 1]
    hit = {places.get(problem.column, problem.column) for problem in problems}
    state = "bad" if any(p.outcome == "rejected" for p in problems) else "warn" if problems else "ok"
    lon, lat = (float(axis[number - 1]) for axis in report.wgs84)
    placed = not math.isnan(lon)

    def cell(field: str) -> str:
        return cells[fields[field]][:200] if field in fields else ""

    # What is marked in its own cell need not be named again.
    marked = {"name", *_POSITION}
    said = [
        Said(
            "" if places.get(p.column, p.column) in marked else p.column,
            p.value,
            p.reason.zh,
            p.suggestion.zh,
        )
        for p in problems
    ]
    if not problems and not report.refused:
        whole = report.created + report.updated <= len(report.changes)
        known = not math.isnan(float(report.evidence.twin_lon[number - 1]))
        said = [_accepted(change, changes_whole=whole, twin=known)]
    return Row(
        number, state, cell("name"), cell("address"), [cell(field) for field in _POSITION if field in fields][:2],
        "name" in hit, bool(hit.intersection(_POSITION)), said,
        lon if placed else None, lat if placed else None,
    )  # fmt: skip


def _accepted(change: Change | None, *, changes_whole: bool, twin: bool) -> Said:
    if change is None:
        # Of very many changes only the first are told one by one.
        return Said("", "", "接受，和库里一样", "不改") if changes_whole else Said("", "", "接受", "")
    if change.action == "created":
        return Said("", "", "接受，新增", "库里有同名的；是同一处，就在表里写上它的编号" if twin else "")
    what = "、".join(FIELDS.get(field, field) for field in change.fields)
    return Said("", "", f"接受，更新{what}", "")
