"""Memories that go with the object they belong to.

A catalog is as large as the data and is replaced at every edit: whatever holds on to the one before
doubles the memory of the process. `lru_cache` on a bound method makes a circle (object, memory, method,
object) that only the cyclic collector breaks, which a server lets run rarely, and never over what was
frozen at the start. A memory of this room holds its object weakly.
"""

from __future__ import annotations

import ctypes
import gc
import weakref
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Concatenate, Generic, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")


class _Memory(Generic[S, P, R]):
    """A method that remembers what it answered; one memory an object, made at the first call."""

    def __init__(self, function: Callable[Concatenate[S, P], R], most: int) -> None:
        self._function, self._most = function, most
        self._name, self.__doc__ = function.__name__, function.__doc__

    def __get__(self, one: S, _owner: type[S]) -> Callable[P, R]:
        """Return the memory of an object, which from then on stands in its place there."""
        # Of two threads that come first together, one works something out a second time, no more.
        made = _remembering(self._function, one, self._most)
        one.__dict__[self._name] = made
        return made


def remembered(most: int) -> Callable[[Callable[Concatenate[S, P], R]], _Memory[S, P, R]]:
    """Return a decorator of a method that remembers its last answers, for as long as its object is in use.

    A hit costs what one of `lru_cache` does. Arguments are given by position.

    Parameters
    ----------
    most
        How many answers are kept for each object.
    """
    return lambda function: _Memory(function, most)


def _remembering(function: Callable[Concatenate[S, P], R], one: S, most: int) -> Callable[P, R]:
    there = weakref.ref(one)

    @lru_cache(maxsize=most)
    @wraps(function)
    def ask(*args: P.args, **kwargs: P.kwargs) -> R:
        alive = there()
        if alive is None:
            raise ReferenceError(f"{function.__qualname__} was asked after its object was gone")
        return function(alive, *args, **kwargs)

    return cast("Callable[P, R]", ask)


def kept_on(one: S, make: Callable[[S], R]) -> R:
    """Return what a function made once of an object that never changes, and is kept for as long as it."""
    kept = one.__dict__
    known: R | None = kept.get(make.__qualname__)
    if known is None:
        known = kept[make.__qualname__] = make(one)
    return known


# Of malloc.h.
_M_ARENA_MAX = -8


def tidy() -> None:
    """Free what only circles hold, and give what is free back to the system, where glibc can."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def one_heap() -> None:
    """Have all threads take memory from one heap, where glibc can; to be called before there are threads.

    By itself it gives each thread one of its own, of which what one thread frees serves no other: 32 threads that
    take turns held 120 MB more after ten minutes of a mixed load than after three.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
