"""Every parser of texts: from valid ones, changed a little, it says something or refuses; and what it says holds."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from fuzz import seeds
from fuzz.limits import tried
from fuzz.mutations import ODD, near
from fuzz.profile import fuzzed
from ground.hours_examples import PUBLISHED, WRITTEN
from ground.test_notices import NOTICES
from hypothesis import given
from hypothesis import strategies as st

from locator import Service, vocabulary
from locator.browsing import box_of
from locator.cells import is_cell
from locator.codes import Pattern
from locator.coverage.weeks import monday_of
from locator.datum import Datum, datum_of
from locator.districts import find_district
from locator.events import ask_events
from locator.holidays import statutory
from locator.hours_text import read_hours
from locator.ingest.columns import datum_claim, match_columns, recognise
from locator.ingest.coordinates import read_degrees, read_pair
from locator.ingest.equipment import amenity_of, read_equipment, yes_or_no
from locator.ingest.texts import decode, read_delimited
from locator.ingest.values import READERS, kind_in, read_kind, read_rents
from locator.maps.request import picture_request
from locator.notices import read_notice
from locator.plain_hours import plain_hours
from locator.price_words import parse_price
from locator.question import PARAMETERS, ask
from locator.readers import past_instant
from locator.rings import check_minutes
from locator.runs import run_of
from locator.streets.rules import MODES, limit_kmh, passes, speeds
from locator.tabular import guarded, unguarded
from locator.timeline import SHANGHAI, Timeline
from locator.web.plan.question import question_of
from locator.web.state import given as state_given
from locator.web.state import state_of, url_of
from locator.web.steward.uploads import harmless

if TYPE_CHECKING:
    from flask import Flask

NOW = datetime(2026, 11, 23, 13, 5, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)


EXPRESSIONS = [
    "24/7", "Mo-Fr 09:00-17:00", "Mo-Su 22:00-06:00; PH off", "Tu-Su 08:30-11:30,14:00-17:30; Mo off", 'Mo-Fr 09:00-17:00; PH unknown "另行通知"',
    "May-Sep Mo-Su 08:00-18:00; Oct-Apr Mo-Su 09:00-16:00", "Fr 20:00-02:00; Sa 00:00-01:00", '"by appointment"', "SH Mo-Fr 10:00-12:00",
    "2026 Nov 23-2026 Dec 01 10:00-12:00", "week 1-53/2 Mo 10:00-12:00", "Mo[1],We[-1] 08:00-09:00", "easter off", "10:00-26:00", "Mo-Fr 10:00+", "sunrise-sunset",
    *(osm for _, osm in (*PUBLISHED[:60], *WRITTEN[:60]) if osm),
]  # fmt: skip
WORDS_OSM = ["Mo", "Su-Mo", "PH", "SH", " off", " unknown", " open", "; ", ", ", " || ", "24:00", "48:00", "00:00-00:00", "24/7", "Feb 29", "2199", "9999", "week 53", "easter +1 day", '"x"', "PH +1 day", "/2", "[5]", "dawn"]  # fmt: skip


@fuzzed
@given(near(EXPRESSIONS, WORDS_OSM), st.integers(-(10**6), 10**7))
def test_hours_are_refused_or_cover_every_minute_once(text: str, minutes: int) -> None:
    at = NOW + minutes * MINUTE

    def look() -> list[Any]:
        line = Timeline(text)
        spans = list(line.spans(at, at + timedelta(days=9)))
        line.next_change(at), line.next_open(at), line.reason(at), line.never_closes, plain_hours(text)
        assert spans[0].status == line.status(at)
        return spans

    spans = tried(look)
    if spans is None:
        return
    assert spans[0].start == at
    assert spans[-1].end == at + timedelta(days=9)
    for one, other in pairwise(spans):
        assert one.end == other.start
        assert one.status != other.status


@fuzzed
@given(
    near(
        [text for text, _ in (*PUBLISHED, *WRITTEN)],
        [
            "周一至周五",
            "节假日",
            "除外",
            "24小时",
            "上午",
            "下午",
            "冬季",
            "夏季",
            "闭馆",
            "9:00",
            "25:00",
            "—",
            "及",
            "每月",
            "双休日",
        ],
    )
)
def test_hours_in_words_become_hours_that_are_hours(text: str) -> None:
    read = tried(lambda: read_hours(text))
    for osm in (read.osm, read.part):
        if osm is not None:
            assert Timeline(osm).expression == osm
            assert read_hours(osm).osm in {osm, None}
    assert read.osm is not None or read.understood != "complete"
    assert read.reason is not None or read.understood == "complete"
    assert (read.osm, read.part) == (None, None) or read.understood != "none"


COORDINATES = ["121.54", "31.27", "１２１．５４", "121°32′40″E", "121-32-40", "东经121度32分", "31°16′N", "-73.5", "121,5443", "1.2154e2", "E121.5", "116° 23' 29.22\""]  # fmt: skip
PAIRS = ["121.54,31.27", "北纬31°16′ 东经121°32′", "31.2n121.5e", "POINT (121.54 31.27)", "(31.27, 121.54)", "121.54 31.27", "121.5443，31.2732", "N31.27 E121.54"]  # fmt: skip


@fuzzed
@given(
    near(COORDINATES, ["°", "′", "″", "E", "N", "西经", "e5", ".", "-", "+"]),
    near(PAIRS, [",", " ", "E", "N", "东经", "北纬"]),
)
def test_coordinates_are_numbers_or_refused(one: str, pair: str) -> None:
    read = tried(lambda: read_degrees(one))
    if read is not None:
        assert abs(read.value) < 1e12
        again = read_degrees(repr(read.value))
        assert again.value == read.value
    both = tried(lambda: read_pair(pair))
    if both is not None:
        assert all(abs(number) < 1e12 for number in both)


PRICES = ["七折", "8.5折", "八五折", "满20减5", "9块9", "5.6元券", "15% off", "半价", "免费用餐", "立减3元", "¥12", "当日可用5元券", "一百二十元", "2元 off"]  # fmt: skip


@fuzzed
@given(near(PRICES, ["折", "元", "满", "减", "%", "百", "十", "两", "零", "起", "."]))
def test_a_price_is_one_rule_of_finite_numbers_or_refused(text: str) -> None:
    rule = tried(lambda: parse_price(text))
    if rule is not None:
        assert len(set(rule) - {"min_spend"}) == 1
        assert all(0 <= value < float("inf") for value in rule.values())
        assert 0 <= rule.get("percent_off", 0) <= 100


CELLS = {
    "verified_on": ["2024-09-30", "2024/9/30", "2024年9月30日", "20240930"], "capacity": ["30", "30人", "约30个"],
    "stars": ["3", "三星", "三星级", "★★★"], "rent_min": ["1200", "1200元/月", "¥1,200"], "status": ["正常", "在建", "closed"],
    "position_quality": ["实测", "geocoded address"], "demo": ["是", "false"], "source_url": ["https://example.org/a?b=1", "www.example.org"],
    "apply_steps": ['["一", "二"]', "一；二\n三"], "offers": ['[{"title": "七折"}]', "[]"], "has": ["微波炉、饮水机", '["microwave"]'], "needs": ["rest,save", "歇脚"],
}  # fmt: skip


@fuzzed
@given(
    st.sampled_from(sorted(CELLS)).flatmap(
        lambda field: st.tuples(
            st.just(field), near(CELLS[field], ["-", "年", "元", "人", "星", "[", "]", '"', "约"])
        )
    )
)
def test_cells_are_values_or_refused_and_a_value_is_read_as_itself(cell: tuple[str, str]) -> None:
    field, text = cell
    value = tried(lambda: READERS[field](text))
    if value is not None and field in {"verified_on", "capacity", "stars", "status", "position_quality"}:
        assert READERS[field](str(value)) == value
    if value is not None and field in {"capacity", "stars", "rent_min"}:
        assert 0 <= value < float("inf")
    tried(lambda: read_rents(text))


NAMES = ["名称", "驿站名称", "经度(GCJ-02)", "百度纬度", "lng", "Station Name", "开放时间", "坐标系", "微波炉", "是否有厕所", "x", "datum", "source_datum", "序号", "联系电话*"]  # fmt: skip


@fuzzed
@given(st.lists(near(NAMES, ["(", ")", "gcj", "bd09", "84", "_", "驿站"]), max_size=8), near(NAMES))
def test_headers_are_fields_once_each_whatever_they_are_called(names: list[str], cell: str) -> None:
    found = tried(lambda: match_columns(names))
    assert found is not None
    places = [*found.fields.values(), *found.amenities.values()]
    assert set(places) <= set(range(len(names)))
    assert len(set(found.fields.values())) == len(found.fields)
    for read in (recognise, datum_claim, amenity_of, read_kind, kind_in, yes_or_no, read_equipment):
        tried(lambda read=read: read(cell))


@fuzzed
@given(near(["，".join(seeds.ROWS[1]), "a,b\r\nc,d", '"a\nb",c\n', "\t".join(seeds.ROWS[0]), "a;b;c\n1;2;3"], [",", '"', '""', "\n", "\r", "\t", ";", "|"]), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))  # fmt: skip
def test_texts_come_out_as_they_went_in_whatever_the_encoding(text: str, encoding: str) -> None:
    raw = text.encode(encoding, "ignore")
    said = tried(lambda: decode(raw))
    if said is not None and encoding in {"utf-8-sig", "utf-16", said[1]}:
        assert said[0] == raw.decode(encoding)
    tried(lambda: read_delimited(raw))
    assert unguarded(guarded(text)) == text


QUESTION = {
    "lon": ["121.5443", "-180", "180"], "lat": ["31.2732", "90"], "datum": ["wgs84", "gcj02", "BD-09"], "at": ["2026-11-23T13:05", "2026-11-23T13:05:59+08:00", "2026-11-23", "20261123T1305Z"],
    "kind": ["canteen", "station,canteen"], "needs_amenity": ["microwave,toilet"], "group": ["rider"], "needs": ["rest"], "open": ["any", "arrival"], "stay": ["20", "0"], "offer": ["now"],
    "mode": ["walk"], "max_minutes": ["60", "0.5"], "max_m": ["1500"], "sort": ["soonest", "price"], "limit": ["10"], "district": ["310110", "杨浦区"], "rent_min": ["800"], "rent_max": ["1500"],
    "vacancies": ["2"], "words": ["zh"],
    "title": ["附近的食堂"], "width": ["750"], "scale": ["2"], "theme": ["dark"], "place": ["五角场"], "path": ["121.54,31.27;121.55,31.28"], "days": ["7"], "topic": ["class,film"],
    "boundary": ["310110"], "minutes": ["15"], "week": ["2026-11-23"], "may": ["both"], "actions": ["6"],
}  # fmt: skip
# Without a place hardly anything is read to its end.
PLACED = (
    {},
    {"lon": "121.5443", "lat": "31.2732"},
    {"district": "310110"},
    {"path": "121.54,31.27;121.55,31.28"},
)
ASKED = st.builds(
    lambda place, others: {**place, **dict(others)},
    st.sampled_from(PLACED),
    st.lists(st.sampled_from(sorted(QUESTION)).flatmap(
        lambda name: st.tuples(st.just(name), near(QUESTION[name], [",", ";", "-1", "1e400", "nan", "２０", "Z", "+08:00"]))
    ), max_size=6),
)  # fmt: skip


def _of(values: dict[str, str], *more: str) -> dict[str, str]:
    """Return the parameters among some values, as an address can hold them."""
    texts = {name: text.encode("utf-8", "replace").decode() for name, text in values.items()}
    return {name: text for name, text in texts.items() if name in {*PARAMETERS, *more}}


@fuzzed
@given(ASKED)
def test_a_question_is_whole_or_every_fault_is_named(values: dict[str, str]) -> None:
    question = tried(lambda: ask(_of(values), NOW))
    if question is not None:
        assert question.lon is None or (abs(question.lon) <= 180 and abs(question.lat) <= 90)
        assert question.at.tzinfo is SHANGHAI
        assert question.reach_m >= 0
    tried(lambda: ask(values, NOW, anywhere=True))
    tried(lambda: run_of(values, NOW))
    tried(lambda: picture_request(values, NOW))
    tried(lambda: ask_events(_of(values, "days", "topic"), NOW))
    tried(lambda: question_of(values, ["310110", "310101"], ["rider", "flat"], date(2026, 11, 23)))
    tried(lambda: monday_of(values.get("week", "")))
    tried(lambda: past_instant(values.get("at"), NOW))
    tried(
        lambda: check_minutes(
            [
                float(n)
                for n in re.findall(r"[\d.]+", values.get("minutes", ""))
                if n.count(".") < 2 and n != "."
            ]
        )
    )


@fuzzed
@given(ASKED)
def test_the_address_of_a_state_asks_the_same_again(app: Flask, values: dict[str, str]) -> None:
    with app.test_request_context("/", query_string=_of(values)):
        question = tried(lambda: ask(state_given(), NOW))
        if question is None:
            return
        state = state_of(question)
        address = url_of(state)
    with app.test_request_context(address):
        again = ask(state_given(), NOW)
        assert again == question
        assert state_of(again) == state


@fuzzed
@given(
    st.sampled_from(sorted(NOTICES)).flatmap(
        lambda year: st.tuples(
            st.just(year),
            near(
                [NOTICES[year]],
                ["放假", "上班", "1月1日", "（周一）", "至", "共3天", "农历", "13月", "、", "十"],
            ),
        )
    )
)
def test_a_notice_that_is_read_gives_every_day_of_the_law(told: tuple[int, str]) -> None:
    year, text = told
    rows = tried(lambda: read_notice(text, year))
    if rows is not None:
        off = {row.day for row in rows if row.kind == "holiday"}
        assert off >= {day for day in statutory(year) if day.year == year}
        assert rows == sorted(rows)
        assert len({row.day for row in rows}) == len(rows)


@fuzzed
@given(near(["{district}-{kind:station=YZ,canteen=ST}-{number:04}", "{province}{number}", "{city}A{kind}{number:6}"], ["{", "}", "{number:04}", "{kind:", "=", ","]), near(["310110-YZ-0001"]))  # fmt: skip
def test_a_pattern_of_codes_reads_the_codes_that_it_writes(template: str, code: str) -> None:
    pattern = tried(lambda: Pattern(template))
    if pattern is None:
        return
    service = Service(id="a", kind="station", name="驿站", district="310110")
    stem = pattern.stem(service)
    assert pattern.number(pattern.code(stem, 17), stem) == 17
    tried(lambda: pattern.number(code, stem))


@fuzzed
@given(near(["杨浦区", "310110", "鼓楼区", "杨浦"], ["区", "县", "3"]), near(["wgs84", "GCJ-02", "BD-09", "百度"], ["8", "0", "-"]), near(["121.5,31.2,121.6,31.3"], [",", "-", "nan", "1e400"]), near(["8831aa5555fffff"], ["f", "0x", "_"]), near(["名单.xlsx", "..\\a.csv", "/etc/passwd"], ["/", "..", "\\", "."]))  # fmt: skip
def test_small_words_of_an_address_mean_something_or_are_refused(
    district: str, datum: str, box: str, cell: str, name: str
) -> None:
    code = tried(lambda: find_district(district, ["310110", "320106", "410102"]))
    assert code is None or re.fullmatch(r"\d{6}", code)
    said = tried(lambda: datum_of(datum))
    assert said is None or datum_of(said.value) == said
    tried(lambda: box_of(box, Datum.GCJ02))
    tried(lambda: is_cell(cell))
    kept = tried(lambda: harmless(name))
    assert kept is None or (
        kept not in {".", ".."} and not {"/", "\\", "\x00"} & set(kept) and not kept.startswith(".")
    )


TAGS = {"highway": ["residential", "motorway_link", "steps"], "oneway": ["yes", "-1"], "maxspeed": ["50", "30 mph", "CN:urban"], "access": ["private"], "barrier": ["bollard"], "cycleway:left": ["opposite_lane"], "foot": ["yes"]}  # fmt: skip


@fuzzed
@given(
    st.fixed_dictionaries(
        {}, optional={tag: near(said, [";", "mph", "0", "none"]) for tag, said in TAGS.items()}
    )
)
def test_tags_of_a_street_are_lawful_speeds(tags: dict[str, str]) -> None:
    told = tried(lambda: speeds(tags))
    assert len(told) == len(MODES)
    assert all(0 <= kmh <= 120 for pair in told for kmh in pair)
    assert len(tried(lambda: passes(tags))) == len(MODES)
    limit = tried(lambda: limit_kmh(tags))
    assert limit is None or 0 < limit < 2000


def _records() -> list[str]:
    return [
        json.dumps(s.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False)
        for s in seeds.services()
    ]


@fuzzed
@given(
    near(_records(), ['"', ":", "null", "-1", "1e400", "[]", "{}", '"2026-13-01"', '"hours": "x"', "true"])
)
def test_a_record_is_valid_or_refused_and_comes_back_as_it_was(text: str) -> None:
    from pydantic import ValidationError

    def made() -> Service | None:
        try:
            return Service.model_validate_json(text)
        except ValidationError:
            return None

    service = tried(made)
    if service is not None:
        assert Service.model_validate_json(service.model_dump_json()) == service
        tried(service.placed)


@fuzzed
@given(st.lists(st.sampled_from([*ODD, "canteen", "station"]), max_size=4))
def test_codes_are_those_that_there_are(words: list[str]) -> None:
    found = tried(lambda: vocabulary.check_codes("kind", words, vocabulary.KINDS))
    assert found is None or set(found) <= set(vocabulary.KINDS)
