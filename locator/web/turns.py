"""The threads of a worker take turns: one computes, the others wait for a database or a slow visitor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator._turn import having_the_turn

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_WITHOUT_A_BODY = {"GET", "HEAD"}


class Turns:
    """A WSGI application around another, of which one thread at a time is in.

    What has a body is read from the visitor, at whatever pace he likes: it takes no turn at all.

    Parameters
    ----------
    inner
        Answers the requests.
    """

    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if environ["REQUEST_METHOD"] not in _WITHOUT_A_BODY:
            return self._inner(environ, start_response)
        with having_the_turn():
            return self._inner(environ, start_response)
