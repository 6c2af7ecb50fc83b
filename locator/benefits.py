"""Who pays what: price rules, and their wording in Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator._errors import Text
from locator.timeline import check_instant, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from locator.service import Offer

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
