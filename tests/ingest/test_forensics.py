"""The datum of a list is told from its rows: every verdict, on the two public lists rewritten in each datum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from locator import convert
from locator.districts import districts_at, metres_outside
from locator.ingest.forensics import CANDIDATES, LEAST_MARGIN, Rows, examine, to_wgs84

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from locator.ingest.report import ImportReport

Record = dict[str, object]
DATUMS = list(CANDIDATES)


def supplied(records: list[Record], datum: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of GCJ-02 records as an office with that datum would have written them, 6 decimals."""
    lon = np.array([np.nan if r["source_lon"] is None else r["source_lon"] for r in records], float)
    lat = np.array([np.nan if r["source_lat"] is None else r["source_lat"] for r in records], float)
    there = np.isfinite(lon)
    if datum == "gcj02-doubled":
        lon[there], lat[there] = convert(lon[there], lat[there], "wgs84", "gcj02")
    elif datum != "gcj02":
        lon[there], lat[there] = convert(lon[there], lat[there], "gcj02", datum)
    return lon.round(6), lat.round(6)


def table(records: list[Record], lon: np.ndarray, lat: np.ndarray) -> list[list[object]]:
    """Return a street office's sheet: district named in words, no datum anywhere."""
    from locator.districts import district_name

    rows: list[list[object]] = [["名称", "区县", "地址", "经度", "纬度"]]
    for record, x, y in zip(records, lon, lat, strict=True):
        place = ["", ""] if np.isnan(x) else [f"{x:.6f}", f"{y:.6f}"]
        rows.append(
            [record["name"], district_name(record["district"]) or record["town"], record["address"], *place]
        )
    return rows


def metres(store_rows: list[Record], records: list[Record]) -> float:
    """Return how far the worst imported position lies from the truth."""
    kept = {r["name"]: r for r in store_rows}
    away = [
        np.hypot((kept[r["name"]]["lon"] - r["lon"]) * 95_000, (kept[r["name"]]["lat"] - r["lat"]) * 111_000)
        for r in records
        if r["lon"] is not None
    ]
    assert len(away) > 70
    return float(max(away))


def held(store) -> list[Record]:
    import json

    return [json.loads(record) for _, record in store.snapshot()[2]]


@pytest.mark.parametrize("datum", DATUMS)
@pytest.mark.parametrize("city", ["shanghai", "zhengzhou"])
def test_both_public_lists_get_the_right_verdict_in_every_datum_and_convert_right(
    city: str, datum: str, request: pytest.FixtureRequest, store, bring: Callable[..., ImportReport],
    write: Callable[..., Path],
) -> None:  # fmt: skip
    records = request.getfixturevalue(city)
    report = bring(write(table(records, *supplied(records, datum))))
    assert (report.verdict, report.rejected) == (datum, 0)
    assert report.finding.settled_by == "evidence"
    assert LEAST_MARGIN <= report.finding.margin <= 1
    assert metres(held(store), records) < 0.5
    outside = [row + 1 for row in report.finding.disagreeing.tolist()]
    assert outside == ([21, 26, 53, 69] if city == "zhengzhou" else [])
    said = [p.row for p in report.problems if "不在" in p.reason.zh]
    assert said == outside


@pytest.mark.parametrize("datum", DATUMS)
def test_swapped_axes_are_put_right_and_said(
    shanghai: list[Record], datum: str, store, bring: Callable[..., ImportReport], write: Callable[..., Path]
) -> None:
    lon, lat = supplied(shanghai, datum)
    report = bring(write(table(shanghai, lat, lon)))
    assert report.verdict == f"{datum}-swapped"
    assert len(report.swapped) == 77
    assert metres(held(store), shanghai) < 0.5
    kept = next(r for r in held(store) if r["name"] == shanghai[0]["name"])
    assert (kept["source_lon"], kept["source_lat"], kept["source_datum"]) == (lon[0], lat[0], datum)


def test_a_few_swapped_rows_are_told_one_by_one(
    shanghai: list[Record], bring: Callable[..., ImportReport], write: Callable[..., Path]
) -> None:
    lon, lat = supplied(shanghai, "gcj02")
    lon[[2, 5]], lat[[2, 5]] = lat[[2, 5]], lon[[2, 5]]
    report = bring(write(table(shanghai, lon, lat)))
    assert report.verdict == "gcj02"
    assert [p.row for p in report.problems if "写反" in p.reason.zh] == [3, 6]


def test_too_few_rows_are_ambiguous_and_nothing_is_written(
    shanghai: list[Record], store, bring: Callable[..., ImportReport], write: Callable[..., Path]
) -> None:
    lon, lat = supplied(shanghai, "gcj02")
    path = write(table(shanghai[:3], lon[:3], lat[:3]))
    report = bring(path)
    assert report.verdict == "ambiguous"
    assert "--datum" in report.refused.zh
    assert "--datum" in report.refused.en
    assert store.version() == 0
    assert bring(path, datum="gcj02").created == 3


def test_a_stated_datum_is_taken_and_doubted_where_the_rows_speak_against_it(
    shanghai: list[Record], bring: Callable[..., ImportReport], write: Callable[..., Path]
) -> None:
    report = bring(write(table(shanghai, *supplied(shanghai, "bd09"))), datum="wgs84", dry_run=True)
    assert (report.verdict, report.finding.settled_by) == ("wgs84", "stated")
    assert "BD-09" in report.finding.text.zh
    assert report.finding.disagreeing.size > 3


def test_a_header_that_names_the_wrong_datum_is_not_believed(
    shanghai: list[Record], bring: Callable[..., ImportReport], write: Callable[..., Path]
) -> None:
    rows = table(shanghai, *supplied(shanghai, "bd09"))
    rows[0][3:] = ["lon_gcj02", "lat_gcj02"]
    assert bring(write(rows)).verdict == "bd09"


def test_known_twins_tell_the_datum_of_three_rows(
    shanghai: list[Record], bring: Callable[..., ImportReport], write: Callable[..., Path]
) -> None:
    bring(write(table(shanghai, *supplied(shanghai, "gcj02"))))
    for datum in DATUMS:
        lon, lat = supplied(shanghai, datum)
        report = bring(write(table(shanghai[:3], lon[:3], lat[:3])), dry_run=True)
        assert report.verdict == datum


@pytest.mark.parametrize(
    ("one", "other"), [("gcj02", "wgs84"), ("bd09", "gcj02"), ("wgs84", "gcj02-doubled")]
)
def test_with_known_twins_a_mixed_file_is_told_row_by_row(
    one: str,
    other: str,
    shanghai: list[Record],
    bring: Callable[..., ImportReport],
    write: Callable[..., Path],
) -> None:
    bring(write(table(shanghai, *supplied(shanghai, "gcj02"))))
    first = np.arange(len(shanghai)) % 3 == 0
    (x1, y1), (x2, y2) = supplied(shanghai, one), supplied(shanghai, other)
    report = bring(write(table(shanghai, np.where(first, x1, x2), np.where(first, y1, y2))), dry_run=True)
    assert report.verdict == "mixed"
    placed = np.isfinite(x1)
    assert report.finding.datums[placed].tolist() == np.where(first, one, other)[placed].tolist()
    assert {p.row for p in report.problems} == set((np.flatnonzero(placed) + 1).tolist())


@pytest.mark.parametrize("pasted", [True, False])
def test_without_twins_a_mixed_file_keeps_out_the_rows_that_cannot_be_told(
    pasted: bool, shanghai: list[Record], bring: Callable[..., ImportReport], write: Callable[..., Path]
) -> None:
    first = np.arange(len(shanghai)) < 40 if pasted else np.arange(len(shanghai)) % 2 == 0
    (x1, y1), (x2, y2) = supplied(shanghai, "wgs84"), supplied(shanghai, "bd09")
    report = bring(write(table(shanghai, np.where(first, x1, x2), np.where(first, y1, y2))))
    truth = np.where(first, "wgs84", "bd09")
    told = report.finding.datums != ""
    assert report.verdict == "mixed"
    assert (report.finding.datums[told] == truth[told]).all()
    assert 0 < told.sum() < np.isfinite(x1).sum()
    assert report.rejected == np.isfinite(x1).sum() - told.sum()
    assert all("坐标系" in p.suggestion.zh for p in report.problems if p.outcome == "rejected")


def test_a_column_that_says_the_datum_of_each_row_is_followed(
    shanghai: list[Record], store, bring: Callable[..., ImportReport], write: Callable[..., Path]
) -> None:
    first = np.arange(len(shanghai)) % 2 == 0
    (x1, y1), (x2, y2) = supplied(shanghai, "wgs84"), supplied(shanghai, "bd09")
    rows = table(shanghai, np.where(first, x1, x2), np.where(first, y1, y2))
    rows = [[*rows[0], "坐标系"]] + [
        [*row, "WGS-84" if i % 2 == 0 else "百度"] for i, row in enumerate(rows[1:])
    ]
    report = bring(write(rows))
    assert (report.verdict, report.rejected) == ("mixed", 0)
    assert metres(held(store), shanghai) < 0.5


@pytest.mark.parametrize("seed", range(6))
def test_lists_of_other_cities_are_never_given_a_wrong_datum(seed: int) -> None:
    random = np.random.default_rng(seed)
    # Cities on land all round: 成都, 武汉, 石家庄, 西安, 长沙, 北京.
    city = [(103.9, 30.5), (114.2, 30.5), (114.4, 38.0), (108.9, 34.2), (112.9, 28.1), (116.3, 39.9)][seed]
    lon = city[0] + random.normal(0, 0.12, 400)
    lat = city[1] + random.normal(0, 0.12, 400)
    codes = [(districts_at(x, y) or (None,))[0] for x, y in zip(lon, lat, strict=True)]
    nowhere = np.full(400, np.nan)
    for datum in DATUMS:
        x, y = convert(lon, lat, "wgs84", "gcj02" if datum == "gcj02-doubled" else datum)
        if datum == "gcj02-doubled":
            x, y = convert(x, y, "wgs84", "gcj02")
        found = examine(Rows(x, y, codes, nowhere, nowhere))
        assert found.verdict == datum, (found.verdict, found.scores)


def test_a_doubled_shift_is_undone_to_a_millimetre() -> None:
    lon, lat = np.array([121.5, 87.6, 113.6]), np.array([31.2, 43.8, 34.7])
    x, y = convert(*convert(lon, lat, "wgs84", "gcj02"), "wgs84", "gcj02")
    again = to_wgs84(x, y, "gcj02-doubled")
    assert np.abs(np.concatenate([again[0] - lon, again[1] - lat])).max() < 1e-8


def test_metres_outside_is_negative_inside_and_unknown_without_a_district() -> None:
    lon, lat = np.array([121.54, 121.54, 121.40]), np.array([31.2754, 31.2754, 31.2754])
    found = metres_outside(lon, lat, ["310110", None, "310110"])
    assert found[0] < -500
    assert np.isnan(found[1])
    assert found[2] > 5000
