"""How long one input may take: processor time, so that a busy machine is no hang."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from locator import LocatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

MOST_CPU_S = 2.0
# Native code does not return for a signal's handler: it is ended, with the process, by the signal's own action.
_NATIVE_CPU_S = 10.0
_counted = {"inputs": 0}
T = TypeVar("T")


class HangError(Exception):
    """A small input took longer than it may."""


@contextmanager
def within(cpu_s: float = MOST_CPU_S) -> Iterator[None]:
    """Raise `HangError` in what takes more than so many seconds of processor time."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise HangError(f"more than {cpu_s:g} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, cpu_s)
    signal.setitimer(signal.ITIMER_VIRTUAL, _NATIVE_CPU_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGPROF, before)


def tried(read: Callable[[], T]) -> T | None:
    """Return what a parser makes of an input, None if it refuses it as it should; whatever else it raises goes on."""
    _counted["inputs"] += 1
    with within():
        try:
            return read()
        except LocatorError as error:
            if not (error.text.zh and error.text.en):
                raise
            return None


def inputs() -> int:
    """Return how many inputs were tried in this process."""
    return _counted["inputs"]
