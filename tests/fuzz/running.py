"""Runs of fuzzers as processes of their own, until their time is over, and what they found."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).parents[1]
# How much longer than told a run may take before it counts as one that never ends.
_GRACE_S = 120
_AT_ONCE = 400


class Found(NamedTuple):
    """What a part of the fuzz did: how many inputs, in how many seconds, and its faults, each once."""

    what: str
    inputs: int | None
    seconds: float
    faults: tuple[str, ...]


class Ran(NamedTuple):
    """A process that was run to its end: its exit code (None: it had to be stopped) and what it said."""

    code: int | None
    out: str
    err: str


def run(command: list[str], patience_s: float, **environ: str) -> Ran:
    """Run a command with the tests' own modules at hand."""
    paths = os.pathsep.join([str(TESTS), str(TESTS.parent), os.environ.get("PYTHONPATH", "")])
    try:
        done = subprocess.run(
            [sys.executable, *command],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=patience_s,
            cwd=TESTS.parent,
            env={**os.environ, "PYTHONPATH": paths, **environ},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        return Ran(None, _text(error.stdout), _text(error.stderr))
    return Ran(done.returncode, done.stdout, done.stderr)


def read_damaged(
    names: list[str], seed: int, count: int, folder: Path, patience_s: float = 300
) -> list[Found]:
    """Have readers read damaged files in a process of their own; a crash of that process is a fault of one of them."""
    began = time.monotonic()
    ran = run(["-m", "fuzz.child", ",".join(names), str(seed), str(count), str(folder)], patience_s)
    lines = [json.loads(line) for line in ran.out.splitlines() if line.startswith("{")]
    done = {line["reader"]: line["inputs"] for line in lines if "inputs" in line}
    found = []
    for name in names:
        mine = [line for line in lines if line["reader"] == name]
        # Who did not come to the end was ended.
        ended = ran if name not in done else ran._replace(code=0)
        faults = _faults(ended, mine, folder)
        found.append(Found(name, done.get(name, 0), time.monotonic() - began, faults))
    return found


def read_guided(name: str, seconds: float, folder: Path) -> Found:
    """Have a reader read what coverage leads to, for so many seconds; without atheris, what chance leads to."""
    began, inputs, faults = time.monotonic(), 0, set()
    guided = importlib.util.find_spec("atheris") is not None
    while (left := seconds - (time.monotonic() - began)) > 1:
        if guided:
            ran = run(["-m", "fuzz.guided", name, str(int(left)), str(folder)], left + _GRACE_S)
            lines = [json.loads(line) for line in ran.out.splitlines() if line.startswith("{")]
            told = re.search(r"number_of_executed_units:\s*(\d+)", ran.err)
            inputs += int(told[1]) if told else 0
            faults |= set(_faults(ran, lines, folder))
        else:
            (some,) = read_damaged([name], time.time_ns(), _AT_ONCE, folder, left + _GRACE_S)
            inputs += some.inputs or 0
            faults |= set(some.faults)
    return Found(name, inputs, time.monotonic() - began, tuple(sorted(faults)))


def _faults(ran: Ran, lines: list[dict[str, str]], folder: Path) -> tuple[str, ...]:
    told = {
        line["fault"].partition(": ")[0]: f"{line['fault']} ({line['file']})"
        for line in lines
        if "fault" in line
    }
    if ran.code != 0:
        last = next(iter(folder.glob("now*")), None)
        kept = folder / f"ended-{time.time_ns()}-{last.name}" if last else None
        if last and kept:
            shutil.copy(last, kept)
        ending = " ".join(ran.err.split())[-300:]
        told["ended"] = f"the process ended with {ran.code} on {kept}: {ending}"
    return tuple(sorted(told.values()))


def _text(said: bytes | str | None) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said or ""
