"""One works, the others wait for somebody: whose turn it is among the threads that answer.

Threads that compute only take the interpreter from one another, which costs half the answers a second; so
one at a time has the turn. But one that waits for a database, or for a visitor who sends his form a byte a
minute, must not keep everybody else waiting with it: it steps aside.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Turn:
    """A lock that is handed on in the order in which it was asked for.

    A plain one is taken by whoever comes by when it is free: of 32 that ask all the time, one in a hundred then
    waited three times as long as in a queue.
    """

    def __init__(self) -> None:
        self._guard, self._taken = threading.Lock(), False
        self._waiting: deque[threading.Lock] = deque()

    def take(self) -> None:
        """Wait until all who came before have had it."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()

    def give(self) -> None:
        """Hand it to who has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


_turn = _Turn()
_mine = threading.local()


@contextmanager
def having_the_turn() -> Iterator[None]:
    """Wait for the turn, and give it on at the end, or earlier by `step_aside`."""
    _turn.take()
    _mine.has = True
    try:
        yield
    finally:
        step_aside()


def step_aside() -> None:
    """Let others go on, for whoever is about to wait; nothing happens if this thread has not the turn.

    It is not taken again: whoever held something else meanwhile, that the next one needs, would wait for him.
    """
    if getattr(_mine, "has", False):
        _mine.has = False
        _turn.give()
