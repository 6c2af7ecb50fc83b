"""Boards of several processes as Prometheus's metrics."""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from locator import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prometheus_client.metrics_core import Metric

    from locator.web.operations.board import Key, Reading

# An answer takes a third of a millisecond, a page ten, a picture a hundred.
BOUNDS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# Of workers that differ: the one that lags behind tells of trouble; of sizes the largest counts.
_GAUGES = (
    ("catalog_version", min, "locator_catalog_version", "Number of the last change that every worker knows."),
    ("catalog_made_s", min, "locator_catalog_made_timestamp_seconds", "When that change was made."),
    ("services", min, "locator_services", "Services in the catalog."),
    ("index_bytes", max, "locator_index_bytes", "Memory of one worker's search index."),
    ("changes_beside_index", max, "locator_changes_beside_index", "Changed services not yet folded in."),
    ("store_away", max, "locator_store_away", "1 while a worker cannot reach the store."),
)
_COUNTERS = (
    ("updates", "locator_catalog_updates", "Times that changes were taken in."),
    ("changes_taken_in", "locator_changes_taken_in", "Changed services taken in."),
    ("folds", "locator_catalog_folds", "Times that the index was rebuilt with the changes."),
)


def expose(readings: Sequence[Reading]) -> bytes:
    """Return the metrics in the text format 0.0.4."""
    registry = CollectorRegistry()
    registry.register(_Once(list(_families(readings))))
    return generate_latest(registry)


class _Once:
    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        return self._families


def _families(readings: Sequence[Reading]) -> Iterator[Metric]:
    living = [reading.numbers for reading in readings if reading.alive]
    summed: defaultdict[Key, float] = defaultdict(float)
    for reading in readings:  # a counter must not go back because a worker was replaced
        for key, value in reading.numbers.items():
            summed[key] += value
    build = GaugeMetricFamily("locator_build_info", "The version that runs.", labels=["version"])
    build.add_metric([__version__], 1)
    yield build
    yield GaugeMetricFamily("locator_workers", "Worker processes.", value=len(living))
    for noted, choose, name, text in _GAUGES:
        said = [numbers[(noted,)] for numbers in living if (noted,) in numbers]
        if said:
            yield GaugeMetricFamily(name, text, value=choose(said))
    for noted, name, text in _COUNTERS:
        yield CounterMetricFamily(name, text, value=summed.get((noted,), 0.0))
    yield _counter("import_rows", "locator_import_rows", "Rows of imports.", ["outcome"], summed)
    yield _counter("requests", "locator_requests", "Requests answered.", ["route", "status"], summed)
    yield _durations(summed)


def _counter(
    key: str, name: str, text: str, labels: list[str], summed: dict[Key, float]
) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=labels)
    for said, value in sorted(summed.items()):
        if said[0] == key and value:
            family.add_metric(list(said[1:]), value)
    return family


def _durations(summed: dict[Key, float]) -> HistogramMetricFamily:
    family = HistogramMetricFamily(
        "locator_request_duration_seconds", "From a request to its answer.", labels=["route"]
    )
    bounds = [*(str(bound) for bound in BOUNDS_S), "+Inf"]
    for key, total in sorted(summed.items()):
        if key[0] != "seconds":
            continue
        counts = (summed.get(("bucket", key[1], str(number)), 0.0) for number in range(len(bounds)))
        upto = list(zip(bounds, accumulate(counts), strict=True))
        if upto[-1][1]:
            family.add_metric([key[1]], upto, total)
    return family
