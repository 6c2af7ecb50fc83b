"""Files made to harm: they are refused in words, the server lives on, and nothing outside them is read."""

from __future__ import annotations

import io
import sqlite3
import struct
import time
import tracemalloc
import zipfile
import zlib
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from steward_support import desk_client, log_in, token, upload

from locator import InputError
from locator.ingest.containers import check_unpacked
from locator.ingest.readers import check_packed, read_table

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from locator.store import Store

POINTS = gpd.GeoDataFrame(
    {"name": ["一号驿站", "二号驿站"]}, geometry=shapely.points([[121.5, 31.2], [121.6, 31.3]]), crs=4326
)
TEN_MB = b"0" * (10 * 1024 * 1024)
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB_XML = (
    f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "haha">{LAUGHS}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
)
SHEET = BOMB_XML + (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1" t="inlineStr"><is><t>名称</t></is></c><c r="B1" t="inlineStr"><is><t>地址</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>&l9;&f;</t></is></c><c r="B2" t="inlineStr"><is><t>某路1号</t></is></c></row>'
    "</sheetData></worksheet>"
)


def packed(files: dict[str, bytes | str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def shapefile(folder: Path, prefix: str = "") -> dict[str, bytes | str]:
    folder.mkdir()
    POINTS.to_file(folder / "stations.shp", encoding="utf-8")
    return {f"{prefix}{path.name}": path.read_bytes() for path in sorted(folder.iterdir())}


def workbook(sheet: str) -> bytes:
    """Return a workbook of one sheet, as XML."""
    from openpyxl import Workbook

    plain = io.BytesIO()
    Workbook().save(plain)
    with zipfile.ZipFile(plain) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return packed({**files, "xl/worksheets/sheet1.xml": sheet})


def understated(archive: bytes) -> bytes:
    """Return an archive whose directory says that its first file holds ten bytes."""
    at = archive.index(b"PK\x01\x02")
    return archive[: at + 24] + struct.pack("<I", 10) + archive[at + 28 :]


def test_an_archive_that_understates_its_sizes_is_not_opened(tmp_path: Path) -> None:
    for name in ("a.xlsx", "a.ods", "a.zip"):
        path = tmp_path / name
        path.write_bytes(understated(packed({"xl/worksheets/sheet1.xml": TEN_MB})))
        with zipfile.ZipFile(path) as archive:
            assert archive.infolist()[0].file_size == 10  # so that whoever believes it would open it
        with pytest.raises(InputError, match="less of its sizes than is true"):
            read_table(path)


def test_counting_what_is_packed_holds_none_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed({f"{n}.dbf": TEN_MB for n in range(8)}))
    tracemalloc.start()
    check_unpacked(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


def test_an_archive_of_very_many_files_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed({f"{n}.shp": b"" for n in range(6000)}))
    with pytest.raises(InputError, match="6000 files"):
        check_packed(path)


def test_overlapping_files_are_counted_as_often_as_they_are_named(tmp_path: Path) -> None:
    body = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = body.compress(TEN_MB) + body.flush()
    local = (
        struct.pack(
            "<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, zlib.crc32(TEN_MB), len(data), len(TEN_MB), 1, 0
        )
        + b"a"
    )
    one = struct.pack(
        "<4sHHHHHHIIIHHHHHII",
        b"PK\x01\x02",
        20,
        20,
        0,
        8,
        0,
        0,
        zlib.crc32(TEN_MB),
        len(data),
        len(TEN_MB),
        1,
        0,
        0,
        0,
        0,
        0,
        0,
    )
    directory = b"".join(one + bytes([65 + n % 26]) for n in range(200))
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 200, 200, len(directory), len(local) + len(data), 0)
    path = tmp_path / "a.zip"
    path.write_bytes(local + data + directory + end)
    with pytest.raises(InputError):
        check_packed(path)


def test_an_archive_in_an_archive_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed({"inner.zip": packed(shapefile(tmp_path / "made"))}))
    with pytest.raises(InputError, match="no Shapefile"):
        read_table(path)


def test_a_shapefile_in_an_archive_is_read_whatever_its_folders_and_characters(tmp_path: Path) -> None:
    for number, prefix in enumerate(("", "杨浦/", "../../", "C:\\data\\")):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(packed(shapefile(tmp_path / str(number), prefix)))
        assert len(read_table(path).rows) == 2
    assert sorted(path.name for path in tmp_path.parent.glob("stations.*")) == []  # nothing was put outside


VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="l"><SrcDataSource>{}</SrcDataSource><LayerSRS>WGS84</LayerSRS>'
    '<GeometryType>wkbPoint</GeometryType><GeometryField encoding="PointFromColumns" x="lon" y="lat"/>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)


@pytest.mark.parametrize("name", ["a.vrt", "a.shp", "a.geojson", "a.gpkg", "a.csv"])
@pytest.mark.parametrize("suffix", [".zip", ".shp", ".gpkg"])
def test_no_file_of_this_machine_is_read_through_an_upload(
    seat: FlaskClient, tmp_path: Path, name: str, suffix: str
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("name,lon,lat\nTOPSECRET,121.5,31.2\n")
    text = VRT.format(secret)
    content = packed({name: text}) if suffix == ".zip" else text.encode()
    answer = upload(seat, content, f"列表{suffix}")
    assert answer.status_code == 400
    assert "TOPSECRET" not in answer.text
    assert str(tmp_path) not in answer.text


def test_a_link_in_an_archive_leads_nowhere(tmp_path: Path) -> None:
    files = shapefile(tmp_path / "made")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            link = name.endswith(".shp")
            entry.external_attr = (0o120777 if link else 0o100644) << 16
            archive.writestr(entry, b"/etc/passwd" if link else content)
    path = tmp_path / "a.zip"
    path.write_bytes(made.getvalue())
    with pytest.raises(InputError, match="no Shapefile"):
        read_table(path)


@pytest.mark.parametrize(
    "made",
    [
        "CREATE VIRTUAL TABLE away USING VirtualOGR('/vsicurl/http://169.254.169.254/x')",
        "CREATE VIEW away AS SELECT ogr_geocode('Paris') AS name",
        "CREATE VIEW away AS SELECT load_extension('/tmp/x.so') AS name",
        "CREATE TABLE away (name TEXT DEFAULT '/vsizip//etc/x.zip')",
    ],
)
def test_a_geopackage_with_a_table_that_leads_elsewhere_is_not_opened(tmp_path: Path, made: str) -> None:
    path = tmp_path / "a.gpkg"
    POINTS.to_file(path)
    assert len(read_table(path).rows) == 2
    with sqlite3.connect(path) as database:
        # As its sender would: by hand, without having the module.
        database.execute("PRAGMA writable_schema = 1")
        database.execute("INSERT INTO sqlite_master VALUES ('table', 'away', 'away', 0, ?)", [made])
    database.close()
    with pytest.raises(InputError):
        read_table(path)


def test_a_parquet_that_unpacks_to_far_too_much_is_not_opened(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "a.parquet"
    zeros = pa.array([0] * 1_200_000, pa.int8())
    pq.write_table(pa.table({"name": zeros}), path, compression="zstd")
    assert path.stat().st_size < 100_000
    with pytest.raises(InputError, match="1200000 rows"):
        read_table(path)


def test_entities_of_a_workbook_are_neither_multiplied_nor_fetched(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(SHEET))
    began = time.process_time()
    try:
        told = str(read_table(path).rows)
    except InputError as error:
        told = str(error)
    assert "haha" * 20 not in told
    assert "root:" not in told
    assert len(told) < 2000
    assert time.process_time() - began < 5


def test_entities_of_a_street_network_are_not_multiplied(tmp_path: Path) -> None:
    from locator.streets.graphml import pieces_of_graph

    path = tmp_path / "a.graphml"
    path.write_text(BOMB_XML + '<graphml><key id="&l9;"/><key id="&f;"/></graphml>')
    began = time.process_time()
    with pytest.raises(InputError):
        pieces_of_graph(path, ("walk",))
    assert time.process_time() - began < 5


def test_deeply_nested_json_is_an_error_in_words(desk: FlaskClient) -> None:
    for depth in (300, 900, 2000, 100_000):
        deep = "[" * depth + "]" * depth
        for feature in (
            f'{{"type":"Feature","properties":{{"name":"a","x":{deep}}},"geometry":null}}',
            f'{{"type":"Feature","properties":{{"name":"a"}},"geometry":{{"type":"Point","coordinates":{deep}}}}}',
        ):
            text = f'{{"type":"FeatureCollection","crs":{deep},"features":[{feature}]}}'
            assert upload(desk, text.encode(), "a.geojson").status_code in {302, 400}


def test_a_cell_of_a_whole_book_and_a_line_of_very_many_cells_are_errors_in_words(desk: FlaskClient) -> None:
    for content in (
        b"name,address\nx," + b"y" * 400_000,
        b"name,address\n" + b"," * 400_000,
        b'name,address\n"' + b"\n" * 400_000,
    ):
        began = time.process_time()
        answer = upload(desk, content, "a.csv")
        assert answer.status_code == 400
        assert len(answer.data) < 20_000
        assert time.process_time() - began < 10


def test_an_upload_over_the_limit_is_refused_for_programs_and_people(store: Store) -> None:
    from locator.store.accounts import make_token

    client = desk_client(store, max_upload="1")
    log_in(client)
    secret = token(client.get("/steward/records"))
    head = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{secret}\r\n'
    head += '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    body = head.encode() + b"x" * 1_200_000 + b"\r\n--x--\r\n"
    sent = {"data": body, "content_type": "multipart/form-data; boundary=x"}
    assert client.post("/steward/imports", **sent).status_code == 413
    bearer = {"Authorization": f"Bearer {make_token(store, 'editor', 'tests')}"}
    assert client.post("/api/v1/imports", headers=bearer, **sent).status_code == 413


def test_one_person_keeps_at_most_twenty_uploads(desk: FlaskClient, store: Store) -> None:
    from steward_support import list_row, sheet

    from locator.web.steward.private import desk_folder

    content = sheet([list_row(1)])
    for _ in range(22):
        upload(desk, content)
    assert len(list((desk_folder(store.url) / "uploads").iterdir())) == 20


def test_a_sent_file_is_never_handed_out_again_as_it_came(desk: FlaskClient) -> None:
    """What comes back is a page of ours or a sheet that we wrote: no HTML of a sender's ever runs on this host."""
    content = "名称,类型,地址,区县\n<script>alert(1)</script>,驿站,某路1号,杨浦区\n".encode()
    address = upload(desk, content, "a.html.csv").headers["Location"]
    page = desk.get(address)
    assert b"<script>alert" not in page.data
    for tail in ("/file", "/file/a.html.csv", "/a.html.csv"):
        assert desk.get(address + tail).status_code == 404
    sheet = desk.get(address + "/rejects.xlsx")
    assert sheet.data.startswith(b"PK")
    assert sheet.headers["Content-Disposition"].startswith("attachment")


def test_a_cell_that_a_spreadsheet_would_run_is_kept_a_text(tmp_path: Path) -> None:
    from steward_support import station

    from locator.tabular import write

    write([station(1, name="=cmd|' /C calc'!A0", address="@SUM(1)")], tmp_path / "out.csv")
    text = (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    assert "'=cmd" in text
    assert "'@SUM" in text
