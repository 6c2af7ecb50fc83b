"""A store in a file: made once, never half, never over somebody else's, whoever looks at it meanwhile."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine

from locator import Catalog, Service, StoreError
from locator.store import Store, open_or_seed, sample_services

if TYPE_CHECKING:
    from pathlib import Path

ONE = Service(id="a-1", kind="canteen", name="一号食堂", lon=121.54, lat=31.27)
OTHER = Service(id="b-2", kind="station", name="二号驿站", hours="24/7")


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own.db"


@pytest.fixture
def store(path: Path) -> Store:
    own = Store(url_of(path))
    own.create([ONE], "first list")
    return own


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


def test_a_path_is_as_good_as_a_url(path: Path) -> None:
    assert Store(str(path)).create([ONE], "first list") is True
    assert Store.open(str(path)).get("a-1").name == "一号食堂"


def test_a_created_store_keeps_a_write_ahead_log(store: Store, path: Path) -> None:
    assert len(store.snapshot()[2]) == 1
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_reader_is_not_stopped_by_a_writer(store: Store, path: Path) -> None:
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM services")
    assert store.get("a-1").name == "一号食堂"
    writer.execute("ROLLBACK")
    writer.close()


def test_opening_a_missing_file_does_not_create_it(path: Path) -> None:
    with pytest.raises(StoreError, match="no file"):
        Store.open(url_of(path))
    with pytest.raises(StoreError):
        Catalog.open(url_of(path))
    assert not path.exists()


def test_opening_a_folder_is_a_store_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        Store.open(url_of(tmp_path))


def test_creating_in_a_missing_folder_is_a_store_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        Store(url_of(tmp_path / "nowhere" / "own.db")).create([ONE], "x")


@pytest.mark.parametrize(
    "content", [b"not a database at all, just text" * 40, b"SQLite format 3\x00" + b"\xff" * 4096]
)
def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreError):
        Store.open(url_of(path))
    with pytest.raises(StoreError):
        Store(url_of(path)).create([ONE], "x")
    assert path.read_bytes() == content


def test_an_empty_file_is_no_store_until_it_is_created(path: Path) -> None:
    path.touch()
    with pytest.raises(StoreError, match="not a locator store"):
        Store.open(url_of(path))
    assert path.read_bytes() == b""
    assert Store(url_of(path)).create([ONE], "x") is True


@pytest.mark.parametrize("mode", ["delete", "wal"])
@pytest.mark.parametrize("table", ["notes", "services"])
def test_a_foreign_database_is_refused_and_left_byte_for_byte(path: Path, mode: str, table: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA journal_mode={mode}")
    connection.execute(f"CREATE TABLE {table} (id, text)")
    connection.execute(f"INSERT INTO {table} VALUES (1, 'mine')")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    for attempt in (Store.open, lambda url: Store(url).create([ONE], "x")):
        with pytest.raises(StoreError):
            attempt(url_of(path))
        assert path.read_bytes() == before


KILLED = """
    import os, signal, sys
    from locator.store import Store, sample_services

    def records():
        for i, service in enumerate(sample_services()):
            if i == 50 and sys.argv[2] == "yielding":
                os.kill(os.getpid(), signal.SIGKILL)
            yield service

    if sys.argv[2] == "written":
        from locator.store import opening
        real = opening.write
        def write(*arguments):
            real(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)
        opening.write = write
    Store(sys.argv[1]).create(records(), "sample")
"""


@pytest.mark.parametrize("moment", ["yielding", "written"])
def test_a_store_killed_while_it_is_filled_is_filled_by_the_next_create(path: Path, moment: str) -> None:
    assert run(KILLED, url_of(path), moment).returncode == -9
    with pytest.raises(StoreError):
        Store.open(url_of(path))
    again = Store(url_of(path))
    assert again.create(sample_services(), "sample") is True
    assert len(Store.open(url_of(path)).snapshot()[2]) == len(list(sample_services()))
    assert again.version() == len(list(sample_services()))


KILLED_LATE = """
    import os, signal, sys
    from locator.store import Store, sample_services
    from sqlalchemy import Engine

    taken, real = [], Engine.raw_connection
    def dying(engine):
        taken.append(engine)
        if len(taken) == 2:  # the transaction has ended, the log mode is not yet set
            os.kill(os.getpid(), signal.SIGKILL)
        return real(engine)

    Engine.raw_connection = dying
    Store(sys.argv[1]).create(sample_services(), "sample")
"""


def test_a_store_killed_just_after_it_was_filled_gets_its_log_mode_later(path: Path) -> None:
    assert run(KILLED_LATE, url_of(path)).returncode == -9
    assert Store.open(url_of(path)).version() > 0
    Store(url_of(path)).create(sample_services(), "sample")
    opened = Store.open(url_of(path))
    opened.save([OTHER], who="tests", why="one more")
    connection = sqlite3.connect(path)
    mode = connection.execute("PRAGMA journal_mode").fetchone()
    connection.close()
    assert mode == ("wal",)


def test_a_store_that_another_process_looks_at_while_it_is_made_is_still_made(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others: list[sqlite3.Connection] = []
    taken: list[Engine] = []
    real = Engine.raw_connection

    def met(engine: Engine) -> object:
        if engine.url.database == str(path):  # other tests' stores may still be watched in this process
            taken.append(engine)
        if len(taken) == 2 and not others:  # the transaction has ended, the log mode is not yet set
            others.append(sqlite3.connect(path, isolation_level=None))
            others[0].execute("BEGIN IMMEDIATE")
        return real(engine)

    monkeypatch.setattr(Engine, "raw_connection", met)
    try:
        assert Store(url_of(path)).create([ONE], "first list") is True
    finally:
        for other in others:
            other.close()
    assert Store.open(url_of(path)).get("a-1").name == "一号食堂"


AT_ONCE = """
    import sys, time
    from locator.store import open_or_seed, sample_services
    import locator.web
    print("ready", flush=True)
    sys.stdin.readline()
    store = open_or_seed(None)
    print(store.version(), len(store.snapshot()[2]))
"""


def test_processes_that_start_at_once_end_with_one_sample(tmp_path: Path) -> None:
    words = [sys.executable, "-c", textwrap.dedent(AT_ONCE)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    started = [subprocess.Popen(words, cwd=tmp_path, **pipes) for _ in range(4)]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [process.communicate(timeout=60) for process in started]
    many = len(list(sample_services()))
    assert [(process.returncode, *out) for process, out in zip(started, ended, strict=True)] == [
        (0, f"{many} {many}\n", "")
    ] * 4


def test_without_a_url_the_sample_is_made_here_and_only_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_or_seed(None)
    assert os.listdir(tmp_path) != []  # noqa: PTH208
    assert {row[0] for row in store.snapshot()[2]} == {service.id for service in sample_services()}
    store.save([OTHER], who="tests", why="one more")
    assert open_or_seed(None).get("b-2").name == "二号驿站"


def test_with_a_url_nothing_is_made(path: Path) -> None:
    with pytest.raises(StoreError):
        open_or_seed(url_of(path))
    assert not path.exists()
