"""Files as offices send them become tables; what is no table is one clear error."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from locator import InputError
from locator.ingest.readers import MAX_BYTES, read_table
from locator.ingest.texts import read_delimited

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [
    ["名称", "地址", "经度", "纬度"],
    ["一号驿站", "平凉路1890号", "121.54", "31.27"],
    ["二号,驿站", "", "121.55", "31.28"],
]


def text_of(delimiter: str) -> str:
    return "\n".join(delimiter.join(f'"{c}"' if delimiter in c else c for c in row) for row in ROWS)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_text_is_read_in_every_encoding_and_with_every_delimiter(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(text_of(delimiter).encode(encoding))
    table = read_table(path)
    assert [table.columns, *table.rows] == ROWS


def test_titles_and_blank_lines_stand_above_a_header(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        f"杨浦区工会驿站一览表,,,\n填表日期：2026年11月,,,\n\n{text_of(',')}\n\n,,,\n", encoding="gb18030"
    )
    table = read_table(path)
    assert table.columns == ROWS[0]
    assert table.rows == ROWS[1:]


def test_a_header_of_two_rows_is_one(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["名称", "详细地址", "坐标", None],
        [None, None, "经度", "纬度"],
        ["一号驿站", "某路1号", 121.5, 31.2],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:A2")
    sheet.merge_cells("B1:B2")
    sheet.merge_cells("C1:D1")
    book.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx")
    assert table.columns == ["名称", "详细地址", "经度", "纬度"]
    assert table.rows == [["一号驿站", "某路1号", "121.5", "31.2"]]


def test_the_sheet_that_looks_like_the_list_is_chosen_and_merged_cells_are_repeated(tmp_path: Path) -> None:
    import datetime as dt

    book = openpyxl.Workbook()
    book.active.append(["说明", "请如实填写"])
    sheet = book.create_sheet("名单")
    sheet.append(["区县", "驿站名称", "详细地址", "联系电话", "核实日期"])
    sheet.append(["杨浦区", "一号驿站", "某路1号", 13812345678, dt.datetime(2026, 11, 2)])  # noqa: DTZ001
    sheet.append([None, "二号驿站", "某路2号", 2165432100, None])
    sheet.merge_cells("A2:A3")
    book.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx")
    assert table.rows == [
        ["杨浦区", "一号驿站", "某路1号", "13812345678", "2026-11-02"],
        ["杨浦区", "二号驿站", "某路2号", "2165432100", ""],
    ]


FRAME = gpd.GeoDataFrame(
    {"名称": ["一号驿站", "二号驿站"], "地址": ["某路1号", None]},
    geometry=shapely.points([121.5, 121.6], [31.2, 31.3]),
    crs=4326,
)


@pytest.mark.parametrize("epsg", [4326, 4490, 3857, 4549])
@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.zip", "a.parquet", "a.geojson"])
def test_a_spatial_file_is_read_in_degrees_whatever_its_system(tmp_path: Path, name: str, epsg: int) -> None:
    frame, path = FRAME.to_crs(epsg), tmp_path / name
    if name == "a.parquet":
        frame.to_parquet(path)
    elif name == "a.zip":
        frame.to_file(tmp_path / "b.shp", encoding="utf-8")
        with zipfile.ZipFile(path, "w") as packed:
            for part in tmp_path.glob("b.*"):
                packed.write(part, part.name)
    elif name == "a.geojson":
        whole = json.loads(frame.to_json())
        whole["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}
        path.write_text(json.dumps(whole), encoding="utf-8")
    else:
        frame.to_file(path, **({"encoding": "utf-8"} if name == "a.shp" else {}))
    table = read_table(path)
    places = table.columns.index("lon"), table.columns.index("lat")
    found = [[float(row[place]) for place in places] for row in table.rows]
    assert np.array(found) == pytest.approx(np.array([[121.5, 31.2], [121.6, 31.3]]), abs=1e-7)
    assert table.claim == "wgs84"
    assert [row[table.columns.index("名称")] for row in table.rows] == ["一号驿站", "二号驿站"]


def test_a_shapefile_without_its_projection_is_refused(tmp_path: Path) -> None:
    FRAME.to_file(tmp_path / "a.shp", encoding="utf-8")
    (tmp_path / "a.prj").unlink()
    with pytest.raises(InputError, match=r"\.prj"):
        read_table(tmp_path / "a.shp")


def test_a_file_of_two_gigabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    for name in ("a.csv", "a.xlsx", "a.gpkg"):
        with (tmp_path / name).open("wb") as opened:
            opened.truncate(2 * 1024**3)  # sparse: it takes no room
        with pytest.raises(InputError, match="nothing was written") as caught:
            read_table(tmp_path / name)
        assert str(MAX_BYTES // 2**20) in str(caught.value)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    for name in ("a.xlsx", "a.ods", "a.zip"):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/worksheets/sheet1.xml", b"0" * (40 * 1024 * 1024))
        with pytest.raises(InputError, match="no table"):
            read_table(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b"\n\n\n"),
        ("a.csv", b"hello world, this is a letter\nnothing else"),
        ("a.csv", bytes(range(256)) * 20),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + b"\x00" * 200),
        ("a.csv", "名称,地址\n".encode()),
        ("a.csv", '名称,地址\n"一号,某路\n二号,某路\n三号,某路'.encode()),
        ("a.csv", b"\xff\xfe\x00"),
        ("a.xlsx", b"PK\x03\x04 not a workbook"),
        ("a.xlsx", b"name,address\na,b\n"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
        ("a.geojson", b"{"),
        ("a.geojson", b"[" * 5000),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [1]}'),
        ("a.geojson", b'{"type": "FeatureCollection", "features": []}'),
        ("a.gpkg", b"<OGRVRTDataSource></OGRVRTDataSource>"),
        ("a.gpkg", b"SQLite format 3\x00" + b"\xff" * 4096),
        ("a.shp", b"\x00\x00\x27\x0a" + b"\xff" * 200),
        ("a.parquet", b"PAR1" + b"\xff" * 200),
        ("a.zip", b"PK\x03\x04"),
        ("a.docx", b"PK\x03\x04"),
    ],
)
def test_what_is_no_table_is_one_error_that_names_the_file(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / name)
    assert caught.value.field == "file"
    assert str(tmp_path) not in str(caught.value)


def test_missing_files_and_folders_are_errors(tmp_path: Path) -> None:
    for path in (tmp_path / "no.csv", tmp_path):
        with pytest.raises(InputError):
            read_table(path)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_crash_the_text_reader(raw: bytes) -> None:
    try:
        read_delimited(raw)
    except InputError:
        return


@settings(deadline=None)
@given(st.text(alphabet="\"',;\t\n\r 名称经纬度a1", max_size=80))
def test_no_quotes_crash_the_text_reader_or_lose_a_word(text: str) -> None:
    try:
        found = read_delimited(text.encode())
    except InputError:
        return
    assert sum(cell.count("名") for row in found.rows for cell in row) == text.count("名")


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=12), min_size=3, max_size=3
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_was_written_is_what_is_read(rows: list[list[str]]) -> None:
    import csv

    whole = [["名称", "地址", "电话"], *rows]
    out = io.StringIO()
    csv.writer(out).writerows(whole)
    assert read_delimited(out.getvalue().encode()).rows == whole
