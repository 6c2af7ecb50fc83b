"""Services as a table: one row a service, columns named as the record's fields."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from locator._errors import InputError, Text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import geopandas as gpd

    from locator.service import Service

FORMATS = {".gpkg": "GeoPackage", ".parquet": "GeoParquet", ".geojson": "GeoJSON"}


def to_frame(services: Iterable[Service]) -> gpd.GeoDataFrame:
    """Return services as a GeoDataFrame in WGS-84; lists are JSON texts, a service without a position has no geometry."""
    import geopandas as gpd  # noqa: PLC0415  half a second and 60 MB, for those who write files
    import pandas as pd  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    rows = [{name: _cell(value) for name, value in s.model_dump(mode="json").items()} for s in services]
    table = pd.DataFrame(rows)
    points = shapely.points(table["lon"].astype(float), table["lat"].astype(float))
    points[table["lon"].isna()] = None
    return gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326")


def write(services: Iterable[Service], path: Path) -> int:
    """Write services to a file, its format by extension; return how many.

    Raises
    ------
    InputError
        An extension that is none of `FORMATS`.
    """
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        known = "、".join(FORMATS)
        raise InputError(
            "out",
            path.name,
            Text(f"文件名要以 {known} 结尾", f"the file name must end with one of {', '.join(FORMATS)}"),
        )
    frame = to_frame(services)
    if kind == "GeoParquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, driver="GPKG" if kind == "GeoPackage" else "GeoJSON", engine="pyogrio")
    return len(frame)


def _cell(value: Any) -> Any:  # noqa: ANN401  whatever a record holds
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
