"""Coverage-guided fuzz of one reader: `python -m fuzz.guided READER SECONDS FOLDER`.

atheris (libFuzzer) sees which lines of our code an input reaches, and goes on from those that reach new ones. Faults
that Python sees are printed as JSON lines and the search goes on; what ends the process is native, and the file
that did it stands in FOLDER as `now`.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import json
import random
import sys
import warnings
from pathlib import Path

import atheris
from fuzz.child import limited, read
from fuzz.readers import READERS

# Only plain Python: what numba compiles cannot be read any more once it is instrumented.
_SEEN = (
    "csv", "json.decoder", "xml.etree.ElementTree", "zipfile", "numpy.lib.format", "locator.inspections", "locator.holidays",
    *(f"locator.ingest.{room}" for room in ("columns", "coordinates", "equipment", "frames", "plan", "positions", "readers", "rows", "sheets", "spatial", "texts", "values")),
    *(f"locator.coverage.{room}" for room in ("boundary", "demand_files", "points", "rhythms", "sites")),
    *(f"locator.streets.{room}" for room in ("assembling", "files", "graphml", "osm", "reading", "rules")),
)  # fmt: skip
# libFuzzer's own changes know no format; ours know little of what was reached.
_OURS = 0.6


def watch() -> None:
    """Have atheris see which lines of our readers are reached."""
    for name in _SEEN:
        module = importlib.import_module(name)
        inside = [*vars(module).values()]
        inside += [one for kind in inside if inspect.isclass(kind) for one in vars(kind).values()]
        for one in inside:
            plain = inspect.unwrap(one) if callable(one) else None
            if inspect.isfunction(plain) and plain.__module__ == name:
                atheris.instrument_func(plain)


def main(name: str, seconds: int, folder: Path) -> None:
    reader = READERS[name]
    path, corpus = folder / f"now{reader.suffix}", folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for number, raw in enumerate(reader.sound()):
        (corpus / f"sound-{number}").write_bytes(raw)
    warnings.simplefilter("ignore")
    warnings.filterwarnings("error", "invalid value|overflow encountered|divide by zero", RuntimeWarning)
    path.write_bytes(reader.sound()[0])
    read(reader, path)
    watch()
    limited()
    told: set[str] = set()

    def one(raw: bytes) -> None:
        path.write_bytes(raw)
        fault = read(reader, path)
        if fault is None or fault.partition(": ")[0] in told:
            return
        told.add(fault.partition(": ")[0])
        kept = folder / f"{name}-{hashlib.sha256(raw).hexdigest()[:12]}{reader.suffix}"
        kept.write_bytes(raw)
        sys.stdout.write(json.dumps({"fault": fault, "file": str(kept)}) + "\n")
        sys.stdout.flush()

    def change(raw: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if reader.packed or chance.random() < _OURS:
            return reader.damage(chance, raw)[:most]
        return bytes(atheris.Mutate(raw, most))

    options = [
        f"-max_total_time={seconds}", "-print_final_stats=1", "-max_len=100000", "-len_control=0", "-timeout=60", "-rss_limit_mb=0",
        f"-artifact_prefix={folder}/", "-verbosity=0", str(corpus),
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options], one, custom_mutator=change)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
