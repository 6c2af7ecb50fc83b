"""Many at once, and writers that are killed: every accepted edit is kept, and the database stays sound.

`LOCATOR_SOAK_S=30` makes the first test last that long (`make soak-store`).
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from contextlib import suppress

from sqlalchemy import text

from locator import ConflictError, Service
from locator.store import Store

SOAK_S = float(os.environ.get("LOCATOR_SOAK_S", "4"))
WRITERS = READERS = 8
SHARED = [f"s-{i}" for i in range(5)]


def service(service_id: str, name: str) -> Service:
    return Service(id=service_id, kind="station", name=name, lon=121.5, lat=31.2)


class Crowd:
    """Writers and readers of one database, each pair with a store of its own."""

    def __init__(self, url: str) -> None:
        self.url, self.end = url, time.monotonic() + SOAK_S
        self.accepted: list[tuple[str, str]] = []
        self.refused = self.read = 0
        self.errors: list[BaseException] = []

    def run(self) -> None:
        works = [(self.write, i) for i in range(WRITERS)] + [(self.look, i) for i in range(READERS)]
        threads = [threading.Thread(target=self.guarded, args=work) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def guarded(self, work: object, number: int) -> None:
        store = Store.open(self.url)
        try:
            while time.monotonic() < self.end:
                work(store, number)
        except Exception as error:  # noqa: BLE001  whatever reaches a user is what this test is about
            self.errors.append(error)
        finally:
            store.close()

    def write(self, store: Store, number: int) -> None:
        service_id = random.choice(SHARED)
        seen, name = store.read(service_id), f"{number}-{time.monotonic_ns()}"
        changed = seen.service.model_copy(update={"name": name})
        try:
            store.save([changed], who=f"w{number}", why=name, expected={service_id: seen.version})
        except ConflictError as error:
            assert error.conflicts[0].version > seen.version  # noqa: PT017  in the middle of the soak
            self.refused += 1
        else:
            self.accepted.append((service_id, name))

    def look(self, store: Store, number: int) -> None:
        version, _, rows = store.snapshot()
        assert len(rows) == len(SHARED)
        assert store.changes_since(version)[0] >= version
        store.history(SHARED[number % len(SHARED)])
        self.read += 1


def test_eight_writers_and_eight_readers_lose_nothing_and_see_no_error(url: str) -> None:
    store = Store(url)
    store.create([service(i, "0") for i in SHARED], "first list")
    crowd = Crowd(url)
    crowd.run()
    assert crowd.errors == []
    assert len(crowd.accepted) > 20
    assert crowd.read > 20
    kept = [(c.service_id, c.why) for i in SHARED for c in store.history(i)[1:]]
    assert Counter(kept) == Counter(crowd.accepted)
    for service_id in SHARED:
        history = store.history(service_id)
        assert [c.version for c in history] == list(range(1, len(history) + 1))
        assert [c.before for c in history[1:]] == [c.after for c in history[:-1]]
    revisions = sorted(c.revision for i in SHARED for c in store.history(i))
    assert revisions == list(range(1, len(SHARED) + len(crowd.accepted) + 1))
    store.close()


MANY = 5000
# Forks for each save, so that twenty of them do not load the package twenty times.
SAVING = """
    import os, sys
    from locator import Service
    from locator.store import Store

    def services(turn):
        return [
            Service(id=f"s-{i:05}", kind="station", name=f"第{turn}次", lon=121.5, lat=31.2) for i in range(MANY)
        ]

    services(0)[0].placed()
    print("ready", flush=True)
    for line in sys.stdin:
        turn, wanted = line.strip(), services(line.strip())
        child = os.fork()
        if child == 0:
            store = Store.open(sys.argv[1])
            print(os.getpid(), flush=True)
            store.save(wanted, who="killed", why=turn)
            os._exit(0)
        os.waitpid(child, 0)
        print("ended", flush=True)
"""


def sound(store: Store) -> bool:
    with store.reading() as connection:
        if connection.dialect.name == "postgresql":
            return (
                connection.execute(text("SELECT count(*) FROM services WHERE position IS NULL")).scalar() == 0
            )
        return connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"


def test_killing_a_save_at_any_moment_leaves_the_old_or_the_new_state(url: str) -> None:
    store = Store(url)
    store.create([service(f"s-{i:05}", "第0次") for i in range(MANY)], "first list")
    begun = time.monotonic()
    store.save([service(f"s-{i:05}", "第1次") for i in range(MANY)], who="tests", why="how long it takes")
    lasts = time.monotonic() - begun
    words = [sys.executable, "-c", textwrap.dedent(SAVING).replace("MANY", str(MANY)), url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    dice, state, killed = random.Random(7), "第1次", 0
    with subprocess.Popen(words, **pipes) as process:
        assert process.stdout.readline() == "ready\n"
        for turn in range(2, 22):
            process.stdin.write(f"{turn}\n")
            child = int(process.stdout.readline())
            time.sleep(dice.uniform(0, 1.1 * lasts))
            with suppress(ProcessLookupError):  # it was quicker
                os.kill(child, signal.SIGKILL)
            assert process.stdout.readline() == "ended\n"
            names = {json.loads(record)["name"] for _, record in store.snapshot()[2]}
            assert names in ({state}, {f"第{turn}次"}), turn
            killed += names == {state}
            state = names.pop()
            assert sound(store)
            # The next save works, and what it finds is what a reader saw.
            assert store.save([service("s-00000", f"{turn}后")], who="tests", why="next").updated == (
                "s-00000",
            )
            assert store.undo(store.version(), who="tests", why="back").updated == ("s-00000",)
        process.stdin.close()
    assert killed >= 3
    history = store.history("s-04999")
    assert [c.version for c in history] == list(range(1, len(history) + 1))
    store.close()
