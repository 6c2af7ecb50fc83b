"""The catalog in force: an immutable snapshot, replaced whole when the store has moved on."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from flask import current_app

from locator._caches import tidy
from locator._errors import LocatorError
from locator.catalog import Catalog
from locator.maps.raster import forget
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Callable

    from locator.search import Networks
    from locator.service import Service
    from locator.store import Store
    from locator.store.changes import Listener

_log = logging.getLogger(__name__)
# An edit has to be seen within a second. A listener tells in microseconds whether there may be one; asking
# the store itself takes a millisecond, which 32 waiting askers feel: every so often is enough for that.
_LOOK_EVERY_S = 0.25
_LOOK_ANYWAY_S = 5.0
# An old catalog is as large as the one in force.
_OLD_KEPT = 2
# A few changes beside the index cost each question some microseconds: they are folded in when the
# editor pauses, or when they have become many.
_FOLD_AFTER_S = 2.0
_AHEAD = timedelta(seconds=1)
_FOLD_AT = 500
# A page's template leaves circles behind, and some of them a catalog: the collector would come to the older ones
# once in some ten thousand requests. Measured beside 20,000 services: 13 ms.
_TIDY_EVERY_S = 10.0


class CurrentCatalog:
    """Hands out the newest snapshot, which a thread of its own keeps new. Readers never wait for it.

    Parameters
    ----------
    store
        Where snapshots come from.
    told
        Called with this, by that thread, whenever something that can be counted happened.

    `away_since` is when the store could no longer be reached (`time.monotonic`), None while it can be; `updates`,
    `changes_taken_in` (services) and `folds` count what was done since the start.
    """

    def __init__(self, store: Store, told: Callable[[CurrentCatalog], None] | None = None) -> None:
        self._store = store
        self._told = told
        self.away_since: float | None = None
        self.updates = self.changes_taken_in = self.folds = 0
        self._catalog = Catalog.of(store)
        self._catalog.warm(datetime.now(SHANGHAI))
        self._changed = self._tidied = time.monotonic()
        self._replaced = False
        self._old: dict[int, Catalog] = {}
        self._old_lock = threading.Lock()
        self.tell()
        # The thread holds no more than a weak reference, so that an application can be let go of.
        watched = weakref.ref(self), store.listener()
        self.closed = False
        self._thread = threading.Thread(target=_watch, args=watched, daemon=True, name="catalog")
        self._thread.start()

    def get(self) -> Catalog:
        """Return the snapshot in force. With the store away, the last one stays."""
        return self._catalog

    def as_of(self, at: datetime) -> Catalog:
        """Return the snapshot of an earlier instant, made when it is first asked for.

        Raises
        ------
        StoreError
            The store is away.
        """
        version = self._store.version_as_of(at)
        if version == self._catalog.version:
            return self._catalog
        with self._old_lock:  # one at a time: each takes a second and the memory of a whole catalog
            old = self._old.pop(version, None) or Catalog.of(self._store, at)
            self._old[version] = old  # the last asked for is the last to go
            while len(self._old) > _OLD_KEPT:
                del self._old[next(iter(self._old))]
        return old

    def record_as_of(self, service_id: str, at: datetime) -> Service:
        """Return one service as it was at an instant.

        Raises
        ------
        NotFoundError
            It was not there then.
        """
        return self._store.record_as_of(service_id, at)

    @property
    def away(self) -> bool:
        """Whether the store could not be read when it was last looked at."""
        return self.away_since is not None

    def close(self) -> None:
        """Stop keeping the snapshot new."""
        self.closed = True
        self._thread.join()

    def look(self) -> None:
        """Take in what changed in the store since the last look."""
        catalog = self._catalog
        if self._store.version() != catalog.version:
            version, as_of, rows = self._store.changes_since(catalog.version)
            self.updates, self.changes_taken_in = self.updates + 1, self.changes_taken_in + len(rows)
            self._swap(catalog.changed(version, as_of, rows))
            self._changed = time.monotonic()

    def tend(self) -> None:
        """Do for those who will ask what they would have to wait for."""
        catalog = self._catalog
        # A minute's first question must not be the one that works out who is open in it.
        catalog.warm(datetime.now(SHANGHAI) + _AHEAD)
        if catalog.changes and (
            catalog.changes >= _FOLD_AT or time.monotonic() - self._changed > _FOLD_AFTER_S
        ):
            self.folds += 1
            self._swap(catalog.compact())
        if time.monotonic() - self._tidied > _TIDY_EVERY_S:
            left_by_pictures = forget()
            if left_by_pictures or self._replaced:
                self._replaced = False
                del catalog
                tidy()
            self._tidied = time.monotonic()

    def tell(self) -> None:
        """Let whoever counts know how things are."""
        if self._told is not None:
            self._told(self)

    def _swap(self, catalog: Catalog) -> None:
        catalog.warm(datetime.now(SHANGHAI))
        self._catalog, self._replaced = catalog, True
        self.tell()


def _watch(ours: weakref.ref[CurrentCatalog], changes: Listener) -> None:
    away, looked = False, time.monotonic()
    while True:
        # While it waits, nothing here holds the application.
        told = changes.wait(_LOOK_EVERY_S)
        current = ours()
        if current is None or current.closed:
            changes.close()
            return
        current.tend()
        if told or away or time.monotonic() - looked > _LOOK_ANYWAY_S:
            away, looked = _look(current, away=away), time.monotonic()
        del current


def _look(current: CurrentCatalog, *, away: bool) -> bool:
    """Look for changes, and return whether the store is away; say so when that is new."""
    try:
        current.look()
    except LocatorError as error:  # away, or what it holds is damaged
        if not away:
            _log.warning("the store is away, answering from version %s: %s", current.get().version, error)
            current.away_since = time.monotonic()
            current.tell()
        return True
    if away:
        _log.warning("the store is back")
        current.away_since = None
        current.tell()
    return False


def current_networks() -> Networks | None:
    """Return the street networks that questions are answered over; None if there are none."""
    return cast("Networks | None", current_app.extensions["locator.networks"])


def current_catalog(as_of: datetime | None = None) -> Catalog:
    """Return the catalog that this request is answered from: the newest, or that of an instant."""
    current = catalogs()
    return current.get() if as_of is None else current.as_of(as_of)


def catalogs() -> CurrentCatalog:
    """Return what hands out the application's catalogs."""
    return cast("CurrentCatalog", current_app.extensions["locator.catalog"])
