"""A long mixed load on two workers: `python -m tests.live.soak`, minutes by SOAK_MIN, services by SOAK_SERVICES.

It prints a line a minute and a verdict. Out of bounds are any error, memory of all processes of the server more
than 5 % above what it was after the first tenth, and a 99th percentile of nearest beyond twice the first minute's.
"""

from __future__ import annotations

import http.client
import itertools
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from live_support import Served, until

from locator.store import Store
from locator.store.accounts import add_user, make_token
from locator.synthetic import invent

MINUTES = float(os.environ.get("SOAK_MIN", "30"))
SERVICES = int(os.environ.get("SOAK_SERVICES", "20000"))
_SAMPLE_S, _MINUTE_S = 5.0, 60.0
_GROWTH, _SLOWER = 1.05, 2.0
_WARM = 0.1
# Pauses between two questions of one client, so that two cores are busy and not drowned.
_PAUSES_S = {"nearest": 0.01, "page": 0.3, "embed": 0.5, "png": 3.0}


class Took(NamedTuple):
    """When an answer came, what was asked, and how many seconds it took."""

    at: float
    what: str
    seconds: float


class Client(threading.Thread):
    """Keeps a connection and asks for one kind of thing; what goes wrong is kept in `errors`."""

    def __init__(self, served: Served, what: str, spots: list[tuple[float, float]], seed: int) -> None:
        super().__init__(daemon=True)
        self._served, self._what, self._spots, self._dice = served, what, spots, random.Random(seed)
        self.took: list[Took] = []
        self.errors: list[str] = []
        self.stopping = threading.Event()
        self._line: http.client.HTTPConnection | None = None

    def run(self) -> None:
        while not self.stopping.wait(_PAUSES_S[self._what]):
            path = self._path()
            began = time.monotonic()
            try:
                status, body = self._ask(path)
            except (OSError, http.client.HTTPException) as error:
                self.errors.append(f"{path}: {error!r}")
                self._line = None
                continue
            self.took.append(Took(time.monotonic(), self._what, time.monotonic() - began))
            if status != 200 or not body:
                self.errors.append(f"{path}: {status} {body[:200]!r}")

    def _ask(self, path: str) -> tuple[int, bytes]:
        """Ask, and once more if the server had closed the idle line, as every HTTP client does."""
        for again in (False, True):
            fresh = self._line is None
            line = self._line = self._line or http.client.HTTPConnection(
                "127.0.0.1", self._served.port, timeout=60
            )
            try:
                line.request("GET", path)
                answer = line.getresponse()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                line.close()
                self._line = None
                if fresh or again:
                    raise
                continue
            body = answer.read()
            if answer.will_close:
                line.close()
                self._line = None
            return answer.status, body
        raise AssertionError("never")

    def _path(self) -> str:
        lon, lat = self._dice.choice(self._spots)
        spot = (
            f"lon={lon + self._dice.uniform(-0.02, 0.02):.5f}&lat={lat + self._dice.uniform(-0.02, 0.02):.5f}"
        )
        how = self._dice.choice(("any", "now", "arrival"))
        if self._what == "nearest":
            return f"/api/v1/nearest?{spot}&open={how}"
        if self._what == "page":
            return f"/?{spot}&open={how}"
        if self._what == "embed":
            return f"/embed?{spot}&open={how}"
        return f"/map.png?{spot}&width=320&scale=1"


class Editor(threading.Thread):
    """Saves a change each second, and imports a list of twenty each ten seconds."""

    def __init__(self, served: Served, token: str) -> None:
        super().__init__(daemon=True)
        self._served, self._token = served, token
        self.saves = self.imports = 0
        self.errors: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        store, dice = Store.open(self._served.store), random.Random(7)
        ids = [service_id for service_id, _ in store.snapshot()[2]]
        for turn in itertools.count(1):
            if self.stopping.wait(1.0):
                store.close()
                return
            service = store.get(dice.choice(ids))
            hours = dice.choice(("Mo-Su 08:00-20:00", "Mo-Fr 09:00-17:00", None))
            store.save(
                [service.model_copy(update={"hours": hours, "phone": f"021-{turn:08d}"})], who="soak", why="x"
            )
            self.saves += 1
            if turn % 10 == 0:
                rows = {f"soak-{i}": f"第{turn}批{i}号" for i in range(20)}
                answer = self._served.imports(self._token, rows)
                self.imports += 1
                if answer.status != 200:
                    self.errors.append(repr(answer))


def memory_mb(served: Served) -> tuple[float, float]:
    """Return what memory the server and its workers hold, and what of files they have mapped, both in MB.

    Pages of files (libraries, the store) are the kernel's to take back, and a process's share of them falls and rises
    with whatever else on the machine maps the same files: 80 MB less while a test ran beside. So only the first is
    judged. What the workers start for a task comes and goes.
    """
    held = mapped = 0.0
    for pid in (served.process.pid, *served.workers()):
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:  # it ended meanwhile
            continue
        kb = {
            name: int(rest.split()[0])
            for name, _, rest in (s.partition(":") for s in rollup.splitlines()[1:])
        }
        held += (kb["Pss_Anon"] + kb["Pss_Shmem"]) / 1024
        mapped += kb["Pss_File"] / 1024
    return held, mapped


def p99_ms(took: list[float]) -> float:
    return 1000 * sorted(took)[int(0.99 * (len(took) - 1))] if took else 0.0


def verdict(
    memory: list[tuple[float, float]], slow: list[float], errors: list[str], length_s: float
) -> list[str]:
    """Return what is out of bounds."""
    window = max(length_s * _WARM, 3 * _SAMPLE_S)
    warm = statistics.median(mb for at, mb in memory if window <= at < 2 * window)
    last = statistics.median(mb for at, mb in memory if at >= length_s - window)
    print(f"memory: {warm:.0f} MB once warm, {last:.0f} MB at the end ({100 * (last / warm - 1):+.1f} %)")
    wrong = [f"{len(errors)} errors, the first: {errors[0]}"] if errors else []
    if last > warm * _GROWTH:
        wrong.append(f"memory grew by {100 * (last / warm - 1):.1f} %")
    if len(slow) > 1 and statistics.median(slow[-3:]) > _SLOWER * slow[0]:
        wrong.append(
            f"p99 of nearest {slow[0]:.0f} ms in the first minute, {statistics.median(slow[-3:]):.0f} ms in the last"
        )
    return wrong


def watch(
    served: Served, clients: list[Client], editor: Editor, began: float
) -> tuple[list[tuple[float, float]], list[float]]:
    """Sample the memory, and print a line a minute, until the time is over."""
    memory: list[tuple[float, float]] = []
    slow: list[float] = []
    minute = 1
    print("minute answers nearest/s p50_ms p99_ms saves imports memory_mb files_mb errors")
    while time.monotonic() - began < MINUTES * _MINUTE_S:
        time.sleep(_SAMPLE_S)
        now = time.monotonic() - began
        held, mapped = memory_mb(served)
        memory.append((now, held))
        if now < minute * _MINUTE_S:
            continue
        took = [t for client in clients for t in client.took if t.at - began >= (minute - 1) * _MINUTE_S]
        nearest = [t.seconds for t in took if t.what == "nearest"]
        slow.append(p99_ms(nearest))
        errors = len(editor.errors) + sum(len(client.errors) for client in clients)
        p50 = 1000 * statistics.median(nearest or [0])
        print(
            f"{minute:6} {len(took):7} {len(nearest) / _MINUTE_S:9.0f} {p50:6.1f} {slow[-1]:6.1f} "
            f"{editor.saves:5} {editor.imports:7} {held:9.0f} {mapped:8.0f} {errors:6}",
            flush=True,
        )
        for client in clients:
            client.took = client.took[-1:]
        minute += 1
    return memory, slow


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/soak.db"
        store = Store(url)
        store.create(invent(SERVICES, 1), "soak")
        add_user(store, "soak", "long-enough-for-a-soak", "admin")
        token = make_token(store, "soak", "soak")
        snapshot = store.snapshot()[2]
        spots = [
            (s.lon, s.lat)
            for i, _ in snapshot[:: max(1, len(snapshot) // 200)]
            if (s := store.get(i)).lon and s.lat
        ]
        store.close()
        served = Served(url, Path(folder) / "log")
        until(lambda: len(served.workers()) == 2)
        clients = [
            Client(served, what, spots, i)
            for i, what in enumerate(("nearest", "nearest", "page", "embed", "png"))
        ]
        editor = Editor(served, token)
        began = time.monotonic()
        for one in (*clients, editor):
            one.start()
        memory, slow = watch(served, clients, editor, began)
        for one in (*clients, editor):
            one.stopping.set()
        for one in (*clients, editor):
            one.join(60)
        errors = editor.errors + [error for client in clients for error in client.errors]
        if not editor.saves or served.process.poll() is not None:
            errors.append(served.said()[-500:])
        served.stop()
        said = served.said()
        if "Traceback" in said:
            errors.append(said[said.index("Traceback") :][:1500])
        wrong = verdict(memory, slow, errors, MINUTES * _MINUTE_S)
    print("\n".join(f"out of bounds: {one}" for one in wrong) or "within bounds")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
