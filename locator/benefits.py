"""Who pays what and when: price rules, what is left to pay, and their wording in Chinese and English."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, NamedTuple

from locator._errors import InputError, Text
from locator.timeline import check_instant, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from locator.service import Offer

_FEN = Decimal("0.01")
_DIGITS = "零一二三四五六七八九"
_WHOLE = 10


def applies(offer: Offer, groups: Iterable[str], at: datetime) -> bool | None:
    """Return whether someone of these groups can use an offer at an instant; None = its hours are unknown.

    No groups given means that nobody said who asks: then only the window and the dates count.
    """
    if not usable_by(offer, groups) or not valid_on(offer, at):
        return False
    status = timeline(offer.hours).status(at)
    return None if status == "unknown" else status == "open"


def usable_by(offer: Offer, groups: Iterable[str]) -> bool:
    """Return whether an offer is meant for one of these groups; with none given, for anybody at all."""
    asker = set(groups)
    return not asker or "anyone" in offer.groups or bool(asker & set(offer.groups))


def valid_on(offer: Offer, at: datetime) -> bool:
    """Return whether an instant lies within the offer's dates (both included)."""
    day = check_instant(at).date()
    return not (
        (offer.valid_from is not None and day < offer.valid_from)
        or (offer.valid_to is not None and day > offer.valid_to)
    )


class Payable(NamedTuple):
    """What someone pays, in CNY: `pays` for certain; `perhaps`, if an offer of unknown hours holds.

    `offer` is the one that lowers the price (None: the list price stands), and `reason` says why one does not.
    """

    pays: Decimal
    perhaps: Decimal
    offer: Offer | None = None
    reason: Text | None = None


def payable(
    offer: Offer, list_price: float | Decimal, at: datetime, groups: Iterable[str] = (), used_today: int = 0
) -> Payable:
    """Return what a bill comes to with an offer.

    Parameters
    ----------
    offer
        Its window and dates hold from their first minute on, and not in their last.
    list_price
        The bill without it, CNY.
    at
        When one pays.
    groups
        What the payer is; nothing: only the window and the dates count, as in `applies`.
    used_today
        How often the payer has used the offer on that day.

    Raises
    ------
    InputError
        A price below zero, or no number.
    """
    price = _price(list_price)
    holds = applies(offer, groups, at)
    refused = _refusal(offer, price, at, groups, used_today)
    if holds is False or refused is not None:
        return Payable(price, price, None, refused or _NOT_NOW)
    left = reduced(offer, price)
    if holds is None:
        return Payable(price, left, None, _HOURS_UNKNOWN)
    return Payable(left, left, offer)


def best(
    offers: Iterable[Offer], list_price: float | Decimal, at: datetime, groups: Iterable[str] = ()
) -> Payable:
    """Return what a bill comes to with the best of several offers: they do not add up, the first of equals counts.

    Raises
    ------
    InputError
        As `payable`.
    """
    price, groups = _price(list_price), tuple(groups)
    found = Payable(price, price)
    for offer in offers:
        one = payable(offer, price, at, groups)
        perhaps = min(found.perhaps, one.perhaps)
        found = (one if one.pays < found.pays else found)._replace(perhaps=perhaps)
    return found


_NOT_NOW = Text("现在不是优惠时间", "the offer does not hold now")
_HOURS_UNKNOWN = Text("优惠时间不清楚", "the offer's hours are unknown")


def _price(list_price: float | Decimal) -> Decimal:
    # Through text: 9.9 is nine yuan ninety, not the nearest binary fraction.
    price = Decimal(str(list_price))
    if not price.is_finite() or price < 0:
        raise InputError(
            "list_price",
            list_price,
            Text(f"价格要是 0 元以上，收到的是 {list_price}", f"a price is 0 yuan or more, got {list_price}"),
        )
    return price.quantize(_FEN, ROUND_HALF_UP)


def _refusal(
    offer: Offer, price: Decimal, at: datetime, groups: Iterable[str], used_today: int
) -> Text | None:
    """Return why an offer cannot be used whatever the hour; None if nothing but the hour stands against it."""
    if not usable_by(offer, groups):
        return Text("不是给你这一行的", "the offer is for others")
    if not valid_on(offer, at):
        return Text("不在优惠期内", "the offer is not valid on this day")
    if offer.per_day is not None and used_today >= offer.per_day:
        return Text(f"一天只能用 {offer.per_day} 次", f"{offer.per_day} a day, used up")
    if offer.min_spend is not None and price < _price(offer.min_spend):
        least = _plain(offer.min_spend)
        return Text(f"满 {least} 元才能用", f"from {least} yuan on")
    return None


def reduced(offer: Offer, list_price: float | Decimal) -> Decimal:
    """Return a price by the rule of an offer that holds, CNY to the fen.

    An offer never makes anything dearer, nor does it pay out; below its minimum spend it changes nothing.
    """
    price = _price(list_price)
    if offer.min_spend is not None and price < _price(offer.min_spend):
        return price
    if offer.percent_off is not None:
        left = price * (100 - Decimal(str(offer.percent_off))) / 100
    elif offer.fixed_cny is not None:
        left = Decimal(str(offer.fixed_cny))
    else:
        # A voucher is spent on one bill and gives no change, so it comes to the same as money off.
        left = price - Decimal(str(offer.minus_cny or offer.voucher_cny or 0))
    return min(price, max(Decimal(0), left)).quantize(_FEN, ROUND_HALF_UP)


def price_text(offer: Offer) -> Text:
    """Return the price rule in words: 七折, 减2元, 9.9元, 5.6元券."""
    if offer.percent_off is not None:
        return Text(zhe(offer.percent_off), f"{_plain(offer.percent_off)} % off")
    if offer.minus_cny is not None:
        amount = _plain(offer.minus_cny)
        return Text(f"减{amount}元", f"{amount} yuan off")
    if offer.fixed_cny is not None:
        amount = _plain(offer.fixed_cny)
        return Text(f"{amount}元", f"{amount} yuan")
    if offer.voucher_cny is not None:
        amount = _plain(offer.voucher_cny)
        return Text(f"{amount}元券", f"{amount} yuan voucher")
    return Text("有优惠", "discount")


def zhe(percent_off: float) -> str:
    """Return a percentage off as Chinese write it: 30 -> 七折, 15 -> 八五折, 29 -> 七一折, 100 -> 免费."""
    pay = round(100 - percent_off, 2)
    if pay <= 0:
        return "免费"
    tens, ones = divmod(pay, _WHOLE)
    if not 1 <= tens < _WHOLE or ones != int(ones):
        return f"{_plain(pay / _WHOLE)}折"
    return _DIGITS[int(tens)] + (_DIGITS[int(ones)] if ones else "") + "折"


def _plain(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")
