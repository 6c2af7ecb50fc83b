"""Tells `make fuzz` how many inputs the parsers of texts were tried with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fuzz.limits import inputs

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session", autouse=True)
def _counted() -> Iterator[None]:
    yield
    told = os.environ.get("LOCATOR_FUZZ_COUNT")
    if told:
        Path(told).write_text(str(inputs()), encoding="ascii")
