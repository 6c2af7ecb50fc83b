"""Where a planner's question ends: a district, or the polygons of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from locator._errors import InputError, Text
from locator.districts import outline_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_FILES = {".gpkg", ".geojson", ".json", ".parquet", ".shp"}


def boundary_of(text: str) -> BaseGeometry:
    """Return the boundary that a text means, WGS-84.

    Parameters
    ----------
    text
        A GB/T 2260 code (310110), a district's name, or a file of polygons (GeoPackage, GeoJSON, GeoParquet); its
        own reference system is heeded, and without one it is WGS-84.

    Raises
    ------
    InputError
        No such district, several, or a file that cannot be read or holds no polygon.
    """
    path = Path(text)
    if path.suffix.lower() not in _FILES:
        return outline_of(text.strip())  # type: ignore[return-value]
    import geopandas as gpd  # noqa: PLC0415  half a second, for those who read files
    from pyogrio.errors import DataSourceError  # noqa: PLC0415

    try:
        read = gpd.read_parquet if path.suffix.lower() == ".parquet" else gpd.read_file
        frame = read(path)
    except (OSError, ValueError, DataSourceError) as error:
        said = " ".join(str(error).split())[:200]
        raise _bad(path, f"读不了：{said}", f"cannot be read: {said}") from None
    shapes = frame.geometry if frame.crs is None else frame.geometry.to_crs(4326)
    shapes = shapes[shapes.geom_type.isin(["Polygon", "MultiPolygon"])]
    whole: BaseGeometry = shapes.make_valid().union_all()
    if whole.is_empty:
        raise _bad(path, "里没有面", "holds no polygon")
    return whole


def _bad(path: Path, zh: str, en: str) -> InputError:
    return InputError(
        "boundary",
        path.name,
        Text(f"边界文件 {path.name} {zh}", f"the boundary file {path.name} {en}"),
    )
