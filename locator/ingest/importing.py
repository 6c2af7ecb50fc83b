"""A file into the store: every row accepted, accepted with a warning, or handed back, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator import vocabulary
from locator._errors import InputError, StoreError, Text
from locator.datum import datum_of
from locator.ingest.columns import check_mapping, match_columns
from locator.ingest.forensics import CANDIDATES
from locator.ingest.known import Known
from locator.ingest.plan import Plan
from locator.ingest.readers import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from locator.ingest.columns import Columns
    from locator.ingest.readers import Table
    from locator.ingest.report import ImportReport
    from locator.service import Service
    from locator.store import Store


def import_file(
    path: Path,
    store: Store | None,
    *,
    datum: str = "auto",
    kind: str | None = None,
    mapping: Mapping[str, str | None] | None = None,
    mended: Mapping[int, Mapping[str, str]] | None = None,
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
    mended
        Cells to put in the place of the file's: {row (1 is the first of data): {header: cell}}.
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
    check_mapping(mapping or {})
    table = read_table(path, mapping)
    _mend(table, mended or {})
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
        yield from plan.services(for_good=True)

    batch = store.save(unless_changed(), who=who, why=why).batch
    return plan.report(dry_run=False)._replace(batch=batch)


def _mend(table: Table, mended: Mapping[int, Mapping[str, str]]) -> None:
    """Put cells in the place of the file's; columns and rows that it has not are passed over."""
    places = {name: place for place, name in enumerate(table.columns)}
    for row, cells in mended.items():
        if 1 <= row <= len(table.rows):
            for name, cell in cells.items():
                if name in places:
                    table.rows[row - 1][places[name]] = cell.strip()


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
