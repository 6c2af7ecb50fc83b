"""Services as a table: one row a service, columns named as the record's fields, so that they import again.

Lists and nested fields (has, offers, stops, events ...) are JSON texts. With a datum asked for, `lon` and `lat`
are in it and a column `datum` says so; `source_lon`, `source_lat`, `source_datum` stay as supplied, a stop's
position and the geometry of GeoPackage, GeoParquet and GeoJSON stay WGS-84.
Where another datum is published, everything is in it, see `locator.publication.record`: stops and geometry too, which
then name no reference system, as none stands for it.
"""

from __future__ import annotations

import csv
import json
import re
import warnings
from typing import TYPE_CHECKING, Any

from locator._errors import InputError, Text
from locator.datum import Datum, convert
from locator.publication import record
from locator.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import geopandas as gpd

FORMATS = {
    ".gpkg": "GeoPackage",
    ".parquet": "GeoParquet",
    ".geojson": "GeoJSON",
    ".csv": "CSV",
    ".xlsx": "Excel",
}
_WHOLE_NUMBERS = ("capacity", "stars", "vacancies")
# A spreadsheet would run a text that begins so; one apostrophe before it makes it text.
_RUNS = re.compile(r"'*[=+\-@\t\r]")
# What one cell of a sheet holds, and one sheet.
_CELL_LENGTH, _SHEET_ROWS = 32767, 1_048_575


def guarded(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula; `unguarded` gives back the very same."""
    return f"'{text}" if _RUNS.match(text) else text


def unguarded(text: str) -> str:
    """Return a text as it was before `guarded`."""
    return text[1:] if text.startswith("'") and _RUNS.match(text) else text


def to_frame(
    services: Iterable[Service], datum: Datum | None = None, published: Datum = Datum.WGS84
) -> gpd.GeoDataFrame:
    """Return services as a GeoDataFrame in WGS-84; lists are JSON texts, a service without a position has no geometry.

    Where another datum is `published`, positions are in `datum` and the frame names no reference system.
    """
    import geopandas as gpd  # noqa: PLC0415  half a second and 60 MB, for those who write files
    import pandas as pd  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    services = list(services)
    table = pd.DataFrame(list(rows_of(services, datum, published)), columns=columns(datum))
    for name in _WHOLE_NUMBERS:
        table[name] = table[name].astype("Int64")
    nowhere = float("nan")
    shifted = published is not Datum.WGS84
    lon, lat = (
        table[name].tolist() if shifted else [getattr(s, name) for s in services] for name in ("lon", "lat")
    )
    unplaced = [s.lon is None for s in services]
    points = shapely.points(
        [nowhere if x is None else x for x in lon], [nowhere if y is None else y for y in lat]
    )
    points[unplaced] = None
    return gpd.GeoDataFrame(table, geometry=points, crs=None if shifted else "EPSG:4326")


def columns(datum: Datum | None = None) -> list[str]:
    """Return the names of a table's columns in order."""
    return [*Service.model_fields, *(() if datum is None else ("datum",))]


def rows_of(
    services: Iterable[Service], datum: Datum | None = None, published: Datum = Datum.WGS84
) -> Iterator[dict[str, Any]]:
    """Yield the row of each service by column; positions in a datum if one is given."""
    for service in services:
        if published is not Datum.WGS84:
            yield {name: _cell(value) for name, value in record(service, datum or published).items()}
            continue
        row = {name: _cell(value) for name, value in service.model_dump(mode="json").items()}
        if datum is not None:
            row["datum"] = datum.value
            if service.lon is not None and service.lat is not None:
                lon, lat = convert(service.lon, service.lat, Datum.WGS84, datum)
                row["lon"], row["lat"] = round(lon, 8), round(lat, 8)
        yield row


def write(
    services: Iterable[Service], path: Path, datum: Datum | None = None, published: Datum = Datum.WGS84
) -> int:
    """Write services to a file, its format by extension; return how many.

    Parameters
    ----------
    services
        What to write.
    path
        The file.
    datum
        Of `lon` and `lat`; None: that of publication, and no column says so if that is WGS-84.
    published
        The datum of publication; with another than WGS-84 nothing in the file is WGS-84.

    Raises
    ------
    InputError
        An extension that is none of `FORMATS`, or a record that a sheet cannot hold.
    """
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        known = "、".join(FORMATS)
        raise InputError(
            "out",
            path.name,
            Text(f"文件名要以 {known} 结尾", f"the file name must end with one of {', '.join(FORMATS)}"),
        )
    if published is not Datum.WGS84:
        datum = datum or published
    if kind == "CSV":
        return _write_csv(rows_of(services, datum, published), columns(datum), path)
    if kind == "Excel":
        return _write_sheet(rows_of(services, datum, published), columns(datum), path)
    if kind == "GeoJSON":
        return _write_geojson(services, path, datum, published)
    frame = to_frame(services, datum, published)
    if kind == "GeoParquet":
        frame.to_parquet(path)
    else:
        write_layer(frame, path)
    return len(frame)


def write_layer(frame: gpd.GeoDataFrame, path: Path, layer: str | None = None) -> None:
    """Write a frame as a layer of a GeoPackage; one without a reference system stays without, and nobody is warned."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided", UserWarning)
        frame.to_file(path, layer=layer, driver="GPKG", engine="pyogrio")


def _write_geojson(services: Iterable[Service], path: Path, datum: Datum | None, published: Datum) -> int:
    """Write a FeatureCollection by ourselves: GDAL turns every text that looks like JSON into JSON."""
    services = list(services)
    with path.open("w", encoding="utf-8") as file:
        # By RFC 7946 the geometry is WGS-84: where it is not, the file says so first of all.
        shifted = published is not Datum.WGS84
        said = f'"datum": "{datum}", ' if shifted else ""
        file.write(f'{{"type": "FeatureCollection", {said}"features": [')
        for number, (service, row) in enumerate(
            zip(services, rows_of(services, datum, published), strict=True)
        ):
            placed = service.lon is not None and service.lat is not None
            where = [row["lon"], row["lat"]] if shifted else [service.lon, service.lat]
            point = {"type": "Point", "coordinates": where} if placed else None
            feature = {"type": "Feature", "properties": row, "geometry": point}
            file.write((",\n" if number else "\n") + json.dumps(feature, ensure_ascii=False))
        file.write("\n]}\n")
    return len(services)


def _write_csv(rows: Iterator[dict[str, Any]], names: list[str], path: Path) -> int:
    count = 0
    # With a byte-order mark, or Excel reads it as GBK.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(names)
        for row in rows:
            table.writerow([_plain(row[name]) for name in names])
            count += 1
    return count


def _plain(value: Any) -> Any:  # noqa: ANN401  whatever a cell holds
    if isinstance(value, bool):
        return str(value).lower()
    return guarded(value) if isinstance(value, str) else value


def _write_sheet(rows: Iterator[dict[str, Any]], names: list[str], path: Path) -> int:
    import xlsxwriter  # noqa: PLC0415  for those who write sheets

    # Row by row to a temporary file: a country takes no more memory than a street.
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("services")
    sheet.write_row(0, 0, names)
    number = 0
    try:
        for number, row in enumerate(rows, 1):
            if number > _SHEET_ROWS:
                raise InputError(
                    "out", path.name, Text("一张表放不下，改用 .csv", "too many for a sheet: use .csv")
                )
            for column, name in enumerate(names):
                _write_cell(sheet, (number, column), row[name], f"{row['id']}.{name}")
    finally:
        book.close()
    return number


def _write_cell(sheet: Any, at: tuple[int, int], value: Any, field: str) -> None:  # noqa: ANN401
    """Write a typed cell: a text is a text, whatever it begins with."""
    if isinstance(value, str):
        if len(value) > _CELL_LENGTH:
            text = Text(
                f"{field} 有 {len(value)} 个字，Excel 一格放不下，改用 .csv",
                f"{field} has {len(value)} characters, more than a cell of Excel holds: use .csv",
            )
            raise InputError(field, len(value), text)
        sheet.write_string(*at, value)
    elif isinstance(value, bool):
        sheet.write_boolean(*at, value)
    elif value is not None and float(f"{value:.16G}") != value:
        # The file keeps 16 digits of a number; the few that have 17 are kept as text, or they would change.
        sheet.write_string(*at, repr(value))
    elif value is not None:
        sheet.write_number(*at, value)


def _cell(value: Any) -> Any:  # noqa: ANN401  whatever a record holds
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
