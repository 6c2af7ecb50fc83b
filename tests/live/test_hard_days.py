"""The tables of hard days name tests that exist, in both languages, and leave none out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from locator.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
TABLES = ("docs/hard-days.md", "docs/zh/hard-days.md")


def named(table: str) -> set[str]:
    return set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", (ROOT / table).read_text(encoding="utf-8")))


def there(folder: str) -> set[str]:
    return {
        f"{path.relative_to(ROOT)}::{name}"
        for path in (ROOT / folder).glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }


@pytest.mark.parametrize("table", TABLES)
def test_every_hard_day_names_a_test_that_is_there(table: str) -> None:
    for name in named(table):
        path = name.partition("::")[0]
        assert (ROOT / path).is_file(), name
        assert name == path or name in there(str(Path(path).parent)), name


@pytest.mark.parametrize("table", TABLES)
def test_no_test_of_a_hard_day_is_missing_in_the_tables(table: str) -> None:
    mine = {name for name in there("tests/live") if "test_hard_days" not in name}
    assert mine <= named(table)


def test_a_commit_is_on_the_disk_before_it_is_answered(tmp_path: Path, filled: Callable[[str], str]) -> None:
    filled(f"sqlite:///{tmp_path}/own.db")
    store = Store.open(f"sqlite:///{tmp_path}/own.db")
    with store.writing() as connection:
        full = 2
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == full
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    store.close()
