"""What the fuzz found, each case by itself and as small as it gets."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from fuzz import seeds
from fuzz.limits import within

from locator import ConfigurationError, InputError, Timeline
from locator.coverage.boundary import boundary_of
from locator.coverage.demand_files import read_demand
from locator.coverage.rhythms import read_rhythm
from locator.coverage.sites import readable
from locator.holidays import read_table as read_holidays
from locator.ingest.readers import read_table
from locator.question import ask
from locator.streets import load, read_streets
from locator.timeline import SHANGHAI
from locator.web.state import given, state_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

POINTS = gpd.GeoDataFrame({"name": ["一号"]}, geometry=shapely.points([121.5], [31.2]), crs=4326)


def repacked(raw: bytes, **changed: bytes | None) -> bytes:
    """Return a packed file with the members of some endings changed, or left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(out, "w") as packed:
        for name in before.namelist():
            content = changed.get(name.rpartition(".")[2], before.read(name))
            if content is not None:
                packed.writestr(name, content)
    return out.getvalue()


def refused(read: Callable[[Path], object], path: Path, content: bytes, words: str) -> None:
    path.write_bytes(content)
    with within(), pytest.raises(InputError, match=words) as caught:
        read(path)
    assert str(path.parent) not in f"{caught.value.text.zh} {caught.value.text.en}"


def test_a_cell_in_the_last_row_and_column_does_not_end_the_server(tmp_path: Path) -> None:
    """Five kilobytes; the library asked for 512 GB for all the cells before it, and ended the process."""
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "名称", "地址"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="row or column far away"):
        read_table(tmp_path / "a.xlsx")


def test_a_sheet_of_many_columns_beside_the_list_is_passed_over(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["ZZ1"] = "很远"
    book.save(tmp_path / "wide.xlsx")
    with pytest.raises(InputError, match="400 columns"):
        read_table(tmp_path / "wide.xlsx")
    for row in seeds.ROWS:
        (book["名单"] if "名单" in book.sheetnames else book.create_sheet("名单")).append(row)
    book.save(tmp_path / "both.xlsx")
    assert len(read_table(tmp_path / "both.xlsx").rows) == len(seeds.ROWS) - 1


@pytest.mark.parametrize("what", ["rows", "columns"])
def test_a_sheet_that_repeats_itself_a_thousand_million_times_ends_only_its_reader(
    tmp_path: Path, what: str
) -> None:
    raw = seeds.open_sheets()[0]
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        content = packed.read("content.xml")
    tag = {"rows": b"<table:table-row", "columns": b"<table:table-cell"}[what]
    many = content.replace(tag, tag + f' table:number-{what}-repeated="1000000000"'.encode(), 1)
    (tmp_path / "a.ods").write_bytes(repacked(raw, xml=many))
    with pytest.raises(InputError, match=r"is damaged|400 columns"):
        read_table(tmp_path / "a.ods")


@pytest.mark.parametrize(
    "changed",
    [
        {"prj": b'GEOGCS["WGS 84"'},
        {"prj": b"\xff\xfe"},
        {"dbf": None, "shx": None},
        {"shp": b"\x00\x00\x27\x0a" + b"\x00" * 20},
        {"shp": b"\x00\x00\x27\x0a" + b"\xff" * 200},
    ],
    ids=["bracket", "bytes", "alone", "short", "ones"],
)
def test_a_shapefile_with_a_damaged_part_is_refused(tmp_path: Path, changed: dict[str, bytes | None]) -> None:
    refused(read_table, tmp_path / "a.zip", repacked(seeds.spatial(".zip")[0], **changed), r"a\.zip: ")


def test_a_shapefile_with_a_part_that_is_not_what_its_checksum_says_is_refused(tmp_path: Path) -> None:
    raw = bytearray(repacked(seeds.spatial(".zip")[0]))
    raw[raw.index(b"GEOGCS[")] ^= 1
    refused(read_table, tmp_path / "a.zip", bytes(raw), "damaged")


def test_a_shapefile_whose_attributes_end_early_is_refused(tmp_path: Path) -> None:
    raw = seeds.spatial(".zip")[0]
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        table = next(packed.read(name) for name in packed.namelist() if name.endswith(".dbf"))
    refused(read_table, tmp_path / "a.zip", repacked(raw, dbf=table[:-100]), "damaged")


@pytest.mark.parametrize("read", [read_table, read_demand, lambda path: boundary_of(str(path))], ids=["list", "demand", "boundary"])  # fmt: skip
def test_a_geopackage_with_a_page_of_ones_is_refused_wherever_it_is_read(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    raw = bytearray(seeds.spatial(".gpkg")[1])
    size = struct.unpack(">H", raw[16:18])[0]
    for page in range(1, len(raw) // size):
        raw[page * size : page * size + 8] = b"\xff" * 8
    refused(read, tmp_path / "a.gpkg", bytes(raw), "damaged")


@pytest.mark.parametrize("read", [read_table, read_demand], ids=["list", "demand"])
def test_texts_of_a_parquet_that_are_no_texts_are_refused(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    """Arrow only finds out when the text is looked at."""
    frame = pd.concat([POINTS] * 2).assign(weight=1.0, profile="flat", name=["一号驿站", "二号驿站"])
    frame.to_parquet(tmp_path / "a.parquet", compression=None)
    raw = (tmp_path / "a.parquet").read_bytes()
    for sound in ("一号驿站", "flat"):
        raw = raw.replace(sound.encode(), b"\xfa" + sound.encode()[1:])
    refused(read, tmp_path / "a.parquet", raw, "damaged")


def test_a_parquet_without_geometries_is_no_list_of_places(tmp_path: Path) -> None:
    pd.DataFrame({"geometry": ["POINT (1 2)"]}).to_parquet(tmp_path / "a.parquet")
    refused(read_table, tmp_path / "a.parquet", (tmp_path / "a.parquet").read_bytes(), "no positions")
    refused(lambda path: boundary_of(str(path)), tmp_path / "a.parquet", (tmp_path / "a.parquet").read_bytes(), "damaged|no polygon")  # fmt: skip


def test_a_parquet_with_foreign_metadata_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"lon": [121.5], "lat": [31.2]}).to_parquet(tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    told = {b"pandas": table.schema.metadata[b"pandas"].replace(b'"numpy_type"', b'"bumpy_type"')}
    pq.write_table(table.replace_schema_metadata(told), tmp_path / "a.parquet")
    refused(read_demand, tmp_path / "a.parquet", (tmp_path / "a.parquet").read_bytes(), "damaged")


def collection(*rings: list[list[float]]) -> bytes:
    shape = {"type": "Polygon", "coordinates": rings}
    whole = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {}, "geometry": shape}],
    }
    return json.dumps(whole).encode()


def test_an_outline_that_does_not_close_is_refused(tmp_path: Path) -> None:
    open_ring = collection([[121.5, 31.2], [121.6, 31.2], [121.6, 31.3], [121.5, 31.3]])
    refused(read_demand, tmp_path / "a.geojson", open_ring, "damaged")
    refused(lambda path: boundary_of(str(path)), tmp_path / "a.geojson", open_ring, "damaged")


@pytest.mark.parametrize(
    "ring",
    [
        [[12.15, 31.28], [121.52, 31.27], [121.53, 31.27], [12.15, 31.28]],
        [[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]],
    ],
    ids=["needle", "world"],
)
def test_an_outline_as_long_as_a_continent_takes_no_memory(tmp_path: Path, ring: list[list[float]]) -> None:
    (tmp_path / "a.geojson").write_bytes(collection(ring))
    with within():
        assert 0 < len(read_demand(tmp_path / "a.geojson").lon) < 500_000


def test_an_outline_outside_of_the_earth_is_a_fault_of_its_row(tmp_path: Path) -> None:
    far = collection([[1e9, 0], [2e9, 0], [2e9, 1e9], [1e9, 0]])
    refused(read_demand, tmp_path / "a.geojson", far, "no degrees")


def test_a_driver_does_not_quote_folders_of_this_machine(tmp_path: Path) -> None:
    for read in (read_demand, lambda path: boundary_of(str(path))):
        refused(read, tmp_path / "a.geojson", b"<OGRVRTDataSource/>", "not what the extension says")
        refused(read, tmp_path / "a.geojson", b'{"type": "FeatureCollection", "features": [', r"a\.geojson")


LONG_CELL = "f" * 40


def test_a_cell_longer_than_any_is_no_cell(tmp_path: Path, client: FlaskClient) -> None:
    refused(read_demand, tmp_path / "a.csv", f"cell\n{LONG_CELL}\n".encode(), "no H3 cell")
    assert readable(LONG_CELL) == LONG_CELL
    answer = client.post("/need", data={"cell": LONG_CELL}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 400


def test_tables_with_a_stray_return_are_refused(tmp_path: Path) -> None:
    refused(read_rhythm, tmp_path / "a.csv", b"hour,weight\n0,1\r1\n", "no CSV|cannot be read")
    (tmp_path / "h.csv").write_bytes(b'date,day,festival,notice\n2027-01-01,off,"' + b"a" * 140_000)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_holidays(tmp_path / "h.csv")


@pytest.mark.parametrize(
    ("sound", "bad"),
    [
        ("['residential', 'living_street']", "['residential' 'x'"),
        ("['residential', 'living_street']", "[" * 5000),
        ("['30', '40']", repr(["30"] * 2000)),
        ("encoding='utf-8'", "encoding='ttf-8'"),
        (">121.502<", ">1e999<"),
        (">31.25<", ">nan<"),
        (">300<", ">-5<"),
        ("121.501 31.251", "121501 31.251"),
    ],
    ids=["list", "deep", "combinations", "encoding", "infinite", "nan", "length", "bend"],
)
def test_a_graph_that_says_nonsense_is_refused(tmp_path: Path, sound: str, bad: str) -> None:
    text = seeds.streets(".graphml")[0].decode()
    assert sound in text
    refused(read_streets, tmp_path / "a.graphml", text.replace(sound, bad).encode(), "GraphML")


@pytest.mark.parametrize(("sound", "bad"), [('id="1"', 'id="r1"'), ('lat="31.25"', 'lat="31.%3"')])
def test_an_extract_with_numbers_that_are_none_is_refused(tmp_path: Path, sound: str, bad: str) -> None:
    text = seeds.streets(".osm")[0].decode()
    assert sound in text
    refused(read_streets, tmp_path / "a.osm", text.replace(sound, bad, 1).encode(), "cannot be read")


@pytest.mark.parametrize("name", ["lon", "version", "modes", "checksum"])
@pytest.mark.parametrize(
    "content",
    [
        b"no array",
        b"\x93NUMPY\x01\x00v\x00{'descr': '<i8', 'fortran_order': False, 'shape': (), }" + b" " * 60 + b"\n",
        b"\x93NUMPY\x01\x00\x06\x00{'a':(\n",
    ],
    ids=["bytes", "empty", "head"],
)
def test_a_network_whose_columns_are_none_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(seeds.streets(".streets")[1])) as before, zipfile.ZipFile(out, "w") as packed:  # fmt: skip
        for member in before.namelist():
            packed.writestr(member, content if member == f"{name}.npy" else before.read(member))
    (tmp_path / "a.streets").write_bytes(out.getvalue())
    with pytest.raises(InputError, match="no street network"):
        load(tmp_path / "a.streets")


def test_a_network_of_other_numbers_is_refused(tmp_path: Path) -> None:
    """Sound to its own checksum, but not what was saved."""
    from locator.streets.files import _checksum

    with np.load(io.BytesIO(seeds.streets(".streets")[1])) as held:
        parts = dict(held)
    parts["lon"] = parts["lon"].astype("f8")
    names = ("lon", "lat", "start", "end", "metres", "tenths_kmh")
    parts["checksum"] = np.array(_checksum({name: parts[name] for name in names}))
    np.savez(tmp_path / "a.npz", **parts)
    with pytest.raises(InputError, match="damaged"):
        load(tmp_path / "a.npz")


def test_half_a_character_is_no_opening_hours() -> None:
    with pytest.raises(InputError, match="opening_hours"):
        Timeline("\ud800")


@pytest.mark.parametrize("place", [{"lon": "121.5", "lat": "31.2", "max_m": "50000"}, {"district": "310110"}])
def test_an_hour_that_was_asked_for_stays_in_the_address_where_it_is_not_the_default(
    app: Flask, place: dict[str, str]
) -> None:
    with app.test_request_context("/", query_string={**place, "max_minutes": "60"}):
        assert state_of(ask(given(), datetime.now(SHANGHAI)))["max_minutes"] == "60"
