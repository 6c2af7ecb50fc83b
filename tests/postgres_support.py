"""A PostgreSQL with PostGIS of the tests' own: a cluster in a folder, on a free port of this machine."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

_WAIT_S = 30.0
# Nothing of it has to outlive the tests. Its names sort by a Chinese locale, which must not reach the ids.
_SETTINGS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=120")
_LOCALE = ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh")


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL that has PostGIS."""
    having = Path("/usr/share/postgresql").glob("*/extension/postgis.control")
    versions = sorted((control.parent.parent.name for control in having), key=int, reverse=True)
    folders = [Path(f"/usr/lib/postgresql/{version}/bin") for version in versions]
    return next((folder for folder in folders if (folder / "initdb").is_file()), None)


class Cluster:
    """A cluster that can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self._programs = folder
        self._folder = Path(tempfile.mkdtemp(prefix="locator-postgres-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        # PostgreSQL refuses to run as root.
        self._who: dict[str, object] = {}
        if os.geteuid() == 0:
            self._who = {"user": "postgres", "group": "postgres", "extra_groups": []}
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        made = [folder / "initdb", "-D", self._folder / "data", "-U", "postgres", "--auth=trust", "--no-sync"]
        subprocess.run(
            [*made, "-E", "UTF8", *_LOCALE], **self._who, cwd=self._folder, check=True, capture_output=True
        )
        self.start()
        self._ask("CREATE DATABASE with_postgis")
        self._ask("CREATE EXTENSION postgis", "with_postgis")

    def url(self, database: str) -> str:
        return f"postgresql://postgres:not-secret@127.0.0.1:{self.port}/{database}"

    def new(self, *, bare: bool = False) -> str:
        """Return the URL of a place of one's own: a schema, or a bare database that does not even have PostGIS yet."""
        name = f"own_{next(self._numbers)}"
        if bare:
            self._ask(f"CREATE DATABASE {name}")
            return self.url(name)
        # A hundred times quicker to make than a database.
        self._ask(f"CREATE SCHEMA {name}", "with_postgis")
        return f"{self.url('with_postgis')}?options=-csearch_path%3D{name},public"

    def start(self) -> None:
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-k", str(self._folder))
        options = [part for setting in _SETTINGS for part in ("-c", setting)]
        command = [self._programs / "postgres", "-D", self._folder / "data", *where, *options]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, **self._who, cwd=self._folder, stdout=log, stderr=log)
        end = time.monotonic() + _WAIT_S
        while True:
            try:
                return self._ask("SELECT 1")
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop at once: whoever is connected is cut off."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_WAIT_S)
            self._process = None

    def remove(self) -> None:
        self.stop(signal.SIGQUIT)  # without writing down what will be deleted
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ask(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement)
