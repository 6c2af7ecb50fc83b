"""Text files as rows of cells: encoding, delimiter and quotes, as offices really write them."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from typing import NamedTuple

from locator._errors import InputError, Text

_DELIMITERS = (",", "\t", ";", "，", "|")
_LINES_SNIFFED = 60
_CONTROL = frozenset(chr(c) for c in range(32)) - set("\t\r\n\f\v")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),  # what Excel calls "Unicode text"
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Delimited(NamedTuple):
    """Rows of cells as written, and how they were written."""

    rows: list[list[str]]
    encoding: str
    delimiter: str


def read_delimited(raw: bytes) -> Delimited:
    """Return the cells of a delimited text.

    Raises
    ------
    InputError
        No text, or quotes that do not close (rows would be swallowed unnoticed).
    """
    text, encoding = decode(raw)
    delimiter = _delimiter(text)
    return Delimited(_cells(text, delimiter), encoding, delimiter)


def decode(raw: bytes) -> tuple[str, str]:
    """Return bytes as text, and their encoding: a byte-order mark decides, then UTF-8, then GB18030.

    Detectors by frequency call short GBK files Korean; these three are what the offices' machines write.

    Raises
    ------
    InputError
        None of the three.
    """
    marked = [name for mark, name in _MARKS if raw.startswith(mark)]
    for encoding in marked or ["utf-8", "gb18030"]:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROL & set(text[:100_000]):
            break
        return text, encoding
    raise InputError(
        "file",
        raw[:20],
        Text(
            "这不是文字表格：既不是 UTF-8 也不是 GB18030 编码",
            "this is no text table: neither UTF-8 nor GB18030",
        ),
    )


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts most lines into the same number of cells, more than one."""
    lines = text[:200_000].splitlines()[:_LINES_SNIFFED]
    best, score = ",", 0.0
    for delimiter in _DELIMITERS:
        counts = Counter(_count(line, delimiter) for line in lines)
        counts.pop(0, None)
        if counts:
            many, alike = max(counts.items(), key=lambda item: item[1] * min(item[0], 3))
            # A comma inside an address is on some lines; a delimiter is on nearly all.
            if alike * min(many, 3) > score:
                best, score = delimiter, alike * min(many, 3)
    return best


def _count(line: str, delimiter: str) -> int:
    """Return how often a delimiter stands outside quotes."""
    if '"' not in line:
        return line.count(delimiter)
    return sum(part.count(delimiter) for part in line.split('"')[::2])


def _cells(text: str, delimiter: str) -> list[list[str]]:
    try:
        return list(_reader(text, delimiter, strict=True))
    except csv.Error as error:
        at = str(error)
    if "end of data" not in at and "field larger" not in at:
        # Words like "老张"饭店 at the start of a cell: harmless, as long as no cell then runs over lines.
        try:
            rows = list(_reader(text, delimiter, strict=False))
        except csv.Error:
            rows = []
        if rows and not any("\n" in cell for row in rows for cell in row):
            return rows
    line = _open_quote(text, delimiter)
    raise InputError(
        "file",
        line,
        Text(
            f"第 {line} 行附近有引号没有配对，后面的行会被吞掉；请补上引号再导入",
            f"a quote near line {line} is not closed and would swallow the rows after it; close it first",
        ),
    )


def _reader(text: str, delimiter: str, *, strict: bool) -> csv._reader:  # type: ignore[name-defined]
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)


def _open_quote(text: str, delimiter: str) -> int:
    """Return the number of the line on which the row begins that never ends."""
    reader = _reader(text, delimiter, strict=True)
    line = 1
    try:
        for _ in reader:
            line = reader.line_num + 1
    except csv.Error:
        pass
    return line
