"""Which district a row names: by code, by name, in its address; one of several 鼓楼区 by where it lies."""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator._errors import Text
from locator.districts import city_name, district_names, middle, province_name
from locator.ingest.problems import Problem, warned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from locator.ingest.columns import Columns
    from locator.ingest.positions import Positions
    from locator.ingest.readers import Table

_ENDS = frozenset("区县市旗")
_LONGEST = 15
_CODE_DIGITS = 6
# A namesake is the right one only if it lies this near, in degrees.
_NEAR_DEG = 1.5
_GENERIC = frozenset({"城区", "郊区", "矿区", "市辖区", "新区"})


class Areas(NamedTuple):
    """GB/T 2260 code of each row or None, and the rows whose named district has no code (they name a zone).

    `codes` is what the row says anywhere; `recorded` leaves out what only the address says where the table has a
    column for the district and the cell is blank: blank is unknown.
    """

    codes: list[str | None]
    recorded: list[str | None]
    zones: dict[int, str]


@cache
def _by_word() -> dict[str, tuple[str, ...]]:
    """Return the codes that a whole cell may mean: 杨浦区, 杨浦."""
    words: dict[str, tuple[str, ...]] = {}
    for name, codes in district_names().items():
        words[name] = words.get(name, ()) + codes
        if len(name) > 2 and name[-1] in _ENDS:  # noqa: PLR2004
            words[name[:-1]] = words.get(name[:-1], ()) + codes
    return words


@lru_cache(maxsize=4096)
def _in_cell(cell: str) -> tuple[str, ...]:
    word = cell.replace(" ", "")
    if word.isdigit() and len(word) >= _CODE_DIGITS:
        code = word[:_CODE_DIGITS]
        return (code,) if city_name(code) else ()
    return _by_word().get(word) or _in_text(word)


def _in_text(text: str) -> tuple[str, ...]:
    """Return the codes of the first district that a text names, the longest name that ends there."""
    names = district_names()
    for end, character in enumerate(text, 1):
        if character in _ENDS:
            for start in range(max(0, end - _LONGEST), end - 1):
                name = text[start:end]
                if name in names and name not in _GENERIC:
                    return names[name]
    return ()


def read_areas(table: Table, columns: Columns, positions: Positions) -> tuple[Areas, list[Problem]]:
    """Return the district of every row, and the rows that name one that has no code."""
    column = columns.fields.get("district")
    rest = [columns.fields[f] for f in ("province", "city", "address", "name") if f in columns.fields]
    address = columns.fields.get("address")
    found: list[tuple[str, ...]] = []
    zones: dict[int, str] = {}
    problems = []
    for row, cells in enumerate(table.rows):
        cell = cells[column] if column is not None else ""
        codes = _in_cell(cell) if cell else ()
        if not codes and address is not None:
            codes = _in_text(cells[address][:60])
        if cell and not _in_cell(cell):
            zones[row] = cell
            problems.append(warned(row + 1, table.columns[column or 0], cell, *_no_code(cell)))
        found.append(codes)
    usual = Counter(codes[0][:4] for codes in found if len(codes) == 1)
    picked = [
        codes[0]
        if len(codes) == 1
        else _pick(codes, table.rows[row], rest, usual, positions, row)
        if codes
        else None
        for row, codes in enumerate(found)
    ]
    recorded = (
        picked
        if column is None
        else [c if r[column] else None for c, r in zip(picked, table.rows, strict=True)]
    )
    return Areas(picked, recorded, zones), problems


def _no_code(cell: str) -> tuple[Text, Text]:
    return (
        Text(
            f"“{cell[:20]}”没有行政区划代码（开发区没有），记在街道一栏",
            f"{cell[:20]!r} has no GB/T 2260 code (development zones have none); kept as the town",
        ),
        Text("要按区县查找就写行政区的名字", "name the administrative district to be found by it"),
    )


def _pick(
    codes: Sequence[str],
    cells: list[str],
    rest: list[int],
    usual: Counter[str],
    positions: Positions,
    row: int,
) -> str | None:
    """Return the one of several districts of a name that a row means, or None."""
    context = " ".join(cells[place] for place in rest)
    named = [c for c in codes if _says(context, city_name(c)) or _says(context, province_name(c))]
    if len(named) == 1:
        return named[0]
    lon, lat = positions.lon[row], positions.lat[row]
    if np.isfinite(lon):
        # A shift of some hundred metres does not matter here.
        away = {
            code: float(np.hypot(lon - middle(code)[0], lat - middle(code)[1])) for code in named or codes
        }
        nearest = min(away, key=lambda code: away[code])
        return nearest if away[nearest] < _NEAR_DEG else None
    common = [code for code in named or codes if usual[code[:4]]]
    return common[0] if len(common) == 1 else None


def _says(context: str, name: str | None) -> bool:
    return name is not None and name.removesuffix("市").removesuffix("省") in context
