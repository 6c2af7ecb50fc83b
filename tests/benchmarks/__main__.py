"""`make bench`: figures in one run, side by side. No time fails a run; a wrong answer of ours does."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks import coverage, engines, filters, first_answer, page, report, siting, streets, web
from tests.benchmarks.criteria import lines, wrong_answers

_PARTS = ("sample", "engines", "filters", "web", "page", "coverage", "siting", "streets")


def main() -> int:
    """Run the parts, print and write the figures, and return the exit code."""
    options = _options()
    # A stopped run unwinds, and so stops the servers that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    results: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "quick": options.quick,
    }
    begun = time.perf_counter()
    if "sample" in options.parts:
        first_answer.main()
    if "engines" in options.parts:
        results["engines"] = engines.run(engines.QUICK if options.quick else engines.Size())
    if "filters" in options.parts:
        results["filters"] = filters.run(filters.QUICK if options.quick else filters.Size())
    if "web" in options.parts:
        results["web"] = web.run(web.QUICK if options.quick else web.Size())
    if "page" in options.parts:
        results["page"] = page.run(page.QUICK if options.quick else page.Size())
    if "coverage" in options.parts:
        results["coverage"] = coverage.run(coverage.QUICK if options.quick else coverage.Size())
    if "siting" in options.parts:
        results["siting"] = siting.run(siting.QUICK if options.quick else siting.Size())
    if "streets" in options.parts:
        results["streets"] = streets.run(streets.QUICK if options.quick else streets.Size())
    results["took_s"] = time.perf_counter() - begun
    results["done_when"] = [line._asdict() for line in lines(results)]
    report.show(results)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results, indent=1) + "\n")
    print(f"\n{results['took_s']:.0f} s in all; figures in {options.json}")
    wrong = wrong_answers(results)
    for line in wrong:
        print(f"WRONG ANSWERS of ours: {line}", file=sys.stderr)
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="Small sizes, as a smoke test.")
    parser.add_argument("--parts", type=_parts, default=_PARTS, help=f"Of {','.join(_PARTS)}.")
    parser.add_argument(
        "--json", type=Path, default=Path("bench-results/latest.json"), help="Where to write."
    )
    return parser.parse_args()


def _parts(text: str) -> tuple[str, ...]:
    parts = tuple(text.split(","))
    unknown = set(parts) - set(_PARTS)
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not one of {', '.join(_PARTS)}")
    return parts


if __name__ == "__main__":
    sys.exit(main())
