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

    @property
    def builds(self) -> bool:
        """Whether stations may be built."""
        return self.may != "extend"

    @property
    def extends(self) -> bool:
        """Whether stations may stay open longer."""
        return self.may != "build"

    @property
    def equips(self) -> bool:
        """Whether stations may get the equipment that is asked for."""
        return self.may == "any" and bool(self.needs_amenity)

    @property
    def retimes(self) -> bool:
        """Whether what moves may come at other times, and elsewhere."""
        return self.may == "any"
