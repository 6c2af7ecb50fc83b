"""What is written comes back: five formats, every field, nothing runs as a formula."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from locator import InputError, Service, convert
from locator.cli import main
from locator.datum import Datum
from locator.tabular import FORMATS, guarded, unguarded, write
from locator.vocabulary import AMENITIES, GROUPS, KINDS, NEEDS

LISTS = {"has", "lacks", "needs", "apply_steps", "offers", "stops", "events"}


def cells(path: Path) -> list[dict[str, Any]]:
    """Read a file's rows in a plain way of our own."""
    if path.suffix == ".csv":
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [{k: unguarded(v) for k, v in row.items()} for row in csv.DictReader(file)]
    if path.suffix == ".xlsx":
        names, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
        return [dict(zip(names, row, strict=True)) for row in rows]
    if path.suffix == ".geojson":
        return [f["properties"] for f in json.loads(path.read_text(encoding="utf-8"))["features"]]
    if path.suffix == ".gpkg":
        return pyogrio.read_dataframe(path, read_geometry=False, datetime_as_string=True).to_dict("records")
    return gpd.read_parquet(path).drop(columns="geometry").to_dict("records")


def parsed(row: dict[str, Any]) -> Service:
    said = {k: v for k, v in row.items() if str(v) not in {"None", "nan", "<NA>", ""}}
    for name in LISTS & said.keys():
        if isinstance(said[name], str):
            said[name] = json.loads(said[name])
    return Service.model_validate(said)


def back(services: list[Service], suffix: str) -> list[Service]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"out{suffix}"
        assert write(services, path) == len(services)
        return [parsed(row) for row in cells(path)]


TEXTS = st.one_of(
    st.sampled_from(["=1+1", "+86 21 6543", "-甲", "@sum", "'=1", "''=1", "'甲'", "a,b", 'a"b', "甲\n乙", "0012", "1e5", "true", "[1]", "_x0041_", "2024-01-01", "{}", "null"]),
    st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12),
)  # fmt: skip
DAYS = st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2099, 1, 1)))
HOURS = st.sampled_from([None, "24/7", "Mo-Fr 09:00-17:00", "08:00-20:00; PH off"])
MONEY = st.one_of(st.none(), st.floats(0, 9999).map(lambda x: round(x, 2)))
LONS, LATS = st.floats(75, 130), st.floats(20, 50)
OFFERS = st.builds(
    lambda title, groups, hours, off, first: {"title": title, "groups": groups, "hours": hours, "percent_off": off, "valid_from": first},
    TEXTS, st.lists(st.sampled_from(list(GROUPS)), max_size=2, unique=True), HOURS, st.sampled_from([None, 30, 12.5]), DAYS,
)  # fmt: skip
EVENTS = st.builds(
    lambda title, day: {"title": title, "start": f"2026-11-{day:02}T09:00", "end": f"2026-11-{day:02}T10:00"},
    TEXTS, st.integers(1, 28),
)  # fmt: skip
STOPS = st.builds(lambda lon, lat, hours, last: {"lon": lon, "lat": lat, "hours": hours, "valid_to": last}, LONS, LATS, HOURS, DAYS)  # fmt: skip


@st.composite
def services(draw: st.DrawFn) -> list[Service]:
    made = []
    for number in range(draw(st.integers(1, 4))):
        amenities = draw(st.lists(st.sampled_from(list(AMENITIES)), max_size=4, unique=True))
        cut = draw(st.integers(0, 4))
        fields: dict[str, Any] = {
            "id": f"s-{number}", "kind": draw(st.sampled_from(list(KINDS))), "name": draw(TEXTS),
            "address": draw(st.none() | TEXTS), "district": draw(st.sampled_from([None, "310110"])), "town": draw(st.none() | TEXTS),
            "phone": draw(st.sampled_from([None, "021-65431234", "+86 139", "013900001111"])), "hours": draw(HOURS), "hours_text": draw(st.none() | TEXTS),
            "has": amenities[:cut], "lacks": amenities[cut:], "needs": draw(st.lists(st.sampled_from(list(NEEDS)), max_size=2)),
            "capacity": draw(st.none() | st.integers(0, 500)), "stars": draw(st.none() | st.integers(0, 5)), "code": draw(st.none() | TEXTS),
            "rent_min": draw(MONEY), "vacancies": draw(st.none() | st.integers(0, 99)), "apply_steps": draw(st.lists(TEXTS, max_size=2)),
            "offers": draw(st.lists(OFFERS, max_size=2)), "events": draw(st.lists(EVENTS, max_size=2)),
            "status": draw(st.sampled_from(["active", "planned"])), "source": draw(st.none() | TEXTS), "verified_on": draw(DAYS), "demo": draw(st.booleans()),
        }  # fmt: skip
        where = draw(st.sampled_from(["nowhere", "source", "plain", "mobile"]))
        if where == "mobile":
            fields["stops"] = draw(st.lists(STOPS, min_size=1, max_size=2))
        elif where == "plain":
            fields |= {"lon": draw(LONS), "lat": draw(LATS)}
        elif where == "source":
            fields |= {
                "source_lon": draw(LONS),
                "source_lat": draw(LATS),
                "source_datum": draw(st.sampled_from(list(Datum))),
            }
        made.append(Service.model_validate(fields).placed())
    return made


@pytest.mark.parametrize("suffix", FORMATS)
@settings(max_examples=40, deadline=None)
@given(made=services())
def test_every_format_gives_back_equal_records(suffix: str, made: list[Service]) -> None:
    assert back(made, suffix) == made


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_sample_comes_back_whole(suffix: str, sample: list[Service]) -> None:
    assert back(sample, suffix) == sample


@given(st.text(max_size=6) | TEXTS)
def test_a_guarded_text_never_runs_and_comes_back(text: str) -> None:
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(guarded(text)) == text


def test_texts_in_a_sheet_are_texts_and_numbers_are_numbers(tmp_path: Path, sample: list[Service]) -> None:
    evil = sample[0].model_copy(update={"name": '=HYPERLINK("https://x.example")', "capacity": 5})
    write([evil], tmp_path / "out.xlsx")
    (row,) = cells(tmp_path / "out.xlsx")
    assert row["name"] == evil.name
    assert isinstance(row["capacity"], float)
    from zipfile import ZipFile

    assert b"<f>" not in ZipFile(tmp_path / "out.xlsx").read("xl/worksheets/sheet1.xml")


def test_a_record_that_a_cell_cannot_hold_is_named(tmp_path: Path, sample: list[Service]) -> None:
    offers = [{"title": "长" * 400}] * 90
    large = Service.model_validate(sample[0].model_dump() | {"offers": offers})
    with pytest.raises(InputError, match=f"{large.id}.offers"):
        write([large], tmp_path / "out.xlsx")
    assert back([large], ".csv") == [large]


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("datum", list(Datum))
def test_positions_are_written_in_the_datum_asked_for(
    tmp_path: Path, store_url: str, sample: list[Service], suffix: str, datum: Datum
) -> None:
    out = tmp_path / f"out{suffix}"
    done = CliRunner().invoke(main, ["export", str(out), "--store", store_url, "--datum", datum.value])
    assert done.exit_code == 0, done.output
    rows = {row["id"]: row for row in cells(out)}
    assert len(rows) == len(sample)
    for service in sample:
        row = rows[service.id]
        assert row["datum"] == datum.value
        if service.lon is not None:
            wanted = convert(service.lon, service.lat, "wgs84", datum)
            assert (float(row["lon"]), float(row["lat"])) == pytest.approx(wanted, abs=1e-8)
            assert (row["source_datum"] or None) == service.source_datum


def test_export_keeps_to_kinds_and_a_district(tmp_path: Path, store_url: str, sample: list[Service]) -> None:
    out = tmp_path / "out.csv"
    words = ["export", str(out), "--store", store_url, "--kind", "canteen,housing", "--district", "杨浦"]
    assert CliRunner().invoke(main, words).exit_code == 0
    wanted = {s.id for s in sample if s.kind in {"canteen", "housing"} and s.district == "310110"}
    assert {row["id"] for row in cells(out)} == wanted
    assert wanted


@pytest.mark.parametrize(
    "words",
    [
        ("x.doc",),
        ("x.csv", "--datum", "mars"),
        ("x.csv", "--kind", "palace"),
        ("x.csv", "--district", "乌有"),
    ],
)
def test_a_faulty_wish_exits_2_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store_url: str, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["export", *words, "--store", store_url])
    assert done.exit_code == 2
    assert done.stderr.strip()
    assert not list(tmp_path.iterdir())
