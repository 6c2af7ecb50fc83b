"""Strings: LIKE without backtracking, and what case and accents are worth."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from locator.cql2._truth import COMPARE, TURNED, Truth, known

if TYPE_CHECKING:
    from collections.abc import Callable

    from locator.cql2._rows import Coded

import numpy as np

_PIECE = re.compile(r"\\(.)|(%)|(_)|(.)", re.DOTALL)
# Kana's voicing marks make another letter, they are no accents.
_LETTERS = "\u3099\u309a"


def casei(text: str) -> str:
    """Return a text as any other casing of it would return it; ß and ss are one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def accenti(text: str) -> str:
    """Return a text without its accents."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text)
    kept = (c for c in parts if c in _LETTERS or unicodedata.category(c) != "Mn")
    return unicodedata.normalize("NFC", "".join(kept))


class _Run(NamedTuple):
    # What stands between two %: its length, and how to find it.
    length: int
    find: Callable[[str, int], int]


def _run(pieces: list[str | None]) -> _Run:
    if None not in pieces:
        plain = "".join(piece or "" for piece in pieces)
        return _Run(len(plain), lambda text, start: text.find(plain, start))
    # Every piece takes one character, so the search cannot backtrack.
    search = re.compile("".join("." if p is None else re.escape(p) for p in pieces), re.DOTALL).search

    def find(text: str, start: int) -> int:
        match = search(text, start)
        return -1 if match is None else match.start()

    return _Run(len(pieces), find)


def _runs(pattern: str) -> list[_Run]:
    runs: list[list[str | None]] = [[]]
    for escaped, wildcard, single, plain in _PIECE.findall(pattern):
        if wildcard:
            runs.append([])
        else:
            runs[-1].append(None if single else escaped or plain)
    return [_run(pieces) for pieces in runs]


def like(pattern: str) -> Callable[[str], bool]:
    """Return the test of a LIKE pattern: % any text, _ one character, a backslash before either takes it literally.

    The runs between two % are found one after another, each as early as it can be: what a regular expression would
    try in exponentially many ways is one walk. A run's own search is the length of the text times that of the run.
    """
    runs = _runs(pattern)
    first, last = runs[0], runs[-1]
    if len(runs) == 1:
        return lambda text: len(text) == first.length and first.find(text, 0) == 0
    middle = [run for run in runs[1:-1] if run.length]

    def matches(text: str) -> bool:
        end = len(text) - last.length
        place = first.length
        if place > end or not _stands(first, text, 0) or not _stands(last, text, end):
            return False
        for run in middle:
            place = run.find(text, place)
            if place < 0 or (place := place + run.length) > end:
                return False
        return True

    return matches


def _stands(run: _Run, text: str, at: int) -> bool:
    return run.length == 0 or run.find(text[at : at + run.length], 0) == 0


def compare(op: str, a: Coded, b: Coded) -> Truth:
    """Return where two strings compare as ``op`` says, by code points."""
    test = COMPARE[op]
    if b.codes is None:
        other = b.values[0]
        return a.where([test(value, other) for value in a.values])
    if a.codes is None:
        return compare(TURNED[op], b, a)
    unknown = a.unknown | b.unknown
    pairs = zip(a.codes.tolist(), b.codes.tolist(), unknown.tolist(), strict=True)
    hits = [not missing and test(a.values[i], b.values[j]) for i, j, missing in pairs]
    return known(np.array(hits, dtype=bool), unknown)
