"""Offers: their price in words, and who can use them when."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locator import Offer
from locator.benefits import applies, price_text, zhe
from locator.timeline import SHANGHAI

RIDERS = Offer(title="错峰", groups=("rider", "guard"), hours="13:00-14:00", percent_off=30)


def at(hour: int, minute: int = 0, second: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("percent_off", "words"),
    [
        (30, "七折"), (15, "八五折"), (5, "九五折"), (29, "七一折"), (20, "八折"), (10, "九折"), (50, "五折"),
        (90, "一折"), (1, "九九折"), (89, "一一折"), (100, "免费"), (12.5, "8.75折"), (95, "0.5折"), (0.5, "9.95折"),
    ],
)  # fmt: skip
def test_a_percentage_off_is_said_as_chinese_say_it(percent_off: float, words: str) -> None:
    assert zhe(percent_off) == words


@given(st.floats(0, 100, exclude_min=True))
def test_every_percentage_the_record_takes_can_be_said(percent_off: float) -> None:
    words = zhe(percent_off)
    assert words == "免费" or words.endswith("折")
    assert "e" not in words


@given(st.integers(1, 99))
def test_whole_percentages_read_back_as_what_is_paid(percent_off: int) -> None:
    digits = "".join(
        str("零一二三四五六七八九".find(c)) if c in "零一二三四五六七八九" else c
        for c in zhe(percent_off)[:-1]
    )
    paid = float(digits) * 10 if "." in digits or len(digits) == 1 else float(digits)
    assert paid == 100 - percent_off


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        ({"percent_off": 30}, "七折", "30 % off"),
        ({"percent_off": 12.5}, "8.75折", "12.5 % off"),
        ({"minus_cny": 2}, "减2元", "2 yuan off"),
        ({"fixed_cny": 9.9}, "9.9元", "9.9 yuan"),
        ({"voucher_cny": 5.6}, "5.6元券", "5.6 yuan voucher"),
        ({"voucher_cny": 1_000_000}, "1000000元券", "1000000 yuan voucher"),
        ({"fixed_cny": 12345.67}, "12345.67元", "12345.67 yuan"),
        ({}, "有优惠", "discount"),
    ],
)
def test_each_price_rule_has_words_in_both_languages(rule: dict[str, float], zh: str, en: str) -> None:
    assert price_text(Offer(title="x", **rule)) == (zh, en)


def test_an_offer_holds_from_the_first_second_to_before_the_last() -> None:
    window = [at(12, 59, 59), at(13), at(13, 59, 59), at(14)]
    assert [applies(RIDERS, ["rider"], moment) for moment in window] == [False, True, True, False]


def test_an_offer_is_for_its_groups_only() -> None:
    assert applies(RIDERS, ["rider"], at(13)) is True
    assert applies(RIDERS, ["member", "guard"], at(13)) is True
    assert applies(RIDERS, ["member"], at(13)) is False


def test_an_offer_for_anyone_is_for_every_group() -> None:
    assert applies(Offer(title="x", hours="24/7"), ["trucker"], at(3)) is True


def test_without_a_group_only_the_window_counts() -> None:
    assert applies(RIDERS, [], at(13)) is True
    assert applies(RIDERS, (), at(14)) is False


def test_an_offer_holds_on_its_first_and_last_day() -> None:
    offer = Offer(title="x", hours="24/7", valid_from=date(2026, 11, 23), valid_to=date(2026, 11, 24))
    days = [at(23, 59, 59, day=22), at(0, day=23), at(23, 59, 59, day=24), at(0, day=25)]
    assert [applies(offer, [], moment) for moment in days] == [False, True, True, False]


def test_dates_of_an_offer_are_shanghai_dates() -> None:
    offer = Offer(title="x", hours="24/7", valid_from=date(2026, 11, 23), valid_to=date(2026, 11, 23))
    assert applies(offer, [], datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) is True
    assert applies(offer, [], datetime(2026, 11, 23, 16, 0, tzinfo=UTC)) is False


@pytest.mark.parametrize("hours", [None, "13:00-14:00 unknown"])
def test_an_offer_whose_hours_are_unknown_neither_applies_nor_does_not(hours: str | None) -> None:
    assert applies(Offer(title="x", hours=hours), ["rider"], at(13, 30)) is None


def test_unknown_hours_do_not_help_the_wrong_group_or_day() -> None:
    assert applies(Offer(title="x", groups=("guard",)), ["rider"], at(13)) is False
    assert applies(Offer(title="x", valid_to=date(2026, 11, 22)), ["rider"], at(13)) is False
