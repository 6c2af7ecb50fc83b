"""OWSLib pages through an invented country while it is edited: nothing that stays comes twice or is left out.

LOCATOR_OGC_SERVICES and LOCATOR_OGC_EDITS make it as large as the real one.
"""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from ogc_support import serving
from owslib.ogcapi.features import Features

from locator.synthetic import invent

if TYPE_CHECKING:
    from pathlib import Path

    from ogc_support import Served

SERVICES = int(os.environ.get("LOCATOR_OGC_SERVICES", "2000"))
EDITS = int(os.environ.get("LOCATOR_OGC_EDITS", "20"))


class Editor(threading.Thread):
    """Changes, removes and adds services until there have been enough edits; remembers what was not there throughout."""

    def __init__(self, served: Served, pause_s: float) -> None:
        super().__init__()
        self._served, self._pause_s = served, pause_s
        self.passing: set[str] = set()
        self.edits = 0
        self.stopping = threading.Event()

    def run(self) -> None:
        store, step = self._served.store, max(1, len(self._served.services) // EDITS)
        while self.edits < EDITS and not self.stopping.is_set():
            service = self._served.services[(self.edits * step) % len(self._served.services)]
            if self.edits % 3 == 0:
                self.passing.add(service.id)
                store.remove([service.id], who="tests", why="gone")
            elif self.edits % 3 == 1:
                extra = service.model_copy(update={"id": f"{service.id}-new", "name": "新来的"})
                self.passing.add(extra.id)
                store.save([extra], who="tests", why="new")
            else:
                store.save([service.model_copy(update={"name": "改了名"})], who="tests", why="rename")
            self.edits += 1
            time.sleep(self._pause_s)


@pytest.mark.parametrize("condition", [{}, {"filter": "kind <> 'canteen' OR capacity >= 0"}])
def test_owslib_pages_through_a_country_under_edits(tmp_path: Path, condition: dict[str, str]) -> None:
    with serving(tmp_path, list(invent(SERVICES, seed=8))) as served:
        client = Features(served.url)
        assert "services" in client.feature_collections()
        editor = Editor(served, pause_s=0.05)
        editor.start()
        seen: list[str] = []
        matched: list[int] = []
        limit, token = max(50, SERVICES // 200), {}
        while True:
            page = client.collection_items("services", limit=limit, **condition, **token)
            seen += [feature["id"] for feature in page["features"]]
            matched.append(page["numberMatched"])
            following = [link["href"] for link in page["links"] if link["rel"] == "next"]
            if not following:
                break
            token = {"after": parse_qs(urlsplit(following[0]).query)["after"][0]}
            if editor.edits < EDITS:
                time.sleep(0.05)  # so that the edits fall between the pages
        editor.stopping.set()
        editor.join()
    assert editor.edits == EDITS
    wanted = [s for s in served.services if not condition or s.kind != "canteen" or s.capacity is not None]
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen)
    assert {s.id for s in wanted} - editor.passing == set(seen) - editor.passing
    assert len(set(matched)) > 1  # the data did move on between the pages
