"""The catalog in force: a snapshot that is replaced, whole, when the store has moved on."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, cast

from flask import current_app

from locator._errors import StoreError
from locator.catalog import Catalog

if TYPE_CHECKING:
    from locator.store import Store

_LOOK_EVERY_S = 0.5


class CurrentCatalog:
    """Hands out the newest snapshot; looks at the store's version at most twice a second."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._catalog = Catalog.of(store)
        self._looked = time.monotonic()
        self._lock = threading.Lock()

    def get(self) -> Catalog:
        """Return the snapshot in force. With the store away, the last one stays."""
        if time.monotonic() - self._looked > _LOOK_EVERY_S and self._lock.acquire(blocking=False):
            try:
                if self._store.version() != self._catalog.version:
                    self._catalog = Catalog.of(self._store)
            except StoreError as error:
                current_app.logger.warning(
                    "the store is away, answering from version %s: %s", self._catalog.version, error
                )
            finally:
                self._looked = time.monotonic()
                self._lock.release()
        return self._catalog


def current_catalog() -> Catalog:
    """Return the catalog that this request is answered from."""
    return cast("CurrentCatalog", current_app.extensions["locator.catalog"]).get()
