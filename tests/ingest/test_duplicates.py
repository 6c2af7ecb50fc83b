"""Twins: what is one place in two lists is found, what only shares a name or a house is left alone."""

from __future__ import annotations

import time
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locator import Service
from locator.ingest import duplicates
from locator.ingest.duplicates import AT_LEAST, Twin, find_twins

LON, LAT = 121.5443, 31.2732


def site(number: int, name: str, north_m: float = 0, kind: str = "station", **fields: Any) -> Service:
    at = {} if fields.pop("unplaced", False) else {"lon": LON, "lat": LAT + north_m / 110_870}
    return Service(id=f"s-{number}", kind=kind, name=name, **{"district": "310110"} | at | fields)


# (name, name, metres, same?, what else the first has, what else the second has)
PAIRS: list[tuple[str, str, float, bool, dict[str, Any], dict[str, Any]]] = [
    # One place in two lists.
    ("定海路街道隆昌路睦邻社区长者食堂", "隆昌路睦邻社区长者食堂", 20, True, {"kind": "canteen"}, {"kind": "canteen"}),
    ("定海路街道隆昌路睦邻社区长者食堂", "隆昌路长者食堂（定海路街道）", 60, True, {"kind": "canteen"}, {"kind": "canteen"}),
    ("杨浦区国定支路户外职工爱心接力站", "国定支路工会驿站", 15, True, {}, {}),
    ("上海市杨浦区国定支路驿站", "国定支路户外劳动者爱心驿站", 120, True, {}, {}),
    ("工会驿站（万宏悦膳）", "万宏悦膳工会驿站", 5, True, {}, {}),
    ("ＡＩ社区长者食堂", "AI社区长者食堂", 30, True, {"kind": "canteen"}, {"kind": "canteen"}),
    ("慧芝湖社区长者食堂", "慧芝湖食堂", 80, True, {"kind": "canteen"}, {"kind": "restaurant"}),
    ("隆昌路驿站", "龙昌路驿站", 10, True, {}, {}),
    ("郑州银行伊河路支行工会驿站", "工会驿站(郑州银行伊河路支行)", 200, True, {}, {}),
    ("张仲景大药房互助路店工会驿站", "工会驿站（郑州市张仲景大药房互助路店）", 90, True, {"district": "410102"}, {"district": "410102"}),
    ("平凉路1890号驿站", "平凉路一八九〇号驿站", 10, True, {}, {}),
    ("长白二村驿站", "长白2村工会驿站", 40, True, {}, {}),
    ("大桥街道熊猫饭堂", "大桥熊猫饭堂", 25, True, {"kind": "canteen"}, {"kind": "canteen"}),
    ("工会驿站", "工会驿站", 5, True, {}, {}),
    ("工会驿站", "中心路工会驿站", 10, True, {"phone": "021-65431234"}, {"phone": "65431234"}),
    ("万达驿站", "万达广场工会驿站", 10, True, {"phone": "65431234"}, {"phone": "021-6543 1234".replace(" ", "")}),
    ("浣纱睦邻食堂", "完全不同的食堂", 5, True, {"kind": "canteen", "code": "YP-001"}, {"kind": "canteen", "code": "yp001"}),
    ("市京驿站", "市京驿站", 5000, True, {"code": "A-17"}, {"code": "A-17"}),
    ("同叶大厦睦邻社区长者食堂", "四平路街道同叶大厦食堂", 0, True, {"kind": "canteen", "unplaced": True, "town": "四平路街道"}, {"kind": "canteen", "town": "四平路街道"}),
    ("同叶大厦食堂", "同叶大厦睦邻食堂", 0, True, {"kind": "canteen", "unplaced": True}, {"kind": "canteen", "unplaced": True}),
    ("龙尾村便民服务中心户外劳动者爱心驿站", "龙尾村党群服务中心驿站", 150, True, {}, {}),
    ("定海路建设者之家", "定海路建设者之家（示例）", 30, True, {"kind": "housing"}, {"kind": "lodging"}),
    ("安新法律援助点", "安新法律援助站", 30, True, {"kind": "legal-aid"}, {"kind": "reception"}),
    # Neighbours under one roof, chains, namesakes.
    ("建设银行人民路支行驿站", "农业银行人民路支行驿站", 0, False, {}, {}),
    ("中国移动营业厅工会驿站", "中国电信营业厅工会驿站", 12, False, {}, {}),
    ("万达广场1楼驿站", "万达广场三楼驿站", 0, False, {}, {}),
    ("人民广场南驿站", "人民广场北驿站", 90, False, {}, {}),
    ("肯德基爱心驿站", "麦当劳爱心驿站", 3, False, {}, {}),
    ("熊猫食堂", "熊猫食堂", 3000, False, {"kind": "canteen"}, {"kind": "canteen"}),
    ("老乡鸡", "老乡鸡", 1200, False, {"kind": "restaurant"}, {"kind": "restaurant"}),
    ("商城路220号驿站", "商城路206号驿站", 60, False, {}, {}),
    ("火车站东广场驿站", "火车站西广场驿站", 200, False, {}, {}),
    ("定海路街道工会驿站", "定海路街道法律援助接待室", 0, False, {}, {"kind": "legal-aid"}),
    ("定海路街道工会驿站", "定海路街道社区食堂", 0, False, {}, {"kind": "canteen"}),
    ("隆昌路睦邻社区长者食堂", "波阳路睦邻社区长者食堂", 5, False, {"kind": "canteen"}, {"kind": "canteen"}),
    ("工会驿站", "工会驿站", 250, False, {}, {}),
    ("工会驿站", "中心路工会驿站", 10, False, {}, {}),
    ("中心路工会驿站", "中心路邮政工会驿站", 10, False, {}, {}),
    ("国定支路驿站", "国定支路驿站", 900, False, {}, {}),
    ("凤城三村食堂", "凤城五村食堂", 150, False, {"kind": "canteen"}, {"kind": "canteen"}),
    ("同叶大厦食堂", "同叶大厦食堂", 0, False, {"kind": "canteen", "unplaced": True}, {"kind": "canteen", "district": "310106"}),
    ("南京路驿站", "南京西路驿站", 50, False, {}, {}),
    ("工会驿站甲", "工会驿站乙", 30, False, {"code": "YP-001"}, {"code": "YP-002"}),
    ("市京驿站", "国权路驿站", 300, False, {"phone": "65431234"}, {"phone": "65431234"}),
    ("长馨驿站", "长安驿站", 20, False, {}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "metres", "same", "first", "second"), PAIRS)
def test_twins_are_told_from_neighbours(
    one: str, other: str, metres: float, same: bool, first: dict[str, Any], second: dict[str, Any]
) -> None:
    pair = [site(1, one, **first), site(2, other, metres, **second)]
    assert bool(find_twins(pair)) == same
    assert bool(find_twins(pair[:1], pair[1:])) == same


def test_a_twin_says_why_in_both_languages_and_how_far() -> None:
    pair = [site(2, "国定支路驿站", 50, phone="65431234"), site(1, "国定支路工会驿站", phone="021-65431234")]
    (twin,) = find_twins(pair)
    assert (twin.a_id, twin.b_id) == ("s-1", "s-2")
    assert twin.distance_m == pytest.approx(50, abs=0.2)
    assert twin.reasons.zh == "名称相同，相距 50 米，电话相同"
    assert twin.reasons.en == "same name, 50 m apart, same telephone"
    assert 0.9 < twin.score <= 1


def test_the_better_pair_comes_first() -> None:
    near = [site(1, "国定支路驿站"), site(2, "国定支路驿站", 10), site(3, "国定支路驿站", 250)]
    twins = find_twins(near)
    assert [(t.a_id, t.b_id) for t in twins] == [("s-1", "s-2"), ("s-2", "s-3"), ("s-1", "s-3")]
    assert [t.score for t in twins] == sorted((t.score for t in twins), reverse=True)


def test_a_hotline_that_many_share_is_no_evidence() -> None:
    names = ["甲乙路", "丙丁路", "戊己路", "庚辛路", "壬癸路", "子丑路"]
    many = [site(n, f"{name}驿站", 3000 + 100 * n, phone="12351666") for n, name in enumerate(names, 10)]
    pair = [site(1, "工会驿站", phone="12351666"), site(2, "中心路工会驿站", 10, phone="12351666")]
    assert find_twins(pair)
    assert not find_twins([*many, *pair])


def test_a_mobile_service_is_compared_at_each_of_its_stops() -> None:
    stops = [{"lon": LON + 0.1, "lat": LAT}, {"lon": LON, "lat": LAT}]
    mobile = Service(id="s-1", kind="station", name="小木屋平凉路", stops=stops)
    (twin,) = find_twins([mobile, site(2, "平凉路驿站", 20)])
    assert twin.distance_m == pytest.approx(20, abs=0.2)


NAMES = st.lists(
    st.sampled_from(["中心路", "隆昌路", "龙昌路", "银行", "2号", "三号", "南", "北", "万达", "工会", "驿站", "社区", "食堂", "（示例）"]),
    min_size=1,
    max_size=4,
).map("".join)  # fmt: skip
WORLDS = st.lists(
    st.tuples(
        NAMES,
        st.one_of(st.none(), st.integers(-12, 12)),
        st.integers(-12, 12),
        st.sampled_from(["station", "canteen", "restaurant", "legal-aid"]),
        st.sampled_from([None, None, "65431234", "021-65431234", "13912345678"]),
        st.sampled_from([None, None, None, "A-1", "A1", "A-2"]),
        st.sampled_from([None, "310110", "310106"]),
    ),
    max_size=14,
)


def world(rows: list[tuple[Any, ...]]) -> list[Service]:
    return [
        Service(
            id=f"s-{n}", kind=kind, name=name, phone=phone, code=code, district=district,
            lon=None if east is None else LON + east * 0.0005, lat=None if east is None else LAT + north * 0.0005,
        )
        for n, (name, east, north, kind, phone, code, district) in enumerate(rows)
    ]  # fmt: skip


def of_all_pairs(services: list[Service]) -> dict[tuple[str, str], Twin]:
    sides = duplicates._without_hotlines([duplicates.side_of(s) for s in services])
    found = [duplicates._judged(a, b) for a, b in combinations(sides, 2)]
    return {(twin.a_id, twin.b_id): twin for twin in found if twin is not None}


@settings(max_examples=300, deadline=None)
@given(WORLDS)
def test_the_cells_find_every_pair_that_trying_all_finds(rows: list[tuple[Any, ...]]) -> None:
    services = world(rows)
    found = find_twins(services)
    assert {(t.a_id, t.b_id): t for t in found} == of_all_pairs(services)
    assert all(t.a_id != t.b_id and AT_LEAST <= t.score <= 1 for t in found)


@settings(max_examples=100, deadline=None)
@given(WORLDS, st.randoms(use_true_random=False))
def test_the_order_of_the_list_changes_nothing(rows: list[tuple[Any, ...]], random: Any) -> None:
    services = world(rows)
    shuffled = services.copy()
    random.shuffle(shuffled)
    assert find_twins(shuffled) == find_twins(services)


@settings(max_examples=100, deadline=None)
@given(WORLDS, st.integers(0, 14))
def test_others_are_compared_with_the_list_and_not_among_themselves(
    rows: list[tuple[Any, ...]], cut: int
) -> None:
    services = world(rows)
    ours = {s.id for s in services[:cut]}
    wanted = [t for t in find_twins(services) if t.a_id in ours or t.b_id in ours]
    assert find_twins(services[:cut], services[cut:]) == wanted


@given(WORLDS)
@settings(max_examples=50, deadline=None)
def test_a_record_is_never_its_own_twin(rows: list[tuple[Any, ...]]) -> None:
    services = world(rows)
    assert all(t.a_id != t.b_id for t in find_twins(services, services))


def test_a_crowd_at_one_point_is_answered_in_time() -> None:
    crowd = [site(n, f"工会驿站{'甲乙丙丁'[n % 4]}") for n in range(6000)]
    started = time.perf_counter()
    twins = find_twins(crowd)
    assert time.perf_counter() - started < 20
    assert {frozenset((t.a_id, t.b_id)) for t in twins} >= {frozenset(("s-0", "s-4"))}
    assert len(twins) == 6000 - 4


def test_twins_are_found_wherever_a_cell_ends() -> None:
    random = np.random.default_rng(4)
    lon, lat = random.uniform(75, 130, 500), random.uniform(20, 50, 500)
    services = []
    for n in range(500):
        here = {"lon": float(lon[n]), "lat": float(lat[n])}
        services.append(Service(id=f"a-{n}", kind="station", name=f"第{n}条路驿站", **here))
        here["lat"] += random.uniform(-100, 100) / 111_000
        services.append(Service(id=f"b-{n}", kind="station", name=f"第{n}条路工会驿站", **here))
    assert {(t.a_id, t.b_id) for t in find_twins(services)} == {(f"a-{n}", f"b-{n}") for n in range(500)}
