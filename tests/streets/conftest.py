"""The town that street tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from streets.town import Town, town

from locator.streets import Streets, read_streets

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def own_town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    folder: Path = tmp_path_factory.mktemp("town")
    return town(folder)


@pytest.fixture(scope="session")
def streets(own_town: Town) -> Streets:
    return read_streets(own_town.path)
