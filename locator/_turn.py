"""One works, the others wait for somebody: whose turn it is among the threads that answer.

Threads that compute only take the interpreter from one another, which costs half the answers a second; so
one at a time has the turn. But one that waits for a database, or for a visitor who sends his form a byte a
minute, must not keep everybody else waiting with it: it steps aside.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_turn = threading.Lock()
_mine = threading.local()


@contextmanager
def having_the_turn() -> Iterator[None]:
    """Wait for the turn, and give it on at the end, or earlier by `step_aside`."""
    _turn.acquire()
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
        _turn.release()
