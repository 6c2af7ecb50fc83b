"""Who answers what: the thread that takes requests in answers the quick ones, a crew of threads the other pages.

granian takes requests in by one thread, or by many that all want the interpreter: to hand that from one to the next
takes as long as to find ten services. Here one of its threads leads, and the others are parked until the leader has
to read a form, at whatever pace its visitor sends it: granian gives a request's body to nobody else.
"""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import granian.server.mp
from granian.wsgi import _callback_wrapper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_log = logging.getLogger(__name__)
Environ = dict[str, Any]
WITHOUT_A_BODY = {"GET", "HEAD"}
_SAYS_A_BODY = {"CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING"}
# Well below what a worker has for its end.
_PARKED_S = 5.0


def hand_out(at_once: Callable[[Environ], bool], threads: int) -> None:
    """Have granian's worker in this process, once it starts, share its requests out.

    What needs a tenth of a millisecond and waits for nothing is answered in the thread that took it in, and so is what
    has a body. All else, which may wait for a database, is done by the crew.

    Parameters
    ----------
    at_once
        Tells of a WSGI environment whether the request is a quick one.
    threads
        How many the crew has.
    """

    def wrapped(
        application: Callable[..., Any], options: Environ, access_log: str | None = None
    ) -> Callable[..., None]:
        return Sharing(_callback_wrapper(application, options, access_log), at_once, threads)

    # granian has no place for it; setup.cfg holds it to a minor version, and tests/live shows that this works there.
    granian.server.mp._wsgi_call_wrap = wrapped  # type: ignore[assignment,attr-defined]  # noqa: SLF001


class Sharing:
    """Called by granian's threads with each request."""

    def __init__(self, answer: Callable[..., None], at_once: Callable[[Environ], bool], threads: int) -> None:
        self._answer, self._at_once = answer, at_once
        self._waiting: SimpleQueue[tuple[Any, Environ]] = SimpleQueue()
        self._lead = Lead()
        for number in range(threads):
            threading.Thread(target=self._work, daemon=True, name=f"crew-{number}").start()

    def __call__(self, request: Any, environ: Environ) -> None:  # noqa: ANN401  granian's own
        """Answer a request, or have it answered; back in the thread that then takes the next one in."""
        self._lead.come()
        if environ["REQUEST_METHOD"] not in WITHOUT_A_BODY:
            with self._lead.given_up():
                self._safely(request, environ)
            return
        if self._at_once(environ):
            self._safely(request, environ)
        else:
            self._waiting.put((request, environ))
        # Until this returns granian keeps a body that nobody read, and with it the connection.
        if not _SAYS_A_BODY & environ.keys():
            self._lead.park_if_spare()

    def _work(self) -> None:
        while True:
            request, environ = self._waiting.get()
            self._safely(request, environ)
            # Whoever waits for the next one holds nothing of this one.
            del request, environ

    def _safely(self, request: Any, environ: Environ) -> None:  # noqa: ANN401
        try:
            self._answer(request, environ)
        except BaseException:  # noqa: BLE001  one less in the crew would be felt for good
            _log.exception("a request could not be answered")
            request.response_bytes(500, [], b"")


class Lead:
    """Which of granian's threads take requests in: one, if it has not given that up."""

    def __init__(self) -> None:
        self._guard, self._known = threading.Lock(), threading.local()
        self._leading = 0
        self._parked: list[threading.Lock] = []

    def come(self) -> None:
        """Note a thread that was not seen before: it takes requests in, too."""
        if not hasattr(self._known, "presence"):
            self._known.presence = _Presence(self)

    def count(self, change: int) -> None:
        """Count a thread that came, or that went."""
        with self._guard:
            self._leading += change
            self._let_one_lead()

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """Let another lead meanwhile; where none is parked, granian starts one."""
        with self._guard:
            self._leading -= 1
            self._let_one_lead()
        try:
            yield
        finally:
            self.count(1)

    def _let_one_lead(self) -> None:
        if not self._leading and self._parked:
            self._leading += 1
            self._parked.pop().release()

    def park_if_spare(self) -> None:
        """Wait, if another leads, until a leader gives up, or for some seconds.

        Then it takes requests in again, and is parked again with the next one; if there is none, granian lets it go.
        """
        if self._leading <= 1:
            return
        with self._guard:
            if self._leading <= 1:
                return
            self._leading -= 1
            mine = threading.Lock()
            mine.acquire()
            self._parked.append(mine)
        if not mine.acquire(timeout=_PARKED_S):
            with self._guard:
                if mine in self._parked:  # else whoever gave up has just counted it
                    self._parked.remove(mine)
                    self._leading += 1


class _Presence:
    """Kept by a thread until it ends: granian lets those go that had nothing to do for half a minute."""

    def __init__(self, lead: Lead) -> None:
        self._lead = lead
        lead.count(1)

    def __del__(self) -> None:
        self._lead.count(-1)
