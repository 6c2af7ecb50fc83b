"""granian's server with workers that can be replaced one by one, under load, without a lost answer.

granian gives each worker a listening socket of its own that the kernel spreads connections over. When such a worker
ends, what the kernel had put in its queue is reset (unless `net.ipv4.tcp_migrate_req` is on, which needs root). Here
the parent makes the sockets and keeps them: a worker's successor goes on with the same one. This overrides methods that
granian keeps to itself: setup.cfg holds it to the minor version that `tests/ops/test_reload.py` was run with.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from granian._granian import ListenerSpec
from granian.server import MPServer

from locator._errors import ConfigurationError, LocatorError, StoreError, Text
from locator.web.leaving import Leaving, let_leave

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from wsgiref.types import WSGIApplication

_log = logging.getLogger(__name__)
# A country takes two seconds to load, on a busy machine ten.
_PATIENCE_S = 120.0
_LOOK_EVERY_S, _AGAIN_AFTER_S = 0.05, 1.0
# An ending process lets go of its files, for which `join` waits, a moment before it is gone.
_GONE_AFTER_S = 0.2
_READY, _WHY = ".ready", ".why"
_KINDS = {kind.__name__: kind for kind in (ConfigurationError, StoreError)}


def mark_ready(folder: Path, pid: int) -> None:
    """Tell the parent that a worker can answer."""
    (folder / f"{pid}{_READY}").touch()


def tell_why(folder: Path, error: LocatorError) -> None:
    """Tell the parent why a worker cannot start; of several the last is heard."""
    said = [type(error).__name__, error.text.zh, error.text.en]
    whole = folder / f"{os.getpid()}{_WHY}"
    whole.write_text(json.dumps(said), encoding="utf-8")
    whole.replace(folder / _WHY)


class Workers(MPServer):
    """A server whose workers say when they are ready.

    Parameters
    ----------
    folder
        Where they say so, by `mark_ready`, or else why, by `tell_why`.

    Attributes
    ----------
    ended_by
        Why the server ended itself: no worker could start.
    """

    def __init__(self, target: str, *, folder: Path, **options: Any) -> None:  # noqa: ANN401  granian's own
        super().__init__(target, **options)
        self._folder = folder
        self._sockets: list[Any] = []
        self.ended_by: LocatorError | None = None

    def _init_shared_socket(self) -> None:
        if multiprocessing.get_start_method() != "fork":  # children of another kind inherit no socket
            super()._init_shared_socket()  # type: ignore[no-untyped-call]
            return
        self._sso = None
        for _ in range(self.workers):
            self._sockets.append(ListenerSpec(self.bind_addr, self.bind_port, self.backlog).build())

    def _spawn_worker(
        self,
        idx: int,
        target: Callable[..., None],
        callback_loader: Callable[..., Any],
        socket_loader: object = None,  # noqa: ARG002  threads share theirs by it
    ) -> Any:  # noqa: ANN401
        if self._sockets:
            self._shd = own = self._sockets[idx]
            others = [shared.get_fd() for shared in self._sockets if shared is not own]
            callback_loader = partial(_alone, own.get_fd(), others, callback_loader)
        return super()._spawn_worker(idx=idx, target=target, callback_loader=callback_loader)

    def _drop_shared_socket(self) -> None:
        super()._drop_shared_socket()  # type: ignore[no-untyped-call]
        while self._sockets:
            os.close(self._sockets.pop().get_fd())

    def _respawn_workers(
        self,
        workers: Sequence[int],
        spawn_target: Callable[..., None],
        target_loader: Callable[..., Any],
        delay: float = 0.0,  # noqa: ARG002  granian waits so long and hopes
    ) -> None:
        """Put a new worker in the place of each, once it can answer; one that cannot leaves the old one there.

        Where the old one has ended by itself, it is tried again and again: what keeps the new ones from starting, a
        full disk say, may pass.
        """
        # Only if none of them is left: what one could not do, another may be doing right now.
        if not any(worker.is_alive() for worker in self.wrks):  # type: ignore[no-untyped-call]
            self.ended_by = self._why_none()
        if self.ended_by:
            self.interrupt_signal = True
            self.main_loop_interrupt.set()
            return
        for idx in workers:
            if self.interrupt_signal:
                return
            (self._folder / _WHY).unlink(missing_ok=True)
            new = self._spawn_worker(idx, spawn_target, target_loader)
            # Until it is ready its end is no reason to stop the server.
            new.interrupt_by_parent = True
            new.start()
            if not self._becomes_ready(new):
                new.kill()
                new.join()
                if self.wrks[idx].is_alive():  # type: ignore[no-untyped-call]
                    _log.error(
                        "the new worker %d does not start%s: the old ones stay", idx + 1, self._because()
                    )
                    return
                _log.error("the new worker %d does not start%s: it is tried again", idx + 1, self._because())
                self._try_again(idx)
                continue
            new.interrupt_by_parent = False
            old, self.wrks[idx] = self.wrks[idx], new
            _end(old, self.workers_kill_timeout)
            _log.warning("worker %d was replaced", idx + 1)

    def _why_none(self) -> LocatorError | None:
        """Return why no worker has ever been able to answer, if one has said so."""
        return None if any(self._folder.glob(f"*{_READY}")) else self._why()

    def _why(self) -> LocatorError | None:
        try:
            kind, *said = json.loads((self._folder / _WHY).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return _KINDS.get(kind, LocatorError)(Text(*said))

    def _because(self) -> str:
        why = self._why()
        return f" ({why})" if why else ""

    def _try_again(self, idx: int) -> None:
        time.sleep(_AGAIN_AFTER_S)
        self.interrupt_children.append(idx)
        self.main_loop_interrupt.set()

    def _becomes_ready(self, worker: Any) -> bool:  # noqa: ANN401
        said, end = self._folder / f"{worker.inner.pid}{_READY}", time.monotonic() + _PATIENCE_S
        while worker.is_alive() and time.monotonic() < end and not self.interrupt_signal:
            if said.exists():
                return True
            time.sleep(_LOOK_EVERY_S)
        return False


def _alone(own: int, others: Sequence[int], loader: Callable[..., WSGIApplication]) -> WSGIApplication:
    """Let go of the other workers' sockets: kept open here, they would be listened on after those have ended."""
    for descriptor in others:
        os.close(descriptor)
    return Leaving(loader(), own)


def _end(worker: Any, most_s: float | None) -> None:  # noqa: ANN401
    """Let a worker take leave, and finish what it is at, for so long."""
    if worker.is_alive():
        let_leave(worker.inner.pid)
    worker.terminate()
    worker.join(most_s)
    if worker.is_alive():
        time.sleep(_GONE_AFTER_S)
    if worker.is_alive():
        _log.warning("the old worker %d does not end, it is killed", worker.idx + 1)
        worker.kill()
        worker.join()
