"""What is fuzzed as a file: each reader with its sound files, and the words that its format is made of."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from fuzz import seeds
from fuzz.mutations import damaged, damaged_inside

from locator.coverage.boundary import boundary_of
from locator.coverage.demand_files import read_demand
from locator.coverage.rhythms import read_rhythm
from locator.coverage.sites import read_sites
from locator.holidays import read_table as read_holidays
from locator.ingest.importing import import_file
from locator.ingest.readers import read_table
from locator.ingest.report import write_rejects
from locator.inspections import read_inspections
from locator.streets import StreetNetwork, load, read_streets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Reader(NamedTuple):
    """A reader: the ending of its files, sound ones, what reads them, whether it is a packed format, its words."""

    suffix: str
    sound: Callable[[], list[bytes]]
    read: Callable[[Path], Any]
    packed: bool = False
    words: tuple[bytes, ...] = ()
    own: bool = False  # the operator's own file: messages name its folder

    def damage(self, chance: random.Random, raw: bytes) -> bytes:
        """Return a file after some changes."""
        return (damaged_inside if self.packed else damaged)(chance, raw, self.words)

    def inputs(self, seed: int, count: int) -> list[bytes]:
        """Return so many damaged files, always the same ones for a seed; the sound ones come first."""
        chance, sound = random.Random(seed), self.sound()
        return [*sound, *(self.damage(chance, chance.choice(sound)) for _ in range(count))]


def _imported(path: Path) -> None:
    report = import_file(path, None, who="fuzz", why="fuzz", dry_run=True)
    report.to_text()
    msgspec.json.encode(report.to_json("zh"))
    write_rejects(report, path.with_name("rejects.xlsx"))


def _network(path: Path) -> None:
    for mode in ("walk", "drive"):
        StreetNetwork(read_streets(path), mode)


def _loaded(path: Path) -> None:
    StreetNetwork(load(path), "walk")


_JSON = (
    b'"type":',
    b'"Point"',
    b'"coordinates":[',
    b"null",
    b'"crs":{"name":"EPSG:0"}',
    b'"Polygon"',
    b"[[[[",
    b'"geometry":{}',
    b'"GeometryCollection"',
    b"1e400",
    b'"id":1',
)
_XML = (
    b"<",
    b"/>",
    b"&#0;",
    b"&lt;",
    b'=""',
    b"<!--",
    b"<![CDATA[",
    b"['a'",
    b"LINESTRING",
    b"epsg:3857",
    b"-1",
    b"99999999999999999999",
)
_LIST = (
    "，".encode(),
    "一".encode("gb18030"),
    b"\r",
    b'""',
    b"121.5",
    "经度".encode(),
    "名称".encode(),
    b"=cmd",
    b"24/7",
    b"Mo-Su 00:00-24:00",
    b"[{}]",
    b'"[{""a"":1}]"',
)
_SHEET = (
    b"<c r=",
    b't="s"',
    b't="e"',
    b't="d"',
    b"<v>",
    b"</v>",
    b"99999999999",
    b"1E+400",
    b"A1:XFD1048576",
    b"ZZZZ1",
    b"R1C1",
    b'number-columns-repeated="1000000000"',
    b'number-rows-repeated="-1"',
)
_VISITS = "service_id,on,open_as_stated,found,missing,by,note\nyp-1,2026-11-02,是,microwave,toilet,王,关门\nyp-2,2026-11-03,no,,,,\n".encode()
_DAYS = "date,day,festival,notice\n2027-01-01,off,元旦,2027\n2027-01-03,work,元旦,2027\n".encode()
_SITES = "lon,lat,name,hours,cost\n121.54,31.27,一号,24/7,100\n121.55,31.28,,Mo-Fr 09:00-17:00,\n".encode()

READERS: dict[str, Reader] = {
    "list.csv": Reader(".csv", seeds.lists, read_table, words=_LIST),
    "list.xlsx": Reader(".xlsx", seeds.sheets, read_table, packed=True, words=_SHEET),
    "list.ods": Reader(".ods", seeds.open_sheets, read_table, packed=True, words=_SHEET),
    "list.geojson": Reader(".geojson", lambda: seeds.spatial(".geojson"), read_table, words=_JSON),
    "list.jsonl": Reader(".jsonl", lambda: seeds.records(".jsonl"), read_table, words=_JSON),
    "list.json": Reader(".json", lambda: seeds.records(".json"), read_table, words=_JSON),
    "list.gpkg": Reader(".gpkg", lambda: seeds.spatial(".gpkg"), read_table),
    "list.shp.zip": Reader(".zip", lambda: seeds.spatial(".zip"), read_table, packed=True),
    "list.parquet": Reader(".parquet", lambda: seeds.spatial(".parquet"), read_table),
    "import.csv": Reader(".csv", seeds.lists, _imported, words=_LIST),
    "import.jsonl": Reader(".jsonl", lambda: seeds.records(".jsonl"), _imported, words=_JSON),
    "demand.csv": Reader(".csv", seeds.demand_lists, read_demand, words=(b"lon", b"lat", b"h0", b"nan", b"weight", b"cell")),
    "demand.geojson": Reader(".geojson", lambda: seeds.spatial(".geojson"), read_demand, words=_JSON),
    "demand.gpkg": Reader(".gpkg", lambda: seeds.spatial(".gpkg"), read_demand),
    "demand.parquet": Reader(".parquet", lambda: [*seeds.spatial(".parquet"), *seeds.tables_without_places()], read_demand),
    "boundary.geojson": Reader(".geojson", lambda: seeds.spatial(".geojson"), lambda p: boundary_of(str(p)), words=_JSON),
    "boundary.gpkg": Reader(".gpkg", lambda: seeds.spatial(".gpkg"), lambda p: boundary_of(str(p))),
    "boundary.parquet": Reader(".parquet", lambda: seeds.spatial(".parquet"), lambda p: boundary_of(str(p))),
    "sites.csv": Reader(".csv", lambda: [_SITES], read_sites, words=(b"lon", b"lat", b"nan", b"cost", b"datum", b"24/7")),
    "sites.geojson": Reader(".geojson", lambda: seeds.spatial(".geojson"), read_sites, words=_JSON),
    "profile.csv": Reader(".csv", seeds.rhythms, read_rhythm, words=(b"hour", b"day", b"nan", "周".encode())),
    "inspections.csv": Reader(".csv", lambda: [_VISITS], read_inspections, words=(b"2026-13-01", b"microwave")),
    "holidays.csv": Reader(".csv", lambda: [_DAYS], read_holidays, words=("春节".encode(), b"0000-00-00"), own=True),
    "streets.graphml": Reader(".graphml", lambda: seeds.streets(".graphml"), _network, words=_XML),
    "streets.osm": Reader(".osm", lambda: seeds.streets(".osm"), _network, words=_XML),
    "streets.osm.pbf": Reader(".osm.pbf", lambda: seeds.streets(".osm.pbf"), _network),
    "network.streets": Reader(".streets", lambda: seeds.streets(".streets"), _loaded, packed=True, own=True),
}  # fmt: skip
