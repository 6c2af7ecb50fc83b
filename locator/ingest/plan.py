"""A table on its way into the store: what is found out about all rows first, then the records one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from locator._errors import Text
from locator.districts import district_name
from locator.ingest import duplicates
from locator.ingest.areas import Areas, read_areas
from locator.ingest.clues import claim_of, counters, derived, evidence, groups_of, row_problems
from locator.ingest.forensics import Finding, examine
from locator.ingest.positions import Positions, read_positions
from locator.ingest.problems import Problem, rejected, warned
from locator.ingest.report import CHANGES_KEPT, Change, ImportReport
from locator.ingest.rows import Draft, RowReader, laid_over, says_the_same, service_of
from locator.records import to_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from locator.ingest.columns import Columns
    from locator.ingest.known import Known, Twin
    from locator.ingest.readers import Table
    from locator.service import Service

    Floats = NDArray[np.float64]

# Nearer than a centimetre it is the same position, whatever the arithmetic did to its last digits.
_SAME_DEG = 1e-7
_PROGRESS_EVERY = 500
# More new records than this are compared by `locator check`, not in passing.
_REVIEWED = 20_000
_POSITION = ("lon", "lat", "source_lon", "source_lat", "source_datum")


class _Read(NamedTuple):
    """What was found out about all rows before any of them is made a record."""

    positions: Positions
    areas: Areas
    twins: list[Twin | None]


class Plan:
    """Everything known about a file before its rows become records, and the counts while they do."""

    def __init__(self, table: Table, columns: Columns, known: Known, reader: RowReader) -> None:
        self.table, self.columns, self.known, self.reader = table, columns, known, reader
        self.rows = sum(any(cells) for cells in table.rows)
        self.read: _Read
        self.finding: Finding
        self.progress: Callable[[int, int], None] = lambda _done, _whole: None
        self._early: dict[int, list[Problem]] = {}
        self._wgs84: tuple[Floats, Floats]
        self._clear()

    def _clear(self) -> None:
        self.problems: list[Problem] = []
        self.changes: list[Change] = []
        self.counts = dict.fromkeys(("unchanged", "created", "updated"), 0)
        self._seen: dict[str, tuple[int, int]] = {}
        self._fresh: list[duplicates.Side] = []

    @classmethod
    def of(cls, table: Table, columns: Columns, known: Known, stated: str | None, kind: str | None) -> Plan:
        """Return the plan for a table: positions, districts, twins and the datum are settled."""
        plan = cls(table, columns, known, RowReader(table, columns, kind, counters(table, columns)))
        positions, faults = read_positions(table, columns)
        areas, doubts = read_areas(table, columns, positions)
        twins = plan._twins(areas)
        plan.read = _Read(positions, areas, twins)
        plan.finding = examine(
            evidence(positions, areas, twins), claim_of(table, columns), stated, positions.stated,
            groups_of(table, columns, areas),
        )  # fmt: skip
        place = plan._column("lon", "source_lon", "position")
        for problem in (*faults, *doubts, *row_problems(plan.finding, positions, areas, place)):
            plan._early.setdefault(problem.row, []).append(problem)
        plan._wgs84 = derived(positions, plan.finding)
        return plan

    def services(self, *, for_good: bool = False) -> Iterator[Service]:
        """Yield the records that are new or change; counts and problems are those of the last pass.

        `for_good` lets go of the cells of rows that nobody will ask for again, so that a large table and its
        records are not both held; there is no second pass then.
        """
        self._clear()
        whole = len(self.table.rows)
        for row, cells in enumerate(self.table.rows):
            if row % _PROGRESS_EVERY == 0:
                self.progress(row, whole)
            if any(cells):
                changed = self._one(row, cells)
                if for_good and not (self.problems and self.problems[-1].row == row + 1):
                    self.table.rows[row] = []
                if changed is not None:
                    yield changed
        self.progress(whole, whole)

    def report(self, *, dry_run: bool, refused: Text | None = None) -> ImportReport:
        """Return what became of the rows."""
        bad = {p.row for p in self.problems if p.outcome == "rejected"}
        doubtful = {p.row for p in self.problems} - bad
        taken = 0 if refused else self.rows - len(bad) - len(doubtful)
        fields = {field: self.table.columns[place] for field, place in self.columns.fields.items()}
        turned = tuple((np.flatnonzero(self.read.positions.swapped) + 1).tolist())
        return ImportReport(
            self.table, self.rows, taken, len(doubtful), len(bad), **self.counts, finding=self.finding, swapped=turned,
            problems=self.problems, changes=self.changes, columns=fields, ignored=self.columns.unknown,
            dry_run=dry_run, refused=refused, twins=self._doubles(),
        )  # fmt: skip

    def _doubles(self) -> list[duplicates.Twin] | None:
        """Return which new records may be one with another of the file or the store; None: too many to say here."""
        if len(self._fresh) > _REVIEWED:
            return None
        return duplicates.twins_among(self._fresh, self.known.sides_near(self._fresh)) if self._fresh else []

    def _one(self, row: int, cells: list[str]) -> Service | None:
        """Return a row's record if the store has to change for it."""
        number = row + 1
        draft = self.reader.read(number, cells, self.read.areas.recorded[row], self.read.areas.zones.get(row))
        problems = [*self._early.get(number, ()), *draft.problems]
        self.problems += problems
        if draft.fields is None or any(p.outcome == "rejected" for p in problems):
            return None
        twin = self.read.twins[row]
        own = twin.id if twin is not None and self._is(twin, cells, draft) else draft.id
        stored = self.known.fields(own)
        merged = laid_over(stored, draft.fields) | {"id": own}
        self._place(row, stored, merged)
        if self._another(number, own, twin, draft) or self._again(number, merged):
            return None
        if stored and says_the_same(stored, merged):
            self.counts["unchanged"] += 1
            return None
        return self._made(number, merged, stored)

    def _made(self, number: int, merged: dict[str, Any], stored: dict[str, Any]) -> Service | None:
        """Return merged fields as a record, unless they are none or what the store holds."""
        made = service_of(number, merged, self._columns_of())
        if isinstance(made, list):
            self.problems += made
            return None
        # Only what may be equal after all is encoded here; the store encodes what it writes.
        if stored and to_record(made.placed()) == self.known.records[made.id]:
            self.counts["unchanged"] += 1
            return None
        self._count(number, made, stored)
        return made

    def _is(self, twin: Twin, cells: list[str], draft: Draft) -> bool:
        """Return whether a row is its twin by id or code; a name alone says only that they may be one."""
        text = self.reader.text(cells, "id"), (draft.fields or {}).get("code")
        return self.known.identified(*text) == twin

    def _another(self, number: int, own: str, twin: Twin | None, draft: Draft) -> bool:
        """Say so, and return True, if an id belongs to a record of another name in another district."""
        fields = draft.fields or {}
        there = twin.district if twin else None
        if twin is None or twin.id != own or None in {there, fields.get("district")}:
            return False
        if twin.name == fields["name"] or there == fields["district"]:
            return False
        where = district_name(there)
        text = Text(f"这个编码已经是{where}的“{twin.name}”", f"this code already is {twin.name!r} in {where}")
        self.problems.append(
            rejected(number, self._column("code", "id"), own, text, Text("换一个编码", "use another code"))
        )
        return True

    def _place(self, row: int, stored: dict[str, Any], merged: dict[str, Any]) -> None:
        """Lay a row's position over a record, unless it is the same or the service is mobile."""
        lon, lat = float(self._wgs84[0][row]), float(self._wgs84[1][row])
        if np.isnan(lon):
            return
        if merged.get("stops"):
            for name in _POSITION:
                merged.pop(name, None)
            return
        near = (
            stored.get("lon") is not None
            and max(abs(stored["lon"] - lon), abs(stored["lat"] - lat)) <= _SAME_DEG
        )
        if near:
            return
        positions = self.read.positions
        if positions.derived[row]:
            merged.update(lon=round(lon, 8), lat=round(lat, 8))
            return
        supplied = float(positions.lon[row]), float(positions.lat[row]), str(self.finding.datums[row])
        merged.update(zip(_POSITION, (lon, lat, *supplied), strict=True))
        if "position_quality" not in self.columns.fields:
            merged["position_quality"] = None  # what was said of the old position is not true of the new one

    def _column(self, *fields: str) -> str:
        """Return the header of the first of some fields that the table has."""
        there = self.columns.fields
        return next((self.table.columns[there[field]] for field in fields if field in there), fields[0])

    def _columns_of(self) -> dict[str, str]:
        return {field: self.table.columns[place] for field, place in self.columns.fields.items()}

    def _again(self, number: int, merged: dict[str, Any]) -> bool:
        """Say so, and return True, if an earlier row of the file was this record already."""
        digest = hash(msgspec.json.encode(merged, order="deterministic"))
        earlier = self._seen.setdefault(merged["id"], (number, digest))
        if earlier[0] == number:
            return False
        same = earlier[1] == digest
        text = Text(f"和第 {earlier[0]} 行是同一处", f"this is the same place as row {earlier[0]}")
        how = Text(
            "内容不一样：删掉一行，或者给不同的编码", "they differ: delete one, or give them different codes"
        )
        called = self._column("name")
        if same:
            self.problems.append(warned(number, called, merged["name"], text))
        else:
            self.problems.append(rejected(number, called, merged["name"], text, how))
        return True

    def _count(self, number: int, made: Service, stored: dict[str, Any]) -> None:
        """Count a record that the store has to write."""
        action = "updated" if stored else "created"
        self.counts[action] += 1
        if not stored and len(self._fresh) <= _REVIEWED:
            self._fresh.append(duplicates.side_of(made.placed()))
        if len(self.changes) < CHANGES_KEPT:
            after = msgspec.json.decode(to_record(made.placed())) if stored else {}
            names = tuple(f for f in {**stored, **after} if stored.get(f) != after.get(f)) if stored else ()
            self.changes.append(Change(number, made.id, made.name, action, names))

    def _twins(self, areas: Areas) -> list[Twin | None]:
        """Return the stored record that each row may be, by id, code, or name in its district."""
        if not self.known.records:
            return [None] * len(self.table.rows)
        text = self.reader.text
        found = (
            self.known.identified(text(cells, "id"), text(cells, "code"))
            or self.known.named(text(cells, "name"), areas.codes[row])
            for row, cells in enumerate(self.table.rows)
        )
        return list(found)
