"""A server as operators run it, and what it says of itself."""

from __future__ import annotations

import http.client
import re
from pathlib import Path
from typing import TYPE_CHECKING

from live_support import START_S, Served, until

if TYPE_CHECKING:
    from collections.abc import Mapping


def fetch(port: int, path: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers={"Connection": "close", **said})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def figure(text: str, name: str) -> float:
    """Return the value of a metric, its labels as they are written."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found is not None, f"no {name} in\n{text}"
    return float(found[1])


class Watched(Served):
    """A server on a store, its settings, and the boards that it counts on."""

    def __init__(self, store: str, folder: Path, workers: int, settings: Mapping[str, str]) -> None:
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        super().__init__(
            store, folder / "log", workers=workers, environ={"TMPDIR": str(self.scratch), **settings}
        )
        assert until(lambda: len(self.ready()) == workers, START_S), self.said()

    def ready(self) -> set[int]:
        """Return the process numbers of the workers that stand on the server's boards and are there."""
        marks = self.scratch.glob("locator-serve-*/*.ready")
        return {int(mark.stem) for mark in marks if Path(f"/proc/{mark.stem}").exists()}
