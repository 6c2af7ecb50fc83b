"""A process that reads damaged files one after the other: what kills it kills no test, and its memory is limited.

`python -m fuzz.child READER SEED COUNT FOLDER` prints one JSON line a fault, and a last one with what was done.
The file that is being read stands in FOLDER, so that it is still there after a crash.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import time
import traceback
import warnings
from pathlib import Path

from fuzz.limits import HangError, within
from fuzz.readers import READERS, Reader

from locator import LocatorError

# Above what the libraries themselves take up.
_ROOM = 1500 * 2**20


def fault_of(error: BaseException) -> str:
    """Return what tells one fault from another: the error's kind, and where in our code it came out."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/locator/" in f.filename]
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__module__}.{type(error).__qualname__} at {where}"


def limited() -> None:
    """Limit this process's memory to what it has and some room."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + _ROOM
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def read(reader: Reader, path: Path) -> str | None:
    """Read a file; return None where that goes as it should, be it by refusing it, else the fault."""
    try:
        with within():
            reader.read(path)
    except LocatorError as error:
        if not reader.own and (str(path.parent) in str(error) or str(path.parent) in error.text.zh):
            return f"the message names a folder of this machine: {error}"
    except HangError as error:
        return f"{fault_of(error)}"
    except BaseException as error:  # noqa: BLE001  every other kind is the fault that is looked for
        if isinstance(error, KeyboardInterrupt):
            raise
        return f"{fault_of(error)}: {' '.join(str(error).split())[:160]}"
    return None


def main(name: str, seed: int, count: int, folder: Path) -> None:
    reader = READERS[name]
    path = folder / f"now{reader.suffix}"
    path.write_bytes(reader.sound()[0])
    began, cpu = time.monotonic(), time.process_time()
    warnings.simplefilter("ignore")
    # Numbers that are none, and go on as if they were.
    warnings.filterwarnings("error", "invalid value|overflow encountered|divide by zero", RuntimeWarning)
    read(reader, path)
    limited()
    inputs = reader.inputs(seed, count)
    for raw in inputs:
        path.write_bytes(raw)
        fault = read(reader, path)
        if fault is not None:
            kept = folder / f"{name}-{hashlib.sha256(raw).hexdigest()[:12]}{reader.suffix}"
            kept.write_bytes(raw)
            sys.stdout.write(json.dumps({"fault": fault, "file": str(kept)}) + "\n")
            sys.stdout.flush()
    done = {"inputs": len(inputs), "seconds": time.monotonic() - began, "cpu_s": time.process_time() - cpu}
    sys.stdout.write(json.dumps(done) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
