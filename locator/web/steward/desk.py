"""What the desk's views share: the store, uploads, and findings that take too long to make for each page."""

from __future__ import annotations

import threading
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple, cast

from flask import current_app

from locator.checking import check
from locator.inspections import Inspection, recheck_queue
from locator.store.inspections import inspections_of, reports_of
from locator.timeline import SHANGHAI
from locator.web.current import current_catalog

if TYPE_CHECKING:
    from locator.catalog import Catalog
    from locator.checking import State
    from locator.inspections import Recheck
    from locator.service import Service
    from locator.store import Store
    from locator.store.inspections import Report
    from locator.web.steward.attempts import Attempts
    from locator.web.steward.uploads import Uploads

_OPEN = {"yes": True, "no": False, "unknown": None}
# Beyond this, a page that only counts what is waiting does not wait for the count.
_AT_ONCE = 20_000


class Queue(NamedTuple):
    """What to look at again: reports that nobody settled, then the rest, most urgent first."""

    reports: dict[str, list[Report]]
    rows: list[Recheck]

    @property
    def size(self) -> int:
        """How many services wait."""
        return len(self.reports.keys() | {row.service.id for row in self.rows})


class Findings:
    """The state of the data and the recheck queue, made once for a version of the data."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: tuple[tuple[int, date], State] | None = None
        self._queue: tuple[tuple[object, ...], Queue] | None = None

    def state(self, catalog: Catalog, now: datetime) -> State:
        """Return the state of the data."""
        key = catalog.version, now.date()
        with self._lock:
            if self._state is None or self._state[0] != key:
                self._state = key, check(services_of(catalog), now)
            return self._state[1]

    def queue(self, catalog: Catalog, store: Store, today: date) -> Queue:
        """Return what to look at again."""
        visits, told = inspections_of(store), reports_of(store, status="new")
        key = catalog.version, today, len(visits), tuple(report.number for report in told)
        with self._lock:
            if self._queue is None or self._queue[0] != key:
                seen = [
                    Inspection(service_id=v.service_id, on=v.on_day, open_as_stated=_OPEN[v.open_as_stated])
                    for v in visits
                ]
                by_service: dict[str, list[Report]] = {}
                for report in told:
                    by_service.setdefault(report.service_id, []).append(report)
                self._queue = key, Queue(by_service, recheck_queue(services_of(catalog), seen, today))
            return self._queue[1]


class Desk(NamedTuple):
    """What belongs to one application's desk."""

    store: Store
    uploads: Uploads
    attempts: Attempts
    findings: Findings
    most_bytes: int


def desk() -> Desk:
    """Return the application's desk."""
    return cast("Desk", current_app.extensions["locator.desk"])


def services_of(catalog: Catalog) -> list[Service]:
    """Return all services of a catalog."""
    return [catalog.service(row) for row in catalog.rows()]


def queue() -> Queue:
    """Return what to look at again, as of today."""
    return desk().findings.queue(current_catalog(), desk().store, datetime.now(SHANGHAI).date())


def waiting() -> int | None:
    """Return how many services wait to be looked at; None where counting them would take long."""
    return queue().size if len(current_catalog()) <= _AT_ONCE else None
