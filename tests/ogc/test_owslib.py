"""OWSLib pages through an invented country while it is edited: nothing that stays comes twice or is left out.

LOCATOR_OGC_SERVICES and LOCATOR_OGC_EDITS make it as large as the real one.
"""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

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
            if self.edits % 4 in {0, 3}:
                self.passing.add(service.id)
                store.remove([service.id], who="tests", why="gone")
            elif self.edits % 4 == 1:
                extra = service.model_copy(update={"id": f"{service.id}-new", "name": "新来的"})
                self.passing.add(extra.id)
                store.save([extra], who="tests", why="new")
            else:
                store.save([service.model_copy(update={"name": "改了名"})], who="tests", why="rename")
            self.edits += 1
            time.sleep(self._pause_s)


class Walk:
    """Follows the next links of one request."""

    def __init__(self, client: Features, **condition: str) -> None:
        self._client, self._condition, self._token = client, condition, {}
        self.seen: list[str] = []
        self.matched: list[int] = []
        self.done = False

    def step(self) -> None:
        given = {"limit": max(100, SERVICES // 200), **self._condition, **self._token}
        page = self._client.collection_items("services", **given)
        self.seen += [feature["id"] for feature in page["features"]]
        self.matched.append(page["numberMatched"])
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        self.done = not following
        if following:
            self._token = {"after": parse_qs(urlsplit(following[0]).query)["after"][0]}


def test_owslib_pages_through_a_country_under_edits(tmp_path: Path) -> None:
    with serving(tmp_path, list(invent(SERVICES, seed=8))) as served:
        client = Features(served.url)
        assert "services" in client.feature_collections()
        whole, some = Walk(client), Walk(client, filter="kind <> 'canteen' OR capacity >= 0")
        editor = Editor(served, pause_s=0.05)
        editor.start()
        while not (whole.done and some.done):
            for walk in (whole, some):
                if not walk.done:
                    walk.step()
            if editor.edits < EDITS:
                time.sleep(0.05)  # so that the edits fall between the pages
        editor.stopping.set()
        editor.join()
    assert editor.edits == EDITS
    kept = {s.id for s in served.services if s.kind != "canteen" or s.capacity is not None}
    for walk, wanted in ((whole, {s.id for s in served.services}), (some, kept)):
        assert walk.seen == sorted(set(walk.seen))
        assert wanted - editor.passing == set(walk.seen) - editor.passing
        assert len(set(walk.matched)) > 1  # the data did move on between the pages
