"""A really served application that tests may hurt: its processes, its log, and honest clients of it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

NEAREST = "/api/v1/nearest?lon=121.54&lat=31.2754&limit=10"
START_S = 120.0


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def until(true: Callable[[], object], seconds: float = 30.0) -> bool:
    """Wait until something holds; False if it does not in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


class Answer:
    """What came back: status, headers, body, and after how many seconds."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes, took_s: float) -> None:
        self.status, self.headers, self.body, self.took_s = status, headers, body, took_s

    def json(self) -> Any:
        return json.loads(self.body)

    def __repr__(self) -> str:
        return f"{self.status} after {self.took_s:.2f} s: {self.body[:300].decode(errors='replace')}"


class Served:
    """`locator serve` as a process."""

    def __init__(
        self,
        store: str,
        log: Path,
        *,
        workers: int = 2,
        environ: Mapping[str, str] | None = None,
        before: Sequence[str] = (),
    ) -> None:
        self.store, self.log, self.port = store, log, free_port()
        self._command = [*before, sys.executable, "-m", "locator", "serve", "--port", str(self.port)]
        self._command += ["--workers", str(workers), "--store", store]
        self._environ = {**os.environ, "LOCATOR_BASEMAP": "outline", **(environ or {})}
        self.process = self.start()

    def start(self, *, wait: bool = True) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self._command,
                env=self._environ,
                stdout=subprocess.DEVNULL,
                stderr=out,
                cwd=self.log.parent,
            )
        if wait and not until(lambda: self.answers() or self.process.poll() is not None, START_S):
            raise TimeoutError(self.said())
        if wait and self.process.poll() is not None:
            raise RuntimeError(self.said())
        return self.process

    def answers(self) -> bool:
        try:
            return self.get("/healthz").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def get(self, path: str, timeout: float = 30.0, speaks_after_s: float = 0.0, **headers: str) -> Answer:
        """Ask on a new connection, so that any worker may get it."""
        return self.send("GET", path, timeout=timeout, headers=headers, speaks_after_s=speaks_after_s)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30.0,
        speaks_after_s: float = 0.0,
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        began = time.monotonic()
        try:
            if speaks_after_s:
                connection.connect()
                time.sleep(speaks_after_s)
            connection.request(method, path, body, {"Connection": "close", **(headers or {})})
            answer = connection.getresponse()
            said = answer.read()
            return Answer(answer.status, answer.headers, said, time.monotonic() - began)  # type: ignore[arg-type]
        finally:
            connection.close()

    def imports(
        self, token: str, rows: Mapping[str, str], timeout: float = 60.0, language: str = "zh"
    ) -> Answer:
        """Send a list of canteens, id and name, to the import of programs."""
        lines = ["编码,名称,类型,经度,纬度,坐标系"]
        lines += [f"{i},{name},食堂,121.54,31.27,wgs84" for i, name in rows.items()]
        cut = "locator-tests"
        body = (
            f'--{cut}\r\nContent-Disposition: form-data; name="file"; filename="list.csv"\r\n'
            f"Content-Type: text/csv\r\n\r\n{chr(10).join(lines)}\n\r\n--{cut}--\r\n"
        ).encode()
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": f"multipart/form-data; boundary={cut}",
            "Accept-Language": language,
        }
        return self.send("POST", "/api/v1/imports", body, headers, timeout)

    def name_of(self, service_id: str) -> str | None:
        """Return the name that the API gives a service now; None: it knows no such service."""
        answer = self.get(f"/api/v1/services/{service_id}")
        return answer.json()["name"] if answer.status == 200 else None

    def shown_everywhere(self, service_id: str, name: str | None, seconds: float = 30.0) -> bool:
        """Tell whether, in time, twenty new connections in a row get a name."""
        row = 0

        def told() -> bool:
            nonlocal row
            row = row + 1 if self.name_of(service_id) == name else 0
            return row >= 20

        return until(told, seconds)

    def workers(self) -> list[int]:
        """Return the ids of the processes that answer."""
        found = []
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                command = Path(f"/proc/{child}/cmdline").read_bytes()
                if b"resource_tracker" not in command:
                    found.append(int(child))
        return sorted(found)

    def end(self) -> None:
        """End it at once, with its workers: stopping in good order takes granian ten seconds."""
        if self.process.poll() is None:
            for pid in (*self.workers(), self.process.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=30)

    def stop(self) -> int:
        """Stop it if it runs, and return its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait(timeout=30)


class Load(threading.Thread):
    """A courier who asks again and again on new connections; keeps what came of it."""

    def __init__(self, served: Served, path: str = NEAREST) -> None:
        super().__init__(daemon=True)
        self._served, self._path, self._stopping = served, path, threading.Event()
        self.took: list[float] = []
        self.refused, self.broken, self.wrong = 0, [], []  # type: ignore[var-annotated]

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                answer = self.ask()
            except ConnectionRefusedError:
                self.refused += 1
                time.sleep(0.02)
                continue
            except (OSError, http.client.HTTPException) as error:
                self.broken.append(repr(error))
                continue
            self.took.append(answer.took_s)
            if answer.status != 200 or answer.json()["numberReturned"] != 10:
                self.wrong.append(repr(answer))

    def ask(self) -> Answer:
        return self._served.get(self._path)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self.join(60)
