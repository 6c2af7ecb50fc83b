"""The disk is full, can only be read, or gave back other bytes than it was given."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from live_support import NEAREST, Served, free_port, until

from locator.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def small_disk(folder: Path, size: str = "24m") -> Iterator[Path]:
    """Give a file system of its own that is soon full."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False, capture_output=True
    )
    if done.returncode != 0:
        pytest.skip("only root may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def read_only(folder: Path, *, yes: bool = True) -> None:
    subprocess.run(["mount", "-o", f"remount,{'ro' if yes else 'rw'}", folder], check=True)


def is_sound(path: Path) -> bool:
    with sqlite3.connect(path) as file:
        return bool(file.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def test_on_a_full_disk_edits_are_refused_and_what_was_accepted_stays(
    tmp_path: Path, filled: Callable[[str], str], serve: Callable[..., Served]
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        url = f"sqlite:///{disk}/own.db"
        token = filled(url)
        served = serve(url)
        assert served.imports(token, {"x-0": "满之前"}).status == 200
        ballast, block = disk / "ballast", b"0" * 65536
        with ballast.open("wb", buffering=0) as file:
            while True:
                try:
                    file.write(block)
                except OSError:
                    break
        accepted, refused = set(), []
        for turn in range(1, 6):
            answer = served.imports(token, {f"x-{turn}-{i}": "名" * 30 for i in range(400)}, language="en")
            if answer.status == 200:
                accepted.add(f"x-{turn}-0")
            else:
                refused.append(answer)
        assert refused
        for answer in refused:
            assert answer.status == 503
            assert "nothing was saved" in answer.json()["detail"]
            assert "full" in answer.json()["detail"]
        assert served.get(NEAREST).status == 200
        ballast.unlink()
        assert until(lambda: served.imports(token, {"x-9": "又有地方了"}).status == 200)
        assert served.shown_everywhere("x-9", "又有地方了")
        there = {f"x-{turn}-0" for turn in range(1, 6) if served.name_of(f"x-{turn}-0") is not None}
        assert there == accepted
        assert served.name_of("x-0") == "满之前"
        served.stop()
        assert is_sound(disk / "own.db")


def test_on_a_read_only_disk_the_server_starts_and_answers_and_refuses_edits(
    tmp_path: Path, filled: Callable[[str], str], serve: Callable[..., Served]
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        url = f"sqlite:///{disk}/own.db"
        token = filled(url)
        read_only(disk)
        served = serve(url)
        for path in (NEAREST, "/", "/api/v1/services/yp-canteen-001", "/map.svg?district=310110"):
            assert served.get(path).status == 200, path
        refused = served.imports(token, {"x-1": "写不进"})
        assert refused.status == 503
        assert "什么都没有写入" in refused.json()["detail"]
        asked = served.get("/plan?boundary=310110")
        assert asked.status == 503
        assert "只能读" in asked.body.decode()
        served.stop()
        read_only(disk, yes=False)
        again = serve(url)
        assert again.imports(token, {"x-1": "写进了"}).status == 200
        again.end()


def test_a_log_that_a_read_only_disk_holds_is_never_passed_over(
    tmp_path: Path, filled: Callable[[str], str]
) -> None:
    """Better not to start than to answer without the last edits."""
    with small_disk(tmp_path / "disk") as disk:
        url = f"sqlite:///{disk}/own.db"
        filled(url)
        with sqlite3.connect(disk / "own.db") as writer:  # it goes on holding the file: the log stays
            writer.execute("UPDATE services SET version = version + 1")
            writer.commit()
            shutil.copytree(disk, tmp_path / "copy")
        writer.close()
        assert (tmp_path / "copy" / "own.db-wal").stat().st_size > 0
        for name in ("own.db", "own.db-wal"):
            shutil.copy(tmp_path / "copy" / name, disk / name)
        read_only(disk)
        done = refused(url, tmp_path)
        assert done.returncode == 1
        assert "own.db" in done.stdout + done.stderr
        read_only(disk, yes=False)
        store = Store.open(url)
        assert len(store.snapshot()[2]) > 100
        store.close()


def refused(url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "locator", "serve", "--port", str(free_port()), "--store", url]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, cwd=folder, check=False,
        env={**os.environ, "LOCATOR_BASEMAP": "outline"},
    )  # fmt: skip


def overwrite(path: Path, at: int, said: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(said)


@pytest.mark.parametrize("damage", ["no database", "cut off", "pages", "a record"])
def test_a_damaged_store_is_refused_at_the_start_and_left_as_it_is(
    tmp_path: Path, filled: Callable[[str], str], damage: str
) -> None:
    path = tmp_path / "own.db"
    filled(f"sqlite:///{path}")
    size = path.stat().st_size
    if damage == "no database":
        overwrite(path, 0, b"\0" * 100)
    elif damage == "cut off":
        os.truncate(path, size // 3)
    elif damage == "pages":
        for page in range(4, size // 4096):
            overwrite(path, page * 4096, b"\xff" * 600)
    else:
        held = path.read_bytes()  # in the services and in the history
        path.write_bytes(held.replace(b'{"id":"yp-canteen-001","name"', b'{"id":"yp-canteen-001",\0name"'))
    before = path.read_bytes()
    done = refused(f"sqlite:///{path}", tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert ("own.db" if damage != "a record" else "yp-canteen-001") in done.stderr
    assert path.read_bytes() == before


def test_damage_while_serving_leaves_the_last_catalog_in_force_and_is_told(
    tmp_path: Path, filled: Callable[[str], str], serve: Callable[..., Served]
) -> None:
    path = tmp_path / "own.db"
    filled(f"sqlite:///{path}")
    served = serve(f"sqlite:///{path}")
    name = served.name_of("yp-canteen-001")
    with sqlite3.connect(path) as file:
        last = file.execute("SELECT max(revision) FROM services").fetchone()[0]
        file.execute(
            "UPDATE services SET record = ?, revision = ? WHERE id = 'yp-canteen-001'", (b"{\0", last + 1)
        )
        file.execute(
            "INSERT INTO batches SELECT max(last)+1, max(last)+1, substr(max(at), 1, 19) || '.999999+00:00', 'x', 'y' FROM batches"
        )
    file.close()
    assert until(lambda: {served.get("/healthz").json()["store"] for _ in range(8)} == {"away"})
    assert served.name_of("yp-canteen-001") == name
    assert served.get(NEAREST).status == 200
    assert until(lambda: "yp-canteen-001" in served.said())
