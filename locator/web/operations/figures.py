"""The figures of a server: requests, the catalog, imports; added up over its workers when they are asked for."""

from __future__ import annotations

import threading
from bisect import bisect_left
from datetime import datetime
from typing import TYPE_CHECKING

from locator.web.operations.board import Board
from locator.web.operations.exposition import BOUNDS_S, expose

if TYPE_CHECKING:
    from locator.ingest.report import ImportReport
    from locator.web.current import CurrentCatalog

_OUTCOMES = ("created", "updated", "unchanged", "rejected")


class Figures:
    """What is counted in one process.

    Parameters
    ----------
    board
        Where the numbers stand; by default in this process's own memory.
    """

    def __init__(self, board: Board | None = None) -> None:
        self._board = board or Board()
        self._values = self._board.values
        # Of a route and status: the places of its count, of the route's summed seconds, of its first bucket.
        self._series: dict[tuple[str, str], tuple[int, int, tuple[int, ...]]] = {}
        self._lock = threading.Lock()

    def requested(self, route: str, status: str, seconds: float) -> None:
        """Count a request.

        Parameters
        ----------
        route
            The rule it was answered by: never its address, which may hold a place or a person's words.
        status
            Three digits.
        seconds
            Until the answer was handed to the server.
        """
        found = self._series.get((route, status)) or self._begin(route, status)
        count, total, buckets = found
        bucket = buckets[bisect_left(BOUNDS_S, seconds)]
        values = self._values
        with self._lock:
            values[count] += 1.0
            values[total] += seconds
            values[bucket] += 1.0

    def told(self, current: CurrentCatalog) -> None:
        """Write down how the catalog in force is; called whenever another comes in force."""
        catalog, put = current.get(), self._board.put
        put(catalog.version, "catalog_version")
        put(datetime.fromisoformat(catalog.as_of).timestamp(), "catalog_made_s")
        put(len(catalog), "services")
        put(catalog.index.nbytes, "index_bytes")
        put(catalog.changes, "changes_beside_index")
        put(float(current.away_since is not None), "store_away")
        put(current.updates, "updates")
        put(current.changes_taken_in, "changes_taken_in")
        put(current.folds, "folds")

    def imported(self, report: ImportReport) -> None:
        """Count the rows of an import by what became of them."""
        if report.refused is not None:
            self._board.add(report.rows, "import_rows", "refused")
            return
        for outcome in _OUTCOMES:
            self._board.add(getattr(report, outcome), "import_rows", outcome)

    def restart(self) -> None:
        """Forget the requests that a worker asked itself to be warm."""
        for count, total, buckets in self._series.values():
            for place in (count, total, *buckets):
                self._values[place] = 0.0

    def text(self) -> bytes:
        """Return all workers' figures in Prometheus's text format."""
        return expose(list(self._board.readings()))

    def _begin(self, route: str, status: str) -> tuple[int, int, tuple[int, ...]]:
        place = self._board.place
        buckets = tuple(place("bucket", route, str(number)) for number in range(len(BOUNDS_S) + 1))
        found = place("requests", route, status), place("seconds", route), buckets
        self._series[route, status] = found
        return found
