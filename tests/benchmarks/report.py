"""The figures as tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.benchmarks.criteria import lines
from tests.benchmarks.peers import OURS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Figures = Mapping[str, Any]

_VERDICT = {True: "met", False: "NOT MET", None: "-"}


def show(results: Figures) -> None:
    """Print everything that was measured, and the promises last."""
    if "engines" in results:
        _engines(results["engines"])
    if "filters" in results:
        _filters(results["filters"])
    if "web" in results:
        _web(results["web"])
    if "coverage" in results:
        _coverage(results["coverage"])
    if "siting" in results:
        _siting(results["siting"])
    _table(
        "Done when (issues 3, 4, 6 and 7)",
        ("", "promise", "measured", ""),
        [(line.number, line.promise, line.measured, _VERDICT[line.met]) for line in lines(results)],
        text=3,
    )


def _engines(engines: Figures) -> None:
    for kept, timed in engines["single"].items():
        mine = timed[OURS]["p50_us"]
        rows = []
        for name, found in timed.items():
            share = engines["right"][name][kept]
            rows.append(
                (
                    name,
                    _us(found["p50_us"]),
                    _us(found["p99_us"]),
                    f"{found['p50_us'] / mine:,.1f} x",
                    f"{found['queries']:,}",
                    f"{share['set']:.2%}",
                    f"{share['order']:.2%}",
                    f"{share['answers']:,}",
                )
            )
        head = (
            f"filter: {kept}",
            "p50 us",
            "p99 us",
            "of ours",
            "queries",
            "right set",
            "and order",
            "checked",
        )
        _table(f"Single query, k = 10, {engines['services']:,} services", head, rows)
    for name, reason in engines["not_started"].items():
        print(f"{name}: not started: {reason}")
    right = engines["right"][OURS]["soonest"]
    rows = [
        (name, _us(found["p50_us"]), _us(found["p99_us"]), f"{found['queries']:,}")
        for name, found in engines["soonest"].items()
    ]
    title = f"Soonest, k = 10: {right['order']:.2%} of {right['answers']:,} answers equal brute force"
    _table(title, ("set out", "p50 us", "p99 us", "queries"), rows)
    _batch(engines["batch"])
    _growth(engines["growth"])


def _batch(batch: Figures) -> None:
    timed = batch["engines"]
    rows = [
        (
            name,
            f"{found['seconds']:,.2f}",
            f"{found['seconds'] / timed[OURS]['seconds']:,.2f} x",
            f"extrapolated from {found['askers_timed']:,}" if found["extrapolated"] else "all timed",
            f"{found['same_as_ours']:.2%}",
        )
        for name, found in timed.items()
    ]
    head = ("", "seconds", "of ours", "askers", "same as ours")
    _table(f"Nearest one of {batch['askers']:,} askers at once", head, rows)


def _growth(growth: Figures) -> None:
    sizes = sorted({int(n) for found in growth.values() for n in found["p50_us"]})
    rows = []
    for name, found in growth.items():
        times = {int(n): us for n, us in found["p50_us"].items()}
        cells = [_us(times[n]) if n in times else "-" for n in sizes]
        rows.append((name, *cells, f"{found['ratio']:.2f} x", f"{found['exponent']:.3f}"))
    head = ("p50 us", *(f"{n:,}" for n in sizes), "grows", "exponent")
    _table("Growth of the unfiltered single query", head, rows)


def _filters(costs: Figures) -> None:
    rows = [
        (
            name,
            _us(timed["p50_us"]),
            _us(timed["p99_us"]),
            f"{timed['queries']:,}",
            f"{costs['found'][name]['features']:.1f}",
            f"{costs['found'][name]['unknown']:.1f}",
        )
        for name, timed in costs["timed"].items()
    ]
    head = ("", "p50 us", "p99 us", "queries", "found", "unknown")
    _table(f"Asked and answered in process, limit 10, {costs['services']:,} services", head, rows)


def _web(web: Figures) -> None:
    rows = []
    for workers, load in web.get("load", {}).items():
        for name in ("hello", "nearest"):
            found = load[name]
            share = found["per_second"] / load["hello"]["per_second"]
            rows.append(
                (
                    f"{name}, {workers} worker(s)",
                    f"{found['per_second']:,.0f}",
                    f"{share:.1%}",
                    f"{found['p50_ms']:.2f}",
                    f"{found['p99_ms']:.2f}",
                    f"{found['errors']}",
                )
            )
    head = ("", "requests/s", "of hello", "p50 ms", "p99 ms", "errors")
    _table(f"Web, {web['services']:,} services, 32 connections", head, rows)
    if "not_started" in web:
        print(f"wrk: not started: {web['not_started']}")
    for workers, load in web.get("load", {}).items():
        idle, loaded = (
            ", ".join(f"{mb:.0f}" for mb in load[key]) for key in ("worker_mb_idle", "worker_mb_loaded")
        )
        print(f"{workers} worker(s): resident MB {idle} idle, {loaded} after load;", end=" ")
        print(f"answers {load['server_start_s']:.1f} s after start")
    first = web["first_answer"]
    print(
        f"a new process: imports {first['import_s']:.2f} s, opens the store {first['open_s']:.2f} s,"
        f" answers {first['answer_s'] * 1e3:.1f} ms; made in {web['store_made_s']:.1f} s"
    )


def _coverage(week: Figures) -> None:
    rows = [
        ("within_many, one instant", week["within_s"]),
        ("the week, 15 minutes on foot", week["week_s"]),
        ("the week, 15 minutes by e-bike", week["ride_s"]),
        ("672 quarter-hours one by one (from a few)", week["quarters_s"]),
        ("what each service alone serves, on foot", week["only_here_s"]),
        *((f"the week on foot, {points:,} points", took) for points, took in week["growth"].items()),
    ]
    shown = [(name, f"{took:.2f}", f"{took / week['within_s']:.1f}") for name, took in rows]
    title = f"Gaps, {week['points']:,} points, {week['services']:,} services, {week['distinct_sets']:,} sets"
    _table(title, ("", "s", "of within_many"), shown)


def _siting(siting: Figures) -> None:
    rows = [
        (f"{case['points']:,} x {case['sites']:,}, {case['minutes']:.0f} min", f"{case['pairs']:,}", f"{case['sets_s']:.2f}",
         f"{case['total_s']:.2f}", f"{case['total_s'] / case['sets_s']:.2f}", f"{case['gap']:.2%}")
        for case in siting["cases"]
    ]  # fmt: skip
    head = ("", "pairs", "sets s", "all s", "of sets", "bound above")
    _table("Siting on foot, 100 actions: the sets, and all of it", head, rows)


def _us(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}"


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]], text: int = 1) -> None:
    """Print a table; the first `text` columns are words, the others figures."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    print(f"\n{title}")
    for row in (head, ["-" * width for width in widths], *rows):
        cells = [
            cell + " " * (width - len(cell)) if i < text else " " * (width - len(cell)) + cell
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
