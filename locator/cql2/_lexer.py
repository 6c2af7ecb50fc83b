"""CQL2 text as words: numbers, quoted strings, names and signs, each with its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from locator.cql2._faults import fault, shown

if TYPE_CHECKING:
    from locator._errors import InputError, Text

# The letters a name may start with and go on with: the standard's own grammar, rule `identifier`.
_START = (
    ":A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1ffe\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART = _START + ".0-9\u0300-\u036f\u203f\u2040"
# Possessive, so that an open quote is found in one walk.
_TOKEN = re.compile(
    rf"""(?P<space>[\s\u00a0\u0085]++)
    |(?P<number>(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?)
    |(?P<string>'(?:[^'\\]|''|\\.)*+')
    |(?P<quoted>"(?:[^"]|"")++")
    |(?P<name>[{_START}][{_PART}]*+)
    |(?P<sign><>|<=|>=|=(?!=)|[<>(),+\-*/%^])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"''|\\([abtnvfr'\\])", re.DOTALL)
_CONTROLS = {"a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}
_FULL_WIDTH = re.compile("[（），＝＜＞‘’“”％＋－＊／]")


class Token(NamedTuple):
    """One word of a filter: its kind, what it says, and the place of its first character."""

    kind: str
    text: str
    at: int

    @property
    def keyword(self) -> str:
        """The word in capitals if it could be a keyword or a sign; else nothing."""
        return self.text.upper() if self.kind in {"name", "sign"} else ""


def tokens_of(source: str) -> list[Token]:
    """Return the words of a filter, with one of the kind ``end`` behind them.

    Raises
    ------
    InputError
        If something is no word of CQL2, such as a quote that is never closed.
    """
    tokens: list[Token] = []
    place = 0
    while place < len(source):
        match = _TOKEN.match(source, place)
        if match is None:
            _no_word(source, place)
        kind = str(match.lastgroup)
        if kind == "string":
            tokens.append(Token(kind, _ESCAPE.sub(_unescaped, match[0][1:-1]), place))
        elif kind == "quoted":
            tokens.append(Token(kind, match[0][1:-1].replace('""', '"'), place))
        elif kind != "space":
            tokens.append(Token(kind, match[0], place))
        place = match.end()
    tokens.append(Token("end", "", len(source)))
    return tokens


def _unescaped(match: re.Match[str]) -> str:
    letter = match[1] or "'"
    return _CONTROLS.get(letter, letter)


def _no_word(source: str, place: int) -> NoReturn:
    rest = source[place:]
    where = f"第 {place + 1} 个字符", f"at character {place + 1}"
    if rest[0] in "'\"":
        raise fault(
            rest,
            f"{where[0]}：引号没有配对；文字里的引号要写两个",
            f"{where[1]}: this quote is never closed; inside a text it is written twice",
        )
    if rest.startswith(("!=", "==")):
        raise fault(rest, f"{where[0]}：请写 <> 或 =", f"{where[1]}: write <> or =")
    raise fault(rest, f"{where[0]}：看不懂“{shown(rest)}”", f"{where[1]}: {shown(rest)!r} is no part of CQL2")


def unexpected(source: str, token: Token, wanted: Text) -> InputError:
    """Return the error for a word that cannot stand where it does."""
    got = source[token.at :]
    hint = _FULL_WIDTH.search(source)
    found = ("条件到此为止", "the filter ends") if token.kind == "end" else (f"“{shown(got)}”",) * 2
    zh = f"第 {token.at + 1} 个字符：{found[0]}，此处应为{wanted.zh}"
    en = f"at character {token.at + 1}: {found[1]}, where {wanted.en} was expected"
    if hint:
        zh += f"；“{hint[0]}”是全角符号，请用半角"
        en += f"; {hint[0]!r} is a full-width sign, write the half-width one"
    return fault(got, zh, en)
