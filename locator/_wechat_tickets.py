"""One jsapi_ticket for all workers: WeChat counts requests, and cuts off whoever asks too often.

The ticket lies in a file that only its owner can read. Whoever finds it stale locks the file, looks
again, and only then asks WeChat; the others wait for the lock and find the answer there. A worker
serves one request at a time, so asking is done by a thread, and nobody waits for it longer than
`WAIT_S` after it began: a slow WeChat must not stop the map.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from locator.wechat import SLOW, STALE_TOKEN, UNKEPT, WeChatError, reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from locator._wechat_calls import WeChatServer

_log = logging.getLogger(__name__)
WAIT_S = 2.0
# WeChat lets an old ticket live for five minutes after a new one was made.
_EARLY_S = 300.0


class _Kept(msgspec.Struct, frozen=True):
    """What the file holds; times are seconds since 1970."""

    app: str
    token: str = ""
    token_until: float = 0.0
    ticket: str = ""
    renew_at: float = 0.0
    ticket_until: float = 0.0
    failed: int = 0
    retry_at: float = 0.0

    def settled(self, now: float) -> bool:
        """Whether there is nothing to ask WeChat at present."""
        return now < self.renew_at or now < self.retry_at


class _Work:
    """A renewal under way."""

    def __init__(self) -> None:
        self.began, self.done = time.monotonic(), threading.Event()

    def wait(self) -> bool:
        return self.done.wait(max(0.0, self.began + WAIT_S - time.monotonic()))


class Tickets:
    """Hands out the account's ticket.

    Parameters
    ----------
    server
        Gives new ones.
    path
        The file that all workers share.
    now
        The clock.
    """

    def __init__(self, server: WeChatServer, path: Path, now: Callable[[], float] = time.time) -> None:
        self._server, self._path, self._now = server, path, now
        # A file left by another account, or by a fake server, must not be believed.
        app = hashlib.sha256(f"{server.api} {server.appid}".encode()).hexdigest()[:16]
        self._kept = _Kept(app)
        self._lock = threading.Lock()
        self._work: _Work | None = None

    def get(self) -> str:
        """Return the ticket in force.

        Raises
        ------
        WeChatError
            There is none; says why and when to ask again.
        """
        now = self._now()
        if now < self._kept.renew_at:
            return self._kept.ticket
        work = self._renewal(now)
        # A ticket that is about to expire still serves while the next one is fetched.
        finished = now < self._kept.ticket_until or work is None or work.wait()
        kept = self._kept
        if now < kept.ticket_until:
            return kept.ticket
        if not finished or not kept.failed:
            raise WeChatError(SLOW)
        raise WeChatError(kept.failed, max(1.0, kept.retry_at - self._now()))

    def _renewal(self, now: float) -> _Work | None:
        """Return the renewal under way, begun if there is none; None while it is not worth trying."""
        with self._lock:
            if self._work is not None and not self._work.done.is_set():
                return self._work
            if self._kept.settled(now):
                return None
            self._work = _Work()
            threading.Thread(target=self._renew, args=(self._work,), daemon=True, name="wechat").start()
            return self._work

    def _renew(self, work: _Work) -> None:
        kept = self._kept
        try:
            with _locked(self._path) as file:
                kept = self._read(file)
                if not kept.settled(self._now()):
                    kept = self._asked(kept)
                    _write(file, kept)
        except OSError as error:
            _log.warning("the WeChat ticket cannot be kept: %s", error)
            kept = self._failed(self._kept, UNKEPT)
        finally:
            self._kept = kept
            work.done.set()

    def _read(self, file: int) -> _Kept:
        try:
            kept = msgspec.json.decode(os.pread(file, os.fstat(file).st_size, 0), type=_Kept)
        except msgspec.MsgspecError:  # new, or its writer died half-way
            return self._kept
        return kept if kept.app == self._kept.app else self._kept

    def _asked(self, kept: _Kept) -> _Kept:
        """Return what WeChat gives; if it gives nothing, why."""
        try:
            if self._now() >= kept.token_until:
                kept = self._with_token(kept, anew=False)
            try:
                lease = self._server.ticket(kept.token)
            except WeChatError as error:
                if error.code not in STALE_TOKEN:
                    raise
                kept = self._with_token(kept, anew=True)
                lease = self._server.ticket(kept.token)
        except WeChatError as error:
            return self._failed(kept, error.code)
        until = self._now() + lease.lasts_s
        renew_at = until - min(_EARLY_S, lease.lasts_s / 2)
        return msgspec.structs.replace(
            kept, ticket=lease.value, renew_at=renew_at, ticket_until=until, failed=0, retry_at=0.0
        )

    def _with_token(self, kept: _Kept, *, anew: bool) -> _Kept:
        lease = self._server.token(anew=anew)
        until = self._now() + lease.lasts_s - min(_EARLY_S, lease.lasts_s / 2)
        return msgspec.structs.replace(kept, token=lease.value, token_until=until)

    def _failed(self, kept: _Kept, code: int) -> _Kept:
        return msgspec.structs.replace(kept, failed=code, retry_at=self._now() + reason_of(code).pause_s)


def cache_file(store_url: str) -> Path:
    """Return where the ticket is kept: beside a SQLite store, else in the user's cache folder."""
    path = store_url.removeprefix("sqlite:///").partition("?")[0]
    if "://" in path:
        return Path.home() / ".cache" / "locator" / "wechat"
    return Path(f"{path}.wechat")


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(file, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)  # and with it the lock


def _write(file: int, kept: _Kept) -> None:
    text = msgspec.json.encode(kept)
    os.pwrite(file, text, 0)
    os.ftruncate(file, len(text))
