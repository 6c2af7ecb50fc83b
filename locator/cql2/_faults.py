"""How the filter's faults are worded: which piece of it, and what to write instead."""

from __future__ import annotations

from locator._errors import InputError, Text

_SHOWN = 60


def shown(piece: object) -> str:
    """Return a piece of a filter, short enough to stand inside a message."""
    text = piece if isinstance(piece, str) else repr(piece)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def fault(piece: object, zh: str, en: str) -> InputError:
    """Return the error for one piece of a filter."""
    return InputError("filter", shown(piece), Text(zh, en))


def too_many(limit: int) -> InputError:
    """Return the error for a filter of more than ``limit`` operations."""
    zh = f"筛选条件超过 {limit} 个运算；很多取值请用 IN"
    return fault("…", zh, f"the filter has more than {limit} operations; for many values there is IN")


def too_deep(limit: int) -> InputError:
    """Return the error for a filter that is nested more than ``limit`` levels."""
    return fault("(…", f"筛选条件嵌套超过 {limit} 层", f"the filter is nested more than {limit} levels deep")
