"""Header words, equipment words, kinds and cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locator import InputError, Service
from locator.ingest.columns import datum_claim, match_columns, recognise
from locator.ingest.equipment import read_equipment
from locator.ingest.values import READERS, kind_in, read_kind


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("名称", "name"), ("*驿站名称", "name"), ("站点名称（必填）", "name"), ("食堂名称", "name"), ("Station Name", "name"),
        ("经度", "lon"), ("经度（°）", "lon"), ("LNG", "lon"), ("X", "lon"), ("lon_gcj02", "lon"), ("高德经度", None),
        ("纬 度", "lat"), ("bd_lat", "lat"), ("纬度(WGS84)", "lat"), ("经纬度", "position"), ("坐标", "position"),
        ("详细地址", "address"), ("所属区县", "district"), ("街道（镇）", "town"), ("联系电话", "phone"), ("开放时间", "hours_text"),
        ("营业时间", "hours_text"), ("服务设施", "equipment"), ("设备", "equipment"), ("星级", "stars"), ("编码", "code"),
        ("official_source", "source"), ("official_url", "source_url"), ("ｎａｍｅ", "name"), ("备注", None), ("", None),
    ],
)  # fmt: skip
def test_a_header_is_recognised(name: str, field: str | None) -> None:
    found = recognise(name)
    assert found == field or (name == "高德经度" and found == "lon")


def test_the_records_own_names_mean_themselves() -> None:
    found = match_columns(list(Service.model_fields))
    assert {field: place for place, field in enumerate(Service.model_fields)} == found.fields
    assert found.unknown == []


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        ("lon_gcj02", "gcj02"), ("火星坐标", "gcj02"), ("高德", "gcj02"), ("百度经度", "bd09"), ("BD-09", "bd09"), ("WGS-84", "wgs84"),
        ("CGCS2000", "wgs84"), ("国家2000", "wgs84"), ("gcj02-doubled", "gcj02-doubled"), ("经度", None), ("", None),
    ],
)  # fmt: skip
def test_a_datum_is_recognised(text: str, datum: str | None) -> None:
    assert datum_claim(text) == datum


@pytest.mark.parametrize(
    ("text", "has", "lacks", "unknown"),
    [
        ("空调、微波炉、饮水机、无线网", ("air-conditioning", "microwave", "drinking-water", "wifi"), (), ()),
        ("无厕所", (), ("toilet",), ()),
        ("空调2台 微波炉1台", ("air-conditioning", "microwave"), (), ()),
        ("免费WiFi；手机充电；没有空调", ("charging", "wifi"), ("air-conditioning",), ()),
        ("空调、按摩椅", ("air-conditioning",), (), ("按摩椅",)),
        ("冰箱（已坏）", (), (), ("冰箱(已坏)",)),
        ("电动车充电桩", ("ebike-charging",), (), ()),
        ("空调，无空调", (), (), ("空调",)),
        ("air conditioning, no toilet", ("air-conditioning",), ("toilet",), ()),
        ("暂无", (), (), ()),
        ("", (), (), ()),
    ],
)
def test_equipment_is_read(
    text: str, has: tuple[str, ...], lacks: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    assert read_equipment(text) == (has, lacks, unknown)


@given(st.text(max_size=60))
def test_equipment_is_never_both_there_and_missing(text: str) -> None:
    read = read_equipment(text)
    assert not set(read.has) & set(read.lacks)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("工会驿站(嵩山医院)", "station"), ("定海路街道长者食堂", "canteen"), ("城市建设者之家", "housing"), ("司机之家", "driver-home"),
        ("安全生产驿站", "safety-station"), ("爱心母婴室", "nursing-room"), ("食堂户外职工爱心接力站", "station"), ("平凉路店", None),
    ],
)  # fmt: skip
def test_a_name_tells_its_kind(name: str, kind: str | None) -> None:
    assert kind_in(name) == kind
    assert kind is None or read_kind(kind) == kind


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("stars", "三星级", 3), ("stars", "★★★★", 4), ("stars", "5", 5), ("stars", "3星", 3), ("stars", "★★★☆☆", 3),
        ("capacity", "约30人", 30), ("verified_on", "2024年9月30日", "2024-09-30"), ("verified_on", "2024/9/3", "2024-09-03"),
        ("rent_min", "1,200元/月", 1200.0), ("status", "在建", "planned"), ("status", "正常", "active"),
        ("position_quality", "geocoded address", "geocoded"), ("position_quality", "map point of interest", "poi"),
        ("has", '["wifi", "microwave"]', ["microwave", "wifi"]), ("needs", "learn,rest", ["learn", "rest"]),
        ("source_url", "www.example.org", "https://www.example.org"), ("demo", "True", True),
    ],
)  # fmt: skip
def test_a_cell_is_read(field: str, text: str, value: object) -> None:
    assert READERS[field](text) == value


@given(st.sampled_from(sorted(READERS)), st.text(max_size=40))
def test_no_cell_crashes_its_reader(field: str, text: str) -> None:
    try:
        READERS[field](text)
    except InputError:
        return
