"""A walk along the words of a filter: look at the next, take it, or say what should have stood there."""

from __future__ import annotations

from locator._errors import InputError, Text
from locator.cql2._faults import too_deep, too_many
from locator.cql2._lexer import Token, tokens_of, unexpected
from locator.cql2._names import MAX_DEPTH, MAX_OPERATIONS


class Walk:
    """The words of one filter, and how far they have been read."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = tokens_of(source)
        self._place = 0
        self._depth = 0
        self._operations = 0

    @property
    def peek(self) -> Token:
        """The next word."""
        return self._tokens[self._place]

    @property
    def after(self) -> Token:
        """The word behind the next."""
        return self._tokens[min(self._place + 1, len(self._tokens) - 1)]

    def next(self) -> Token:
        """Take the next word; the end can be taken any number of times."""
        token = self.peek
        if token.kind != "end":
            self._place += 1
        return token

    def takes(self, keyword: str) -> bool:
        """Take the next word if it is ``keyword``, and say whether it was."""
        if self.peek.keyword != keyword:
            return False
        self._place += 1
        return True

    def take(self, keyword: str) -> None:
        """Take ``keyword``, which must come next."""
        if not self.takes(keyword):
            raise self.unexpected(self.peek, Text(f"“{keyword}”", repr(keyword)))

    def unexpected(self, token: Token, wanted: Text) -> InputError:
        """Return the error for a word that cannot stand where it does."""
        return unexpected(self._source, token, wanted)

    def down(self) -> None:
        """Go one level deeper."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise too_deep(MAX_DEPTH)

    def operate(self) -> None:
        """Count one operation, so that a long chain is refused before a tree of it is made."""
        self._operations += 1
        if self._operations > MAX_OPERATIONS:
            raise too_many(MAX_OPERATIONS)

    def up(self) -> None:
        """Come back from a level."""
        self._depth -= 1
