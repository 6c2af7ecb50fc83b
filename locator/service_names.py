"""The names of a catalog's services, as an index that is made once, in the background where it takes long."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import msgspec

from locator.pinyin_index import NameIndex

if TYPE_CHECKING:
    from locator.catalog import Catalog

# Up to so many take a tenth of a second, which one visitor can wait for.
_AT_ONCE = 2000


class _Named(msgspec.Struct):
    name: str
    address: str | None = None


class ServiceNames:
    """The services of a catalog by part of their names or addresses."""

    def __init__(self, catalog: Catalog) -> None:
        self._rows = list(catalog.rows())
        decode = msgspec.json.Decoder(_Named).decode
        named = [decode(catalog.raw(row)) for row in self._rows]
        self._index = NameIndex([one.name for one in named], [one.address or "" for one in named])

    def learn(self) -> None:
        """Work out how the names are read; until then they are found by their characters only."""
        self._index.learn()

    def find(self, text: str, limit: int) -> list[int]:
        """Return the rows of the first services that hold a text; those whose name begins with it first."""
        return [self._rows[number] for number in self._index.find(text, limit)]


_known: WeakKeyDictionary[Catalog, ServiceNames] = WeakKeyDictionary()
# One at a time: an index takes a core for some seconds, and a busy editor makes many catalogs.
_making = threading.Lock()


def service_names(catalog: Catalog) -> ServiceNames | None:
    """Return the names of a catalog's services; None while those of a large one are being read."""
    found = _known.get(catalog)
    if found is not None:
        return found
    if len(catalog) <= _AT_ONCE:
        found = ServiceNames(catalog)
        found.learn()
        _known[catalog] = found
        return found
    if _making.acquire(blocking=False):
        threading.Thread(target=_make, args=(catalog,), daemon=True, name="names").start()
    return None


def _make(catalog: Catalog) -> None:
    try:
        names = ServiceNames(catalog)
        _known[catalog] = names
        names.learn()
    finally:
        _making.release()
