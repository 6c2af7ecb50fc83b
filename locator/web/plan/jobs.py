"""Runs of the planner's page: each in a process of its own, known to all web workers by files beside the store.

A run holds a lock on its folder for as long as it lives: the process inherits the lock, and loses it by dying.
So nobody starts a run twice, and nobody waits for one that is gone.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# So many runs at a time: the courier's answers need the other processors.
AT_ONCE = 2
KEPT = 200
_NAME = re.compile(r"[0-9a-f]{16}(-[0-9]{1,2}(\.[0-9]{1,2}){0,19})?")
_RESULT, _STATE, _QUESTION, _CANCEL = "result.json", "state.json", "question.json", "cancel"


class Jobs:
    """The runs in a folder; `environ` is what their processes find in theirs."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder, self._environ = folder, dict(environ)

    def path(self, name: str) -> Path:
        """Return the folder of a run, there or not.

        Raises
        ------
        KeyError
            No run is called so.
        """
        if not _NAME.fullmatch(name):
            raise KeyError(name)
        return self.folder / name

    def result(self, name: str) -> dict[str, Any] | None:
        """Return what came out of a run, if it is done."""
        return read_json(self.path(name) / _RESULT)

    def question(self, name: str) -> dict[str, Any] | None:
        """Return what a run was asked."""
        return read_json(self.path(name) / _QUESTION)

    def ask(self, name: str, question: Mapping[str, Any]) -> None:
        """Note what a run is asked, and let one that ended without a result begin anew."""
        path = self.path(name)
        if (path / _RESULT).exists():
            os.utime(path)  # whoever is asked for is the last to go
            return
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._alive(path):
            for old in (_STATE, _CANCEL):
                (path / old).unlink(missing_ok=True)
            write_json(path / _QUESTION, question)
        self._prune()

    def state(self, name: str) -> dict[str, Any]:
        """Return how a run is doing, and start it if it is its turn: waiting, running, done, failed, cancelled or none."""
        path = self.path(name)
        if (path / _RESULT).exists():
            return {"status": "done", "share": 1.0}
        if not (path / _QUESTION).exists():
            return {"status": "none", "share": 0.0}
        state = read_json(path / _STATE)
        if (path / _CANCEL).exists():
            return {"status": "cancelled", "share": 0.0}
        if state is None or (state["status"] == "running" and not self._alive(path)):
            # A process that was killed from outside has said nothing: once more, and that is all.
            tried = 0 if state is None else state["tried"]
            if tried > 1:
                return {"status": "failed", "share": 0.0, "error": None}
            return self._start(path, tried + 1)
        return state

    def alive(self, name: str) -> bool:
        """Tell whether a run's process is there."""
        return self._alive(self.path(name))

    def cancel(self, name: str) -> None:
        """Stop a run that is under way."""
        path = self.path(name)
        if not path.exists() or (path / _RESULT).exists():
            return
        (path / _CANCEL).touch()
        state = read_json(path / _STATE) or {}
        # The lock is held by that process and no other: its number cannot be somebody else's.
        if "pid" in state and self._alive(path):
            with suppress(ProcessLookupError):
                os.kill(state["pid"], signal.SIGTERM)

    def _start(self, path: Path, tried: int) -> dict[str, Any]:
        lock = _locked(path / "lock")
        slot = next(
            (fd for n in range(AT_ONCE) if (fd := _locked(self.folder / f"slot{n}")) is not None), None
        )
        held = [fd for fd in (lock, slot) if fd is not None]
        try:
            if lock is None or slot is None:
                return {"status": "waiting", "share": 0.0}
            process = subprocess.Popen(  # noqa: S603  our own module
                [sys.executable, "-m", "locator.web.plan.worker", str(path)],
                env=self._environ, pass_fds=held, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            state = {"status": "running", "share": 0.0, "pid": process.pid, "tried": tried}
            write_json(path / _STATE, state)
            threading.Thread(target=process.wait, daemon=True, name="plan").start()
            return state
        finally:
            for fd in held:
                os.close(fd)

    def _alive(self, path: Path) -> bool:
        fd = _locked(path / "lock")
        if fd is None:
            return True
        os.close(fd)
        return False

    def _prune(self) -> None:
        """Forget the runs that nobody asked for longest."""
        runs = [(entry.stat().st_mtime, entry.path) for entry in os.scandir(self.folder) if entry.is_dir()]
        for _, old in sorted(runs, reverse=True)[KEPT:]:
            if not self._alive(Path(old)):
                shutil.rmtree(old, ignore_errors=True)


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the object in a file, None without one."""
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    return found


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write an object into a file that readers see whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    part.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    part.replace(path)


def _locked(path: Path) -> int | None:
    """Return an open file with its lock taken, None if somebody else has it."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    return fd
