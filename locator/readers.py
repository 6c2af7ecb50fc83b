"""Readers of parameters: what a Python value, or a text as in a URL, means, and what is wrong with it.

Each is called with the parameter's name and its value; the API's description is made from the same objects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

from locator import vocabulary
from locator._errors import InputError, Text
from locator.timeline import check_instant

if TYPE_CHECKING:
    from collections.abc import Mapping


def refuse(name: str, value: object, zh: str, en: str) -> NoReturn:
    """Raise the InputError of a parameter: what it must be, in both languages, and what was got."""
    shown = str(value)[:80]
    raise InputError(name, shown, Text(f"{name} {zh}，收到的是 {shown!r}", f"{name} {en}, got {shown!r}"))


@dataclass(frozen=True)
class Number:
    """Reads a number from `low` to `high`, or above `low`; `unit` says what of."""

    low: float
    high: float
    unit: Text
    above: bool = False

    def __call__(self, name: str, value: object) -> float:
        """Return the number that a value means."""
        zh, en = f"要是{self.unit.zh}", f"must be {self.unit.en}"
        try:
            number = float(str(value))
        except ValueError:
            refuse(name, value, zh, en)
        if not self.low <= number <= self.high or (self.above and number == self.low):
            refuse(name, value, zh, en)
        return number


@dataclass(frozen=True)
class Degrees:
    """Reads degrees. That they are within `most` of zero is checked of the pair, which may be swapped."""

    most: float

    def __call__(self, name: str, value: object) -> float:
        """Return the number that a value means."""
        try:
            return float(str(value))
        except ValueError:
            refuse(name, value, "要是度数", "must be degrees")


@dataclass(frozen=True)
class Whole:
    """Reads a whole number from `low` to `high`."""

    low: int
    high: int

    def __call__(self, name: str, value: object) -> int:
        """Return the number that a value means."""
        low, high, text = self.low, self.high, str(value).strip()
        if not re.fullmatch(r"[0-9]{1,6}", text) or not low <= int(text) <= high:
            refuse(name, value, f"要是 {low}–{high} 的整数", f"must be a whole number from {low} to {high}")
        return int(text)


@dataclass(frozen=True)
class OneOf:
    """Reads one of some words."""

    choices: tuple[str, ...]

    def __call__(self, name: str, value: object) -> str:
        """Return the word that a value means."""
        text = str(value).strip().lower()
        if text not in self.choices:
            zh, en = f"只能是 {'、'.join(self.choices)}", f"must be one of {', '.join(self.choices)}"
            refuse(name, value, zh, en)
        return text


@dataclass(frozen=True)
class Codes:
    """Reads codes of a vocabulary, separated by commas."""

    known: Mapping[str, object]

    def __call__(self, name: str, value: object) -> tuple[str, ...]:
        """Return the codes that a value means."""
        parts = value.split(",") if isinstance(value, str) else list(value)  # type: ignore[call-overload]
        return vocabulary.check_codes(name, [p.strip() for p in parts if p.strip()], self.known)


def instant(name: str, value: object) -> datetime:
    """Return the instant that a value means; Shanghai time without an offset."""
    if isinstance(value, datetime):
        return check_instant(value, name)
    # In a URL an unescaped + arrives as a space.
    text = re.sub(r" (?=\d\d:?\d\d$)", "+", str(value).strip())
    try:
        return check_instant(datetime.fromisoformat(text), name)
    except (ValueError, OverflowError) as error:
        if isinstance(error, InputError):
            raise
        refuse(name, value, "要写成 2026-11-23T13:05 这样", "must be an ISO 8601 time like 2026-11-23T13:05")


def past_instant(value: object, now: datetime, name: str = "as_of") -> datetime | None:
    """Return the instant whose state of the data is meant; None: the newest.

    Raises
    ------
    InputError
        Not an instant, or one that is still to come: what the data will be nobody knows.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    found = instant(name, value)
    if found > now:
        refuse(name, value, "要是过去的时间", "must be in the past")
    return found
