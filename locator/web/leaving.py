"""How a worker that is to be replaced takes leave of its visitors before it is told to end.

Told to end, granian closes every connection whose question it has not read yet, and every one that is kept for the next
question. So a worker is first told to leave: it takes no more connections, answers what still comes on those it has, and
says with each answer that it was the last one there.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_LEAVE = signal.SIGUSR1
# What a phone in a weak network needs from its connection to its question, and more than a kept one pauses in a rush.
LEAVES_FOR_S = 2.0


class Leaving:
    """A WSGI application before another, in a worker that may be told to leave.

    Parameters
    ----------
    app
        Answers.
    listener
        The descriptor of the listening socket, which this worker shares with its parent and its successor.
    """

    def __init__(self, app: WSGIApplication, listener: int) -> None:
        self._app, self._listener, self._leaves = app, listener, False
        signal.signal(_LEAVE, self._leave)

    def _leave(self, *_: object) -> None:
        # To close the descriptor would not do: granian goes on to use it. It finds one there that nobody connects to.
        with socket.socket(socket.AF_UNIX) as nobody_knows:
            nobody_knows.setblocking(False)
            nobody_knows.bind("")  # a name that the kernel makes up
            nobody_knows.listen()
            os.dup2(nobody_knows.fileno(), self._listener, inheritable=False)
        self._leaves = True

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if self._leaves:
            start_response = partial(_last_answer, start_response)
        return self._app(environ, start_response)


def _last_answer(
    start_response: StartResponse,
    status: str,
    headers: list[tuple[str, str]],
    *error: Any,  # noqa: ANN401  of three kinds
) -> Callable[[bytes], object]:
    return start_response(status, [*headers, ("Connection", "close")], *error)


def let_leave(pid: int) -> None:
    """Tell a worker to leave, and give it the time for that."""
    with suppress(ProcessLookupError):
        os.kill(pid, _LEAVE)
        time.sleep(LEAVES_FOR_S)
