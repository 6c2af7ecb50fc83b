"""What ends a start, and what does not: one worker's bad luck is tried again, what no worker can do is told once."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from live_support import free_port, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops_support import Watched

# A server around a hello, of whose workers so many cannot start at first.
SCRIPT = """
import os, signal, sys, threading, time, urllib.request
from functools import partial
from pathlib import Path
from granian.constants import Interfaces
from locator import StoreError
from locator._errors import Text
from locator.web.workers import Workers, mark_ready, tell_why

folder, port, failing = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])

def hello(environ, start_response):
    start_response("200 OK", [])
    return [b"hello"]

def load(folder):
    for number in range(failing):
        try:
            (folder / f"failed-{number}").touch(exist_ok=False)
        except FileExistsError:
            continue
        tell_why(folder, StoreError(Text("坏了", "it is broken")))
        sys.exit(1)
    time.sleep(0.5)
    mark_ready(folder, os.getpid())
    return hello

def stop_when_both_are_there():
    while len(list(folder.glob("*.ready"))) < 2:
        time.sleep(0.05)
    time.sleep(0.3)
    print(urllib.request.urlopen(f"http://127.0.0.1:{port}/").read().decode(), flush=True)
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=stop_when_both_are_there, daemon=True).start()
server = Workers("x", folder=folder, address="127.0.0.1", port=port, interface=Interfaces.WSGI, workers=2,
                 respawn_failed_workers=True, log_enabled=False)
try:
    server.serve(target_loader=partial(load, folder), wrap_loader=False)
finally:
    print(repr(server.ended_by), flush=True)
"""


@pytest.mark.parametrize("failing", [0, 1])
def test_a_worker_that_could_not_start_is_tried_again_while_another_can(tmp_path: Path, failing: int) -> None:
    done = started(tmp_path, failing)
    assert done.stdout.split("\n")[:2] == ["hello", "None"], done.stdout + done.stderr
    assert done.returncode == 0


def test_what_no_worker_can_do_ends_the_start(tmp_path: Path) -> None:
    done = started(tmp_path, 1000)
    assert done.stdout == "StoreError('it is broken')\n", done.stdout + done.stderr


def read_so_far(pid: int) -> int:
    """Return how many bytes a process has read, of files and of all else."""
    return int(Path(f"/proc/{pid}/io").read_text().split()[1])


def test_the_first_picture_waits_for_no_font(serve: Callable[..., Watched]) -> None:
    served = serve(workers=1)
    (pid,) = served.ready()
    # Noto Sans CJK is 39 MB in two files; whatever the font is, it is read without anybody asking.
    before = read_so_far(pid)
    assert until(lambda: read_so_far(pid) - before > 4_000_000, 60)
    steady = [before, read_so_far(pid)]
    while steady[-1] != steady[-2]:
        time.sleep(1.0)
        steady.append(read_so_far(pid))
    assert served.get("/map.png?lon=121.54&lat=31.27").body.startswith(b"\x89PNG")
    assert read_so_far(pid) - steady[-1] < 1_000_000


def started(folder: Path, failing: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder), str(free_port()), str(failing)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
