"""The poster at the door claims what is known, says what is not, and stays on its sheet."""

from __future__ import annotations

import io
import re
from datetime import date
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from locator import InputError, Service, vocabulary
from locator.maps.poster import SIZES, pdf_poster, svg_poster
from locator.maps.raster import png
from locator.service import Offer, Stop

URL = "https://ditu.example/s/zz-station-001"
SVG = "{http://www.w3.org/2000/svg}"


def station(**fields: object) -> Service:
    return Service(**{"id": "s-1", "kind": "station", "name": "中心路工会驿站", **fields})


def said(service: Service, size: str = "A6") -> list[str]:
    root = ET.fromstring(svg_poster(service, size, URL))
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def test_only_equipment_known_to_be_there_is_promised() -> None:
    assert not {"热饭", "充电", "喝水"} & set(said(station()))
    known = said(station(has=("charging", "microwave"), lacks=("drinking-water",)))
    assert [text for text in known if len(text) == 2] == ["歇脚", "热饭", "充电"]


def test_unknown_hours_are_said_to_be_unknown() -> None:
    assert "几点开不清楚，扫码看" in said(station())
    assert "几点开不清楚，扫码看" in said(station(hours_text="看情况"))
    assert "周一至周五 08:30–18:00" in "".join(said(station(hours="Mo-Fr 08:30-18:00")))
    assert "每月第一个周一上午" in said(station(hours="Mo[1] 08:00-12:00", hours_text="每月第一个周一上午"))


def test_a_mobile_station_says_where_it_stands_when() -> None:
    stops = (
        Stop(name="万达广场", lon=120.0, lat=30.4, hours="08:30-18:00"),
        Stop(name="江南时代广场", lon=120.1, lat=30.4),
    )
    lines = "".join(said(station(stops=stops)))
    assert "万达广场 08:30–18:00" in lines
    assert "江南时代广场 几点开不清楚" in lines


def test_only_stations_promise_that_one_walks_in_free() -> None:
    assert any("不要钱" in text for text in said(station()))
    for kind in set(vocabulary.KINDS) - {"station"}:
        assert not any("不要钱" in text for text in said(station(kind=kind)))


def test_an_offer_that_ends_is_not_printed() -> None:
    lasting = Offer(title="七折", groups=("rider",), hours="13:00-14:00", percent_off=30)
    ending = Offer(title="五折", groups=("rider",), percent_off=50, valid_to=date(2026, 12, 1))
    assert "骑手七折 每天 13:00–14:00" in said(station(kind="canteen", offers=(ending, lasting)))
    assert "户外干活的，欢迎进来" in said(station(kind="canteen", offers=(ending,)))


def test_an_invented_place_says_so_twice() -> None:
    lines = said(station(demo=True))
    assert "示例，不是真地方" in lines
    assert "中心路工会驿站（示例）" in "".join(lines)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("grey", [False, True])
def test_the_code_is_read_in_colour_and_in_black(size: str, grey: bool) -> None:
    with Image.open(io.BytesIO(png(svg_poster(station(), size, URL), 6))) as opened:
        printed = opened.convert("1") if grey else opened.convert("RGB")
        (code,) = zxingcpp.read_barcodes(printed.convert("L"))
    assert code.text == URL


def test_plate_and_words_keep_their_contrast_without_colour() -> None:
    with Image.open(io.BytesIO(png(svg_poster(station(), "A6", URL), 4))) as opened:
        grey = opened.convert("L")
    plate, rim, light = grey.getpixel((40, 200)), grey.getpixel((2, 2)), grey.getpixel((364, 200))
    assert rim == 255
    assert (rim + 13) / (plate + 13) > 3
    assert (light + 13) / (plate + 13) > 2


@given(
    st.text(min_size=1, max_size=300).filter(str.strip),
    st.text(max_size=400),
    st.sampled_from(sorted(vocabulary.KINDS)),
    st.sampled_from(sorted(SIZES)),
)
def test_whatever_a_place_is_called_its_words_stay_on_the_sheet(
    name: str, hours_text: str, kind: str, size: str
) -> None:
    service = station(name=name, kind=kind, hours="Mo[1] 08:00-12:00", hours_text=hours_text, demo=True)
    root = ET.fromstring(svg_poster(service, size, URL))
    width, height = map(float, root.get("viewBox", "").split()[2:])
    for element in root.iter(f"{SVG}text"):
        x, y = float(element.get("x", "")), float(element.get("y", ""))
        assert 4 <= x <= width - 4
        assert 4 <= y <= height - 2


@pytest.mark.parametrize(("size", "points"), [("A6", (297.64, 419.53)), ("A4", (595.28, 841.89))])
def test_the_sheet_has_the_paper_size(size: str, points: tuple[float, float]) -> None:
    made = pdf_poster(station(), size, URL)
    found = re.search(rb"/MediaBox\[0 0 ([\d.]+) ([\d.]+)\]", made)
    assert found is not None
    assert tuple(map(float, found.groups())) == pytest.approx(points, abs=0.1)
    assert made == pdf_poster(station(), size, URL)


def test_another_size_is_refused() -> None:
    with pytest.raises(InputError, match="A4 or A6"):
        pdf_poster(station(), "A5", URL)
