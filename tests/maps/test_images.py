"""Pictures of answers: the same bytes for the same state, every marker seen, every word only a word."""

from __future__ import annotations

import io
import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from conftest import HOSTILE
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests_support import catalog_of, marker_boxes

from locator import Catalog, ConfigurationError, Service, convert, nearest
from locator._settings import Settings
from locator.maps import basemap_of, raster
from locator.maps.captions import default_title, facts
from locator.maps.paint import colours, glyph, marker, outline
from locator.maps.picture import Look, svg_map
from locator.maps.placing import Box, apart, frame_round, mercator
from locator.maps.raster import png, read_about
from locator.maps.svg_text import broken, width_em, words
from locator.question import ask

if TYPE_CHECKING:
    from datetime import datetime

    from locator.hits import Answer

OUTLINE = basemap_of(Settings(basemap="outline"))
GAODE = basemap_of(Settings(basemap="gaode"))
URL = "https://ditu.example/?district=310110"
SVG = "{http://www.w3.org/2000/svg}"


def picture(found: Answer, **look: object) -> str:
    return svg_map(found, OUTLINE, Look("标题", **look), URL)


def crowd(n: int, spread_deg: float = 0.0) -> list[Service]:
    kinds = ["station", "canteen", "housing", "legal-aid", "haircut"]
    return [
        Service(
            id=f"s-{i:03}",
            kind=kinds[i % len(kinds)],
            name=f"第{i}处",
            district="310110",
            hours=[None, "24/7", "00:00-00:30"][i % 3],
            lon=121.54 + spread_deg * (i % 7),
            lat=31.27 + spread_deg * (i // 7),
        )
        for i in range(n)
    ]


def test_the_same_answer_makes_the_same_bytes(catalog: Catalog, store_url: str, monday: datetime) -> None:
    twin = Catalog.open(store_url)
    pictures = [picture(nearest(c, 121.54, 31.27, at=monday, open="arrival")) for c in (catalog, twin)]
    assert pictures[0] == pictures[1]
    assert png(pictures[0], 2) == png(pictures[1], 2)


def test_a_minute_later_is_another_picture(catalog: Catalog, monday: datetime) -> None:
    early, late = (picture(nearest(catalog, 121.54, 31.27, at=monday.replace(minute=m))) for m in (5, 6))
    assert early != late


@pytest.mark.parametrize("n", [1, 2, 19, 60, 130])
@pytest.mark.parametrize("spread_deg", [0.0, 0.0004, 0.01])
@pytest.mark.parametrize("width", [320, 750, 1500])
def test_no_marker_lies_over_another_however_many_stand_at_one_address(
    n: int, spread_deg: float, width: int, tmp_path: Path, monday: datetime
) -> None:
    found = nearest(catalog_of(crowd(n, spread_deg), tmp_path), district="310110", at=monday)
    svg = picture(found, width=width)
    boxes, specks = marker_boxes(svg), svg.count('class="speck"')
    assert len(boxes) + specks == n
    assert len(boxes) >= min(n, 60)
    assert not any(a.meets(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(box.left >= 0 and box.right <= width for box in boxes)


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 300)), min_size=1, max_size=40))
def test_markers_moved_apart_never_meet_and_move_only_if_they_must(
    anchors: list[tuple[float, float]],
) -> None:
    inside = Box(0, 0, 400, 300)
    taken = [Box.round(200, 150, 20)]
    at = apart(anchors, [30.0] * len(anchors), inside, taken)
    boxes = taken + [Box.round(x, y, 30) for x, y in at]
    assert not any(a.meets(b) for i, a in enumerate(boxes) for b in boxes[:i] if _deep(a, b))
    for i, (anchor, place) in enumerate(zip(anchors, at, strict=True)):
        free = inside.holds(Box.round(*anchor, 30)) and not any(
            Box.round(*anchor, 30).meets(other) for other in boxes[: i + 1]
        )
        if free:
            assert place == pytest.approx(anchor)


def _deep(a: Box, b: Box) -> bool:
    """Tell whether two boxes share more than a rounding error."""
    return (
        min(a.right, b.right) - max(a.left, b.left) > 1e-5
        and min(a.bottom, b.bottom) - max(a.top, b.top) > 1e-5
    )


def test_a_crowd_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="no room"):
        apart([(5, 5)] * 5, [10.0] * 5, Box(0, 0, 20, 20))


@given(
    st.lists(st.tuples(st.floats(73, 135), st.floats(4, 53)), min_size=1, max_size=20),
    st.integers(320, 1500),
)
def test_a_frame_shows_every_position_inside_its_margin(
    positions: list[tuple[float, float]], width: int
) -> None:
    frame = frame_round(positions, Box(0, 80, width, 80 + width * 0.8), 30)
    for lon, lat in positions:
        x, y = frame.place(lon, lat)
        assert 29.99 <= x <= width - 29.99
        assert 109.99 <= y <= 50 + width * 0.8 + 0.01
    west, south, east, north = frame.bounds
    assert frame.place(west, north) == pytest.approx((0, 80), abs=1e-3)
    assert frame.place(east, south) == pytest.approx((width, 80 + width * 0.8), abs=1e-3)


def test_mercator_is_that_of_the_tiles() -> None:
    # EPSG:3857: half the grid at 180 degrees; a closed form at 45, ln(1 + sqrt 2) radii.
    assert mercator(180, 0) == pytest.approx((20037508.342789, 0), abs=1e-5)
    assert mercator(0, 45)[1] == pytest.approx(6378137 * math.log(1 + math.sqrt(2)), abs=1e-6)


def test_hostile_names_are_words_and_nothing_else(hostile_url: str, monday: datetime) -> None:
    found = nearest(Catalog.open(hostile_url), 121.5443, 31.2732, datum="gcj02", at=monday)
    svg = svg_map(found, OUTLINE, Look(HOSTILE["evil-script"]), URL + '"><script>')
    root = ET.fromstring(svg)
    known = {"svg", "title", "metadata", "rect", "g", "path", "circle", "text", "clipPath"}
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= known
    assert not any(name.lower().startswith("on") or "href" in name for e in root.iter() for name in e.attrib)
    said = "".join(element.text or "" for element in root.iter(f"{SVG}text")).replace(" ", "")
    for service_id, name in HOSTILE.items():
        assert (name.replace(" ", "") if service_id != "evil-long" else "长" * 40) in said
    assert png(svg, 1).startswith(b"\x89PNG")


@given(st.text(max_size=300), st.integers(3, 40), st.integers(1, 4))
def test_any_text_is_drawn_as_itself_in_lines_that_fit(text: str, room: int, most: int) -> None:
    lines = broken(text, room, most)
    assert 1 <= len(lines) <= most
    assert all(width_em(line) <= room + 1e-9 for line in lines)
    for line in lines:
        drawn = ET.fromstring(words(0, 0, line, 10, "#000000"))
        assert (drawn.text or "") == line.strip()


def test_a_long_name_is_broken_where_names_break_and_cut_with_a_sign() -> None:
    assert broken("定海路街道隆昌路睦邻社区长者食堂", 11, 3) == ["定海路街道隆昌路", "睦邻社区长者食堂"]
    assert broken("长" * 50, 10, 2) == ["长" * 10, "长" * 9 + "…"]


def test_the_picture_carries_the_list_for_programs(catalog: Catalog, monday: datetime) -> None:
    found = nearest(catalog, 121.54, 31.27, at=monday, open="arrival")
    about = facts(found, URL)
    assert about["ids"] == [hit.id for hit in found.features]
    assert about["unknown"] == [hit.id for hit in found.unknown]
    assert about["at"] == "2026-11-23T13:05:00+08:00"
    svg = picture(found)
    assert json.loads(ET.fromstring(svg).findtext(f"{SVG}metadata") or "") == about
    image = png(svg, 1, about)
    assert read_about(image) == about
    assert read_about(png(svg, 1)) is None
    with Image.open(io.BytesIO(image)) as opened:  # checks every chunk's checksum
        opened.load()
        assert json.loads(opened.text["locator"]) == about


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "scale"), [(320, 1), (750, 2), (1500, 3)])
def test_pictures_are_as_large_as_asked_and_under_two_megabytes(
    theme: str, width: int, scale: int, catalog: Catalog, monday: datetime
) -> None:
    image = png(picture(nearest(catalog, district="杨浦区", at=monday), width=width, theme=theme), scale)
    with Image.open(io.BytesIO(image)) as opened:
        assert opened.width == width * scale
    assert len(image) < 2_000_000


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("scale", [1, 2])
def test_a_phone_reads_the_code_on_the_picture(
    theme: str, scale: int, catalog: Catalog, monday: datetime
) -> None:
    found = nearest(catalog, 121.54, 31.27, at=monday, open="arrival", kind="canteen,station")
    url = "https://ditu.example/?lon=121.54431&lat=31.27324&kind=canteen,station&open=arrival&group=rider"
    svg = svg_map(found, OUTLINE, Look("标题", theme=theme), url)
    with Image.open(io.BytesIO(png(svg, scale))) as opened:
        (code,) = zxingcpp.read_barcodes(opened.convert("L"))
    assert code.text == url


def test_without_an_address_there_is_no_code_and_nothing_says_scan(
    catalog: Catalog, monday: datetime
) -> None:
    svg = svg_map(nearest(catalog, district="杨浦区", at=monday), OUTLINE, Look("标题"), None)
    assert "扫码" not in svg
    with Image.open(io.BytesIO(png(svg, 1))) as opened:
        assert not zxingcpp.read_barcodes(opened.convert("L"))


def test_an_empty_answer_says_so_and_what_to_do(catalog: Catalog, monday: datetime) -> None:
    svg = picture(nearest(catalog, 90.0, 35.0, at=monday))
    assert "没有合适的，扫码改一项再看" in svg
    assert png(svg, 1)


def test_what_stands_behind_shifts_with_what_lies_on_top(catalog: Catalog, monday: datetime) -> None:
    """On a GCJ-02 backdrop a marker lies where Web Mercator puts its GCJ-02 position."""
    found = nearest(catalog, 121.54, 31.27, at=monday, limit=1, kind="canteen")
    hit = found.features[0]
    svg = svg_map(found, GAODE, Look("标题"), URL)
    asker = re.search(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="18', svg)
    box = marker_boxes(svg)[0]
    (ax, ay), (hx, hy) = (
        mercator(*convert(lon, lat, "wgs84", "gcj02")) for lon, lat in [(121.54, 31.27), (hit.lon, hit.lat)]
    )
    dx, dy = (box.left + box.right) / 2 - float(asker[1]), (box.top + box.bottom) / 2 - float(asker[2])
    assert dx / dy == pytest.approx((hx - ax) / -(hy - ay), rel=0.01)


@pytest.mark.parametrize("state", ["open", "soon", "later", "closed", "unknown"])
@pytest.mark.parametrize("family", ["station", "canteen", "housing", "legal", "other"])
def test_status_shows_by_line_and_kind_by_shape(state: str, family: str) -> None:
    drawn = marker(20, 20, 40, family, state, "light", 7)
    assert outline(family) in drawn
    assert (f'fill="{colours("light")[f"kind-{family}"]}" stroke="#FFFFFF"' in drawn) == (
        state in {"open", "soon"}
    )
    assert ("stroke-dasharray" in drawn) == (state == "unknown")
    assert (">?<" in drawn) == (state == "unknown")
    assert ("M5 35 35 5" in drawn) == (state == "closed")
    assert ">7<" in drawn


def test_the_shapes_and_colours_are_those_of_the_page() -> None:
    assert outline("station") == '<circle cx="20" cy="20" r="17"/>'
    assert colours("dark")["plate"] == "#0B3B7C"
    with pytest.raises(KeyError):
        outline("mars")
    with pytest.raises(KeyError):
        glyph("mars")


@pytest.mark.parametrize(
    ("parameters", "title"),
    [
        ({"district": "310110"}, "杨浦区工会服务点"),
        ({"district": "杨浦区", "kind": "station,canteen"}, "杨浦区驿站、食堂"),
        ({"lon": 121.5, "lat": 31.2, "open": "arrival"}, "附近能用的工会服务点"),
        ({"lon": 121.5, "lat": 31.2, "open": "now", "kind": "housing"}, "附近现在开着的建设者之家"),
    ],
)
def test_a_picture_nobody_named_is_called_by_what_was_asked(
    parameters: dict[str, object], title: str, monday: datetime
) -> None:
    assert default_title(ask(parameters, monday)) == title


def test_invented_services_say_so(catalog: Catalog, monday: datetime) -> None:
    found = nearest(catalog, 121.54, 31.27, at=monday, open="arrival")
    svg = picture(found)
    assert any(hit.service.demo for hit in found.features)
    assert "示例：编来演示，不是真地方" in svg


MEMORY = """
from pathlib import Path
from locator._caches import one_heap, tidy
one_heap()
from locator.maps import raster

def held_mb():
    tidy()
    rollup = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in rollup if line.startswith("Anonymous:")) / 1024

assert not raster.forget()
for number in range(12):
    dots = "".join(f'<circle cx="{i % 640}" cy="{(i * 7 + number) % 480}" r="3"/>' for i in range(3000))
    raster.png(f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480">{dots}</svg>', 2.0)
before = held_mb()
assert raster.forget()
assert not raster.forget()
print(before - held_mb())
"""


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="Linux tells what a process holds")
def test_what_pictures_leave_behind_is_forgotten() -> None:
    run = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    assert float(run.stdout) > 8


def test_a_machine_without_a_chinese_font_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, catalog: Catalog, monday: datetime
) -> None:
    monkeypatch.setattr(raster, "FAMILIES", ("No Such Font",))
    raster._fonts.cache_clear()
    try:
        with pytest.raises(ConfigurationError, match="apt install fonts-noto-cjk"):
            png(picture(nearest(catalog, 121.54, 31.27, at=monday)), 1)
    finally:
        raster._fonts.cache_clear()
