"""The record: what it takes, what it refuses, and what the sample says."""

from __future__ import annotations

import json
import re
from datetime import date, datetime

import pytest
from pydantic import ValidationError

from locator import Event, Offer, Service, Stop, convert, vocabulary
from locator.records import cut, to_record
from locator.store import sample_services
from locator.timeline import SHANGHAI

LEAST = {"id": "a-1", "kind": "station", "name": "驿站"}
STOP = {"lon": 121.54, "lat": 31.27}
SAMPLE = list(sample_services())
DINGHAI = {f"yp-canteen-{i:03d}" for i in range(1, 6)}

KINDS = [
    "station",
    "driver-home",
    "safety-station",
    "community-site",
    "canteen",
    "restaurant",
    "housing",
    "lodging",
    "hotel",
    "legal-aid",
    "reception",
    "counselling",
    "nursing-room",
    "childcare",
    "study-room",
    "classroom",
    "culture",
    "recuperation",
    "haircut",
    "repair",
    "shop",
    "fair",
]
AMENITIES = [
    "seating",
    "air-conditioning",
    "heating",
    "fridge",
    "microwave",
    "drinking-water",
    "first-aid",
    "television",
    "charging",
    "books",
    "private-bathroom",
    "smart-lock",
    "shared-kitchen",
    "canteen",
    "sports",
    "water-cupboard",
]
GROUPS = [
    "rider",
    "courier",
    "driver",
    "trucker",
    "sanitation",
    "guard",
    "traffic",
    "urban-management",
    "builder",
    "domestic",
    "member",
    "anyone",
]
NEEDS = ["learn", "enjoy", "rest", "complain", "help", "save"]


def service(**fields: object) -> Service:
    return Service.model_validate({**LEAST, **fields})


def refused(**fields: object) -> str:
    with pytest.raises(ValidationError) as caught:
        service(**fields)
    return str(caught.value)


def test_the_least_record_leaves_everything_else_unknown() -> None:
    record = service()
    assert record.hours is record.lon is record.position_quality is record.stars is None
    assert record.has == record.lacks == record.offers == ()
    said = json.loads(to_record(record))
    assert {name: value for name, value in said.items() if value not in (None, [], False)} == {
        "id": "a-1",
        "kind": "station",
        "name": "驿站",
    }


def test_what_answers_show_of_a_record_is_cut_out_of_it_whatever_the_name_says() -> None:
    for name in ('"demo":true', '\\"demo":', "}{", "甲" * 100):
        raw = to_record(service(name=name, lon=121.5, lat=31.2, phone="12351"))
        public = json.loads(raw[: cut(raw)] + b"}")
        assert list(public)[-1] == "demo"
        assert public["name"] == name
        assert public["phone"] == "12351"
        assert "lon" not in public


def test_a_mobile_service_has_no_position_of_its_own() -> None:
    assert service(stops=[STOP]).stops
    assert "stops instead of one position" in refused(stops=[STOP], lon=121.5, lat=31.2)


def test_a_mobile_service_has_no_supplied_position_either() -> None:
    assert "stops instead of one position" in refused(
        stops=[STOP], source_lon=121.5, source_lat=31.2, source_datum="gcj02"
    )


@pytest.mark.parametrize(
    "half", [{"lon": 121.5}, {"lat": 31.2}, {"source_lon": 121.5, "source_datum": "wgs84"}]
)
def test_half_a_position_is_refused(half: dict[str, object]) -> None:
    assert "both lon and lat" in refused(**half)


def test_a_supplied_position_needs_its_datum() -> None:
    assert "source_datum" in refused(source_lon=121.5, source_lat=31.2)
    assert "source_datum" in refused(source_lon=121.5, source_lat=31.2, source_datum="mars")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 181.0])
def test_a_position_off_the_globe_is_refused(number: float) -> None:
    refused(lon=number, lat=31.2)
    refused(stops=[{"lon": number, "lat": 31.2}])


@pytest.mark.parametrize("number", [float("nan"), float("inf"), "east"])
def test_a_supplied_position_that_is_no_number_is_refused(number: object) -> None:
    refused(source_lon=number, source_lat=31.2, source_datum="wgs84")


def test_equipment_is_not_both_there_and_not_there() -> None:
    assert "microwave" in refused(has=["microwave", "seating"], lacks=["microwave"])


@pytest.mark.parametrize(
    "words",
    [{"kind": "palace"}, {"has": ["sauna"]}, {"lacks": ["sauna"]}, {"needs": ["fly"]}, {"status": "open"},
     {"position_quality": "good"}, {"offers": [{"title": "x", "groups": ["kings"]}]}, {"colour": "red"}],
)  # fmt: skip
def test_a_word_that_the_house_does_not_know_is_refused(words: dict[str, object]) -> None:
    refused(**words)


def test_a_refused_word_names_those_that_are_known() -> None:
    assert "microwave" in refused(has=["sauna"])


def test_words_are_kept_once_and_in_the_order_of_lists() -> None:
    assert service(has=["charging", "seating", "charging"]).has == ("seating", "charging")


def test_an_offer_has_one_price_rule() -> None:
    rules = {"percent_off": 30, "minus_cny": 2, "fixed_cny": 9.9, "voucher_cny": 5}
    for name, value in rules.items():
        assert getattr(Offer.model_validate({"title": "x", name: value}), name) == value
    with pytest.raises(ValidationError, match="one price rule"):
        Offer(title="x", percent_off=30, minus_cny=2)


@pytest.mark.parametrize("percent", [0, -5, 101, float("nan")])
def test_a_discount_is_above_nothing_and_at_most_all(percent: float) -> None:
    with pytest.raises(ValidationError):
        Offer(title="x", percent_off=percent)


@pytest.mark.parametrize("stars", [-1, 6, 3.5])
def test_stars_are_whole_and_from_nought_to_five(stars: float) -> None:
    refused(stars=stars)


@pytest.mark.parametrize("code", ["a", "A1", "yp-canteen-001", "x" * 64, "1_2.3"])
def test_an_id_is_a_short_code(code: str) -> None:
    assert service(id=code).id == code


@pytest.mark.parametrize("code", ["", "-a", "a b", "a/b", "../x", "站", "a\nb", "x" * 65, "a?", "<b>"])
def test_what_would_not_fit_in_a_link_is_no_id(code: str) -> None:
    refused(id=code)


@pytest.mark.parametrize("hours", ["whenever", "9点到17点", "Mo-Fr 25:00-26:00"])
def test_hours_that_do_not_parse_are_refused_everywhere(hours: str) -> None:
    assert "opening_hours" in refused(hours=hours)
    assert "opening_hours" in refused(stops=[{**STOP, "hours": hours}])
    assert "opening_hours" in refused(offers=[{"title": "x", "hours": hours}])


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "${alert(1)}", "`", "</script>", "{{ 7*7 }}", "长" * 200]
)
def test_a_name_is_any_text_and_stays_as_it_is(name: str) -> None:
    record = service(name=name)
    assert record.name == name
    assert Service.model_validate_json(to_record(record)).name == name


@pytest.mark.parametrize("name", ["", "   ", "长" * 301])
def test_a_name_is_neither_empty_nor_endless(name: str) -> None:
    refused(name=name)


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", " JaVaScRiPt:alert(1)", "data:text/html,x", "//evil.example", "ftp://x", "https://",
     "https://x\njavascript:alert(1)", "https://x y", 'https://x"onload=', "file:///etc/passwd", "vbscript:x"],
)  # fmt: skip
def test_only_web_addresses_are_links(link: str) -> None:
    refused(source_url=link)
    refused(apply_url=link)


def test_web_addresses_are_links() -> None:
    assert service(source_url="https://www.shyp.gov.cn/a?b=c#d", apply_url="http://例.中国/表").source_url


def test_rents_are_in_order() -> None:
    assert "rent_min" in refused(rent_min=900, rent_max=800)
    assert service(rent_min=800, rent_max=800).rent_max == 800


def test_an_event_ends_after_it_starts() -> None:
    with pytest.raises(ValidationError, match="ends after"):
        Event(
            title="x",
            start=datetime(2026, 12, 2, 14, tzinfo=SHANGHAI),
            end=datetime(2026, 12, 2, 14, tzinfo=SHANGHAI),
        )


def test_an_event_without_offset_is_in_shanghai() -> None:
    event = Event.model_validate({"title": "x", "start": "2026-12-02T14:00", "end": "2026-12-02T06:40Z"})
    assert event.start.isoformat() == "2026-12-02T14:00:00+08:00"
    assert event.end.isoformat() == "2026-12-02T14:40:00+08:00"


def test_a_record_is_not_changed_in_place() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        service().name = "x"  # type: ignore[misc]


def test_a_placed_record_keeps_the_numbers_that_were_supplied() -> None:
    supplied = service(source_lon=121.54429, source_lat=31.273241, source_datum="gcj02")
    placed = supplied.placed()
    assert supplied.lon is None
    assert (placed.source_lon, placed.source_lat, placed.source_datum) == (121.54429, 31.273241, "gcj02")
    assert (placed.lon, placed.lat) == pytest.approx(
        convert(121.54429, 31.273241, "gcj02", "wgs84"), abs=1e-8
    )


def test_placing_twice_is_placing_once() -> None:
    placed = service(source_lon=121.54429, source_lat=31.273241, source_datum="bd09").placed()
    assert placed.placed() == placed


def test_a_record_without_a_position_is_never_placed() -> None:
    assert service().placed().lon is None


@pytest.mark.parametrize("record", SAMPLE, ids=lambda record: record.id)
def test_a_sample_record_survives_json(record: Service) -> None:
    again = Service.model_validate_json(to_record(record))
    assert again == record
    assert to_record(again) == to_record(record)
    assert Service.model_validate_json(record.model_dump_json()) == record


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (vocabulary.KINDS, KINDS),
        (vocabulary.AMENITIES, AMENITIES),
        (vocabulary.GROUPS, GROUPS),
        (vocabulary.NEEDS, NEEDS),
    ],
    ids=["kinds", "amenities", "groups", "needs"],
)
def test_every_word_of_the_domain_has_a_label_in_both_languages(
    table: dict[str, object], codes: list[str]
) -> None:
    assert set(codes) <= set(table)
    for code, entry in table.items():
        label = entry.label if isinstance(entry, vocabulary.Kind) else entry
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        assert re.search(r"[一-鿿]", label.zh)
        assert re.fullmatch(r"[ -~]+", label.en)


@pytest.mark.parametrize(
    "table", [vocabulary.AMENITIES, vocabulary.GROUPS, vocabulary.NEEDS, vocabulary.MODES]
)
def test_no_two_words_share_a_label(table: dict[str, vocabulary.Text]) -> None:
    assert (
        len({text.zh for text in table.values()}) == len({text.en for text in table.values()}) == len(table)
    )


def test_every_kind_belongs_to_a_family_that_the_map_draws() -> None:
    assert {kind.family for kind in vocabulary.KINDS.values()} == set(vocabulary.FAMILIES)


def test_ids_of_the_sample_are_unique() -> None:
    assert len({record.id for record in SAMPLE}) == len(SAMPLE)


def test_the_sample_has_81_canteens_of_which_4_have_no_position() -> None:
    canteens = [record for record in SAMPLE if record.kind == "canteen"]
    assert len(canteens) == 81
    assert sum(record.lon is None for record in canteens) == 4
    assert all(record.source_lon is None and record.name for record in canteens if record.lon is None)


def test_the_sample_has_82_zhengzhou_stations_with_22_known_hours() -> None:
    stations = [record for record in SAMPLE if record.id.startswith("zz-")]
    assert len(stations) == 82
    assert {record.kind for record in stations} == {"station"}
    assert sum(record.hours_text is not None for record in stations) == 22
    assert {record.district[:4] for record in stations if record.district is not None} == {"4101"}


def test_listed_positions_are_gcj02_as_published() -> None:
    listed = [r for r in SAMPLE if r.id.startswith(("zz-",)) or r.kind == "canteen"]
    assert {r.source_datum for r in listed if r.source_lon is not None} == {"gcj02"}


def test_hours_that_no_list_publishes_stay_unknown() -> None:
    for record in SAMPLE:
        if not record.demo and record.hours_text is None:
            assert record.hours is None, record.id


def test_equipment_that_no_list_publishes_stays_unknown() -> None:
    listed = [record for record in SAMPLE if record.id.startswith("zz-") or record.kind == "canteen"]
    assert all(record.has == record.lacks == () for record in listed)


def test_what_is_invented_says_so_in_its_name() -> None:
    assert [r.id for r in SAMPLE if r.demo != ("示例" in r.name)] == []
    assert [r.id for r in SAMPLE if r.demo != r.id.startswith("demo-")] == []
    assert all("示例" in r.source for r in SAMPLE if r.demo)
    assert all(event.demo for r in SAMPLE for event in r.events)


def test_the_demonstration_shows_housing_a_mobile_station_a_class_and_a_duty_day() -> None:
    demo = [record for record in SAMPLE if record.demo]
    assert any(r.kind == "housing" and r.rent_min is not None and r.apply_steps for r in demo)
    assert any(r.kind == "station" and len(r.stops) > 1 for r in demo)
    assert any(event.topic == "class" for r in demo for event in r.events)
    assert any(r.kind == "legal-aid" and any(event.topic == "lawyer" for event in r.events) for r in demo)


def test_the_five_dinghai_road_canteens_carry_the_off_peak_offer() -> None:
    carrying = {r.id: r for r in SAMPLE if r.kind == "canteen" and r.offers}
    assert set(carrying) == DINGHAI
    assert {r.town for r in carrying.values()} == {"定海路街道"}
    for record in carrying.values():
        (offer,) = record.offers
        assert (offer.percent_off, offer.hours) == (30, "13:00-14:00")
        assert set(offer.groups) == {"rider", "guard", "sanitation"}


def test_the_relay_station_is_round_the_clock_and_approximately_placed() -> None:
    (relay,) = (r for r in SAMPLE if "接力站" in r.name)
    assert (relay.hours, relay.position_quality, relay.demo) == ("24/7", "approximate", False)
    assert "杨树浦路2866号" in relay.address


def test_everything_placed_lies_in_china() -> None:
    for record in SAMPLE:
        for place in [record, *record.stops]:
            if place.lon is not None:
                assert 73 < place.lon < 135, record.id
                assert 18 < place.lat < 54, record.id


def test_a_stop_may_hold_between_dates() -> None:
    stop = Stop(lon=121.5, lat=31.2, hours="24/7", valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 1))
    assert service(stops=[stop]).stops == (stop,)
