"""Positions found again in whatever leaves the house: text, pictures, PDF, workbooks, GeoPackage, Parquet."""

from __future__ import annotations

import io
import re
import sqlite3
import zipfile
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import unquote

import geopandas as gpd
import h3
import numpy as np
from PIL import Image
from pypdf import PdfReader
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

_NUMBER = re.compile(r"(?<![\w.])-?\d{1,3}\.\d{3,}")
_CELL = re.compile(r"\b8[0-9a-f]{14}\b")
# Latitude and longitude may have a few other numbers between them.
_APART = 3


class Traces:
    """Looks for positions, to the fourth decimal or another tolerance, in degrees."""

    def __init__(self, positions: Iterable[tuple[float, float]], tolerance: float = 6e-5) -> None:
        self.positions = np.array(list(positions), np.float64).reshape(-1, 2)
        self._tree, self._tolerance = cKDTree(self.positions), tolerance

    def in_numbers(self, numbers: NDArray[np.float64]) -> set[tuple[float, float]]:
        """Return the positions of which both numbers stand near each other, in either order."""
        found: set[int] = set()
        for apart in range(1, _APART + 1):
            if len(numbers) <= apart:
                break
            first, second = numbers[:-apart], numbers[apart:]
            for lon, lat in ((first, second), (second, first)):
                here = (lon > 70) & (lon < 140) & (lat > 0) & (lat < 56)
                if here.any():
                    near = np.column_stack([lon[here], lat[here]])
                    far, which = self._tree.query(near, p=np.inf, distance_upper_bound=self._tolerance)
                    found |= set(which[np.isfinite(far)].tolist())
        return {tuple(self.positions[i].tolist()) for i in found}

    def of(self, body: bytes) -> set[tuple[float, float]]:
        """Return the positions that a body holds, in words or as binary numbers."""
        found = set() if _is_text(body) else self._in_doubles(body)
        for text in texts_of(body):
            numbers = np.array([float(number) for number in _NUMBER.findall(text)], np.float64)
            found |= self.in_numbers(numbers)
        return found

    def _in_doubles(self, body: bytes) -> set[tuple[float, float]]:
        found: set[tuple[float, float]] = set()
        for shift in range(8):
            whole = (len(body) - shift) // 8 * 8
            for order in ("<f8", ">f8"):
                numbers = np.frombuffer(body[shift : shift + whole], order).astype(np.float64)
                found |= self.in_numbers(np.where(np.isfinite(numbers), numbers, 0.0))
        return found


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def texts_of(body: bytes) -> Iterator[str]:
    """Yield all that can be read in a body."""
    if body.startswith(b"\x89PNG"):
        yield str(Image.open(io.BytesIO(body)).text)
    elif body.startswith(b"%PDF"):
        yield from _of_pdf(body)
    elif body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            for name in book.namelist():
                yield book.read(name).decode("utf-8", "replace")
                # Cells that stand beside each other are parted by their tags.
    elif body.startswith((b"SQLite format 3", b"PAR1")):
        yield from _of_tables(body)
    else:
        text = body.decode("utf-8-sig", "replace")
        yield from {text, unquote(unescape(text))}


def cells_in(body: bytes) -> set[str]:
    """Return the names of H3 cells in a body: each tells a position on WGS-84."""
    return {name for text in texts_of(body) for name in _CELL.findall(text) if h3.is_valid_cell(name)}


def _of_pdf(body: bytes) -> Iterator[str]:
    reader = PdfReader(io.BytesIO(body))
    yield str(reader.metadata)
    for page in reader.pages:
        yield page.extract_text()
        contents = page.get_contents()
        if contents is not None:
            yield contents.get_data().decode("latin-1")


def _of_tables(body: bytes) -> Iterator[str]:
    with TemporaryDirectory() as folder:
        if body.startswith(b"PAR1"):
            path = Path(folder) / "t.parquet"
            path.write_bytes(body)
            frame = gpd.read_parquet(path)
            yield f"{frame.crs} {frame.drop(columns='geometry').to_csv()} {list(frame.geometry.to_wkt())}"
            return
        path = Path(folder) / "t.gpkg"
        path.write_bytes(body)
        with sqlite3.connect(path) as base:
            names = [name for (name,) in base.execute("select table_name from gpkg_contents")]
        base.close()
        for name in names:
            frame = gpd.read_file(path, layer=name)
            yield f"{frame.crs} {frame.drop(columns='geometry').to_csv()} {list(frame.geometry.to_wkt())}"
