"""Maps: datums declared, assets ours, users' words out of scripts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import folium
import pytest
from conftest import HOSTILE

from locator import Catalog, ConfigurationError, NotFoundError, convert, nearest
from locator._bundled import bundled
from locator._settings import Settings
from locator.cards import card
from locator.maps import basemap_of, map_data, map_parts, standalone_page
from locator.maps.assets import asset_path
from locator.question import ask

if TYPE_CHECKING:
    from datetime import datetime

    from locator.maps import Basemap

OUTLINE = basemap_of(Settings(basemap="outline"))
GAODE = basemap_of(Settings(basemap="gaode"))


def data_of(catalog: Catalog, at: datetime, basemap: Basemap) -> dict[str, object]:
    question = ask({"lon": 121.5443, "lat": 31.2732, "datum": "gcj02"}, at)
    found = nearest(catalog, 121.5443, 31.2732, datum="gcj02", at=at)
    return map_data([card(h, question) for h in found.features], question, basemap)


@pytest.mark.parametrize(("name", "datum"), [("osm", "wgs84"), ("outline", "wgs84"), ("gaode", "gcj02")])
def test_every_basemap_declares_its_datum(name: str, datum: str) -> None:
    assert basemap_of(Settings(basemap=name)).datum == datum


def test_what_lies_on_the_map_is_converted_to_the_basemaps_datum(catalog: Catalog, monday: datetime) -> None:
    plain, shifted = data_of(catalog, monday, OUTLINE), data_of(catalog, monday, GAODE)
    assert shifted["datum"] == "gcj02"
    for a, b in zip(
        [plain["asker"], *plain["services"]], [shifted["asker"], *shifted["services"]], strict=True
    ):
        assert convert(a["lon"], a["lat"], "wgs84", "gcj02") == pytest.approx((b["lon"], b["lat"]), abs=2e-6)
    assert shifted["asker"] == {"lon": 121.5443, "lat": 31.2732}


@pytest.mark.parametrize(
    "settings",
    [
        Settings(basemap="mars"),
        Settings(basemap="tianditu"),
        Settings(basemap="tianditu", tianditu_key="'; drop"),
        Settings(basemap="https://tiles.example/{z}/{x}/{y}.png"),
        Settings(basemap="https://tiles.example/{z}/{x}.png", basemap_datum="wgs84"),
        Settings(basemap="https://tiles.example/{z}/{x}/{y}.png", basemap_datum="bd09"),
        Settings(basemap="javascript:alert(1){z}{x}{y}", basemap_datum="wgs84"),
        Settings(basemap="https://a'; script-src *;/{z}/{x}/{y}", basemap_datum="wgs84"),
    ],
)
def test_a_basemap_that_makes_no_sense_is_refused(settings: Settings) -> None:
    with pytest.raises((ConfigurationError, ValueError)):
        basemap_of(settings)


def test_tianditu_asks_for_its_labels_too() -> None:
    basemap = basemap_of(Settings(basemap="tianditu", tianditu_key="0123456789abcdef"))
    assert len(basemap.tiles) == 2
    assert map_parts(basemap).script.count("0123456789abcdef") == 2
    assert "https://t0.tianditu.gov.cn" in basemap.origins


def test_an_own_template_with_a_datum_is_taken() -> None:
    basemap = basemap_of(Settings(basemap="https://tiles.example/{z}/{x}/{y}.png", basemap_datum="gcj02"))
    assert basemap.origins == ("https://tiles.example",)


def test_the_script_holds_nothing_that_users_wrote(hostile_url: str) -> None:
    Catalog.open(hostile_url)
    assert not any(name in map_parts(OUTLINE).script for name in HOSTILE.values())


def test_the_map_has_a_layer_for_each_family_and_a_control() -> None:
    script = map_parts(OUTLINE).script
    assert script.count("L.featureGroup") == 6
    assert "L.control.layers" in script
    assert "L.tileLayer" not in script


def test_folium_itself_is_left_as_it_was() -> None:
    map_parts(GAODE)
    assert folium.Map.default_js
    assert folium.Map.default_js[0][0] == "leaflet"


def test_an_unknown_asset_fails_here_and_not_in_a_browser() -> None:
    with pytest.raises(NotFoundError):
        asset_path("leaflet.jsx")
    with pytest.raises(NotFoundError):
        asset_path("../__init__.py")


def test_the_file_of_a_map_holds_all_it_needs(catalog: Catalog, monday: datetime) -> None:
    page = standalone_page(nearest(catalog, 121.5443, 31.2732, datum="gcj02", at=monday), OUTLINE, "标题")
    body = re.sub(r'href="https?://[^"]*"', "", page)
    assert not re.search(r'(?:src|href)="(?!#|data:)', body)
    assert not re.search(r"url\((?!data:|#)", body.partition("</style>")[0])
    assert "sourceMappingURL" not in page
    data = json.loads(re.search(r'(?s)id="map-data">(.*?)</script>', page)[1])
    assert "3101" in data["outlines"]


def test_hostile_names_in_the_file_of_a_map_stay_text(hostile_url: str, monday: datetime) -> None:
    found = nearest(Catalog.open(hostile_url), 121.5443, 31.2732, datum="gcj02", at=monday)
    page = standalone_page(found, OUTLINE, HOSTILE["evil-script"])
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    data = json.loads(re.search(r'(?s)id="map-data">(.*?)</script>', page)[1])
    assert {s["name"] for s in data["services"]} == set(HOSTILE.values())


def test_dark_tokens_are_the_same_by_choice_and_by_the_systems_wish() -> None:
    css = (bundled("static") / "tokens.css").read_text(encoding="utf-8")
    chosen = css.partition('[data-theme="dark"] {')[2].partition("}")[0]
    wished = css.partition(':root:not([data-theme="light"]) {')[2].partition("}")[0]
    assert re.findall(r"(--[\w-]+: [^;]+);", chosen) == re.findall(r"(--[\w-]+: [^;]+);", wished)


def test_every_icon_that_pages_use_is_drawn() -> None:
    sprite = (bundled("templates") / "sprite.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    from locator import vocabulary
    from locator.facilities import _ICONS

    assert set(_ICONS.values()) <= drawn
    assert set(_ICONS) == set(vocabulary.AMENITIES)
    assert {f"m-{k.glyph}" for k in vocabulary.KINDS.values()} <= drawn
    assert {f"m-{f}" for f in vocabulary.FAMILIES} <= drawn
