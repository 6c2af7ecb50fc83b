"""Strings: LIKE without backtracking, and what case and accents are worth."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from locator.cql2._faults import fault
from locator.cql2._truth import COMPARE, TURNED, Truth, known

if TYPE_CHECKING:
    from collections.abc import Callable

    from locator.cql2._rows import Coded

_PIECE = re.compile(r"\\(.)|(%)|(_)|(.)", re.DOTALL)
# Kana's voicing marks make another letter, they are no accents.
_LETTERS = "\u3099\u309a"
_MOST_RUNS = 101


class _WithoutAccents(dict[int, int | None]):
    # Filled as letters are met: asking Unicode for the category of each would be three times slower.
    def __missing__(self, code: int) -> int | None:
        accent = unicodedata.category(chr(code)) == "Mn" and chr(code) not in _LETTERS
        self[code] = None if accent else code
        return self[code]


_WITHOUT_ACCENTS = _WithoutAccents()


def casei(text: str) -> str:
    """Return a text as any other casing of it would return it; ß and ss are one."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def accenti(text: str) -> str:
    """Return a text without its accents."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).translate(_WITHOUT_ACCENTS))


def _runs(pattern: str) -> list[list[str | None]]:
    # What stands between the %, character by character; None is any one. Of several % in a row one is enough.
    runs: list[list[str | None]] = [[]]
    for escaped, wildcard, single, plain in _PIECE.findall(pattern):
        if not wildcard:
            runs[-1].append(None if single else escaped or plain)
        elif runs[-1] or len(runs) == 1:
            runs.append([])
    return runs


def _plain(run: list[str | None]) -> str | None:
    return None if None in run else "".join(letter or "" for letter in run)


def like(pattern: str) -> Callable[[str], bool]:
    """Return the test of a LIKE pattern: % any text, _ one character, a backslash before either takes it literally.

    Each run between two % is taken where it first stands and never elsewhere, by atomic groups: what a backtracking
    search would try in ever more ways is one walk of the length of the text times that of the run.

    Raises
    ------
    InputError
        If it has more than a hundred %.
    """
    runs = _runs(pattern)
    match [_plain(run) for run in runs]:
        # What people ask for, at twice the speed.
        case [str(whole)]:
            return lambda text: text == whole
        case [str(start), ""]:
            return lambda text: text.startswith(start)
        case ["", str(end)]:
            return lambda text: text.endswith(end)
        case ["", str(inside), ""]:
            return lambda text: inside in text
    if len(runs) > _MOST_RUNS:
        most = _MOST_RUNS - 1
        raise fault(
            pattern, f"LIKE 的模式最多 {most} 个 %", f"a pattern of LIKE has at most {most} wildcards %"
        )
    search, *others = ["".join("." if c is None else re.escape(c) for c in run) for run in runs]
    if others:
        between = "".join(f"(?>.*?{run})" for run in others[:-1])
        # The last run is looked for at the end only, behind what the others took.
        search += f"{between}.{{{len(runs[-1])},}}+(?<={others[-1]})"
    matches = re.compile(search, re.DOTALL).fullmatch
    return lambda text: matches(text) is not None


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
