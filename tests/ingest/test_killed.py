"""An import that dies at any moment leaves the old or the new state, and the next one succeeds."""

from __future__ import annotations

import csv
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from locator.store import Store

if TYPE_CHECKING:
    from pathlib import Path

# Twenty by `make soak-store`; each takes as long as an import.
KILLS = int(os.environ.get("LOCATOR_KILLS", "3"))
_ROWS = 4000
_RUN = [sys.executable, "-m", "locator", "import"]


@pytest.fixture
def lists(tmp_path: Path) -> tuple[Path, Path]:
    """Two lists of the same stations, with other names."""
    made = []
    for name in ("old", "new"):
        path = tmp_path / f"{name}.csv"
        with path.open("w", encoding="gb18030", newline="") as file:
            out = csv.writer(file)
            out.writerow(["编码", "名称", "类型", "经度", "纬度", "坐标系", "开放时间"])
            out.writerows(
                [f"K{i}", f"{name}{i}号驿站", "驿站", 121 + i / 9000, 31 + i / 9000, "wgs84", "9:00-17:00"]
                for i in range(_ROWS)
            )
        made.append(path)
    return made[0], made[1]


def _import(path: Path, store: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*_RUN, str(path), "--store", store], stdout=subprocess.DEVNULL)


def test_killed_at_any_moment_it_leaves_the_old_or_the_new_state(
    tmp_path: Path, lists: tuple[Path, Path]
) -> None:
    store, (old, new) = f"sqlite:///{tmp_path}/own.db", lists
    began = time.monotonic()
    assert _import(old, store).wait(300) == 0
    took = time.monotonic() - began
    dice, states = random.Random(5), []
    for turn in range(KILLS):
        coming = new if turn % 2 == 0 else old
        dying = _import(coming, store)
        try:
            dying.wait(dice.uniform(0.2, 1.1) * took)
        except subprocess.TimeoutExpired:
            dying.send_signal(signal.SIGKILL)
            dying.wait(30)
        with sqlite3.connect(tmp_path / "own.db") as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        opened = Store.open(store)
        names = {record.split(b'"name":"')[1][:3] for _, record in opened.snapshot()[2]}
        opened.close()
        assert len(names) == 1, names
        states.append(names.pop())
        assert _import(coming, store).wait(300) == 0
    final = Store.open(store)
    assert len(final.snapshot()[2]) == _ROWS
    assert set(states) <= {b"old", b"new"}
