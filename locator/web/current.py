"""The catalog in force: an immutable snapshot, replaced whole when the store has moved on."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from flask import current_app

from locator._errors import StoreError
from locator.catalog import Catalog
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from locator.store import Store

_log = logging.getLogger(__name__)
# An edit has to be seen within a second; looking costs the store 50 us.
_LOOK_EVERY_S = 0.25
# A few changes beside the index cost each question some microseconds: they are folded in when the
# editor pauses, or when they have become many.
_FOLD_AFTER_S = 2.0
_AHEAD = timedelta(seconds=1)
_FOLD_AT = 500


class CurrentCatalog:
    """Hands out the newest snapshot, which a thread of its own keeps new. Readers never wait for it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._catalog = Catalog.of(store)
        self._catalog.warm(datetime.now(SHANGHAI))
        self._changed = time.monotonic()
        # The thread holds no more than a weak reference, so that an application can be let go of.
        threading.Thread(target=_watch, args=(weakref.ref(self),), daemon=True, name="catalog").start()

    def get(self) -> Catalog:
        """Return the snapshot in force. With the store away, the last one stays."""
        return self._catalog

    def look(self) -> None:
        """Take in what changed in the store since the last look."""
        catalog = self._catalog
        if self._store.version() != catalog.version:
            self._swap(catalog.changed(*self._store.changes_since(catalog.version)))
            self._changed = time.monotonic()
            return
        # A minute's first question must not be the one that works out who is open in it.
        catalog.warm(datetime.now(SHANGHAI) + _AHEAD)
        if catalog.changes and (
            catalog.changes >= _FOLD_AT or time.monotonic() - self._changed > _FOLD_AFTER_S
        ):
            self._swap(catalog.compact())

    def _swap(self, catalog: Catalog) -> None:
        catalog.warm(datetime.now(SHANGHAI))
        self._catalog = catalog


def _watch(ours: weakref.ref[CurrentCatalog]) -> None:
    away = False
    while True:
        time.sleep(_LOOK_EVERY_S)
        current = ours()
        if current is None:
            return
        try:
            current.look()
        except StoreError as error:
            if not away:
                _log.warning("the store is away, answering from version %s: %s", current.get().version, error)
            away = True
        else:
            if away:
                _log.warning("the store is back")
            away = False
        del current


def current_catalog() -> Catalog:
    """Return the catalog that this request is answered from."""
    return cast("CurrentCatalog", current_app.extensions["locator.catalog"]).get()
