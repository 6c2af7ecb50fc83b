"""Files as tables: column names and rows of cells as supplied, whatever the format."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from zipfile import BadZipFile, ZipFile

from locator._errors import InputError, Text
from locator.ingest._read_sheets import MOST_COLUMNS, MOST_ROWS
from locator.ingest.columns import EXTRA_COLUMNS, ignored, recognise
from locator.ingest.containers import MOST_UNPACKED, check_unpacked
from locator.ingest.sheets import sheets_of
from locator.ingest.texts import read_delimited
from locator.tabular import unguarded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAX_BYTES = 512 * 1024 * 1024
_MAX_RATIO = 250
_MAX_ROWS = 1_000_000
# Offices put titles, dates and remarks above the header.
_HEADER_WITHIN = 20
_SHARED_CELLS = 20_000
_TEXT = {".csv", ".tsv", ".txt", ".tab"}
_EXCEL = {".xlsx", ".xls", ".ods", ".xlsm", ".xlsb", ".et"}
_LINES = {".jsonl", ".ndjson"}
_SPATIAL = {".geojson", ".json", ".gpkg", ".shp", ".zip", ".parquet", ".geoparquet"}
SUFFIXES = frozenset(_TEXT | _EXCEL | _LINES | _SPATIAL)

Cells = list[str]


class Table(NamedTuple):
    """A file's cells as texts.

    `first` is the number of lines from the header to the first row; `claim` the datum that the file's own
    coordinate system says; `positions` (lon, lat), texts too, stand beside the rows of a spatial file.
    """

    columns: Cells
    rows: list[Cells]
    format: str
    notes: tuple[str, ...] = ()
    claim: str | None = None


def read_table(path: Path, mapping: Mapping[str, str | None] | None = None) -> Table:
    """Return the table in a file.

    Parameters
    ----------
    path
        CSV or TSV, .xlsx, .xls, .ods, records as JSON (a list, or one a line), GeoJSON, GeoPackage,
        Shapefile (.shp or .zip), GeoParquet.
    mapping
        Own names of columns, which a header is recognised by as well.

    Raises
    ------
    InputError
        The file as a whole cannot be used: missing, too large, empty, not a table.
    """
    suffix = path.suffix.lower()
    _check_size(path)
    if suffix in _TEXT:
        said = read_delimited(path.read_bytes())
        notes = (f"{said.encoding}", {"\t": "tab"}.get(said.delimiter, said.delimiter))
        for row in said.rows:
            # What our export put before a text that a spreadsheet would run.
            row[:] = [unguarded(cell) if cell[:1] == "'" else cell for cell in row]
        table = _headed(said.rows, mapping, "CSV")._replace(notes=notes)
    elif suffix in _EXCEL:
        table = _sheet(path, mapping)
    elif suffix in _LINES:
        from locator.ingest.json_records import read_lines  # noqa: PLC0415  which needs `Table`

        table = read_lines(path)
    elif suffix in _SPATIAL:
        from locator.ingest.spatial import read_spatial  # noqa: PLC0415  geopandas: half a second and 60 MB

        table = read_spatial(path)
    else:
        known = "、".join(sorted(SUFFIXES))
        raise InputError(
            "file",
            path.name,
            Text(f"不认识 {suffix or path.name} 文件，可以用 {known}", f"{path.name} is none of {known}"),
        )
    if len(table.rows) > _MAX_ROWS or len(table.columns) > MOST_COLUMNS:
        raise _unusable(
            path.name,
            f"{path.name} 有 {len(table.rows)} 行 {len(table.columns)} 列，太大了，请分成几个文件",
            f"{path.name} has {len(table.rows)} rows and {len(table.columns)} columns: split it",
        )
    if not any(any(row) for row in table.rows):
        raise _unusable(path.name, f"{path.name} 里没有数据行", f"{path.name} has no rows of data")
    return table


def _check_size(path: Path) -> None:
    """Refuse, before a byte is read, what is not a file or would not fit."""
    try:
        size = path.stat().st_size if path.is_file() else -1
    except OSError as error:
        raise _unusable(path.name, f"打不开 {path.name}", f"{path.name}: {error.strerror}") from error
    if size < 0:
        raise _unusable(path.name, f"没有 {path.name} 这个文件", f"there is no file {path.name}")
    if size == 0:
        raise _unusable(path.name, f"{path.name} 是空的", f"{path.name} is empty")
    if size > MAX_BYTES:
        mega, most = size // 2**20, MAX_BYTES // 2**20
        raise _unusable(
            path.name,
            f"{path.name} 有 {mega} MB，最多 {most} MB，请分成几个文件；什么都没有写入",
            f"{path.name} has {mega} MB, at most {most} MB can be read: split it; nothing was written",
        )


def check_packed(path: Path) -> None:
    """Refuse a packed file that would swell beyond what fits in memory.

    Raises
    ------
    InputError
        Too much inside, or no such archive at all.
    """
    try:
        with ZipFile(path) as packed:
            unpacked = sum(item.file_size for item in packed.infolist())
            size = max(1, sum(item.compress_size for item in packed.infolist()))
    except (BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise _unusable(path.name, f"{path.name} 打不开，可能已损坏", f"{path.name} is damaged") from error
    if unpacked > MOST_UNPACKED or unpacked > max(_MAX_RATIO * size, 2**20):
        raise _unusable(
            path.name,
            f"{path.name} 解开后有 {unpacked // 2**20} MB，不像一张表，没有打开",
            f"{path.name} unpacks to {unpacked // 2**20} MB, which is no table; it was not opened",
        )
    check_unpacked(path)  # what an archive says of its sizes need not be true


def _unusable(got: object, zh: str, en: str) -> InputError:
    return InputError("file", got, Text(zh, en))


def _sheet(path: Path, mapping: Mapping[str, str | None] | None) -> Table:
    with path.open("rb") as opened:
        packed = opened.read(2) == b"PK"
    if packed:
        check_packed(path)
    best: Table | None = None
    faults: list[InputError] = []
    for sheet, cells in sheets_of(path):
        for start, end in sheet.merged:
            _fill(cells, start, end)
        try:
            if not sheet.fits:
                raise _too_wide(path, sheet.name)
            table = _headed(cells, mapping, path.suffix[1:].lower())._replace(notes=(sheet.name,))
        except InputError as error:
            faults.append(error)
            continue
        if best is None or _weight(table, mapping) > _weight(best, mapping):
            best = table
    if best is None:
        raise faults[0] if faults else _unusable(path.name, f"{path.name} 是空的", f"{path.name} is empty")
    return best


def _too_wide(path: Path, sheet: str) -> InputError:
    return _unusable(
        path.name,
        f"{path.name} 的“{sheet}”超过 {MOST_COLUMNS} 列或 {MOST_ROWS} 行，不像一张表",
        f"{path.name}: {sheet!r} has more than {MOST_COLUMNS} columns or {MOST_ROWS} rows, which is no table",
    )


def _fill(cells: list[Cells], start: tuple[int, int], end: tuple[int, int]) -> None:
    """Repeat a merged cell's text in all its places: one district beside ten stations."""
    (top, left), (bottom, right) = start, end
    if top >= len(cells) or left >= len(cells[top]):
        return
    text = cells[top][left]
    for row in cells[top : bottom + 1]:
        row[left : right + 1] = [text] * len(row[left : right + 1])


def _weight(table: Table, mapping: Mapping[str, str | None] | None) -> tuple[int, int]:
    return _known(table.columns, mapping), len(table.rows)


def _known(names: Cells, mapping: Mapping[str, str | None] | None) -> int:
    """Return how many different things a row of names would be the header of."""
    own = mapping or {}
    fields = {own.get(name) or recognise(name) for name in names if name}
    return len(fields - {None})


def _headed(rows: list[list[str]], mapping: Mapping[str, str | None] | None, kind: str) -> Table:
    """Return rows as a table below the row that looks most like a header."""
    # In place, and one text for equal cells: a large table is held once.
    shared: dict[str, str] = {}
    for number, row in enumerate(rows):
        rows[number] = [_shared(cell.strip(), shared) for cell in row]
    filled = [number for number, row in enumerate(rows) if any(row)][:_HEADER_WITHIN]
    scores = {number: _known(rows[number], mapping) for number in filled}
    if not scores:
        raise _unusable(kind, "文件里没有内容", "the file holds nothing")
    at = max(scores, key=lambda number: (scores[number], -number))
    header, below = rows[at], at + 1
    if below < len(rows):
        both = _two_rows(header, rows[below])
        if _known(both, mapping) > scores[at] and not _looks_like_data(rows[below]):
            header, below = both, below + 1
    if scores[at] < 2:  # noqa: PLR2004  a name and a place, at the least
        raise _unusable(
            kind,
            "没有认出表头（要有名称，以及经纬度或地址）；可以用 --mapping 说明各列",
            "no header was recognised (a name, and a position or an address); name the columns by --mapping",
        )
    width = max(len(header), max((len(row) for row in rows[below:]), default=0))
    header = header + [""] * (width - len(header))
    kept = [row + [""] * (width - len(row)) if len(row) < width else row for row in rows[below:]]
    while kept and not any(kept[-1]):
        kept.pop()
    columns = [name or f"第{number}列" for number, name in enumerate(header, 1)]
    return Table(columns, kept, kind)


def _shared(cell: str, shared: dict[str, str]) -> str:
    return shared.setdefault(cell, cell) if len(shared) < _SHARED_CELLS else shared.get(cell, cell)


def _two_rows(upper: Cells, lower: Cells) -> Cells:
    """Return a header of two rows as one: 经度 and 纬度 below a merged 坐标."""
    lower = lower + [""] * (len(upper) - len(lower))
    return [low if (recognise(low) and not recognise(high)) or (low and not high) else
            (low if recognise(low) in {"lon", "lat", "opens", "closes"} else high)
            for high, low in zip(upper, lower, strict=False)]  # fmt: skip


def _looks_like_data(row: Cells) -> bool:
    return any(cell.replace(".", "").isdigit() for cell in row)


def own_columns(columns: Cells) -> list[int]:
    """Return the places of the columns that the sender wrote, without those that a report added."""
    return [i for i, name in enumerate(columns) if name not in EXTRA_COLUMNS and not ignored(name)]
