"""Files of geographic information systems as frames in degrees; what is damaged is one clear error.

The libraries that read them are compiled, and on a damaged file raise whatever they had in hand: errors of their
own, of Arrow, of GEOS and PROJ, and Python's from `OSError` to `UnboundLocalError`. Here, and only here, all that
becomes "the file is damaged".
"""

from __future__ import annotations

import warnings
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from locator._errors import InputError, Text
from locator.ingest.containers import contents_of
from locator.ingest.readers import check_packed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

# WGS-84; China's CGCS2000, which differs by centimetres.
DEGREES = frozenset({4326, 4490})
_SQLITE, _ZIP, _SHAPE, _PARQUET, _JSON = b"SQLite format 3\x00", b"PK", b"\x00\x00\x27\x0a", b"PAR1", b"{"
_BEGINS = {
    ".gpkg": _SQLITE, ".zip": _ZIP, ".shp": _SHAPE, ".parquet": _PARQUET, ".geoparquet": _PARQUET,
    ".geojson": _JSON, ".json": _JSON,
}  # fmt: skip
_BLANK = b"\xef\xbb\xbf \t\r\n"
_PARQUETS = {".parquet", ".geoparquet"}
# What the fuzz found pyogrio, geopandas, pyarrow, pyproj and shapely to raise; their own are RuntimeErrors
# or ValueErrors but for those that `_faults` adds.
_PYTHONS = (
    ArithmeticError, AttributeError, LookupError, MemoryError, NameError, OSError, RuntimeError, TypeError, ValueError,
)  # fmt: skip


@contextmanager
def damage(name: str, field: str = "file") -> Iterator[None]:
    """Turn what the reading libraries raise about a file into one error that names it.

    Raises
    ------
    InputError
        In place of theirs, whose words hold paths of this machine.
    """
    try:
        # They grumble by warnings; what counts is what comes out.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except InputError:
        raise
    except _faults() as error:
        raise unusable(
            name,
            "读不了，可能已损坏或缺少配套文件",
            "it cannot be read: damaged, or a part is missing",
            field,
        ) from error


def read_frame(path: Path, field: str = "file") -> pd.DataFrame:
    """Return a GeoPackage, GeoJSON, Shapefile (.shp, .zip) or (Geo)Parquet as a frame.

    What has geometries and a reference system comes in WGS-84 degrees (CGCS2000 is left); a parquet without any
    is a plain frame. Texts are Python's.

    Raises
    ------
    InputError
        Missing, damaged, or not what its extension says.
    """
    import pandas as pd  # noqa: PLC0415  half a second, for those who read files

    with damage(path.name, field):
        _check_begin(path, field)
        with contents_of(path) as inner:
            frame = _opened(inner)
        for column in frame.columns:
            if isinstance(frame[column].dtype, pd.StringDtype | pd.ArrowDtype):
                # Arrow's texts are decoded when they are looked at, and may fail then.
                frame[column] = frame[column].astype(object)
        crs = getattr(frame, "crs", None)
        return frame if crs is None or crs.to_epsg() in DEGREES else frame.to_crs(4326)


def unusable(name: str, zh: str, en: str, field: str = "file") -> InputError:
    """Return the error that says why a file cannot be used."""
    return InputError(field, name, Text(f"{name}：{zh}", f"{name}: {en}"))


def _faults() -> tuple[type[Exception], ...]:
    from pyarrow import ArrowException  # noqa: PLC0415  for those who read files
    from shapely.errors import ShapelyError  # noqa: PLC0415

    return (*_PYTHONS, BadZipFile, zlib.error, EOFError, ArrowException, ShapelyError)


def _check_begin(path: Path, field: str) -> None:
    """Refuse a content that is not what the extension says: some contents name other files to open."""
    suffix = path.suffix.lower()
    if suffix == ".zip":
        check_packed(path)
    begin = _BEGINS[suffix]
    with path.open("rb") as opened:
        found = opened.read(64)
    if not (found.lstrip(_BLANK) if begin == _JSON else found).startswith(begin):
        raise unusable(path.name, "内容和扩展名对不上", "the content is not what the extension says", field)


def _opened(path: Path) -> gpd.GeoDataFrame | pd.DataFrame:
    import geopandas as gpd  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    suffix = path.suffix.lower()
    if suffix in _PARQUETS:
        import pyarrow.parquet as pq  # noqa: PLC0415

        # A table of cells or positions carries no geometry, and is welcome, too.
        plain = b"geo" not in (pq.read_schema(path).metadata or {})
        return pd.read_parquet(path) if plain else gpd.read_parquet(path)
    return gpd.read_file(path, engine="pyogrio")
