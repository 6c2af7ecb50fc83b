"""Examples: requests, and the answers that the bundled sample gives to them (examples.json).

`tests/openapi/record_examples.py` records them; a test asks again and compares.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from locator._errors import Text


class Example(NamedTuple):
    """A request: its title, the values of its parameters by name, and the answer."""

    title: Text
    values: dict[str, Any]
    answer: Any


@cache
def recorded() -> dict[str, list[Example]]:
    """Return every recorded example by operation."""
    text = files(__package__ or "locator.web.openapi").joinpath("examples.json").read_text(encoding="utf-8")
    return {
        operation: [Example(Text(*one["title"]), one["values"], one["answer"]) for one in each]
        for operation, each in json.loads(text).items()
    }


def examples_of(operation: str) -> dict[str, Any]:
    """Return an operation's answers as OpenAPI has them; none where nothing is recorded."""
    return {
        f"example{number}": {"summary": one.title, "value": one.answer}
        for number, one in enumerate(recorded().get(operation, ()), 1)
        if one.answer is not None
    }


def first_query(operation: str) -> dict[str, Any]:
    """Return the values that an operation's first example gives to its parameters."""
    there = recorded().get(operation)
    return there[0].values if there else {}
