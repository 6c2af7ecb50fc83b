"""Spreadsheets as sheets of cells, read by a process of their own that a damaged file may end."""

from __future__ import annotations

import subprocess
import sys
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from locator._errors import InputError, Text
from locator.ingest import _read_sheets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Cells = list[str]


class Sheet(msgspec.Struct):
    """A sheet: how many rows it has, whether it is small enough to be read, and its merged ranges, (row, column) twice."""

    name: str
    rows: int
    fits: bool
    merged: list[tuple[tuple[int, int], tuple[int, int]]]


def sheets_of(path: Path) -> Iterator[tuple[Sheet, list[Cells]]]:
    """Yield the sheets of a spreadsheet with their cells as texts.

    Raises
    ------
    InputError
        It is damaged, or holds a sheet that no memory could.
    """
    # By its path, not by its name: the package itself takes seconds to import. -P: its neighbours are no library.
    command = [sys.executable, "-P", _read_sheets.__file__, str(path.resolve())]
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:  # noqa: S603  our own module
            out = child.stdout or ()
            for line in out:
                sheet = msgspec.json.decode(line, type=Sheet)
                cells = [msgspec.json.decode(row, type=list[str]) for row in islice(out, sheet.rows)]
                yield sheet, cells
        if child.returncode:
            raise _damaged(path)
    except (OSError, msgspec.DecodeError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> InputError:
    return InputError(
        "file",
        path.name,
        Text(
            f"{path.name} 打不开，可能已损坏，或者有一格写到了很远的行列",
            f"{path.name} is damaged, or has a cell in a row or column far away",
        ),
    )
