"""A concrete week as rows of bits, one a minute: holidays applied, unknown kept apart.

Thousands of places share some hundreds of timelines. Each distinct one is worked out once, as two rows: when it
is surely open, and when it is possibly open (open or unknown). Several doors together are an OR, what only one
of them offers an AND NOT, and how long that is a count of bits: exact to the minute, which hours are given in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit, types

from locator._errors import InputError, Text
from locator.schedules import MINUTE, held_minutes
from locator.timeline import SHANGHAI, check_instant, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

    from numpy.typing import NDArray

    Bits = NDArray[np.uint64]
    Minutes = NDArray[np.uint8]

HOURS = 7 * 24
MINUTES = 60 * HOURS
_WORD = 64
# 157.5 words: the upper half of the last one is never set.
WORDS = -(-MINUTES // _WORD)
_WEEK = timedelta(days=7)
WHOLE_HOUR = np.uint64((1 << 60) - 1)
_PAIRS, _NIBBLES = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333)
_BYTES, _SUM = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x0101010101010101)
_ONE, _TWO, _FOUR, _TOP = np.uint64(1), np.uint64(2), np.uint64(4), np.uint64(56)
_BITS_OUT = types.Array(types.uint64, 2, "C", readonly=True)


class Key(NamedTuple):
    """What makes two places the same to a calendar: hours, and the dates they hold between (both included)."""

    hours: str | None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, eq=False)
class Weeks:
    """One week of some timelines.

    `sure` and `possible` are uint64 of shape (rows, WORDS); bit i % 64 of word i // 64 is minute i after Monday
    00:00 in Shanghai. Whatever is sure is possible.
    """

    monday: date
    sure: Bits
    possible: Bits

    @classmethod
    def of(cls, keys: Iterable[Key], monday: date) -> tuple[Self, NDArray[np.int32]]:
        """Return the distinct rows of some timelines in the week from a Monday on, and the row of each timeline.

        Raises
        ------
        InputError
            The day is no Monday.
        """
        both = np.array([rows_of(key, monday) for key in keys], np.uint64).reshape(-1, 2 * WORDS)
        distinct, codes = np.unique(both, axis=0, return_inverse=True)
        sure, possible = np.split(distinct, 2, axis=1)
        weeks = cls(monday, np.ascontiguousarray(sure), np.ascontiguousarray(possible))
        return weeks, codes.reshape(-1).astype(np.int32)

    def __len__(self) -> int:
        return len(self.sure)

    def and_only_possible(self) -> Self:
        """Return twice as many rows: row r + len is row r for a door of which it is not known that it counts at all."""
        sure = np.concatenate([self.sure, np.zeros_like(self.sure)])
        return type(self)(self.monday, sure, np.concatenate([self.possible, self.possible]))


def rows_of(key: Key, monday: date) -> Bits:
    """Return when a timeline is surely and when it is possibly open in a week, shape (2, WORDS)."""
    _check_monday(monday)
    base = datetime.combine(monday, time(), SHANGHAI)
    held = held_minutes(key.valid_from, key.valid_to, monday)
    marks = np.zeros((2, WORDS * _WORD), np.bool_)
    first, last = (int(min(max(edge, 0), MINUTES)) for edge in held)
    if first < last:
        for span in timeline(key.hours).spans(base, base + _WEEK):
            start, end = (int((edge - base) / MINUTE) for edge in (span.start, span.end))
            part = slice(max(start, first), max(min(end, last), 0))
            marks[0, part] |= span.status == "open"
            marks[1, part] |= span.status != "closed"
    return packed(marks)


def packed(marks: NDArray[np.bool_]) -> Bits:
    """Return rows of marks, one a minute, as rows of bits; marks past the week are left out."""
    room = np.zeros((*marks.shape[:-1], WORDS * _WORD), np.bool_)
    room[..., :MINUTES] = marks[..., :MINUTES]
    return np.packbits(room, axis=-1, bitorder="little").view("<u8").astype(np.uint64)


def unpacked(rows: Bits) -> NDArray[np.bool_]:
    """Return rows of bits as rows of marks, one a minute, shape (..., MINUTES)."""
    octets = np.ascontiguousarray(rows, "<u8").view(np.uint8)
    return np.unpackbits(octets, axis=-1, count=MINUTES, bitorder="little").astype(np.bool_)


def monday_of(day: date | str, field: str = "week") -> date:
    """Return the Monday of the week that a day is in.

    Raises
    ------
    InputError
        A text that is no date, or a year that no calendar here covers.
    """
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day.strip())
        except ValueError:
            raise InputError(
                field,
                day,
                Text(
                    f"{field} 要写成 2026-11-23 这样的日期，收到的是 {day!r}",
                    f"{field} must be a date like 2026-11-23, got {day!r}",
                ),
            ) from None
    check_instant(datetime.combine(day, time()), field)
    return day - timedelta(days=day.weekday())


def _check_monday(day: date) -> None:
    if day.weekday():
        raise InputError("week", day, Text(f"{day} 不是星期一", f"{day} is not a Monday"))


@njit(cache=True)
def popcount(word: Any) -> Any:  # noqa: ANN401  an unsigned 64-bit number, which only numba knows
    """Return how many bits of a word are set."""
    word -= (word >> _ONE) & _PAIRS
    word = (word & _NIBBLES) + ((word >> _TWO) & _NIBBLES)
    word = (word + (word >> _FOUR)) & _BYTES
    return (word * _SUM) >> _TOP


@njit(cache=True)
def hour_minutes(row: Bits, hour: int) -> Any:  # noqa: ANN401
    """Return how many minutes of an hour of the week are set in a row."""
    word, past = (60 * hour) >> 6, np.uint64((60 * hour) & 63)
    held = row[word] >> past
    # An hour is 60 bits: it ends in the next word unless it began in the first five of this one.
    if past > _FOUR:
        held |= row[word + 1] << (np.uint64(64) - past)
    return popcount(held & WHOLE_HOUR)


@njit(types.void(_BITS_OUT, types.uint8[:, ::1]), cache=True, nogil=True)
def _count(rows: Bits, minutes: Minutes) -> None:
    for i in range(rows.shape[0]):
        for hour in range(minutes.shape[1]):
            minutes[i, hour] = hour_minutes(rows[i], hour)


def minutes_by_hour(rows: Bits) -> Minutes:
    """Return the minutes (0-60) that are set in each hour of the week, Monday 00:00 first; shape (rows, HOURS)."""
    minutes = np.empty((len(rows), HOURS), np.uint8)
    _count(np.ascontiguousarray(rows, np.uint64), minutes)
    return minutes


def union(rows: Sequence[Bits] | Bits) -> Bits:
    """Return when at least one of some rows is set; of none, never. Shape (WORDS,)."""
    together: Bits = np.bitwise_or.reduce(np.reshape(rows, (-1, WORDS)), axis=0, dtype=np.uint64)
    return together


def hour_words(rows: Bits) -> Bits:
    """Return rows with one word for each hour, whose lowest 60 bits are its minutes; shape (rows, HOURS)."""
    room = np.zeros((len(rows), HOURS, _WORD), np.bool_)
    room[:, :, :60] = unpacked(rows).reshape(-1, HOURS, 60)
    words: Bits = np.packbits(room, axis=-1, bitorder="little").view("<u8")[..., 0].astype(np.uint64)
    return words
