"""What the commands print and write on a machine whose site publishes GCJ-02; and that it imports again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from publication import world
from publication.traces import Traces, cells_in, texts_of

from locator.cli import main
from locator.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

pytestmark = pytest.mark.usefixtures("publishing")
LON, LAT = (f"{degrees:.6f}" for degrees in world.convert(*world.HERE, "wgs84", "gcj02"))
PLAN = (
    "--boundary", world.DISTRICT, "--profile", "rider", "--week", "2026-11-23", "--minutes", "10", "--kind", "station",
)  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('town')}/town.db"
    opened = Store(url)
    opened.create(world.services(), "tests")
    opened.close()
    return url


@pytest.fixture
def publishing(monkeypatch: pytest.MonkeyPatch, store: str, tmp_path: Path) -> None:
    monkeypatch.setenv("LOCATOR_PUBLISH_DATUM", "gcj02")
    monkeypatch.setenv("LOCATOR_STORE", store)
    monkeypatch.setenv("LOCATOR_PUBLIC_URL", "https://ditu.example")
    monkeypatch.chdir(tmp_path)


def run(*words: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, words)
    assert done.exit_code == code, done.output
    return done


def told(body: bytes) -> set[tuple[float, float]]:
    dense = [*world.demand(), *world.cell_corners(), *world.corners()]
    return Traces(world.WGS84.values()).of(body) | Traces(dense, 4e-6).of(body)


def shifted(body: bytes) -> bool:
    here = [world.shifted(name, "gcj02") for name in world.WGS84]
    return bool(Traces([*here, *world.demand("gcj02")]).of(body))


@pytest.mark.parametrize(
    "words",
    [
        ("nearest", LON, LAT, "--json"), ("nearest", LON, LAT, "--json", "--datum", "bd09", "--at", world.AT),
        ("along", f"{LON},{LAT}", "121.54,31.28", "--json"), ("events", LON, LAT, "--at", world.AT, "--json"),
        ("show", "from-wgs"), ("show", "mobile", "--json"), ("show", "doubled", "--json"),
        ("plan", *PLAN, "--candidates", "cells", "--retime", "--actions", "3"),
        ("plan", *PLAN, "--candidates", "cells", "--retime", "--actions", "3", "--json"),
        ("coverage", *PLAN), ("coverage", *PLAN, "--json"), ("rings", LON, LAT, "--json"), ("circle", LON, LAT, "--json"),
    ],
)  # fmt: skip
def test_no_command_prints_wgs84(words: tuple[str, ...]) -> None:
    printed = run(*words).stdout.encode()
    assert told(printed) == set()
    if words[0] in {"nearest", "along", "events", "show", "plan"} and "bd09" not in words:
        assert shifted(printed)
    if "--json" in words and words[0] != "coverage":
        # Of what was asked, the planner's datum is that of the demand file.
        told_in = json.loads(printed)["datum"]
        assert told_in == ("bd09" if "bd09" in words else "gcj02")
    if words[0] in {"plan", "coverage"}:
        assert cells_in(printed) == set()


@pytest.mark.parametrize("suffix", ["gpkg", "parquet", "geojson", "csv", "xlsx", "jsonl", "json"])
def test_an_export_is_shifted_says_so_and_imports_again(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"all.{suffix}"
    run("export", str(file))
    body = file.read_bytes()
    assert told(body) == set()
    text = " ".join(texts_of(body))
    assert "gcj02" in text
    assert "4326" not in text
    if suffix != "xlsx":  # of its cells each number is told by a tag
        assert shifted(body)
    fresh = f"sqlite:///{tmp_path}/fresh.db"
    report = json.loads(run("import", str(file), "--store", fresh, "--json").stdout)
    assert (report["created"], report["rejected"]) == (len(world.services()), 0)
    kept = {one.id: one for one in (Store.open(fresh).get(service.id) for service in world.services())}
    for name, (lon, lat) in world.WGS84.items():
        place = kept["mobile"].stops[int(name[-1]) - 1] if name.startswith("stop") else kept[name]
        assert (place.lon, place.lat) == pytest.approx((lon, lat), abs=2e-8)


@pytest.mark.parametrize("name", ["all.zip", "all.json"])
def test_an_export_for_open_referral_is_shifted_and_says_so(tmp_path: Path, name: str) -> None:
    run("export", name, "--format", "hsds", "--demo")
    body = (tmp_path / name).read_bytes()
    text = " ".join(texts_of(body))
    assert told(body) == set()
    assert "gcj02" in text
    assert all(f"{round(x, 6)}"[:-1] in text for x in world.shifted("from-wgs", "gcj02"))


@pytest.mark.parametrize(
    "words",
    [
        ("map", "out.html", "--lon", LON, "--lat", LAT), ("image", "out.png", "--lon", LON, "--lat", LAT), ("image", "out.svg", "--district", world.DISTRICT),
        ("poster", "from-wgs", "out.pdf"), ("check", "--map", "out.html"), ("network", "isochrone", LON, LAT, "--out", "out.geojson"),
    ],
)  # fmt: skip
def test_no_command_draws_wgs84(tmp_path: Path, words: tuple[str, ...]) -> None:
    run(*words)
    (file,) = tmp_path.glob("out.*")
    body = file.read_bytes()
    assert told(body) == set()
    if words[0] != "poster":  # which shows no position
        assert any(word in text for text in texts_of(body) for word in ("gcj02", "GCJ-02"))
    assert b"geo:" not in body


def test_the_planners_files_are_shifted_and_name_no_cell(tmp_path: Path) -> None:
    run("coverage", *PLAN, "--out", str(tmp_path / "gaps"))
    files = {path.name: path.read_bytes() for path in (tmp_path / "gaps").iterdir()}
    assert {"gaps.gpkg", "places.csv", "stations.csv"} <= files.keys()
    assert {name: (told(body), cells_in(body)) for name, body in files.items()} == dict.fromkeys(
        files, (set(), set())
    )
    assert shifted(files["gaps.gpkg"])
    assert "gcj02" in " ".join(texts_of(files["gaps.gpkg"]))


@pytest.mark.parametrize(
    "words",
    [
        ("nearest", LON, LAT, "--datum", "wgs84"), ("export", "x.csv", "--datum", "wgs84"), ("export", "x.geojson", "--format", "osm"), ("rings", LON, LAT, "--datum", "wgs84"),
        ("network", "isochrone", LON, LAT, "--datum", "wgs84", "--out", "x.geojson"), ("map", "x.html", "--basemap", "osm"),
        ("along", f"{LON},{LAT}", "121.54,31.28", "--datum", "wgs84"), ("image", "x.png", "--lon", LON, "--lat", LAT, "--datum", "wgs84"),
    ],
)  # fmt: skip
def test_wgs84_is_refused_with_the_reason_and_nothing_is_written(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert "LOCATOR_PUBLISH_DATUM" in run(*words, code=2).stderr
    assert list(tmp_path.iterdir()) == []


def test_the_store_keeps_the_numbers_as_supplied(store: str, tmp_path: Path) -> None:
    before = Store.open(store).snapshot()[2]
    run("export", str(tmp_path / "a.csv"))
    assert Store.open(store).snapshot()[2] == before
    kept = Store.open(store).get("from-wgs")
    assert (kept.source_lon, kept.source_lat, kept.source_datum) == (*world.WGS84["from-wgs"], "wgs84")
