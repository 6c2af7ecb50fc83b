"""What is wrong with a row, and what became of it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from locator._errors import Text

Outcome = Literal["accepted", "warned", "rejected"]
_SHOWN = 120


class Problem(NamedTuple):
    """One thing about one row: 1 is the first data row; "warned" rows are in, "rejected" ones are not."""

    row: int
    column: str
    value: str
    outcome: Outcome
    reason: Text
    suggestion: Text


NOTHING_TO_DO = Text("", "")


def warned(row: int, column: str, value: object, reason: Text, suggestion: Text = NOTHING_TO_DO) -> Problem:
    """Return a problem of a row that was taken in nevertheless."""
    return Problem(row, column, str(value)[:_SHOWN], "warned", reason, suggestion)


def rejected(row: int, column: str, value: object, reason: Text, suggestion: Text = NOTHING_TO_DO) -> Problem:
    """Return the problem that keeps a row out."""
    return Problem(row, column, str(value)[:_SHOWN], "rejected", reason, suggestion)
