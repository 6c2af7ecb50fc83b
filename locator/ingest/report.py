"""What became of a file's rows: for a terminal, as JSON, and as a sheet to mend and import again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from locator._errors import Text
from locator.ingest.columns import DATUM_COLUMN, EXTRA_COLUMNS, recognise
from locator.ingest.readers import own_columns

if TYPE_CHECKING:
    from pathlib import Path

    from locator.ingest.duplicates import Twin
    from locator.ingest.forensics import Finding
    from locator.ingest.problems import Problem
    from locator.ingest.readers import Table

# A terminal shows so many problems, JSON so many changes one by one; the counts are always whole.
_PROBLEMS_SHOWN, CHANGES_KEPT = 40, 1000
_MARKS = {"rejected": Text("退回", "rejected"), "warned": Text("提醒", "warned")}
# A tall row of one cell would be all that is seen of the sheet.
_CELL_MOST = 32_000


class Change(NamedTuple):
    """A record that the file makes or changes: `fields` are those that change."""

    row: int
    id: str
    name: str
    action: str
    fields: tuple[str, ...]


class ImportReport(NamedTuple):
    """What an import did, or with `dry_run` would do. `refused` says why nothing at all was written.

    `swapped` are the rows (1 is the first) whose axes had to change places; `twins` are new records that may be
    one with another, None where there are too many of them to be compared in passing.
    """

    table: Table
    rows: int
    accepted: int
    warned: int
    rejected: int
    unchanged: int
    created: int
    updated: int
    finding: Finding
    swapped: tuple[int, ...]
    problems: list[Problem]
    changes: list[Change]
    columns: dict[str, str]
    ignored: list[str]
    dry_run: bool
    refused: Text | None = None
    twins: list[Twin] | None = None

    @property
    def verdict(self) -> str:
        """The datum, with "-swapped" where lon and lat had changed places in most rows."""
        turned = self.rows and len(self.swapped) * 2 > sum(d != "" for d in self.finding.datums.tolist())
        return self.finding.verdict + ("-swapped" if turned and self.swapped else "")

    def to_json(self, language: str) -> dict[str, Any]:
        """Return the report as JSON holds it; texts in one language."""
        finding = self.finding
        counts = ("rows", "accepted", "warned", "rejected", "unchanged", "created", "updated")
        return {name: getattr(self, name) for name in counts} | {
            "datum": {
                "verdict": self.verdict,
                "margin": finding.margin,
                "disagreeing_rows": (finding.disagreeing + 1).tolist(),
                "swapped_rows": list(self.swapped),
                "settled_by": finding.settled_by,
                "scores": finding.scores,
                "text": finding.text.of(language),
            },
            "problems": [
                {
                    "row": p.row,
                    "column": p.column,
                    "value": p.value,
                    "outcome": p.outcome,
                    "reason": p.reason.of(language),
                    "suggestion": p.suggestion.of(language),
                }
                for p in self.problems
            ],
            "changes": [change._asdict() for change in self.changes],
            "duplicates": None
            if self.twins is None
            else [
                {
                    "id": t.a_id,
                    "with": t.b_id,
                    "score": round(t.score, 3),
                    "reason": t.reasons.of(language),
                    "distance_m": t.distance_m,
                }
                for t in self.twins
            ],
            "columns": self.columns,
            "ignored_columns": self.ignored,
            "dry_run": self.dry_run,
            "refused": None if self.refused is None else self.refused.of(language),
        }

    def to_text(self) -> str:
        """Return the report as a terminal shows it."""
        did = "将" if self.dry_run else "已"
        lines = [
            f"{self.rows} 行：接受 {self.accepted}，接受但有提醒 {self.warned}，退回 {self.rejected}",
            f"{did}新增 {self.created}，{did}修改 {self.updated}，不变 {self.unchanged}",
            f"坐标系：{self.finding.text.zh}",
        ]
        if self.swapped:
            lines.append(f"经度和纬度写反了的有 {len(self.swapped)} 行，已换回来")
        if self.ignored:
            lines.append(f"没有用到的列：{'、'.join(self.ignored)}")
        if self.dry_run:
            lines += [_change_line(change) for change in self.changes[:_PROBLEMS_SHOWN]]
        for p in self.problems[:_PROBLEMS_SHOWN]:
            what = f"{p.column}={p.value}" if p.value else p.column
            how = f"；{p.suggestion.zh}" if p.suggestion.zh else ""
            lines.append(f"  第 {p.row} 行 [{_MARKS[p.outcome].zh}] {_one_line(what)}：{p.reason.zh}{how}")
        if len(self.problems) > _PROBLEMS_SHOWN:
            lines.append(f"  ……还有 {len(self.problems) - _PROBLEMS_SHOWN} 条，用 --rejects OUT.xlsx 看全部")
        return "\n".join([*lines, *_twin_lines(self.twins)])


def _twin_lines(twins: list[Twin] | None) -> list[str]:
    if twins is None:
        return ["新增太多，没有逐个找重复的；用 locator check 看"]
    lines = [
        f"  {t.a_id} 和 {t.b_id} 可能是同一处（{t.score:.2f}）：{t.reasons.zh}"
        for t in twins[:_PROBLEMS_SHOWN]
    ]
    return [f"可能重复的有 {len(twins)} 对，没有合并：", *lines] if twins else []


def _change_line(change: Change) -> str:
    what = "新增" if change.action == "created" else f"修改 {'、'.join(change.fields)}"
    return f"  第 {change.row} 行 {_one_line(change.name)} [{change.id}]：{what}"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:80]


def write_rejects(report: ImportReport, path: Path) -> int:
    """Write the rows with problems as .xlsx in the shape of the input; return how many rows.

    Beside each row stand 问题 and 建议, which an import passes over, and, unless the input has such a column,
    the datum that the row's position was found to be in: a few mended rows alone could not tell it any more.
    Every cell is written as text, so none is ever a formula.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415  only those who write a sheet wait for it

    table, by_row = report.table, _by_row(report.problems)
    kept = own_columns(table.columns)
    datum = not any(recognise(table.columns[i]) == "source_datum" for i in kept)
    header = [table.columns[i] for i in kept] + ([DATUM_COLUMN] if datum else []) + list(EXTRA_COLUMNS)
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(str(path), options) as book:
        sheet = book.add_worksheet("退回")
        sheet.freeze_panes(1, 0)
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
        sheet.set_column(len(header) - len(EXTRA_COLUMNS), len(header) - 1, 50, wrapped)
        for place, name in enumerate(header):
            sheet.write_string(0, place, name, bold)
        for line, (row, problems) in enumerate(sorted(by_row.items()), 1):
            cells = [table.rows[row - 1][i] for i in kept]
            cells += [str(report.finding.datums[row - 1])] if datum else []
            cells += ["\n".join(f"[{_MARKS[p.outcome].zh}] {p.column}：{p.reason.zh}" for p in problems)]
            cells += ["\n".join(dict.fromkeys(p.suggestion.zh for p in problems if p.suggestion.zh))]
            for place, cell in enumerate(cells):
                sheet.write_string(line, place, cell[:_CELL_MOST])
    return len(by_row)


def _by_row(problems: list[Problem]) -> dict[int, list[Problem]]:
    rows: dict[int, list[Problem]] = {}
    for problem in problems:
        rows.setdefault(problem.row, []).append(problem)
    return rows
