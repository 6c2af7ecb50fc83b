"""`make fuzz`: everything that takes input from others, for as long as is wanted: `python -m tests.fuzz [MINUTES]`.

A third of the time goes to parsers of texts, the rest to readers of files, after the addresses of the site if their
test is there. Faults and the inputs that cause them are left in `.fuzz/`; any fault makes it exit 1.
"""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz.running import TESTS, Found, read_guided, run

ROOT = TESTS.parent
KEPT = ROOT / ".fuzz"
_READERS = """
import fuzz.readers
print(*fuzz.readers.READERS)
"""
_REQUESTS, _USUAL_MIN = 20_000, 30
_TEXTS_SHARE = 1 / 3


def addresses(minutes: float) -> Found | None:
    """Ask the site's addresses what nobody asks, if their test is there; the number of requests goes by the time."""
    test = TESTS / "fuzz" / "test_api.py"
    if not test.exists():
        return None
    began = time.monotonic()
    requests = max(200, int(_REQUESTS * minutes / _USUAL_MIN))
    ran = run(
        ["-m", "pytest", "-s", "-q", "--no-header", str(test)], 120 * 60, LOCATOR_FUZZ_REQUESTS=str(requests)
    )
    sent = re.search(r"(\d+) requests", ran.out)
    found = _of_pytest("addresses", int(sent[1]) if sent else 0, began, ran.code, ran.out)
    if found.faults:
        (KEPT / "addresses.txt").write_text(ran.out, encoding="utf-8")
    _tell(found)
    return found


def texts(seconds: float) -> list[Found]:
    """Try the parsers of texts with fresh seeds until the time is over."""
    found = []
    tests = sorted((TESTS / "fuzz").glob("test_texts*.py"))
    for test in tests:
        began, inputs, faults, seed = time.monotonic(), 0, set(), time.time_ns() % 10**9
        counted = KEPT / "count"
        while time.monotonic() - began < seconds / len(tests):
            seed += 1
            command = [
                "-m",
                "pytest",
                "-q",
                "--no-header",
                "--tb=short",
                f"--hypothesis-seed={seed}",
                str(test),
            ]
            ran = run(command, 3600, LOCATOR_FUZZ_MIN="1", LOCATOR_FUZZ_COUNT=str(counted))
            told = _of_pytest(
                test.stem, int(counted.read_text()) if counted.exists() else 0, began, ran.code, ran.out
            )
            inputs += told.inputs or 0
            if told.faults:
                (KEPT / f"{test.stem}-{seed}.txt").write_text(ran.out, encoding="utf-8")
            faults |= set(told.faults)
        found.append(Found(test.stem, inputs, time.monotonic() - began, tuple(sorted(faults))))
        _tell(found[-1])
    return found


def _of_pytest(what: str, inputs: int, began: float, code: int | None, out: str) -> Found:
    faults = re.findall(r"^(?:FAILED|ERROR) (\S+)", out, re.MULTILINE)
    if code != 0 and not faults:
        faults = [f"pytest ended with {code}: {' '.join(out.split())[-300:]}"]
    return Found(what, inputs, time.monotonic() - began, tuple(faults))


def readers(seconds: float) -> list[Found]:
    """Have every reader read damaged files, each for the same time."""
    names = run(["-c", _READERS], 300).out.split()
    found = []
    for name in names:
        folder = KEPT / name
        folder.mkdir(exist_ok=True)
        found.append(read_guided(name, seconds / len(names), folder))
        _tell(found[-1])
    return found


def _tell(found: Found) -> None:
    sys.stdout.write(_line(found))
    sys.stdout.flush()


def _line(found: Found) -> str:
    return f"{found.what:20} {found.inputs or 0:>10,} {found.seconds:>8.0f} {len(found.faults):>8}\n"


def main(minutes: float) -> int:
    """Fuzz for so many minutes and print what was found; return how many faults."""
    KEPT.mkdir(exist_ok=True)
    began = time.monotonic()
    found = [one for one in (addresses(minutes),) if one is not None]
    left = max(60 * minutes - (time.monotonic() - began), 30 * minutes)
    found += texts(left * _TEXTS_SHARE)
    found += readers(left * (1 - _TEXTS_SHARE))
    sys.stdout.write(f"\n{'what':20} {'inputs':>10} {'seconds':>8} {'faults':>8}\n")
    for one in found:
        sys.stdout.write(_line(one))
    faults = [(one.what, fault) for one in found for fault in one.faults]
    for what, fault in faults:
        sys.stdout.write(f"{what}: {fault}\n")
    return len(faults)


if __name__ == "__main__":
    raise SystemExit(
        1 if main(float(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("FUZZ_MIN", "30"))) else 0
    )
