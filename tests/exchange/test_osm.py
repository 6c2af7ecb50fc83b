"""GeoJSON with OpenStreetMap's tags: what is known, and nothing that is not mapped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from locator import exchange
from locator.exchange.osm import KINDS, LONGEST, tags_of
from locator.service import Service
from locator.timeline import timeline
from locator.vocabulary import KINDS as ALL_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest
    from click.testing import Result


def test_the_export_holds_what_can_be_mapped_and_says_how_many_it_left_out_and_why(
    run: Callable[..., Result], services: list[Service], tmp_path: Path
) -> None:
    done = run("export", "a.geojson", "--format", "osm")
    whole = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
    ids = {feature["id"] for feature in whole["features"]}
    assert "x-all" in ids
    assert not {"x-mobile", "x-bare", "x-home", "x-demo"} & ids
    assert ids == {
        s.id
        for s in services
        if not s.demo and s.status == "active" and s.kind in KINDS and s.lon is not None
    }
    left = [
        int(line.split()[2].rstrip(":")) for line in done.stderr.splitlines() if line.startswith("left out")
    ]
    assert sum(left) + len(ids) == len(services)
    assert any("invented examples" in line for line in done.stderr.splitlines())


def test_tags_say_what_is_known_in_openstreetmaps_words(services: list[Service]) -> None:
    one = next(service for service in services if service.id == "x-all")
    assert tags_of(one) == {
        "amenity": "canteen", "name": one.name, "opening_hours": one.hours, "phone": "+86 21 6543 2100",
        "addr:full": "周家嘴路1号", "ref": "310110-7", "capacity": "0", "check_date": "2026-11-02", "source": "杨浦区总工会",
        "microwave": "yes", "internet_access": "wlan", "toilets": "no",
    }  # fmt: skip


def test_every_tag_is_a_text_short_enough_and_hours_stay_hours(services: list[Service]) -> None:
    long = Service(
        id="a", kind="station", name="长" * 300, lon=121.4, lat=31.1, hours="; ".join(["Mo 08:00-20:00"] * 30)
    )
    assert not {"name", "opening_hours"} & tags_of(long).keys()
    for service in services:
        if service.kind in KINDS:
            tags = tags_of(service)
            assert all(isinstance(v, str) and 0 < len(v) <= LONGEST for v in tags.values())
            assert "fixme" not in tags
            if "opening_hours" in tags:
                timeline(tags["opening_hours"])
            assert ("opening_hours" in tags) == (service.hours is not None)


def test_only_kinds_of_the_house_have_tags() -> None:
    assert KINDS.keys() <= ALL_KINDS.keys()


def test_invented_ones_come_only_if_asked_for_and_marked(tmp_path: Path, services: list[Service]) -> None:
    exchange.write(services, tmp_path / "a.geojson", "osm", demo=True)
    whole = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
    marked = {feature["id"] for feature in whole["features"] if feature["properties"].get("demo") == "yes"}
    assert "x-demo" in marked
    assert marked <= {service.id for service in services if service.demo}


def test_it_is_refused_where_wgs84_is_not_published(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOCATOR_PUBLISH_DATUM", "gcj02")
    assert "LOCATOR_PUBLISH_DATUM" in run("export", "a.geojson", "--format", "osm", code=2).stderr
    assert list(tmp_path.iterdir()) == []


def test_formats_refuse_endings_and_datums_that_they_have_not(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    assert ".geojson" in run("export", "a.csv", "--format", "osm", code=2).stderr
    assert ".zip or .json" in run("export", "a.geojson", "--format", "hsds", code=2).stderr
    assert "--datum" in run("export", "a.zip", "--format", "hsds", "--datum", "gcj02", code=2).stderr
    assert list(tmp_path.iterdir()) == []
