"""A process that reads damaged files one after the other: what kills it kills no test, and its memory is limited.

`python -m fuzz.child READER,READER... SEED COUNT FOLDER` prints a JSON line for each fault, and one for each reader.
The file that is being read stands in FOLDER, so that it is still there after a crash.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import sys
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
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return f"{fault_of(error)}: {' '.join(str(error).split())[:160]}"
    finally:
        if reader.suffix.startswith(".osm"):
            _close_left(path)
    return None


def _close_left(path: Path) -> None:
    """Close what libosmium leaves open of a damaged extract: nothing to a command that reads one, much to a fuzz."""
    for number in Path("/proc/self/fd").iterdir():
        try:
            if number.readlink() == path.resolve():
                os.close(int(number.name))
        except OSError:  # the folder's own, which is closed by now
            continue


def main(names: list[str], seed: int, count: int, folder: Path) -> None:
    warnings.simplefilter("ignore")
    # Numbers that are none, and go on as if they were.
    warnings.filterwarnings("error", "invalid value|overflow encountered|divide by zero", RuntimeWarning)
    for name in names:
        read(READERS[name], _put(folder, name, READERS[name].sound()[0]))
    limited()
    for name in names:
        inputs = READERS[name].inputs(seed, count)
        for raw in inputs:
            fault = read(READERS[name], _put(folder, name, raw))
            if fault is not None:
                kept = folder / f"{name}-{hashlib.sha256(raw).hexdigest()[:12]}{READERS[name].suffix}"
                kept.write_bytes(raw)
                _say({"reader": name, "fault": fault, "file": str(kept)})
        _say({"reader": name, "inputs": len(inputs)})


def _put(folder: Path, name: str, raw: bytes) -> Path:
    path = folder / f"now{READERS[name].suffix}"
    path.write_bytes(raw)
    return path


def _say(what: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1].split(","), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
