"""Every reader of files: damaged files are refused in words, quickly, in bounded memory, and end no process."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from fuzz.readers import READERS
from fuzz.running import Found, read_damaged, run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

COUNT, SHEETS = 30, 4


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Found]:
    """Read the same damaged files each time, in one process; `make fuzz` reads others for as long as is wanted."""
    folder = tmp_path_factory.mktemp("damaged")
    # Each sheet is read by a process of its own.
    slow = [name for name, reader in READERS.items() if reader.suffix in {".xlsx", ".ods"}]
    quick = [name for name in READERS if name not in slow]
    return {
        one.what: one
        for names, count in ((quick, COUNT), (slow, SHEETS))
        for one in read_damaged(names, 8, count, folder)
    }


@pytest.mark.parametrize("name", READERS)
def test_a_damaged_file_is_refused_in_words_and_harms_nothing(found: Mapping[str, Found], name: str) -> None:
    assert found[name].faults == ()
    assert found[name].inputs > SHEETS


_BAD_READERS = """
import os, sys
from pathlib import Path
from fuzz import child, limits
from fuzz.readers import READERS, Reader
from locator._errors import InputError, Text
child.within = lambda: limits.within(0.2)
def hang(path):
    while True: pass
def leak(path):
    kept = bytearray(8 * 2**30)
def die(path):
    if path.stat().st_size != 3: os.abort()
def name(path):
    raise InputError("file", None, Text("坏", f"{path} is bad"))
for number, read in enumerate((hang, leak, name, die)):
    READERS[f"bad-{number}"] = Reader(".bad", lambda: [b"abc"], read)
child.main([f"bad-{number}" for number in range(4)], 1, 1, Path(sys.argv[1]))
"""


def test_the_fuzz_tells_hangs_leaks_folders_and_crashes(tmp_path: Path) -> None:
    ran = run(["-c", _BAD_READERS, str(tmp_path)], 120)
    assert ran.code == -signal.SIGABRT
    told = ran.out.splitlines()
    for number, words in enumerate(("HangError", "MemoryError", "names a folder")):
        mine = [line for line in told if f'"bad-{number}"' in line and "fault" in line]
        assert len(mine) == 2
        assert all(words in line for line in mine)
    assert (tmp_path / "now.bad").read_bytes() != b"abc"
