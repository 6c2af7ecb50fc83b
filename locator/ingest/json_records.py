"""Records as JSON, a list of them or one a line, as tables: the form that `/api/v1/schema/record.json` describes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from locator._errors import InputError, Text
from locator.ingest._read_sheets import MOST_COLUMNS, cell_text
from locator.ingest.readers import Table
from locator.ingest.texts import decode

if TYPE_CHECKING:
    from pathlib import Path


def read_lines(path: Path) -> Table:
    """Return the records of a file with one JSON object a line as a table; blank lines are passed over.

    Raises
    ------
    InputError
        A line that is no JSON object; the message names it.
    """
    text, _ = decode(path.read_bytes())
    found = []
    # Not `splitlines`: a name may hold U+2028, which JSON lets stand as it is.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found.append(msgspec.json.decode(line))
        except (msgspec.DecodeError, RecursionError) as error:
            raise _unusable(
                path.name, f"第 {number} 行不是 JSON", f"line {number} is no JSON ({error})"
            ) from error
    return table_of(found, path.name)


def table_of(records: list[Any], name: str) -> Table:
    """Return records as a table: a column for each member that one of them has, null as a blank cell.

    Parameters
    ----------
    records
        JSON objects.
    name
        Of the file, for messages.

    Raises
    ------
    InputError
        One that is no object, or far too many members.
    """
    names: dict[str, None] = {}
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            raise _unusable(
                name,
                f"第 {number} 条记录不是 JSON 对象（{{…}}）",
                f"record {number} is no JSON object ({{...}})",
            )
        names.update(dict.fromkeys(record))
        if len(names) > MOST_COLUMNS:
            raise _unusable(
                name,
                f"字段超过 {MOST_COLUMNS} 个",
                f"the records have more than {MOST_COLUMNS} different members",
            )
    return Table(list(names), [[cell(record.get(n)).strip() for n in names] for record in records], "JSON")


def cell(value: Any) -> str:  # noqa: ANN401  whatever an attribute holds
    """Return a value as the text of a cell; a list or an object is its JSON."""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, np.ndarray):
        return json.dumps(value.tolist(), ensure_ascii=False)
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124  NaN
        return ""
    said = cell_text(value.item() if isinstance(value, np.generic) else value)
    return "" if said == "NaT" else said


def _unusable(name: str, zh: str, en: str) -> InputError:
    return InputError("file", name, Text(f"{name}：{zh}", f"{name}: {en}"))
