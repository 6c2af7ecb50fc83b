"""How often somebody failed to log in of late, for all workers of a machine."""

from __future__ import annotations

import fcntl
import os
import time
from hashlib import sha256
from typing import TYPE_CHECKING

from locator.web.steward.private import made

if TYPE_CHECKING:
    from pathlib import Path

WITHIN_S = 15 * 60
MOST = 5
# One address trying many names; an office behind one router has fewer people who forgot theirs.
MOST_OF_ADDRESS = 60
# One name tried from many addresses: 80 an hour. Where somebody logged in of late this does not count, so that
# strangers cannot lock them out of their own office.
MOST_OF_NAME = 20
KNOWN_S = 30 * 24 * 3600
_KNOWN = ".known"


class Attempts:
    """Counts log-ins by name and address in files that hold nothing but times.

    An attempt counts before the password is looked at, so that many at once cannot slip through; success
    takes it back.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, name: str, address: str) -> bool:
        """Count an attempt; False if there were too many already."""
        self._sweep()
        if not (self._count("", address, MOST_OF_ADDRESS) and self._count(name, address, MOST)):
            return False
        return self._known(name, address).exists() or self._count(name, "", MOST_OF_NAME)

    def forget(self, name: str, address: str) -> None:
        """Forget the attempts of somebody who logged in, and remember that it is their place."""
        self._path(name, address).unlink(missing_ok=True)
        self._known(name, address).touch(mode=0o600)

    def _count(self, name: str, address: str, most: int) -> bool:
        made(self._folder)
        file = os.open(self._path(name, address), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            now = time.time()
            said = os.pread(file, 32 * MOST_OF_ADDRESS, 0).decode().split()
            # Either way: a clock that was put back must not forget them.
            recent = [when for when in said if abs(now - float(when)) < WITHIN_S]
            if len(recent) >= most:
                return False
            text = " ".join([*recent, f"{now:.3f}"]).encode()
            os.pwrite(file, text, 0)
            os.ftruncate(file, len(text))
            return True
        finally:
            os.close(file)

    def _known(self, name: str, address: str) -> Path:
        return self._path(name, address).with_suffix(_KNOWN)

    def _path(self, name: str, address: str) -> Path:
        return self._folder / sha256(f"{name}\0{address}".encode()).hexdigest()[:32]

    def _sweep(self) -> None:
        if not self._folder.is_dir():
            return
        now = time.time()
        for path in self._folder.iterdir():
            kept_s = KNOWN_S if path.suffix == _KNOWN else WITHIN_S
            try:
                if path.stat().st_mtime < now - kept_s:
                    path.unlink(missing_ok=True)
            except FileNotFoundError:
                continue  # another worker was quicker
