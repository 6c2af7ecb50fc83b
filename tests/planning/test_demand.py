"""Demand from files: what a row means, what is wrong with it, and what becomes of outlines and cells."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pytest
import shapely

from locator import InputError, convert
from locator.coverage.boundary import boundary_of
from locator.coverage.demand import Demand
from locator.coverage.demand_files import read_demand, sample_demand
from locator.coverage.rhythms import RHYTHMS, read_rhythm

if TYPE_CHECKING:
    from pathlib import Path

CELL = "8830982023fffff"


def table(
    folder: Path, rows: list[dict[str, Any]], name: str = "demand.csv", encoding: str = "utf-8"
) -> Path:
    path = folder / name
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def hours(weights: Any) -> list[dict[str, Any]]:
    return [{"hour": hour, "weight": weight} for hour, weight in enumerate(weights)]


def test_a_row_is_a_point_with_a_weight(tmp_path: Path) -> None:
    rows = [
        {"lon": 121.5, "lat": 31.2, "weight": 3, "town": "定海路街道"},
        {"lon": 121.6, "lat": 31.3, "weight": 0, "town": ""},
    ]
    demand = read_demand(table(tmp_path, rows))
    assert demand.lon.tolist() == [121.5, 121.6]
    assert demand.weight.tolist() == [3.0, 0.0]
    assert demand.town is not None
    assert demand.town.tolist() == ["定海路街道", ""]
    assert demand.person_hours == pytest.approx(3 * 168)
    assert demand.faults == ()


def test_names_weights_and_encodings_of_street_offices_are_read(tmp_path: Path) -> None:
    rows = [{"经度": "121.5", "纬度": "31.2", "骑手": "7"}]
    demand = read_demand(table(tmp_path, rows, encoding="gb18030"), weight="骑手")
    assert (demand.lon[0], demand.weight[0]) == (121.5, 7.0)
    assert read_demand(table(tmp_path, rows)).weight.tolist() == [1.0]


def test_rows_that_make_no_sense_are_left_out_and_listed(tmp_path: Path) -> None:
    good = {"lon": 121.5, "lat": 31.2, "weight": 1, "profile": "rider", "datum": ""}
    bad = [
        {"weight": -1},
        {"weight": "many"},
        {"weight": "nan"},
        {"lon": ""},
        {"lon": 31.2, "lat": 121.5},
        {"lon": 200},
        {"profile": "pirate"},
        {"datum": "mars"},
        {"weight": "inf"},
    ]
    demand = read_demand(table(tmp_path, [good, *(good | wrong for wrong in bad), good]))
    assert demand.source_row.tolist() == [0, 10]
    assert [fault.row for fault in demand.faults] == list(range(2, 11))
    columns = [fault.column for fault in demand.faults]
    assert columns[:3] == ["weight"] * 3
    assert columns[3:6] == ["lon, lat"] * 3
    assert columns[6:8] == ["profile", "datum"]
    assert "swapped" in demand.faults[4].reason.en
    assert demand.faults[0].value == "-1"


def test_positions_of_another_datum_are_moved(tmp_path: Path) -> None:
    rows = [
        {"lon": 121.5443, "lat": 31.2732, "datum": "gcj02"},
        {"lon": 121.5443, "lat": 31.2732, "datum": ""},
        {"lon": 121.5443, "lat": 31.2732, "datum": "BD-09"},
    ]
    demand = read_demand(table(tmp_path, rows))
    for i, datum in enumerate(("gcj02", "wgs84", "bd09")):
        assert (demand.lon[i], demand.lat[i]) == pytest.approx(
            convert(121.5443, 31.2732, datum, "wgs84"), abs=1e-9
        )
    moved = read_demand(table(tmp_path, rows), datum="gcj02")
    assert moved.lon[1] == demand.lon[0]


def test_a_cell_becomes_the_small_cells_in_it(tmp_path: Path) -> None:
    demand = read_demand(table(tmp_path, [{"cell": CELL, "weight": 98}, {"cell": "x", "weight": 1}]))
    assert len(demand) == 49
    assert demand.weight == pytest.approx(np.full(49, 2.0))
    assert {
        h3.cell_to_parent(h3.latlng_to_cell(b, a, 10), 8) for a, b in zip(demand.lon, demand.lat, strict=True)
    } == {CELL}
    assert [(fault.row, fault.column) for fault in demand.faults] == [(2, "cell")]
    fine = h3.cell_to_center_child(CELL, 12)
    assert len(read_demand(table(tmp_path, [{"cell": fine, "weight": 1}]))) == 1


@pytest.mark.parametrize("name", ["d.gpkg", "d.geojson", "d.parquet"])
def test_outlines_become_points_that_share_the_weight(tmp_path: Path, name: str) -> None:
    box = shapely.box(121.50, 31.20, 121.54, 31.23)
    sliver = shapely.box(121.6, 31.3, 121.60001, 31.30001)
    frame = gpd.GeoDataFrame(
        {"weight": [100.0, 5.0, 7.0, 2.0]},
        geometry=[box, sliver, shapely.Point(121.7, 31.1), shapely.LineString([(121, 31), (122, 32)])],
        crs=4326,
    )
    path = tmp_path / name
    if name.endswith("parquet"):
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    demand = read_demand(path)
    by_row = np.bincount(demand.source_row, demand.weight, 3)
    assert by_row == pytest.approx([100, 5, 7])
    mine = demand.source_row == 0
    assert 600 < mine.sum() < 1200
    assert shapely.contains_xy(box, demand.lon[mine], demand.lat[mine]).all()
    # Evenly: each half of the box has half of the weight.
    west = mine & (demand.lon < 121.52)
    assert demand.weight[west].sum() == pytest.approx(50, abs=2)
    assert [(fault.row, fault.column) for fault in demand.faults] == [(4, "geometry")]


def test_a_projected_file_is_read_in_degrees(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"weight": [1.0]}, geometry=[shapely.Point(121.5, 31.2)], crs=4326)
    frame.to_crs(32651).to_file(tmp_path / "d.gpkg")
    demand = read_demand(tmp_path / "d.gpkg")
    assert (demand.lon[0], demand.lat[0]) == pytest.approx((121.5, 31.2), abs=1e-8)


def test_a_plain_parquet_of_positions_is_read(tmp_path: Path) -> None:
    pd.DataFrame({"lon": [121.5], "lat": [31.2], "weight": [4]}).to_parquet(tmp_path / "d.parquet")
    assert read_demand(tmp_path / "d.parquet").weight.tolist() == [4.0]


def test_rhythms_come_from_the_option_the_columns_or_a_name(tmp_path: Path) -> None:
    week = np.arange(168.0)
    own = {"lon": 121.5, "lat": 31.2, "weight": 1} | {f"h{hour}": hour for hour in range(168)}
    path = table(tmp_path, [own, own | {"h5": -1}])
    demand = read_demand(path)
    assert demand.rhythms[demand.rhythm[0]].tolist() == week.tolist()
    assert [fault.column for fault in demand.faults] == ["h0..h167"]
    riders = read_demand(path, profile="rider")
    assert riders.rhythms[riders.rhythm[0]].tolist() == RHYTHMS["rider"].tolist()
    assert read_demand(path, profile=table(tmp_path, hours(week), "week.csv")).rhythms.tolist() == [
        week.tolist()
    ]
    named = table(tmp_path, [{"lon": 121.5, "lat": 31.2, "profile": name} for name in RHYTHMS])
    demand = read_demand(named)
    for i, name in enumerate(RHYTHMS):
        assert demand.rhythms[demand.rhythm[i]].tolist() == RHYTHMS[name].tolist()


def test_built_in_rhythms_are_168_hours_a_head() -> None:
    for name, week in RHYTHMS.items():
        assert week.sum() == pytest.approx(168), name
        assert (week > 0).all(), name
    rider = RHYTHMS["rider"].reshape(7, 24)
    assert rider[0, 11] == rider[0, 12] == rider.max()
    assert rider[0, 18] > rider[0, 15] > rider[0, 3]
    assert RHYTHMS["sanitation"].reshape(7, 24)[2].argmax() == 4


def test_a_rhythm_by_day_and_hour_equals_one_by_hour(tmp_path: Path) -> None:
    week = np.random.default_rng(1).random(168).round(6)
    by_day = [
        {"day": day, "hour": hour, "weight": week[24 * i + hour]}
        for i, day in enumerate(("1", "Tu", "周三", "4", "Friday", "星期六", "su"))
        for hour in range(24)
    ]
    for rows in (hours(week), by_day):
        assert read_rhythm(table(tmp_path, rows, "week.csv")).tolist() == week.tolist()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (hours(range(167)), "hour 167"),
        ([*hours([1.0] * 168), {"hour": 3, "weight": 1}], "twice"),
        (hours([-1.0] * 168), "line 2"),
        (hours(["nan"] * 168), "line 2"),
        (hours([0] * 168), "all weights are 0"),
        ([{"hour": 168, "weight": 1}], "no hour 168"),
        ([{"day": "Someday", "hour": 1, "weight": 1}], "line 2"),
        ([{"a": 1}], "columns"),
    ],
)
def test_a_week_with_holes_is_refused(tmp_path: Path, rows: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_rhythm(table(tmp_path, rows, "week.csv"))


def test_a_file_that_is_no_demand_is_one_clear_error(tmp_path: Path) -> None:
    junk = tmp_path / "d.gpkg"
    junk.write_bytes(b"no")
    binary = tmp_path / "d.csv"
    binary.write_bytes(b"\x00\xff\xfe\x81")
    for path, said in (
        (tmp_path / "none.csv", "cannot be read"),
        (junk, "the content is not"),
        (tmp_path / "d.pdf", "must be a"),
        (table(tmp_path, [{"a": 1}], "a.csv"), "lon and lat"),
        (table(tmp_path, [{"lon": 1, "lat": "x"}], "b.csv"), "none of the 1 rows"),
    ):
        with pytest.raises(InputError, match=said):
            read_demand(path)
    with pytest.raises(InputError):
        read_demand(binary)
    with pytest.raises(InputError, match="no column 'people'"):
        read_demand(table(tmp_path, [{"lon": 1, "lat": 1}]), weight="people")
    with pytest.raises(InputError, match="profile"):
        read_demand(table(tmp_path, [{"lon": 1, "lat": 1}]), profile="pirate")
    with pytest.raises(InputError, match="datum"):
        read_demand(table(tmp_path, [{"lon": 1, "lat": 1}]), datum="mars")


def test_demand_that_is_kept_elsewhere_is_asked_for_by_name() -> None:
    def needs() -> pd.DataFrame:
        return pd.DataFrame({"lon": [121.5], "lat": [31.2], "weight": [12]})

    assert read_demand("needs", tables={"needs": needs}).weight.tolist() == [12.0]
    with pytest.raises(InputError, match="needs"):
        read_demand("needs")


def test_the_sample_is_yangpu(tmp_path: Path) -> None:
    demand = sample_demand()
    assert demand.weight.sum() == pytest.approx(910)
    assert demand.rhythms[demand.rhythm[0]].tolist() == RHYTHMS["rider"].tolist()
    inside = demand.inside(boundary_of("310110"))
    assert 0.8 * len(demand) < len(inside) < len(demand)
    assert 800 < inside.weight.sum() < 910
    named = demand.inside(boundary_of("杨浦"))
    assert named.lon.tolist() == inside.lon.tolist()
    middle = shapely.box(121.52, 31.27, 121.55, 31.30)
    frame = gpd.GeoDataFrame(geometry=[middle], crs=4326)
    frame.to_crs(3857).to_file(tmp_path / "b.gpkg")
    frame.to_parquet(tmp_path / "b.parquet")
    for name in ("b.gpkg", "b.parquet"):
        few = demand.inside(boundary_of(str(tmp_path / name)))
        assert 0 < len(few) < len(inside)


@pytest.mark.parametrize("text", ["nowhere", "鼓楼区", "missing.geojson"])
def test_a_boundary_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        boundary_of(text)


def test_a_boundary_of_points_is_refused(tmp_path: Path) -> None:
    gpd.GeoDataFrame(geometry=[shapely.Point(1, 1)], crs=4326).to_file(tmp_path / "p.geojson")
    with pytest.raises(InputError, match="no polygon"):
        boundary_of(str(tmp_path / "p.geojson"))


def test_demand_in_memory_is_checked_by_nobody_and_the_same() -> None:
    demand = Demand.of([1.0, 2.0], [3.0, 4.0], 2.0, np.ones(168) * 2)
    assert demand.person_hours == pytest.approx(2 * 2 * 168 * 2)
