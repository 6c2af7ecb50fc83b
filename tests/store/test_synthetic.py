"""The invented country, as files and as a store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
from click.testing import CliRunner

from locator import Catalog
from locator.cli import main
from locator.synthetic import invent

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: object) -> None:
    done = CliRunner().invoke(main, ["sample", *map(str, arguments)])
    assert done.exit_code == 0, done.output


def test_the_same_seed_invents_the_same_country() -> None:
    assert list(invent(200, 7)) == list(invent(200, 7))
    assert list(invent(200, 7)) != list(invent(200, 8))


def test_every_invented_service_says_so() -> None:
    country = list(invent(500, 1))
    assert len({s.id for s in country}) == 500
    assert all(s.demo and "示例" in s.name for s in country)
    assert {s.hours is None for s in country} == {True, False}
    assert len({s.kind for s in country}) > 8
    assert any(s.offers for s in country)


def test_invented_services_stand_in_clusters_as_real_ones_do() -> None:
    lon, lat = np.array([(s.lon, s.lat) for s in invent(3000, 1)]).T
    cells = np.unique(np.column_stack([lon // 0.1, lat // 0.1]), axis=0)
    assert len(cells) < 1200
    assert 73 < lon.min() < lon.max() < 135
    assert 18 < lat.min() < lat.max() < 54


@pytest.mark.parametrize("suffix", ["gpkg", "parquet", "geojson"])
def test_a_country_is_written_as_a_file_that_others_open(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"country.{suffix}"
    run("--services", 50, "--seed", 3, "--out", out)
    frame = gpd.read_parquet(out) if suffix == "parquet" else gpd.read_file(out)
    assert len(frame) == 50
    assert frame.crs.to_epsg() == 4326
    assert frame["demo"].all()
    assert list(frame.geometry.x.round(6)) == list(frame["lon"])
    has = frame["has"].iloc[0]
    assert isinstance(json.loads(has) if isinstance(has, str) else list(has), list)


def test_a_country_is_written_as_a_store_and_never_over_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/country.db"
    run("--services", 50, "--store", url)
    assert len(Catalog.open(url)) == 50
    again = CliRunner().invoke(main, ["sample", "--services", "5", "--store", url])
    assert again.exit_code == 1
    assert len(Catalog.open(url)) == 50


def test_neither_or_an_odd_file_name_is_the_callers_mistake(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["sample"]).exit_code == 2
    odd = CliRunner().invoke(main, ["sample", "--out", str(tmp_path / "x.xyz")])
    assert odd.exit_code == 2
    assert ".gpkg" in odd.output
