"""A backup taken while others write, restored elsewhere: the same answers, in either database, or nothing at all."""

from __future__ import annotations

import itertools
import json
import os
import random
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from locator import Catalog, InputError, Service, nearest
from locator._errors import StoreError
from locator.answers import encode
from locator.cli import main
from locator.store import Store, accounts, backup, restoring
from locator.store.tables import FORMAT, metadata
from locator.synthetic import invent
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from postgres_support import Cluster

AT = datetime(2026, 11, 23, 13, 5, tzinfo=SHANGHAI)
KINDS = ("station", "canteen", "housing", "legal-aid")


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Addresses of a database where no store is yet."""

    numbers = itertools.count()

    def new(database: str) -> str:
        if database == "sqlite":
            return f"sqlite:///{tmp_path}/elsewhere-{next(numbers)}.db"
        cluster: Cluster = request.getfixturevalue("cluster")
        return cluster.new()

    return new


def run(*words: str, lang: str = "en") -> Result:
    result = CliRunner().invoke(main, list(words), env={"LANG": lang})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


class Writers:
    """Edit a store for as long as they are let; count their saves."""

    def __init__(self, url: str, services: list[Service], writers: int = 3) -> None:
        self._url, self._services, self._stop = url, services, threading.Event()
        self.saves = 0
        self.failed: list[Exception] = []
        self._threads = [threading.Thread(target=self._write, args=(seed,)) for seed in range(writers)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _write(self, seed: int) -> None:
        store, rng = Store.open(self._url), random.Random(seed)
        try:
            while not self._stop.is_set():
                # Two records in one save, which a torn backup would part.
                mark = f"{seed}-{rng.random()}"
                pair = [s.model_copy(update={"name": mark}) for s in rng.sample(self._services, 2)]
                store.save(pair, who=f"writer {seed}", why=mark)
                self.saves += 1
                time.sleep(0.002)
        except StoreError as error:
            self.failed.append(error)
        finally:
            store.close()


def rows_of(url: str) -> dict[str, list[tuple]]:
    store = Store.open(url)
    try:
        with store.reading() as connection:
            return {
                table.name: [
                    tuple(row)
                    for row in connection.execute(select(table).order_by(*table.primary_key.columns))
                ]
                for table in metadata.sorted_tables
            }
    finally:
        store.close()


def state_of(url: str, version: int) -> str:
    """Return the instant (ISO 8601) that a store's version was made at."""
    store = Store.open(url)
    try:
        return next(b.at for b in store.batches(100_000) if b.last <= version)
    finally:
        store.close()


def questions(count: int) -> Iterator[dict[str, object]]:
    """Yield questions with filters of every sort, near where invented services are."""
    rng = random.Random(8)
    # Each new minute costs a catalog more than fifty questions do.
    instants = [AT + timedelta(minutes=rng.randrange(7 * 24 * 60)) for _ in range(5)]
    places = [s for s in invent(1000, 1) if s.lon is not None and s.lat is not None]
    for _ in range(count):
        near = rng.choice(places)
        yield {
            "lon": near.lon + rng.gauss(0, 0.02), "lat": near.lat + rng.gauss(0, 0.02),
            "kind": rng.choice([None, *KINDS]), "open": rng.choice(["any", "now", "arrival"]),
            "group": rng.choice([None, "rider", "sanitation"]), "offer": rng.choice(["any", "any", "any", "now"]),
            "sort": rng.choice([None, "distance", "soonest"]), "mode": rng.choice(["walk", "ride", "drive"]),
            "max_m": rng.choice([20_000, 50_000, 500_000]), "limit": rng.randint(1, 20), "max_minutes": rng.choice([60, 240]),
            "at": rng.choice(instants),
        }  # fmt: skip


def answers_of(catalog: Catalog, count: int) -> list[bytes]:
    return [
        encode(nearest(catalog, **{name: value for name, value in asked.items() if value is not None}))
        for asked in questions(count)
    ]


@pytest.mark.parametrize(
    ("source", "target"),
    [("sqlite", "sqlite"), ("sqlite", "postgresql"), ("postgresql", "sqlite"), ("postgresql", "postgresql")],
)
def test_a_backup_under_load_restored_elsewhere_answers_as_the_store_did(
    elsewhere: Callable[[str], str], tmp_path: Path, source: str, target: str
) -> None:
    url, restored, file = elsewhere(source), elsewhere(target), tmp_path / "store.backup"
    services = list(invent(1000, 1))
    store = Store(url)
    store.create(services, "invented")
    store.remove([services[0].id], who="tests", why="gone")
    accounts.add_user(store, "王", "sehr geheim 123", "editor")
    with Writers(url, services[1:300]) as writers:
        while writers.saves < 20:
            time.sleep(0.01)
        manifest = backup.back_up(store, file)
        time.sleep(0.2)
    assert writers.failed == []
    assert store.version() > manifest.version  # they went on
    restoring.restore(file, restored)

    # What the store held at that version, to the row: history, accounts and all.
    then, now = rows_of(url), rows_of(restored)
    last = manifest.version
    assert now["batches"] == [row for row in then["batches"] if row[1] <= last]
    assert now["revisions"] == [row for row in then["revisions"] if row[0] <= last]
    assert now["users"] == then["users"] != []
    counts = Counter(row[1] for row in now["revisions"])
    assert counts == {first: end - first + 1 for first, end, *_ in now["batches"]}  # each save whole
    # The same answers to a thousand questions, now and as of two earlier instants.
    at = datetime.fromisoformat(state_of(url, last))
    mine, theirs = Catalog.open(url, at), Catalog.open(restored)
    assert (mine.version, len(mine)) == (theirs.version, len(theirs)) == (last, 999)
    answers = answers_of(mine, 800)
    assert answers == answers_of(theirs, 800)
    assert (
        sum(b'"numberReturned":0' in answer for answer in answers) < 400
    )  # nor are they equal by being empty
    early = datetime.fromisoformat(then["batches"][0][2])
    for instant in (early, datetime.fromisoformat(state_of(url, last - 20))):
        assert answers_of(Catalog.open(url, instant), 100) == answers_of(Catalog.open(restored, instant), 100)
    again = Store.open(restored)
    for service in (services[0], services[5], services[250]):
        assert again.history(service.id) == [c for c in store.history(service.id) if c.revision <= last]
    # It is a store to work with: the next save is the next number.
    assert again.save([services[0]], who="tests", why="back").batch == last + 1
    again.close()
    store.close()


def test_numbers_given_out_by_the_database_go_on_after_a_restore(
    elsewhere: Callable[[str], str], tmp_path: Path
) -> None:
    from sqlalchemy import insert

    from locator.store.tables import reports

    url, restored = elsewhere("sqlite"), elsewhere("postgresql")
    store = Store(url)
    store.create(invent(3, 1), "x")
    row = {"service_id": "a", "what": "shut", "on_day": "2026-11-23", "hour": 9, "status": "open"}
    with store.writing() as connection:
        connection.execute(insert(reports), [row, row, row])
    backup.back_up(store, tmp_path / "b")
    store.close()
    restoring.restore(tmp_path / "b", restored)
    again = Store.open(restored)
    with again.writing() as connection:
        connection.execute(insert(reports), [row])
    with again.reading() as connection:
        assert list(connection.scalars(select(reports.c.number).order_by(reports.c.number))) == [1, 2, 3, 4]
        near = (
            "SELECT count(*) FROM services WHERE ST_DWithin(position, ST_MakePoint(105, 35)::geography, 9e6)"
        )
        assert connection.exec_driver_sql(near).scalar() == 3  # PostGIS knows where they are
    again.close()


@pytest.fixture
def written(tmp_path: Path) -> Path:
    store = Store(f"sqlite:///{tmp_path}/own.db")
    store.create(invent(200, 1), "invented")
    backup.back_up(store, tmp_path / "good.backup")
    store.close()
    return tmp_path / "good.backup"


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def cut_a_little(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 4096)


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def foreign(file: Path) -> None:
    file.write_bytes(b"PK\x03\x04 something else")


def a_store(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE services (id TEXT)")
        database.commit()


def a_letter_changed(file: Path) -> None:
    content = bytearray(file.read_bytes())
    place = content.index(b'"kind":"station"')
    content[place + 8 : place + 15] = b"canteen"
    file.write_bytes(content)


def a_row_gone(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("DELETE FROM services WHERE rowid = 7")
        database.commit()


def a_table_more(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE more (x)")
        database.commit()


def manifest_changed(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute(
            "UPDATE locator_backup SET manifest = replace(manifest, '\"rows\":200', '\"rows\":199')"
        )
        database.commit()


@pytest.mark.parametrize(
    "spoil",
    [
        cut,
        cut_a_little,
        emptied,
        foreign,
        a_store,
        a_letter_changed,
        a_row_gone,
        a_table_more,
        manifest_changed,
    ],
)
@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_what_is_no_whole_backup_makes_nothing(
    written: Path, tmp_path: Path, elsewhere: Callable[[str], str], spoil: Callable[[Path], None], target: str
) -> None:
    url = elsewhere(target)
    spoil(written)
    there = set(tmp_path.iterdir())
    result = run("restore", str(written), "--store", url)
    assert result.exit_code == 2
    assert "damaged" in result.output or "is no backup" in result.output
    assert set(tmp_path.iterdir()) == there
    with pytest.raises(StoreError):
        Store.open(url)
    assert run("restore", str(written), "--dry-run").exit_code == 2
    chinese = run("restore", str(written), "--dry-run", lang="zh_CN").output
    assert "坏了" in chinese or "不是" in chinese


def test_a_newer_locators_backup_is_told_as_one(written: Path, tmp_path: Path) -> None:
    from hashlib import sha256

    with closing(sqlite3.connect(written)) as database:
        said = json.loads(database.execute("SELECT manifest FROM locator_backup").fetchone()[0])
        newer = json.dumps(said | {"format": FORMAT + 1})
        database.execute(
            "UPDATE locator_backup SET manifest = ?, sha256 = ?", (newer, sha256(newer.encode()).hexdigest())
        )
        database.commit()
    with pytest.raises(InputError, match="upgrade the locator"):
        restoring.restore(written, f"sqlite:///{tmp_path}/new.db")


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_store_that_is_there_is_never_overwritten(
    written: Path, elsewhere: Callable[[str], str], target: str
) -> None:
    url = elsewhere(target)
    store = Store(url)
    store.create(invent(2, 5), "mine")
    result = run("restore", str(written), "--store", url)
    assert result.exit_code == 2
    assert "left as it is" in result.output
    assert len(store.snapshot()[2]) == 2
    store.close()


def test_a_backup_never_overwrites_a_file_and_leaves_none_half_written(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, before = f"sqlite:///{tmp_path}/own.db", written.read_bytes()
    result = run("backup", str(written), "--store", store)
    assert (result.exit_code, written.read_bytes()) == (2, before)
    assert run("backup", str(tmp_path / "no" / "folder"), "--store", store).exit_code == 2

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    there = set(tmp_path.iterdir())
    monkeypatch.setattr(backup, "_sign", full)
    result = run("backup", str(tmp_path / "second"), "--store", store)
    assert result.exit_code == 1
    assert "No space left" in result.output
    assert set(tmp_path.iterdir()) == there


@pytest.mark.usefixtures("written")
def test_the_commands_tell_what_a_backup_holds_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    file, store = tmp_path / "文件 ?100%.backup", f"sqlite:///{tmp_path}/own.db"
    told = json.loads(run("backup", str(file), "--store", store, "--json").output)
    assert told["rows"]["services"] == told["version"] == 200
    assert (told["database"], told["format"], told["bytes"]) == ("sqlite", FORMAT, file.stat().st_size)
    assert datetime.fromisoformat(told["made_at"]) <= datetime.now(UTC)
    assert file.stat().st_mode & 0o077 == 0
    checked = json.loads(run("restore", str(file), "--dry-run", "--json").output)
    assert checked["rows"] == told["rows"]
    assert "200 services" in run("restore", str(file), "--store", f"sqlite:///{tmp_path}/there.db").output
    assert (tmp_path / "there.db").stat().st_mode & 0o077 == 0
    assert run("restore", str(file)).exit_code == 2  # where to?


@pytest.mark.usefixtures("written")
def test_the_planners_results_come_along_and_keys_do_not(tmp_path: Path) -> None:
    desk = tmp_path / "own.db.desk"
    done, half = desk / "plans" / ("a" * 16), desk / "plans" / ("b" * 16)
    for folder in (done / "files", half):
        folder.mkdir(parents=True)
    (desk / "key").write_text("sehr geheimer Schlüssel")
    for name, text in {
        "result.json": "{}",
        "question.json": "{}",
        "state.json": "x",
        "files/gaps.csv": "a",
    }.items():
        (done / name).write_text(text)
    (half / "question.json").write_text("{}")
    file = tmp_path / "with-plans.backup"
    run("backup", str(file), "--store", f"sqlite:///{tmp_path}/own.db")
    assert "geheimer Schlüssel".encode() not in file.read_bytes()
    run("restore", str(file), "--store", f"sqlite:///{tmp_path}/new.db")
    came = tmp_path / "new.db.desk"
    found = {path.relative_to(came).as_posix() for path in came.rglob("*") if path.is_file()}
    assert found == {
        f"plans/{'a' * 16}/{name}" for name in ("result.json", "question.json", "files/gaps.csv")
    }
    assert came.stat().st_mode & 0o077 == 0


def test_a_name_that_leads_out_of_the_folder_is_not_written(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/own.db")
    store.create(invent(3, 1), "x")
    (tmp_path / "evil").write_text("x")
    backup.back_up(
        store, tmp_path / "b", {"plans/../../../escaped": tmp_path / "evil", "key": tmp_path / "evil"}
    )
    store.close()
    assert run("restore", str(tmp_path / "b"), "--store", f"sqlite:///{tmp_path}/sub.db").exit_code == 0
    assert not list(tmp_path.glob("**/escaped"))
    assert not list(tmp_path.glob("**/key"))
