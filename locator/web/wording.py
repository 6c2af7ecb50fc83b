"""Templates are written in Chinese; what they say in another language comes from a gettext catalog.

A Jinja extension turns each run of Chinese text, in the page and in attributes, into one message: the
expressions inside it become {1}, {2}, ... so that a translator sees whole sentences and may change
their order. Chinese constants in expressions become messages too, and `label.zh` reads the label in
the page's language. Scripts are treated alike: each literal with Chinese in it is a message.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from jinja2.ext import Extension
from jinja2.lexer import Token
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from jinja2 import Environment
    from jinja2.lexer import TokenStream

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_CHINESE_ONLY = ("steward/", "plan/")
WHOLE, CONSTANT, LABEL = "_whole", "_constant", "said"
# Marks inside a sentence, which belong to the message; any other tag ends it.
_INLINE = re.compile(r'</?(?:b|em|small)>|<span class="demo">[^<>]*</span>|<i class="dot">·</i>')
_MARKUP = re.compile(r"<!--.*?-->|<!?/?[A-Za-z]", re.DOTALL)
_END = re.compile(r'[">]')
_HOLE = re.compile(r"\{(\d+)\}")
_LITERAL = re.compile(
    r"""/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`""", re.DOTALL
)
Piece = str | list[Token]


class Wording(Extension):
    """See the module."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Return a template's tokens with its Chinese handed to the catalog; those of the desk as they are."""
        if (stream.name or "").startswith(_CHINESE_ONLY):
            return stream
        return _Rewriter().rewritten(stream)


class _Rewriter:
    """Walks through a template, knowing whether it stands in text, in a tag or in an attribute."""

    def __init__(self) -> None:
        self._quote = ""
        self._in_tag = False
        self._run: list[Piece] = []
        self._line = 1

    def rewritten(self, stream: TokenStream) -> Iterator[Token]:
        """Yield a template's tokens anew."""
        for token in stream:
            self._line = token.lineno
            if token.type == "data":
                yield from self._data(token.value)
            elif token.type == "variable_begin":
                tokens = list(_until(stream, "variable_end"))
                if self._in_tag and not self._quote:
                    yield from self._shown(tokens)
                else:
                    self._run.append(tokens)
            else:
                yield from self._flushed()
                yield token
                yield from _until(stream, "block_end", keep_end=True)
        yield from self._flushed()

    def _data(self, text: str) -> Iterator[Token]:
        at = 0
        while at < len(text):
            if self._quote:
                end = text.find(self._quote, at)
                self._run.append(text[at:] if end < 0 else text[at:end])
                if end < 0:
                    return
                yield from self._flushed()
                yield self._raw(self._quote)
                self._quote, at = "", end + 1
            elif self._in_tag:
                found = _END.search(text, at)
                end = len(text) if found is None else found.end()
                yield self._raw(text[at:end])
                if found is not None:
                    self._quote, self._in_tag = ('"', True) if found[0] == '"' else ("", False)
                at = end
            else:
                at = yield from self._text(text, at)

    def _text(self, text: str, at: int) -> Generator[Token, None, int]:
        """Take text up to the next tag that ends a sentence; return where that is."""
        inline = _INLINE.match(text, at)
        if inline:
            self._run.append(inline[0])
            return inline.end()
        tag = _MARKUP.match(text, at)
        if tag is None:
            found = _MARKUP.search(text, at + 1)
            end = len(text) if found is None else found.start()
            self._run.append(text[at:end])
            return end
        yield from self._flushed()
        yield self._raw(tag[0])
        self._in_tag = not tag[0].startswith("<!--")
        return tag.end()

    def _flushed(self) -> Iterator[Token]:
        run, self._run = self._run, []
        spoken = [i for i, piece in enumerate(run) if isinstance(piece, str) and CHINESE.search(piece)]
        if not spoken:
            yield from self._plain(run)
            return
        # Icons before and behind a sentence are none of its business.
        first, last = _edges(run, spoken)
        yield from self._plain(run[:first])
        yield from self._message(run[first : last + 1])
        yield from self._plain(run[last + 1 :])

    def _plain(self, run: Iterable[Piece]) -> Iterator[Token]:
        for piece in run:
            if isinstance(piece, str):
                yield self._raw(piece)
            else:
                yield from self._shown(piece)

    def _message(self, run: list[Piece]) -> Iterator[Token]:
        said, holes = "", []
        for piece in run:
            if isinstance(piece, str):
                said += piece
            else:
                holes.append(piece)
                said += f"{{{len(holes)}}}"
        text = re.sub(r"\s+", " ", said.strip())
        yield self._raw(said[: len(said) - len(said.lstrip())])
        call = [self._token("name", WHOLE), self._token("lparen", "("), self._token("string", text)]
        for hole in holes:
            call += [self._token("comma", ","), self._token("lparen", "("), *hole, self._token("rparen", ")")]
        yield from self._shown([*call, self._token("rparen", ")")])
        yield self._raw(said[len(said.rstrip()) :])

    def _shown(self, tokens: list[Token]) -> Iterator[Token]:
        yield self._token("variable_begin", "{{")
        yield from tokens
        yield self._token("variable_end", "}}")

    def _raw(self, text: str) -> Token:
        return self._token("data", text)

    def _token(self, kind: str, text: str) -> Token:
        return Token(self._line, kind, text)


def _edges(run: list[Piece], spoken: list[int]) -> tuple[int, int]:
    first, last = spoken[0], spoken[-1]
    while first > 0 and not _is_icon(run[first - 1]):
        first -= 1
    while last < len(run) - 1 and not _is_icon(run[last + 1]):
        last += 1
    return first, last


def _is_icon(piece: Piece) -> bool:
    """Tell whether a piece is drawn by one of our macros: p.icon(...), p.marker(...)."""
    return not isinstance(piece, str) and piece[0].type == "name" and piece[0].value == "p"


def _until(stream: TokenStream, end: str, *, keep_end: bool = False) -> Iterator[Token]:
    """Yield the tokens of an expression or a statement, its constants and labels in the page's language."""
    for token in stream:
        if token.type == end:
            if keep_end:
                yield token
            return
        if token.type == "string" and CHINESE.search(token.value):
            yield Token(token.lineno, "name", CONSTANT)
            yield Token(token.lineno, "lparen", "(")
            yield token
            yield Token(token.lineno, "rparen", ")")
        elif token.type == "dot" and stream.current.test("name:zh"):
            next(stream)
            yield Token(token.lineno, "pipe", "|")
            yield Token(token.lineno, "name", LABEL)
        else:
            yield token


def whole(translate: Callable[[str], str], message: str, *holes: object) -> Markup:
    """Return a message in another language with its holes filled, all of them escaped."""
    texts = _cut(translate(message))
    return Markup("").join(  # the rest is the template's own
        escape(holes[int(text) - 1]) if i % 2 else Markup(text)  # noqa: S704
        for i, text in enumerate(texts)
    )


@lru_cache(maxsize=4096)
def _cut(message: str) -> tuple[str, ...]:
    """Return a message cut at its holes: texts, and between them the holes' numbers."""
    return tuple(_HOLE.split(message))


def template_messages(environment: Environment, source: str) -> list[str]:
    """Return the messages of a template's source, in order."""
    stream = environment._tokenize(source, None)  # noqa: SLF001  what Jinja's own extractor calls
    tokens = list(stream)
    return [
        text.value
        for name, _, text in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if name.type == "name" and name.value in {WHOLE, CONSTANT} and text.type == "string"
    ]


def script_messages(source: str) -> list[str]:
    """Return the literals of a script that have Chinese in them, without their quotes."""
    return [text[1:-1] for text in _LITERAL.findall(source) if text[0] != "/" and CHINESE.search(text)]


def script_in(translate: Callable[[str], str], source: str) -> str:
    """Return a script whose literals are in another language."""

    def said(match: re.Match[str]) -> str:
        text = match[0]
        if text[0] == "/" or not CHINESE.search(text):
            return text
        return f"{text[0]}{translate(text[1:-1])}{text[-1]}"

    return _LITERAL.sub(said, source)
