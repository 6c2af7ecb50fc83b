"""Files that hold other files, before a library opens them: how much is really in them, and nothing that leads elsewhere.

What a packed file says of its own sizes is its sender's word, and GDAL opens whatever it finds in one: a `.vrt` in an
archive names files of this machine, or addresses in the network, that it would then read.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
import zlib
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NoReturn
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from locator._errors import InputError, Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO
    from zipfile import ZipInfo

MOST_UNPACKED = 700 * 1024 * 1024
_MOST_FILES = 5000
_MOST_ROWS, _MOST_COLUMNS = 1_000_000, 400
_PIECE = 256 * 1024
_LOCAL_HEADER, _LOCAL_SIGN = 30, b"PK\x03\x04"
_SHAPE = b"\x00\x00\x27\x0a"
# What makes up a Shapefile; nothing else in an archive is looked at.
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
# In a database that is only read, these are ways to other files, to the network, or to code.
_LEADS_OUT = re.compile(
    r"create\s+virtual\s+table(?!.*\busing\s+rtree\b)|\b(?:ogr|gdal)_\w+|/vsi|load_extension",
    re.IGNORECASE | re.DOTALL,
)


@contextmanager
def contents_of(path: Path) -> Iterator[Path]:
    """Give the path of what a library may open of a spatial file that somebody sent.

    Raises
    ------
    InputError
        It holds what has no business in it, or far too much.
    """
    suffix = path.suffix.lower()
    if suffix == ".zip":
        with tempfile.TemporaryDirectory() as folder:
            yield _shapefile(path, Path(folder))
        return
    if suffix == ".gpkg":
        _check_geopackage(path)
    elif suffix in {".parquet", ".geoparquet"}:
        _check_parquet(path)
    yield path


def check_unpacked(path: Path) -> None:
    """Unpack a file into nothing and count.

    Raises
    ------
    InputError
        It swells beyond what fits, says less of its sizes than is true, or is packed in an unusual way.
    """
    left = MOST_UNPACKED
    try:
        with ZipFile(path) as packed, path.open("rb") as raw:
            items = packed.infolist()
            if len(items) > _MOST_FILES:
                _refuse(
                    path,
                    f"里面有 {len(items)} 个文件，不像一张表",
                    f"it holds {len(items)} files, which is no table",
                )
            for item in items:
                size = _unpacked_size(raw, item, left)
                if size != item.file_size:
                    _refuse(
                        path,
                        "里面的大小和说的不一样，没有打开",
                        "it says less of its sizes than is true; it was not opened",
                    )
                left -= size
    except InputError:  # a ValueError, too
        raise
    except (BadZipFile, OSError, ValueError, zlib.error, NotImplementedError) as error:
        raise _unusable(path, "打不开，可能已损坏", "it is damaged") from error


def _unpacked_size(raw: IO[bytes], item: ZipInfo, most: int) -> int:
    """Return how many bytes an item really holds; counting stops beyond `most`.

    Not by `ZipFile.open`, which believes the size that is said and stops there, as other libraries do not.
    """
    raw.seek(item.header_offset)
    header = raw.read(_LOCAL_HEADER)
    if len(header) < _LOCAL_HEADER or not header.startswith(_LOCAL_SIGN):
        raise BadZipFile
    raw.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    if item.compress_type == ZIP_STORED:
        return item.compress_size
    if item.compress_type != ZIP_DEFLATED or item.flag_bits & 1:
        raise BadZipFile
    inflating, found, unread = zlib.decompressobj(-15), 0, item.compress_size
    while not inflating.eof and found <= most:
        piece = inflating.unconsumed_tail
        if not piece:
            piece = raw.read(min(_PIECE, unread))
            unread -= len(piece)
        made = inflating.decompress(piece, _PIECE)
        if not piece and not made:
            break
        found += len(made)
    return found


def _shapefile(path: Path, folder: Path) -> Path:
    """Put a Shapefile's parts into a folder, under names of ours, and return the path of its .shp."""
    with ZipFile(path) as packed:  # whose sizes are true: `check_packed` counted
        named = {PurePosixPath(item.filename.replace("\\", "/")): item for item in packed.infolist()}
        shapes = sorted(
            name for name in named if name.suffix.lower() == ".shp" and not name.name.startswith(".")
        )
        if not shapes:
            _refuse(path, "里面没有 Shapefile（.shp）", "it holds no Shapefile (.shp)")
        for name, item in named.items():
            if name.with_suffix("") == shapes[0].with_suffix("") and name.suffix.lower() in _PARTS:
                (folder / f"layer{name.suffix.lower()}").write_bytes(packed.read(item))
    shape = folder / "layer.shp"
    if not shape.read_bytes().startswith(_SHAPE):
        _refuse(path, "里面的 .shp 不是 Shapefile", "its .shp is no Shapefile")
    return shape


def _check_geopackage(path: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            made = [sql for (sql,) in database.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise _unusable(path, "打不开，可能已损坏", "it is damaged") from error
    if any(_LEADS_OUT.search(str(sql)) for sql in made):
        _refuse(
            path, "里面有指向别处的表，没有打开", "it holds a table that leads elsewhere; it was not opened"
        )


def _check_parquet(path: Path) -> None:
    from pyarrow import ArrowException  # noqa: PLC0415  for those who read such files
    from pyarrow.parquet import read_metadata  # noqa: PLC0415

    try:
        told = read_metadata(path)
        size = sum(told.row_group(number).total_byte_size for number in range(told.num_row_groups))
    except (ArrowException, OSError, ValueError) as error:
        raise _unusable(path, "打不开，可能已损坏", "it is damaged") from error
    if told.num_rows > _MOST_ROWS or told.num_columns > _MOST_COLUMNS or size > MOST_UNPACKED:
        _refuse(
            path,
            f"有 {told.num_rows} 行 {told.num_columns} 列，太大了，没有打开",
            f"it has {told.num_rows} rows and {told.num_columns} columns, too much to be opened",
        )


def _refuse(path: Path, zh: str, en: str) -> NoReturn:
    raise _unusable(path, zh, en)


def _unusable(path: Path, zh: str, en: str) -> InputError:
    return InputError("file", path.name, Text(f"{path.name}：{zh}", f"{path.name}: {en}"))
