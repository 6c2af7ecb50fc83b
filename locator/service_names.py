"""The names of a catalog's services, as an index that is made once, in the background where it takes long."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
import threading
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet

import numpy as np

from locator._read_names import read
from locator.pinyin_index import NameIndex

if TYPE_CHECKING:
    from locator.catalog import Catalog

_log = logging.getLogger(__name__)
# Up to so many take a tenth of a second, which one visitor can wait for.
_AT_ONCE = 2000
# A country takes ten seconds on an idle processor; on a busy one it waits for everybody else.
_PATIENCE_S = 600.0


class ServiceNames:
    """The services of a catalog by part of their names or addresses."""

    def __init__(self, catalog: Catalog, index: NameIndex) -> None:
        self._rows = np.fromiter(catalog.rows(), np.int32)
        self._index = index

    def find(self, text: str, limit: int) -> list[int]:
        """Return the rows of the first services that hold a text; those whose name begins with it first."""
        found: list[int] = self._rows[self._index.find(text, limit)].tolist()
        return found


_known: WeakKeyDictionary[Catalog, ServiceNames] = WeakKeyDictionary()
# A process that failed once for a catalog would fail for each visitor anew.
_unread: WeakSet[Catalog] = WeakSet()
# One at a time: an index takes a core for some seconds, and a busy editor makes many catalogs.
_making = threading.Lock()


def service_names(catalog: Catalog) -> ServiceNames | None:
    """Return the names of a catalog's services; None while those of a large one are being read, or cannot be."""
    found = _known.get(catalog)
    if found is not None:
        return found
    if len(catalog) <= _AT_ONCE:
        found = _known[catalog] = ServiceNames(catalog, read(_records(catalog)))
        return found
    if catalog not in _unread and _making.acquire(blocking=False):
        threading.Thread(target=_make, args=(catalog,), daemon=True, name="names").start()
    return None


def names_are_read(catalog: Catalog) -> bool:
    """Return whether names can be found by how they are read; asking begins nothing."""
    return catalog in _known


def _records(catalog: Catalog) -> bytes:
    return b"[%b]" % b",".join(map(catalog.raw, catalog.rows()))


def _make(catalog: Catalog) -> None:
    """Have the names read by another process: here each answer would wait for them, and much memory would stay."""
    try:
        made = subprocess.run(
            [sys.executable, "-m", "locator._read_names"],
            input=_records(catalog),
            stdout=subprocess.PIPE,
            check=True,
            timeout=_PATIENCE_S,
        )
        _known[catalog] = ServiceNames(catalog, NameIndex.load(io.BytesIO(made.stdout)))
    except (OSError, subprocess.SubprocessError) as error:
        _unread.add(catalog)
        _log.warning("names are found by their characters only: reading them failed (%s)", error)
    finally:
        _making.release()
