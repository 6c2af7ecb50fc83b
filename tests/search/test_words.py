"""An answer in one line of words, in both languages."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from tests_support import catalog_of

from locator import InputError, Service, nearest
from locator.answers import to_geojson
from locator.cli import main
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from pathlib import Path

    from locator.catalog import Catalog

# 1,140 m north of the asker: six minutes by e-bike, said as seven.
LON, LAT, NORTH = 121.5, 31.2, 31.2 + 1140 / 110870
AT = datetime(2026, 11, 23, 13, 35, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("hours", "zh", "en"),
    [
        ("08:00-14:30", "13:41到，开到14:30，能待49分钟", "13:41 there, open until 14:30, 49 min"),
        ("08:00-13:55", "13:41到，13:55关门，只能待14分钟", "13:41 there, open until 13:55, 14 min"),
        ("24/7", "13:41到，24小时开，待多久都行", "13:41 there, open round the clock"),
        ("14:00-20:00", "13:41到，等20分钟，14:00开门", "13:41 there, opens 14:00, 20 min to wait"),
        ("Tu 08:00-20:00", "13:41到，明天08:00开门", "13:41 there, opens tomorrow 08:00"),
        ("We 08:00-20:00", "13:41到，周三08:00开门", "13:41 there, opens Wed 08:00"),
        ("Dec 02 08:00-20:00", "13:41到，12月2日08:00开门", "13:41 there, opens 2 Dec 08:00"),
        ("08:00-24:00", "13:41到，开到24:00，能待10小时19分", "13:41 there, open until 24:00, 10 h 19 min"),
        ("Jun 08:00-20:00", "13:41到，两星期内不开", "13:41 there, closed for two weeks"),
        (None, "13:41到，到了不一定开门", "13:41 there, hours unknown"),
        ("Mo 14:00-16:00 unknown", "13:41到，几点开不清楚", "13:41 there, opening unknown"),
    ],
)
def test_what_each_kind_of_hours_says(tmp_path: Path, hours: str | None, zh: str, en: str) -> None:
    own = catalog_of([Service(id="a", kind="station", name="甲", lon=LON, lat=NORTH, hours=hours)], tmp_path)
    for language, expected in (("zh", zh), ("en", en)):
        (feature,) = to_geojson(nearest(own, LON, LAT, at=AT, words=language))["features"]
        assert feature["properties"]["words"] == expected


def test_words_are_there_only_when_asked_for(catalog: Catalog) -> None:
    silent = to_geojson(nearest(catalog, 121.54, 31.27, at=AT, open="now"))
    spoken = to_geojson(nearest(catalog, 121.54, 31.27, at=AT, open="now", words="en"))
    assert silent["features"]
    assert silent["unknown"]
    assert not any("words" in f["properties"] for f in (*silent["features"], *silent["unknown"]))
    for feature in (*spoken["features"], *spoken["unknown"], spoken["fallback"]):
        assert feature["properties"].pop("words").startswith(("13:", "14:"))
    assert spoken["features"] == silent["features"]
    assert spoken["fallback"] == silent["fallback"]


def test_a_district_s_list_says_no_arrival(catalog: Catalog) -> None:
    found = to_geojson(nearest(catalog, district="310110", at=AT, words="en"))["features"]
    assert "open round the clock" in {f["properties"]["words"] for f in found}


def test_no_other_language_is_promised(catalog: Catalog) -> None:
    with pytest.raises(InputError, match="words"):
        nearest(catalog, LON, LAT, at=AT, words="fr")


def test_the_command_line_says_the_line(store_url: str) -> None:
    command = [
        "nearest",
        "121.5443",
        "31.2732",
        "--datum",
        "gcj02",
        "--at",
        "2026-11-24T12:00",
        "--store",
        store_url,
    ]
    said = CliRunner().invoke(main, [*command, "--open", "arrival"]).output
    assert "开着，骑行4分钟，12:04到，开到15:00，能待2小时56分  [demo-mobile-001]" in said
    english = CliRunner().invoke(main, [*command, "--open", "arrival", "--words", "en"]).output
    assert "12:04 there, open until 15:00, 2 h 56 min  [demo-mobile-001]" in english
