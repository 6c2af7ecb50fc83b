"""Reads a spreadsheet in a process of its own and prints its sheets: `python _read_sheets.py FILE`.

The library that reads them ends its process where a few bytes name a cell in the last column of the last row, and
runs without end on some damage; so it runs here, with limited memory and time. Each sheet is a line of JSON
that says what it is, and a line for each row. Nothing of the locator is imported: that would take seconds.
"""

from __future__ import annotations

import resource
import sys
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import msgspec

MOST_COLUMNS, MOST_ROWS = 400, 1_048_576
_MOST_BYTES = 4 * 2**30
# A hundredth of that is usual.
_MOST_CPU_S, _MORE_CPU_S_PER_MB = 5, 1
_MIDNIGHT = time()


def cell_text(cell: Any) -> str:  # noqa: ANN401  whatever a spreadsheet holds
    """Return a spreadsheet's cell as one would type it."""
    if cell is None or isinstance(cell, str):
        return (cell or "").strip()
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)  # noqa: PLR2004
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == _MIDNIGHT else cell.isoformat(timespec="minutes")
    clock = cell.strftime("%H:%M") if isinstance(cell, time) else None
    return clock or (cell.isoformat() if isinstance(cell, date) else str(cell))


def main(path: Path) -> None:
    """Print the sheets of a file; whatever goes wrong ends the process."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415  once the limits hold

    book = CalamineWorkbook.from_path(str(path))
    out = sys.stdout.buffer
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        fits = sheet.total_width <= MOST_COLUMNS and sheet.total_height <= MOST_ROWS
        rows = sheet.to_python(skip_empty_area=False) if fits else []
        about = {"name": name, "rows": len(rows), "fits": fits, "merged": sheet.merged_cell_ranges or ()}
        out.write(msgspec.json.encode(about) + b"\n")
        for row in rows:
            out.write(msgspec.json.encode([cell_text(cell) for cell in row]) + b"\n")


def limit(size: int) -> None:
    """Limit this process's memory, and its time by the size of the file, bytes."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    seconds = _MOST_CPU_S + _MORE_CPU_S_PER_MB * size // 2**20
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    limit(Path(sys.argv[1]).stat().st_size)
    main(Path(sys.argv[1]))
