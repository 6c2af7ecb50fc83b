"""What tells the datum of a table, gathered for the forensics, and what the forensics says of single rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from locator._errors import Text
from locator.districts import district_name
from locator.ingest.forensics import CANDIDATES, Finding, Rows, to_wgs84
from locator.ingest.problems import Problem, rejected, warned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from locator.ingest.areas import Areas
    from locator.ingest.columns import Columns
    from locator.ingest.known import Twin
    from locator.ingest.positions import Positions
    from locator.ingest.readers import Table

    Floats = NDArray[np.float64]

_DECIMALS = 8
_MOST_KINDS = 200
_LONGEST_COUNTER = 6


def row_problems(found: Finding, positions: Positions, areas: Areas, column: str) -> Iterator[Problem]:
    """Yield what the forensics says about single rows; `column` is where their positions stand."""
    off = set(found.disagreeing.tolist())
    few_swapped = positions.swapped.sum() * 2 <= np.isfinite(positions.lon).sum()
    for row in np.flatnonzero(np.isfinite(positions.lon)).tolist():
        value = f"{positions.lon[row]:.6f}, {positions.lat[row]:.6f}"
        if row in off:
            yield warned(row + 1, column, value, *_off(found, row, areas.codes[row]))
        if positions.swapped[row] and few_swapped:
            text = Text("经度和纬度写反了，已换回来", "lon and lat were swapped; they are put right")
            yield warned(row + 1, column, value, text)
        if found.verdict == "mixed" and found.settled_by == "evidence":
            yield _mixed_row(row + 1, column, value, str(found.datums[row]))


def _mixed_row(number: int, column: str, value: str, datum: str) -> Problem:
    if datum:
        text = Text(
            f"文件混着两种坐标系，这一行按 {datum} 记",
            f"the file mixes two datums; this row is taken as {datum}",
        )
        return warned(
            number, column, value, text, Text("加一列“坐标系”可以指明", "a column 坐标系 can say so")
        )
    text = Text(
        "文件混着两种坐标系，看不出这一行是哪种",
        "the file mixes two datums; which one this row has cannot be told",
    )
    return rejected(number, column, value, text, Text("在“坐标系”一列写明", "say it in a column 坐标系"))


def _off(found: Finding, row: int, code: str | None) -> tuple[Text, Text]:
    outside, moved = float(found.outside_m[row]), float(found.moved_m[row])
    how = Text("核对坐标和所在区县", "check the position and the district")
    if outside > 0 and not moved > outside:
        name = district_name(code) or code
        return Text(f"不在{name}里，差 {outside:.0f} 米", f"lies {outside:.0f} m outside {name}"), how
    return Text(f"离库里的位置有 {moved:.0f} 米", f"lies {moved:.0f} m from where the store has it"), how


def counters(table: Table, columns: Columns) -> frozenset[str]:
    """Return which of id and code only count the rows 1, 2, 3: such a number names nothing outside its file."""
    found = []
    for field in ("id", "code"):
        place = columns.fields.get(field)
        if place is not None:
            cells = [row[place] for row in table.rows if any(row)]
            start = (
                int(cells[0])
                if cells and cells[0].isdecimal() and len(cells[0]) <= _LONGEST_COUNTER
                else None
            )
            if start in {0, 1} and all(cell == str(number) for number, cell in enumerate(cells, start or 0)):
                found.append(field)
    return frozenset(found)


def claim_of(table: Table, columns: Columns) -> str | None:
    """Return the datum that the file itself names, or None."""
    # The house's own export: beside the supplied numbers and their datum stand lon and lat in WGS-84.
    own = {"source_lon", "source_datum", "lon"} <= columns.fields.keys()
    return columns.claim or table.claim or ("wgs84" if own else None)


def evidence(positions: Positions, areas: Areas, twins: list[Twin | None]) -> Rows:
    """Return what the forensics looks at."""
    lon = np.array([np.nan if t is None or t.lon is None else t.lon for t in twins], np.float64)
    lat = np.array([np.nan if t is None or t.lat is None else t.lat for t in twins], np.float64)
    return Rows(positions.lon, positions.lat, areas.codes, lon, lat)


def groups_of(table: Table, columns: Columns, areas: Areas) -> list[NDArray[np.int64]]:
    """Return labels of the rows by what offices differ in."""
    texts: list[list[str]] = [[code or "" for code in areas.codes]]
    fields = [f for f in ("source", "source_url", "position_quality", "town") if f in columns.fields]
    texts += [[row[columns.fields[field]] for row in table.rows] for field in fields]
    labels = [np.unique(np.array(text, dtype=object).astype(str), return_inverse=True)[1] for text in texts]
    return [label for label in labels if 0 < label.max(initial=0) < _MOST_KINDS]


def derived(positions: Positions, finding: Finding) -> tuple[Floats, Floats]:
    """Return WGS-84 degrees of every row whose datum is settled, NaN for the others."""
    lon, lat = np.full(len(positions.lon), np.nan), np.full(len(positions.lon), np.nan)
    for name in CANDIDATES:
        mine = np.flatnonzero(finding.datums == name)
        if mine.size:
            lon[mine], lat[mine] = to_wgs84(positions.lon[mine], positions.lat[mine], name)
    return np.round(lon, _DECIMALS), np.round(lat, _DECIMALS)
