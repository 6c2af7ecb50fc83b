"""A file into the store: every row accepted, accepted with a warning, or handed back, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from locator import vocabulary
from locator._errors import InputError, StoreError, Text
from locator.datum import datum_of
from locator.districts import district_name
from locator.ingest.areas import Areas, read_areas
from locator.ingest.columns import Columns, match_columns
from locator.ingest.forensics import CANDIDATES, Finding, Rows, examine, to_wgs84
from locator.ingest.known import Known, Twin
from locator.ingest.positions import Positions, read_positions
from locator.ingest.problems import Problem, rejected, warned
from locator.ingest.readers import Table, read_table
from locator.ingest.report import CHANGES_KEPT, Change, ImportReport
from locator.ingest.rows import Draft, RowReader, laid_over, service_of
from locator.records import to_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from locator.service import Service
    from locator.store import Store

    Floats = NDArray[np.float64]

# Nearer than a centimetre it is the same position, whatever the arithmetic did to its last digits.
_SAME_DEG = 1e-7
_DECIMALS = 8
_MOST_KINDS = 200
_PROGRESS_EVERY = 500
_POSITION = ("lon", "lat", "source_lon", "source_lat", "source_datum")


def import_file(
    path: Path,
    store: Store | None,
    *,
    datum: str = "auto",
    kind: str | None = None,
    mapping: Mapping[str, str | None] | None = None,
    who: str,
    why: str,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Import a file and return what became of each row.

    Parameters
    ----------
    path
        A file that `read_table` takes.
    store
        Where the records go, all of them in one transaction; None, with `dry_run`, is an empty one.
    datum
        "auto" (told by forensics), or what the caller knows: wgs84, gcj02, bd09, gcj02-doubled.
    kind
        Of the rows that do not say theirs.
    mapping
        {header: field or None}, before the table of words.
    who, why
        For the history.
    dry_run
        Only say what would change.
    progress
        Called with (rows done, rows in all).

    Raises
    ------
    InputError
        The file as a whole cannot be used; nothing was written.
    StoreError
        The store failed, or changed meanwhile; nothing was written.
    """
    stated = None if datum == "auto" else _stated(datum)
    if kind is not None:
        kind = vocabulary.check_codes("kind", kind, vocabulary.KINDS)[0]
    table = read_table(path, mapping)
    columns = match_columns(table.columns, mapping)
    _check_columns(path.name, table, columns)
    version, _, stored = store.snapshot() if store is not None else (0, "", [])
    plan = Plan.of(table, columns, Known(stored), stated, kind)
    if progress is not None:
        plan.progress = progress
    if plan.finding.verdict == "ambiguous":
        return plan.report(dry_run=dry_run, refused=plan.finding.text)
    if dry_run or store is None:
        for _ in plan.services():
            pass
        return plan.report(dry_run=True)

    def unless_changed() -> Iterator[Service]:
        # Runs within the store's own transaction: what was compared with is still what is there.
        if store.version() != version:
            raise StoreError(
                Text(
                    "导入期间有人改了数据，什么都没有写入，请再导入一次",
                    "the store changed during the import; nothing was written, import again",
                )
            )
        yield from plan.services()

    store.save(unless_changed(), who=who, why=why)
    return plan.report(dry_run=False)


def _stated(datum: str) -> str:
    if datum.strip().lower() in CANDIDATES:
        return datum.strip().lower()
    return str(datum_of(datum))


def _check_columns(name: str, table: Table, columns: Columns) -> None:
    fields = columns.fields
    placed = {"lon", "lat"} <= fields.keys() or {"source_lon", "source_lat"} <= fields.keys()
    missing = []
    if "name" not in fields:
        missing.append(Text("名称", "a name"))
    if not (placed or fields.keys() & {"position", "address", "stops"}):
        missing.append(Text("经纬度或地址", "a position or an address"))
    if missing:
        there = "、".join(table.columns[:40])
        zh, en = "、".join(m.zh for m in missing), " and ".join(m.en for m in missing)
        raise InputError(
            "file",
            name,
            Text(
                f"{name} 里没有{zh}这一列；有的是：{there}。可以用 --mapping 说明哪一列是什么",
                f"{name} has no column for {en}; it has: {there}. A --mapping can say which column is what",
            ),
        )


class _Read(NamedTuple):
    """What was found out about all rows before any of them is made a record."""

    positions: Positions
    areas: Areas
    twins: list[Twin | None]


class Plan:
    """Everything known about a file before its rows become records, and the counts while they do."""

    def __init__(self, table: Table, columns: Columns, known: Known, reader: RowReader) -> None:
        self.table, self.columns, self.known, self.reader = table, columns, known, reader
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
        self._seen: dict[str, tuple[int, bytes]] = {}

    @classmethod
    def of(
        cls, table: Table, columns: Columns, known: Known, stated: str | None, kind: str | None
    ) -> Plan:
        """Return the plan for a table: positions, districts, twins and the datum are settled."""
        plan = cls(table, columns, known, RowReader(table, columns, kind, _counted(table, columns)))
        positions, faults = read_positions(table, columns)
        areas, doubts = read_areas(table, columns, positions)
        twins = plan._twins(areas)
        plan.read = _Read(positions, areas, twins)
        plan.finding = examine(
            _evidence(positions, areas, twins), _claim(table, columns), stated, positions.stated,
            _groups(table, columns, areas),
        )  # fmt: skip
        for problem in (*faults, *doubts, *plan._datum_problems()):
            plan._early.setdefault(problem.row, []).append(problem)
        plan._wgs84 = _derived(positions, plan.finding)
        return plan

    def services(self) -> Iterator[Service]:
        """Yield the records that are new or change; counts and problems are those of the last pass."""
        self._clear()
        whole = len(self.table.rows)
        for row, cells in enumerate(self.table.rows):
            if row % _PROGRESS_EVERY == 0:
                self.progress(row, whole)
            if any(cells):
                changed = self._one(row, cells)
                if changed is not None:
                    yield changed
        self.progress(whole, whole)

    def report(self, *, dry_run: bool, refused: Text | None = None) -> ImportReport:
        """Return what became of the rows."""
        rows = sum(any(cells) for cells in self.table.rows)
        bad = {p.row for p in self.problems if p.outcome == "rejected"}
        doubtful = {p.row for p in self.problems} - bad
        taken = 0 if refused else rows - len(bad) - len(doubtful)
        fields = {field: self.table.columns[place] for field, place in self.columns.fields.items()}
        turned = tuple((np.flatnonzero(self.read.positions.swapped) + 1).tolist())
        return ImportReport(
            self.table, rows, taken, len(doubtful), len(bad), **self.counts, finding=self.finding, swapped=turned,
            problems=self.problems, changes=self.changes, columns=fields, ignored=self.columns.unknown,
            dry_run=dry_run, refused=refused,
        )  # fmt: skip

    def _one(self, row: int, cells: list[str]) -> Service | None:
        """Return a row's record if the store has to change for it."""
        number = row + 1
        draft = self.reader.read(number, cells, self.read.areas.codes[row], self.read.areas.zones.get(row))
        problems = [*self._early.get(number, ()), *draft.problems]
        self.problems += problems
        if draft.fields is None or any(p.outcome == "rejected" for p in problems):
            return None
        twin = self.read.twins[row]
        own = twin.id if twin is not None and self._is(twin, cells, draft) else draft.id
        if own in self.known.records and self._another(number, own, twin, draft):
            return None
        stored = self.known.fields(own)
        merged = laid_over(stored, draft.fields) | {"id": own}
        self._place(row, stored, merged)
        made = service_of(number, merged, self._columns_of())
        if isinstance(made, list):
            self.problems += made
            return None
        return self._counted(number, made, stored)

    def _is(self, twin: Twin, cells: list[str], draft: Draft) -> bool:
        """Return whether a row is its twin by id or code; a name alone says only that they may be one."""
        text = self.reader.text(cells, "id"), (draft.fields or {}).get("code")
        return self.known.identified(*text) is twin

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
        self.problems.append(rejected(number, "code", own, text, Text("换一个编码", "use another code")))
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
        near = stored.get("lon") is not None and max(abs(stored["lon"] - lon), abs(stored["lat"] - lat)) <= _SAME_DEG
        if near:
            return
        positions = self.read.positions
        supplied = float(positions.lon[row]), float(positions.lat[row]), str(self.finding.datums[row])
        merged.update(zip(_POSITION, (lon, lat, *supplied), strict=True))
        if "position_quality" not in self.columns.fields:
            merged["position_quality"] = None  # what was said of the old position is not true of the new one

    def _columns_of(self) -> dict[str, str]:
        return {field: self.table.columns[place] for field, place in self.columns.fields.items()}

    def _counted(self, number: int, made: Service, stored: dict[str, Any]) -> Service | None:
        """Count a record as new, changed or unchanged; return it unless it is unchanged."""
        record = to_record(made.placed())
        earlier = self._seen.setdefault(made.id, (number, record))
        if earlier[0] != number:
            same = earlier[1] == record
            text = Text(f"和第 {earlier[0]} 行是同一处", f"this is the same place as row {earlier[0]}")
            how = Text("" if same else "内容不一样：删掉一行，或者给不同的编码",
                       "" if same else "they differ: delete one, or give them different codes")  # fmt: skip
            self.problems.append((warned if same else rejected)(number, "name", made.name, text, how))
            return None
        if self.known.records.get(made.id) == record:
            self.counts["unchanged"] += 1
            return None
        action = "updated" if stored else "created"
        self.counts[action] += 1
        if len(self.changes) < CHANGES_KEPT:
            after = msgspec.json.decode(record)
            names = tuple(f for f in {**stored, **after} if stored.get(f) != after.get(f)) if stored else ()
            self.changes.append(Change(number, made.id, made.name, action, names))
        return made

    def _twins(self, areas: Areas) -> list[Twin | None]:
        """Return the stored record that each row may be, by id, code, or name in its district."""
        if not self.known.records:
            return [None] * len(self.table.rows)
        text = self.reader.text
        return [
            self.known.identified(text(cells, "id"), text(cells, "code"))
            or self.known.named(text(cells, "name"), areas.codes[row])
            for row, cells in enumerate(self.table.rows)
        ]

    def _datum_problems(self) -> Iterator[Problem]:
        """Yield what the forensics says about single rows."""
        found, positions = self.finding, self.read.positions
        column = next((self.table.columns[self.columns.fields[f]] for f in ("lon", "source_lon", "position")
                       if f in self.columns.fields), "lon")  # fmt: skip
        off = set(found.disagreeing.tolist())
        few_swapped = positions.swapped.sum() * 2 <= np.isfinite(positions.lon).sum()
        for row in np.flatnonzero(np.isfinite(positions.lon)).tolist():
            value = f"{positions.lon[row]:.6f}, {positions.lat[row]:.6f}"
            if row in off:
                yield warned(row + 1, column, value, *_off(found, row, self.read.areas.codes[row]))
            if positions.swapped[row] and few_swapped:
                text = Text("经度和纬度写反了，已换回来", "lon and lat were swapped; they are put right")
                yield warned(row + 1, column, value, text)
            if found.verdict == "mixed" and found.settled_by == "evidence":
                yield _mixed_row(row + 1, column, value, str(found.datums[row]))


def _mixed_row(number: int, column: str, value: str, datum: str) -> Problem:
    if datum:
        text = Text(f"文件混着两种坐标系，这一行按 {datum} 记", f"the file mixes two datums; this row is taken as {datum}")
        return warned(number, column, value, text, Text("加一列“坐标系”可以指明", "a column 坐标系 can say so"))
    text = Text("文件混着两种坐标系，看不出这一行是哪种", "the file mixes two datums; which one this row has cannot be told")
    return rejected(number, column, value, text, Text("在“坐标系”一列写明", "say it in a column 坐标系"))


def _off(found: Finding, row: int, code: str | None) -> tuple[Text, Text]:
    outside, moved = float(found.outside_m[row]), float(found.moved_m[row])
    how = Text("核对坐标和所在区县", "check the position and the district")
    if outside > 0 and not moved > outside:
        name = district_name(code) or code
        return Text(f"不在{name}里，差 {outside:.0f} 米", f"lies {outside:.0f} m outside {name}"), how
    return Text(f"离库里的位置有 {moved:.0f} 米", f"lies {moved:.0f} m from where the store has it"), how


def _counted(table: Table, columns: Columns) -> frozenset[str]:
    """Return which of id and code only count the rows 1, 2, 3: such a number names nothing outside its file."""
    found = []
    for field in ("id", "code"):
        place = columns.fields.get(field)
        if place is not None:
            cells = [row[place] for row in table.rows if any(row)]
            start = int(cells[0]) if cells and cells[0].isdecimal() and len(cells[0]) < 7 else None  # noqa: PLR2004
            if start in {0, 1} and all(cell == str(number) for number, cell in enumerate(cells, start or 0)):
                found.append(field)
    return frozenset(found)


def _claim(table: Table, columns: Columns) -> str | None:
    # The house's own export: beside the supplied numbers and their datum stand lon and lat in WGS-84.
    own = {"source_lon", "source_datum", "lon"} <= columns.fields.keys()
    return columns.claim or table.claim or ("wgs84" if own else None)


def _evidence(positions: Positions, areas: Areas, twins: list[Twin | None]) -> Rows:
    lon = np.array([np.nan if t is None or t.lon is None else t.lon for t in twins], np.float64)
    lat = np.array([np.nan if t is None or t.lat is None else t.lat for t in twins], np.float64)
    return Rows(positions.lon, positions.lat, areas.codes, lon, lat)


def _groups(table: Table, columns: Columns, areas: Areas) -> list[NDArray[np.int64]]:
    """Return labels of the rows by what offices differ in."""
    texts: list[list[str]] = [[code or "" for code in areas.codes]]
    for field in ("source", "source_url", "position_quality", "town"):
        if field in columns.fields:
            texts.append([row[columns.fields[field]] for row in table.rows])
    labels = [np.unique(np.array(text, dtype=object).astype(str), return_inverse=True)[1] for text in texts]
    return [label for label in labels if 0 < label.max(initial=0) < _MOST_KINDS]


def _derived(positions: Positions, finding: Finding) -> tuple[Floats, Floats]:
    """Return WGS-84 degrees of every row whose datum is settled, NaN for the others."""
    lon, lat = np.full(len(positions.lon), np.nan), np.full(len(positions.lon), np.nan)
    for name in CANDIDATES:
        mine = np.flatnonzero(finding.datums == name)
        if mine.size:
            lon[mine], lat[mine] = to_wgs84(positions.lon[mine], positions.lat[mine], name)
    return np.round(lon, _DECIMALS), np.round(lat, _DECIMALS)
