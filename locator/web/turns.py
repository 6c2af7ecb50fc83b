"""The crew of a worker takes turns: one thread computes, the others wait for a database or a slow visitor."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

from locator._turn import having_the_turn
from locator.web.crew import WITHOUT_A_BODY
from locator.web.lane import GIVEN

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# A thread for each request with a body, and eight that only such ones never get.
THREADS, MOST_BODIES = 32, 24


def _too_many(start_response: StartResponse) -> Iterable[bytes]:
    said = "现在提交的人太多，过一会儿再试 / too many are sending something, try again later"
    body = json.dumps({"type": "about:blank", "title": said, "status": 503}, ensure_ascii=False).encode()
    kind, wait, size = "application/problem+json", "5", str(len(body))
    headers = [("Content-Type", kind), ("Retry-After", wait), ("Content-Length", size)]
    start_response("503 Service Unavailable", headers)
    return [body]


class Turns:
    """A WSGI application around another, of which one thread at a time is in.

    What has a body is read from the visitor, at whatever pace he likes: it takes no turn at all. Neither does what
    the lane takes, which is answered in a thread of its own before anybody else gets to it.

    Parameters
    ----------
    inner
        Answers the requests.
    """

    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner
        self._bodies = threading.BoundedSemaphore(MOST_BODIES)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if GIVEN in environ:
            return self._inner(environ, start_response)
        if environ["REQUEST_METHOD"] not in WITHOUT_A_BODY:
            if not self._bodies.acquire(blocking=False):
                return _too_many(start_response)
            try:
                return self._inner(environ, start_response)
            finally:
                self._bodies.release()
        with having_the_turn():
            return self._inner(environ, start_response)
