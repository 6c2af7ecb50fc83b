"""H3 cells by their number, as people and files write it."""

from __future__ import annotations

import re

import h3

# The library takes longer numbers for a mistake of the program's, not of the writer's.
_NUMBER = re.compile(r"[0-9a-fA-F]{15,16}")


def is_cell(text: str) -> bool:
    """Tell whether a text is the number of an H3 cell."""
    return _NUMBER.fullmatch(text) is not None and bool(h3.is_valid_cell(text))
