"""The export in others' formats: one file, what was written and what was left out."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec

from locator._errors import InputError, Text
from locator.datum import Datum
from locator.exchange import hsds, osm
from locator.exchange.tables import TABLES, package
from locator.exchange.terms import own_id
from locator.publication import check_wgs84
from locator.tabular import columns, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from locator.service import Service

_TITLE = "Services for outdoor workers (locator)"
# A cell of the tabular export that holds a JSON text is, in a record of its own, the list itself.
_LISTS = ("has", "lacks", "needs", "apply_steps", "offers", "stops", "events")


class Written(NamedTuple):
    """How many services are in the file, and how many are not, by reason."""

    services: int
    left_out: dict[Text, int]


def write(
    services: Iterable[Service],
    path: Path,
    said: str,
    *,
    datum: Datum | None = None,
    published: Datum = Datum.WGS84,
    demo: bool = False,
) -> Written:
    """Write services to a file in one of `FORMATS`.

    Parameters
    ----------
    services
        What to write.
    path
        The file; its ending must be one of the format's.
    said
        "records", "hsds" or "osm".
    datum
        Of `lon` and `lat` of records; the others have their own.
    published
        The datum of publication.
    demo
        Whether invented services come along to HSDS and OpenStreetMap, marked as what they are.

    Raises
    ------
    InputError
        An ending that the format has not, or a format that needs WGS-84 where that is not published.
    """
    endings = FORMATS[said]
    maker = endings.get(path.suffix.lower())
    if maker is None:
        known = "、".join(endings)
        raise InputError(
            "out",
            path.name,
            Text(f"{said} 的文件名要以 {known} 结尾", f"a file of {said} ends with {' or '.join(endings)}"),
        )
    if said == "osm":
        check_wgs84(published, "OpenStreetMap")
    if said != "records" and datum is not None:
        why = Text(
            f"{said} 的坐标系是它自己定的，不能用 --datum",
            f"{said} has a datum of its own: leave --datum out",
        )
        raise InputError("datum", datum.value, why)
    out = Counter[Text]()
    count = maker(_Wanted(services, said, out, demo=demo), path, _Choice(datum, published, demo))
    return Written(count, dict(out))


def format_of(path: Path) -> str | None:
    """Return the format that a file's ending alone stands for, None if it is one of the tables'."""
    return "records" if path.suffix.lower() in FORMATS["records"] else None


class _Choice(NamedTuple):
    datum: Datum | None
    published: Datum
    demo: bool


class _Wanted:
    """The services that belong into a file; the others are counted as they pass."""

    def __init__(self, services: Iterable[Service], said: str, out: Counter[Text], *, demo: bool) -> None:
        self._services, self._said, self._out, self._demo = services, said, out, demo

    def __iter__(self) -> Iterator[Service]:
        for service in self._services:
            why = self._why_not(service)
            if why is None:
                yield service
            else:
                self._out[why] += 1

    def _why_not(self, service: Service) -> Text | None:
        if self._said == "records":
            return None
        if service.demo and not self._demo:
            return osm.DEMO
        return osm.left_out(service) if self._said == "osm" else None


def _records(services: Iterable[Service], choice: _Choice) -> Iterator[bytes]:
    datum = choice.datum or (None if choice.published is Datum.WGS84 else choice.published)
    names = columns(datum)
    for row in rows_of(services, datum, choice.published):
        lists = {name: msgspec.json.decode(row[name]) for name in _LISTS}
        yield msgspec.json.encode({name: lists.get(name, row[name]) for name in names})


def _record_lines(services: Iterable[Service], path: Path, choice: _Choice) -> int:
    with path.open("wb") as file:
        return _put(file.write, _records(services, choice), b"", b"\n", b"\n")


def _record_list(services: Iterable[Service], path: Path, choice: _Choice) -> int:
    with path.open("wb") as file:
        return _put(file.write, _records(services, choice), b"[\n", b",\n", b"\n]\n")


def _osm(services: Iterable[Service], path: Path, _choice: _Choice) -> int:
    with path.open("wb") as file:
        features = (msgspec.json.encode(osm.feature_of(service)) for service in services)
        return _put(file.write, features, b'{"type": "FeatureCollection", "features": [\n', b",\n", b"\n]}\n")


def _hsds_json(services: Iterable[Service], path: Path, choice: _Choice) -> int:
    """Write the answer of HSDS's `/services`, all on one page, each with all that belongs to it."""
    with tempfile.TemporaryFile() as kept, path.open("wb") as file:
        whole = (
            msgspec.json.encode(hsds.nested(service, choice.published, demo=choice.demo))
            for service in services
        )
        # The number of services stands before them.
        count = _put(kept.write, whole, b"", b",\n", b"")
        page = {
            "total_items": count, "total_pages": 1, "page_number": 1, "size": count, "first_page": True,
            "last_page": True, "empty": count == 0,
        }  # fmt: skip
        file.write(msgspec.json.encode(page)[:-1] + b', "contents": [\n')
        kept.seek(0)
        while block := kept.read(2**20):
            file.write(block)
        file.write(b"\n]}\n")
    return count


def _put(
    write_bytes: Callable[[bytes], object], parts: Iterable[bytes], first: bytes, between: bytes, last: bytes
) -> int:
    """Write parts with something between them; return how many they were."""
    count = 0
    write_bytes(first)
    for count, part in enumerate(parts, 1):
        write_bytes(between + part if count > 1 else part)
    write_bytes(last)
    return count


def _hsds_zip(services: Iterable[Service], path: Path, choice: _Choice) -> int:
    """Write the tabular data package; tables grow on disk, as a country's do not fit in memory."""
    count = 0
    known: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        with ExitStack() as opened:
            puts = {name: _table(opened, Path(folder), name) for name in TABLES}
            for table, row in hsds.shared():
                puts[table](row)
            for name in TABLES:
                puts["meta_table_description"](
                    {"id": own_id("table", name), "name": name, "language": "zh", "character_set": "UTF-8"}
                )
            for service in services:
                count += 1
                organization = hsds.organization_of(service)
                if organization["id"] not in known:
                    known.add(organization["id"])
                    puts["organization"](organization)
                for table, row in hsds.rows_of(service, choice.published, demo=choice.demo):
                    puts[table](row)
        with ZipFile(path, "w", ZIP_DEFLATED) as packed:
            packed.writestr("datapackage.json", msgspec.json.format(msgspec.json.encode(package(_TITLE))))
            for table_ in TABLES.values():
                packed.write(Path(folder) / table_.path, table_.path)
    return count


def _table(opened: ExitStack, folder: Path, name: str) -> Callable[[dict[str, Any]], object]:
    """Return what writes rows of a table to its file in a folder."""
    table = TABLES[name]
    file = opened.enter_context((folder / table.path).open("w", encoding="utf-8", newline=""))
    rows = csv.DictWriter(file, table.columns, restval="", extrasaction="ignore")
    rows.writeheader()
    return rows.writerow


FORMATS: dict[str, dict[str, Callable[[Iterable[Service], Path, _Choice], int]]] = {
    "records": {".jsonl": _record_lines, ".json": _record_list},
    "hsds": {".zip": _hsds_zip, ".json": _hsds_json},
    "osm": {".geojson": _osm},
}
