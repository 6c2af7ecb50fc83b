"""Price rules as people write them: 七折, 8.5折, 满20减5, 9块9, 5.6元券, 15% off.

What leaves the price open ("低至七折", "第二份半价") is refused with the reason, not guessed.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NoReturn

from locator._errors import InputError, Text

if TYPE_CHECKING:
    from collections.abc import Callable

Rule = dict[str, float]
_MAX_CHARACTERS = 100
_HUNDRED = Decimal(100)
_LEAST_OF_TWO_DIGITS = 20
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_NUMBER = r"(\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百]+)"
_YUAN = r"\s*(?:元|块钱?|圆|rmb|cny|yuan)"
_OPEN = {
    r"[起低]|至少|最[低高多]|up to|from": ("只说了最低，没说到底多少", "only a limit is given"),
    r"第[二2两]|买.送|半价券|second|buy": ("要看买几份", "it depends on how many are bought"),
    r"会员价|member price|优惠价$|折扣价$": ("没写价钱", "no price is given"),
    r"\d\s*[-~至到—]\s*\d+(?:\.\d+)?\s*(?:折|元|块|%)|[一二三四五六七八九]\s*[-~至到—]\s*[一二三四五六七八九]折": (
        "给的是一个范围", "a range is given",
    ),
}  # fmt: skip


def parse_price(text: str) -> Rule:
    """Return the fields of an `Offer` that a price text says: one rule, and `min_spend` where there is one.

    Raises
    ------
    InputError
        The text says no price, several, or leaves it open.
    """
    said = unicodedata.normalize("NFKC", text).strip().lower().rstrip("。.!,;")
    if len(said) > _MAX_CHARACTERS:
        _refuse(text, "太长，不像价格", "this is too long to be a price")
    for pattern, why in _OPEN.items():
        if re.search(pattern, said):
            _refuse(text, *why)
    rules = [rule for pattern, read in _RULES for rule in _read(pattern, read, said, text)]
    if len(rules) != 1:
        _refuse(
            text,
            *(("有几种价格", "several prices are given") if rules else ("没看出价格", "no price is given")),
        )
    return rules[0]


def _read(pattern: str, read: Callable[[str, re.Match[str]], Rule], said: str, text: str) -> list[Rule]:
    match = re.fullmatch(pattern, said)
    return [read(text, match)] if match else []


def _zhe(text: str, match: re.Match[str]) -> Rule:
    number = match[1]
    if len(number) == 2 and set(number) <= _DIGITS.keys():  # noqa: PLR2004  八五折 is 85 %, not 5
        pay = Decimal(10 * _DIGITS[number[0]] + _DIGITS[number[1]])
    else:
        pay = _number(text, number)
        # 85折 pays 85 %; but 12折 is rather a slip than a price of 12 %.
        pay = pay if number.isdigit() and pay >= _LEAST_OF_TWO_DIGITS else pay * 10
    if not 0 < pay < _HUNDRED:
        _refuse(text, "折数要在 0 和 10 之间", "a 折 lies between 0 and 10")
    return {"percent_off": float(_HUNDRED - pay)}


def _percent(text: str, match: re.Match[str]) -> Rule:
    off = _number(text, match[1])
    if not 0 < off <= _HUNDRED:
        _refuse(text, "百分数要在 0 和 100 之间", "a percentage lies between 0 and 100")
    return {"percent_off": float(off)}


def _amount(field: str) -> Callable[[str, re.Match[str]], Rule]:
    def read(text: str, match: re.Match[str]) -> Rule:
        amount = _number(text, match[1])
        cents = match.groupdict().get("jiao")
        if cents:
            amount += _number(text, cents) / 10
        return {field: float(amount)}

    return read


def _threshold(text: str, match: re.Match[str]) -> Rule:
    least, minus = _number(text, match[1]), _number(text, match[2])
    if minus > least:
        _refuse(text, "减的比满的还多", "more is taken off than has to be spent")
    return {"min_spend": float(least), "minus_cny": float(minus)}


def _percentage(value: float) -> Callable[[str, re.Match[str]], Rule]:
    return lambda _text, _match: {"percent_off": value}


_LEAD = r"(?:享受?|享有|打|可享|全场|现|凭证|一律|均?|同享)*\s*"
_DEAL = r"\s*(?:优惠|折扣|优待)?"
_PRICED = r"(?:仅需|只要|只需|特价|优惠价|每份|套餐价?|一份|¥|￥|cny|rmb)*\s*"
_RULES: tuple[tuple[str, Callable[[str, re.Match[str]], Rule]], ...] = (
    (_LEAD + _NUMBER + r"\s*折" + _DEAL, _zhe),
    (r"(?:半价|对折|打对折|half[- ]price|half off)" + _DEAL, _percentage(50.0)),
    (r"(?:免费|免单|全免|free)(?:用餐|就餐|使用|of charge)?", _percentage(100.0)),
    (r"(\d+(?:\.\d+)?)\s*(?:%|percent|per cent)\s*(?:off|discount)", _percent),
    (r"(?:立减|直减|优惠|减免?|便宜|少收)\s*" + _NUMBER + _YUAN, _amount("minus_cny")),
    (_NUMBER + _YUAN + r"\s*(?:off|discount)", _amount("minus_cny")),
    (r"满\s*" + _NUMBER + rf"(?:{_YUAN})?\s*(?:立)?减\s*" + _NUMBER + rf"(?:{_YUAN})?", _threshold),
    (_PRICED + _NUMBER + _YUAN + r"(?P<jiao>[\d一二三四五六七八九])?角?\s*(?:套餐|一份|/份|一餐|/餐)?", _amount("fixed_cny")),
    (r"(?:¥|￥|cny|rmb)\s*" + _NUMBER, _amount("fixed_cny")),
    (r"(?:送|发|领)?\s*" + _NUMBER + _YUAN + r"\s*(?:当[日天](?:可用)?的?)?(?:代金券|优惠券|消费券|抵用券|餐券|券|voucher)", _amount("voucher_cny")),
    (r"当[日天]可用\s*" + _NUMBER + _YUAN + "(?:券)?", _amount("voucher_cny")),
)  # fmt: skip


def _number(text: str, said: str) -> Decimal:
    """Return a number in digits or in Chinese numerals below a thousand."""
    try:
        return Decimal(said)
    except InvalidOperation:
        pass
    total, digit = 0, 0
    for character in said:
        unit = {"十": 10, "百": 100}.get(character)
        if unit is None:
            digit = _DIGITS[character]
        else:
            total, digit = total + (digit or 1) * unit, 0
    number = Decimal(total + digit)
    if len(said) > 1 and not set(said) & {"十", "百"}:
        _refuse(text, f"看不懂数字“{said}”", f"{said!r} is no number here")
    return number


def _refuse(text: str, zh: str, en: str) -> NoReturn:
    raise InputError(
        "price", text[:_MAX_CHARACTERS], Text(f"价格“{text[:40]}”：{zh}", f"price {text[:40]!r}: {en}")
    )
