"""Small sound files of every kind that is read, most of them made by our own export."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import osmium
import pandas as pd
import shapely
from osmium.osm.mutable import Node, Way

from locator import exchange, tabular
from locator.service import Event, Offer, Service
from locator.store import sample_services
from locator.streets import read_streets, save

ROWS = (
    ["名称", "类型", "详细地址", "区县", "经度", "纬度", "坐标系", "开放时间", "设施", "优惠", "电话", "核实日期", "星级", "座位数"],
    ["一号驿站", "驿站", "平凉路1890号", "杨浦区", "121.5443", "31.2732", "GCJ-02", "周一至周五 9:00-17:00", "微波炉、饮水机", "", "021-65430000", "2026-11-02", "三星", "20"],
    ["定海路食堂", "食堂", "定海港路9号,一楼", "杨浦区", "121°32′40″E", "31°16′N", "高德", "24小时", "无厕所", "13:00-14:00 七折", "13800000000", "2026年9月1日", "★★", "约30人"],
    ["三号点", "其他", "", "310110", "121.55", "31.28", "百度", "冬季9:00-16:00，夏季8:00-18:00，周一闭馆", "", "满20减5", "", "", "", ""],
)  # fmt: skip
_GRAPHML = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="x" for="node" attr.name="x" attr.type="string"/><key id="y" for="node" attr.name="y" attr.type="string"/>
<key id="c" for="graph" attr.name="crs" attr.type="string"/>
<key id="h" for="edge" attr.name="highway" attr.type="string"/><key id="o" for="edge" attr.name="oneway" attr.type="string"/>
<key id="m" for="edge" attr.name="maxspeed" attr.type="string"/>
<key id="l" for="edge" attr.name="length" attr.type="string"/><key id="g" for="edge" attr.name="geometry" attr.type="string"/>
<graph edgedefault="directed"><data key="c">epsg:4326</data>
<node id="a"><data key="x">121.5</data><data key="y">31.25</data></node>
<node id="b"><data key="x">121.502</data><data key="y">31.25</data></node>
<edge source="a" target="b"><data key="h">['residential', 'living_street']</data><data key="o">False</data><data key="m">['30', '40']</data>
<data key="l">300</data><data key="g">LINESTRING (121.5 31.25, 121.501 31.251, 121.502 31.25)</data></edge>
<edge source="b" target="a"><data key="h">primary</data><data key="o">True</data><data key="l">200.5</data></edge>
</graph></graphml>"""
_ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body><office:spreadsheet>
<table:table table:name="名单">%s</table:table></office:spreadsheet></office:body></office:document-content>"""
_OUTLINE = shapely.Polygon(
    [(121.50, 31.25), (121.56, 31.25), (121.56, 31.30), (121.53, 31.32), (121.50, 31.30)],
    [[(121.52, 31.27), (121.53, 31.27), (121.53, 31.28)]],
)


@lru_cache(maxsize=1)
def services() -> tuple[Service, ...]:
    """Return a few records in which every field stands somewhere."""
    every = list(sample_services())
    own = Service(
        id="odd-1", kind="canteen", name='换\n行,"引号"', has=("microwave",), lacks=("toilet",), needs=("rest", "save"),
        source_lon=121.51, source_lat=31.21, source_datum="bd09", capacity=0, stars=0, demo=True, hours="Mo-Fr 09:00-17:00",
        offers=(Offer(title="七折", groups=("rider",), hours="13:00-14:00", percent_off=30),),
        events=(Event(title="电影", topic="film", start="2026-12-01T19:00", end="2026-12-01T21:00"),),
    ).placed()  # fmt: skip
    return (*every[:4], *[s for s in every if s.stops][:1], own)


def _made(name: str) -> bytes:
    """Return a file of our own export."""
    with tempfile.TemporaryDirectory() as folder:
        tabular.write(services(), Path(folder) / name)
        return (Path(folder) / name).read_bytes()


def records(suffix: str) -> list[bytes]:
    """Return records as JSON: our export."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        exchange.write(services(), path, "records")
        return [path.read_bytes()]


def _written(frame: gpd.GeoDataFrame | pd.DataFrame, name: str, packed: str | None = None) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        if name.endswith(".parquet"):
            frame.to_parquet(path)
        else:
            frame.to_file(path, engine="pyogrio", **({"encoding": "utf-8"} if packed else {}))
        if packed is None:
            return path.read_bytes()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)
        return out.getvalue()


def _text(rows: list[list[str]] | tuple[list[str], ...], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def lists() -> list[bytes]:
    """Return lists as text: our export, and an office's in its encodings."""
    office = _text(ROWS)
    return [
        _made("a.csv"), office.encode(), office.encode("gb18030"), office.encode("utf-8-sig"), _text(ROWS, "\t").encode("utf-16"),
        f"杨浦区驿站一览表,,,\n填表日期：2026年11月\n\n{office}".encode(),
    ]  # fmt: skip


def sheets() -> list[bytes]:
    """Return .xlsx files: our export, and one with a merged cell and two sheets."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["说明", "请如实填写"])
    sheet = book.create_sheet("名单")
    for row in ROWS:
        sheet.append(row)
    sheet["E2"], sheet["F2"], sheet["N2"] = 121.54, 31.27, 20
    sheet.merge_cells("D2:D3")
    book.save(out)
    return [_made("a.xlsx"), out.getvalue()]


def open_sheets() -> list[bytes]:
    """Return an .ods file."""
    cell = '<table:table-cell office:value-type="string"><text:p>%s</text:p></table:table-cell>'
    rows = "".join(
        "<table:table-row>" + "".join(cell % text for text in row) + "</table:table-row>" for row in ROWS
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        packed.writestr("content.xml", _ODS % rows)
    return [out.getvalue()]


def _points() -> gpd.GeoDataFrame:
    table = {
        "名称": ["一号", "二号", None],
        "weight": [1.0, 2.5, 0.0],
        "profile": ["rider", "", "flat"],
        "cost": [1.0, 2.0, 3.0],
    }
    return gpd.GeoDataFrame(
        table, geometry=shapely.points([121.54, 121.55, 121.53], [31.27, 31.28, 31.26]), crs=4326
    )


def _outlines(epsg: int = 4326) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"weight": [3.0]}, geometry=[_OUTLINE], crs=4326).to_crs(epsg)


def _geojson(frame: gpd.GeoDataFrame, epsg: int = 4326) -> bytes:
    whole = json.loads(frame.to_json())
    if epsg != 4326:
        whole["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}
    return json.dumps(whole, ensure_ascii=False).encode()


def spatial(suffix: str) -> list[bytes]:
    """Return files of points, of outlines, in degrees and in metres."""
    if suffix == ".geojson":
        own = [_made("a.geojson"), _geojson(_points()), _geojson(_outlines())]
        return [*own, _geojson(_outlines(3857), 3857)]
    if suffix == ".zip":
        return [_written(_points(), "a.shp", "zip"), _written(_outlines(4549), "a.shp", "zip")]
    return [_made(f"a{suffix}"), *(_written(f, f"a{suffix}") for f in (_points(), _outlines(4549)))]


def demand_lists() -> list[bytes]:
    """Return demand as text: positions with a rhythm by name, H3 cells."""
    hours = [f"h{hour}" for hour in range(168)]
    own = [["lon", "lat", "weight", *hours], ["121.54", "31.27", "2", *("1" for _ in hours)]]
    return [
        "lon,lat,weight,profile,datum,town\n121.54,31.27,2,rider,gcj02,定海路街道\n121.55,31.28,1,,,\n".encode(),
        b"cell,weight\n8831aa5555fffff,3\n8a31aa4c5c57fff,1.5\n",
        _text(own).encode(),
    ]


def tables_without_places() -> list[bytes]:
    """Return a GeoParquet's plain cousin: H3 cells."""
    return [_written(pd.DataFrame({"cell": ["8831aa5555fffff"], "weight": [2.0]}), "a.parquet")]


def rhythms() -> list[bytes]:
    """Return weekly profiles by hour and by day."""
    by_hour = [["hour", "weight"], *([str(hour), str(hour % 5)] for hour in range(168))]
    by_day = [["day", "hour", "weight"], *([day, str(h), "1"] for day in "一二三四五六日" for h in range(24))]
    return [_text(by_hour).encode(), _text(by_day).encode()]


def _extract(suffix: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        writer = osmium.SimpleWriter(str(path))
        try:
            for number, (x, y) in enumerate([(0, 0), (1, 0), (1, 1), (0, 1), (2, 1)], start=1):
                tags = {"barrier": "bollard"} if number == 5 else {}
                where = (121.5 + x * 0.003, 31.25 + y * 0.003)
                writer.add_node(Node(id=number, location=where, version=1, tags=tags))
            for number, (refs, tags) in enumerate(
                [([1, 2, 3, 4, 1], {"highway": "residential", "maxspeed": "30"}), ([3, 5, 99], {"highway": "primary", "oneway": "-1"})],
                start=1,
            ):  # fmt: skip
                writer.add_way(Way(id=number, nodes=refs, tags=tags, version=1))
        finally:
            writer.close()
        return path.read_bytes()


def streets(suffix: str) -> list[bytes]:
    """Return street networks as a source or as our own file."""
    if suffix == ".graphml":
        return [_GRAPHML.encode()]
    if suffix != ".streets":
        return [_extract(suffix)]
    with tempfile.TemporaryDirectory() as folder:
        source, path = Path(folder) / "a.osm.pbf", Path(folder) / "a.streets"
        source.write_bytes(_extract(".osm.pbf"))
        save(read_streets(source), path)
        plain = io.BytesIO()
        with np.load(path) as held:
            np.savez(plain, **dict(held))
        return [path.read_bytes(), plain.getvalue()]
