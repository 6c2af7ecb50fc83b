"""What a planner asks, apart from the machinery that answers: whoever only reads a question need not wait for that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

# What may be done, as the page offers it; `any` adds missing equipment, and other times and places of what moves.
MAY = ("both", "extend", "build", "any")


@dataclass(frozen=True)
class Asked:
    """What the planner asks, but for the demand: the week, who counts, how far, and what may be done."""

    monday: date
    minutes: float
    kinds: tuple[str, ...]
    needs_amenity: tuple[str, ...]
    may: str
    actions: int
