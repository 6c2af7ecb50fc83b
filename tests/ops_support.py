"""A server as operators run it, and what it says of itself."""

from __future__ import annotations

import http.client
import re
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

    from locator.store import Store


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


@dataclass
class Served:
    port: int
    store: Store
    process: subprocess.Popen[bytes]
    log: Path
    scratch: Path

    def workers(self) -> set[int]:
        """Return the process numbers of the workers that stand on the server's boards and are there."""
        marks = self.scratch.glob("locator-serve-*/*.ready")
        return {int(mark.stem) for mark in marks if Path(f"/proc/{mark.stem}").exists()}

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)
