"""What is left to pay, at the edges of the windows, and price rules as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locator import InputError, Offer
from locator.benefits import best, payable, price_text
from locator.price_words import parse_price
from locator.timeline import SHANGHAI

OFF_PEAK = Offer(
    title="错峰惠工", groups=("rider", "guard", "sanitation"), hours="13:00-14:00", percent_off=30
)
SET_MEAL = Offer(title="暖心餐", hours="13:30-14:30", fixed_cny=9.9)
TWO_OFF = Offer(title="每天一餐减两元", groups=("courier",), hours="24/7", minus_cny=2, per_day=1)
VOUCHER = Offer(title="当日券", hours="24/7", voucher_cny=5.6, per_day=1)
SEVEN_ONE = Offer(title="7.1折", hours="24/7", percent_off=29)
SERVICE_AREA = Offer(title="服务区会员", groups=("member",), hours="24/7", percent_off=15)


def at(clock: str, day: int = 23) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day}T{clock}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("offer", "clock", "groups", "pays"),
    [
        (OFF_PEAK, "12:59:59", ["rider"], "20.00"),
        (OFF_PEAK, "13:00:00", ["rider"], "14.00"),
        (OFF_PEAK, "13:59:59", ["guard"], "14.00"),
        (OFF_PEAK, "14:00:00", ["sanitation"], "20.00"),
        (OFF_PEAK, "13:30:00", ["courier"], "20.00"),
        (SET_MEAL, "13:29:59", [], "20.00"),
        (SET_MEAL, "13:30:00", [], "9.90"),
        (SET_MEAL, "14:29:59", [], "9.90"),
        (SET_MEAL, "14:30:00", [], "20.00"),
        (TWO_OFF, "12:00:00", ["courier"], "18.00"),
        (TWO_OFF, "12:00:00", ["driver"], "20.00"),
        (VOUCHER, "23:59:59", ["driver"], "14.40"),
        (SEVEN_ONE, "00:00:00", [], "14.20"),
        (SERVICE_AREA, "12:00:00", ["member", "trucker"], "17.00"),
        (SERVICE_AREA, "12:00:00", ["trucker"], "20.00"),
    ],
)
def test_a_meal_of_twenty_yuan(offer: Offer, clock: str, groups: list[str], pays: str) -> None:
    found = payable(offer, 20, at(clock), groups)
    assert found.pays == found.perhaps == Decimal(pays)
    assert (found.offer is offer) == (pays != "20.00")
    assert (found.reason is None) == (found.offer is offer)


def test_another_zone_pays_by_the_clock_of_shanghai() -> None:
    assert payable(OFF_PEAK, 20, datetime(2026, 11, 23, 5, 0, tzinfo=UTC), ["rider"]).pays == 14
    assert payable(OFF_PEAK, 20, datetime(2026, 11, 23, 13, 30, tzinfo=UTC), ["rider"]).pays == 20


@pytest.mark.parametrize(
    ("list_price", "offer", "pays"),
    [
        (8.0, SET_MEAL, "8.00"),  # the set meal is dearer than what was ordered
        (1.5, TWO_OFF, "0.00"),
        (5.0, VOUCHER, "0.00"),  # no change is given
        (9.9, SEVEN_ONE, "7.03"),  # 7.029
        (0.05, SEVEN_ONE, "0.04"),
        (0, OFF_PEAK, "0.00"),
    ],
)
def test_an_offer_never_costs_more_nor_pays_out(list_price: float, offer: Offer, pays: str) -> None:
    assert payable(offer, list_price, at("13:30"), offer.groups).pays == Decimal(pays)


def test_once_a_day_is_once() -> None:
    assert payable(TWO_OFF, 20, at("12:00"), ["courier"], used_today=0).pays == 18
    again = payable(TWO_OFF, 20, at("12:00"), ["courier"], used_today=1)
    assert again.pays == 20
    assert "1 a day" in again.reason.en


def test_a_minimum_spend_is_enough_when_it_is_reached() -> None:
    offer = Offer(title="满减", hours="24/7", minus_cny=5, min_spend=20)
    assert payable(offer, 19.99, at("12:00")).pays == Decimal("19.99")
    assert payable(offer, 20, at("12:00")).pays == 15


def test_the_first_and_the_last_day_count_whole_in_shanghai() -> None:
    offer = Offer(
        title="x", hours="24/7", percent_off=50, valid_from=date(2026, 11, 23), valid_to=date(2026, 11, 24)
    )
    assert [payable(offer, 10, moment).pays for moment in (
        at("23:59:59", 22), at("00:00:00", 23), at("23:59:59", 24), at("00:00:00", 25),
    )] == [10, 5, 5, 10]  # fmt: skip


def test_unknown_hours_leave_the_price_open() -> None:
    found = payable(Offer(title="x", percent_off=30), 20, at("13:00"))
    assert (found.pays, found.perhaps, found.offer) == (20, 14, None)
    assert "unknown" in found.reason.en


@pytest.mark.parametrize("price", [-1, float("nan"), float("inf")])
def test_a_price_that_is_none_is_refused(price: float) -> None:
    with pytest.raises(InputError, match="price"):
        payable(OFF_PEAK, price, at("13:00"))


offers = st.builds(
    lambda rule, groups, hours, least: Offer(title="x", groups=groups, hours=hours, min_spend=least, **rule),
    st.one_of(
        st.builds(lambda n: {"percent_off": n}, st.integers(1, 100)),
        *(
            st.builds(lambda n, f=f: {f: n / 10}, st.integers(0, 300))
            for f in ("minus_cny", "fixed_cny", "voucher_cny")
        ),
        st.just({}),
    ),
    st.sampled_from([("rider",), ("courier", "guard"), ("anyone",)]),
    st.sampled_from([None, "24/7", "13:00-14:00"]),
    st.sampled_from([None, 15.0]),
)


@given(
    offers,
    st.integers(0, 5000),
    st.sampled_from(["13:00", "14:00"]),
    st.sampled_from([(), ("rider",), ("guard",)]),
)
def test_what_is_paid_lies_between_nothing_and_the_bill(
    offer: Offer, fen: int, clock: str, groups: tuple[str, ...]
) -> None:
    price = Decimal(fen) / 100
    found = payable(offer, price, at(clock), groups)
    assert 0 <= found.perhaps <= found.pays <= price
    if offer.min_spend is None:
        assert payable(offer, price + 1, at(clock), groups).pays >= found.pays


@given(st.lists(offers, max_size=4), st.integers(0, 5000), st.sampled_from([(), ("rider",), ("guard",)]))
def test_the_best_of_several_is_the_least_of_all(
    many: list[Offer], fen: int, groups: tuple[str, ...]
) -> None:
    price = Decimal(fen) / 100
    each = [payable(offer, price, at("13:10"), groups) for offer in many]
    found = best(many, price, at("13:10"), groups)
    assert found.pays == min([price, *(one.pays for one in each)])
    assert found.perhaps == min([price, *(one.perhaps for one in each)])


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("七折", {"percent_off": 30}), ("7折", {"percent_off": 30}), ("7.1折", {"percent_off": 29}),
        ("七一折", {"percent_off": 29}), ("八五折", {"percent_off": 15}), ("85折", {"percent_off": 15}),
        ("8.5 折", {"percent_off": 15}), ("９５折", {"percent_off": 5}), ("打八折", {"percent_off": 20}),
        ("享受8折优惠", {"percent_off": 20}), ("半价", {"percent_off": 50}), ("对折", {"percent_off": 50}),
        ("五折", {"percent_off": 50}), ("一折", {"percent_off": 90}), ("免费", {"percent_off": 100}),
        ("15% off", {"percent_off": 15}), ("30 % off", {"percent_off": 30}), ("half price", {"percent_off": 50}),
        ("减2元", {"minus_cny": 2}), ("立减2元", {"minus_cny": 2}), ("优惠2元", {"minus_cny": 2}), ("便宜两块", {"minus_cny": 2}),
        ("2 yuan off", {"minus_cny": 2}), ("满20减5", {"min_spend": 20, "minus_cny": 5}),
        ("满20元减5元", {"min_spend": 20, "minus_cny": 5}), ("满二十减五", {"min_spend": 20, "minus_cny": 5}),
        ("9.9元", {"fixed_cny": 9.9}), ("¥9.9", {"fixed_cny": 9.9}), ("￥9.9", {"fixed_cny": 9.9}), ("仅需9.9元", {"fixed_cny": 9.9}),
        ("9.9元套餐", {"fixed_cny": 9.9}), ("9块9", {"fixed_cny": 9.9}), ("五块六", {"fixed_cny": 5.6}), ("十二元", {"fixed_cny": 12}),
        ("5.6元券", {"voucher_cny": 5.6}), ("5.6元代金券", {"voucher_cny": 5.6}), ("5.6元当日券", {"voucher_cny": 5.6}),
        ("5.6 yuan voucher", {"voucher_cny": 5.6}), ("9.9 yuan", {"fixed_cny": 9.9}),
    ],
)  # fmt: skip
def test_a_price_is_read_as_people_write_it(text: str, rule: dict[str, float]) -> None:
    assert parse_price(text) == pytest.approx(rule)


@pytest.mark.parametrize(
    "text",
    ["", "低至七折", "8.5折起", "最低8折", "7-8折", "七至八折", "第二份半价", "买一送一", "会员价", "十二折", "12折", "0折", "十折", "10折",
     "120% off", "0% off", "五", "折", "元", "七折减2元", "满5减20", "up to 30% off", "a", "一一一折", "9.9.9元", "七" * 200],
)  # fmt: skip
def test_a_price_left_open_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_price(text)
    assert caught.value.field == "price"


@given(st.text(alphabet="零一二两三四五七八九十百折元块减满券起半价%off0123456789. -", max_size=12))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        rule = parse_price(text)
    except InputError:
        return
    Offer(title="x", **rule)


@given(
    st.sampled_from(["percent_off", "minus_cny", "fixed_cny", "voucher_cny"]),
    st.integers(1, 99),
    st.booleans(),
)
def test_what_is_said_is_read_back(field: str, number: int, fine: bool) -> None:
    value = number / 10 if fine and field != "percent_off" else float(number)
    words = price_text(Offer(title="x", **{field: value}))
    assert parse_price(words.zh) == pytest.approx({field: value})
    assert parse_price(words.en) == pytest.approx({field: value})
