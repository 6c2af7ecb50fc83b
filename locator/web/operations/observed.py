"""Every request as a count and, if wanted, a log line: its route, never its address or whose it was."""

from __future__ import annotations

import logging
import re
import secrets
from time import perf_counter
from typing import TYPE_CHECKING, Any

from flask import request

from locator.web.lane import PATH

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from locator.web.operations.figures import Figures

LANE, UNMATCHED = "lane", "unmatched"
REQUEST_ID = "locator.request_id"
_ROUTE = "locator.route"
_ID = re.compile(r"[0-9a-f]{32}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_LINE = "%(method)s %(route)s %(status)d %(duration_ms).1f ms"
_log = logging.getLogger("locator.requests")


class Observed:
    """The outermost WSGI layer, which sees what the layers below make of a request.

    Parameters
    ----------
    below
        Answers.
    figures
        Counts.
    logs
        Whether each request is a log line, too.
    """

    def __init__(self, below: WSGIApplication, figures: Figures, *, logs: bool) -> None:
        self.below, self._count, self._logs = below, figures.requested, logs

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        begun = perf_counter()
        if self._logs:
            # A proxy's own number, so that its line and ours are found together; nothing else a client may send.
            given = environ.get("HTTP_X_REQUEST_ID", "")
            environ[REQUEST_ID] = given if _ID.fullmatch(given) else secrets.token_hex(16)
        status, sent = "500", []  # where a layer below breaks, the server answers so

        def started(said: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:  # noqa: ANN401
            nonlocal status, sent
            status, sent = said[:3], headers
            if self._logs:
                headers = [*headers, ("X-Request-Id", environ[REQUEST_ID])]
            # granian's own takes no third argument by name, and wsgiref's wants none where nothing happened.
            return (
                start_response(said, headers) if exc_info is None else start_response(said, headers, exc_info)
            )

        try:
            return self.below(environ, started)
        finally:
            seconds = perf_counter() - begun
            route = route_of(environ)
            self._count(route, status, seconds)
            if self._logs:
                _write(environ, route, status, seconds, sent)


def note_route() -> None:
    """Leave the rule of the request at hand where the layer above finds it; the framework takes its own away."""
    rule = request.url_rule
    request.environ[_ROUTE] = UNMATCHED if rule is None else rule.rule


def route_of(environ: WSGIEnvironment) -> str:
    """Return the rule that a request was answered by."""
    noted: str | None = environ.get(_ROUTE)
    if noted is None:
        return LANE if environ.get("PATH_INFO") == PATH else UNMATCHED
    return noted


def _write(
    environ: WSGIEnvironment, route: str, status: str, seconds: float, headers: list[tuple[str, str]]
) -> None:
    method = environ["REQUEST_METHOD"]
    size = next((value for name, value in headers if name.lower() == "content-length"), None)
    said = {
        "method": method if method in _METHODS else "other",
        "route": route,
        "status": int(status),
        "duration_ms": round(seconds * 1000, 3),
        "bytes": None if size is None else int(size),
        "request_id": environ[REQUEST_ID],
    }
    if _log.isEnabledFor(logging.INFO):
        # As `info` does, but without looking for the line that called it, which took most of the time.
        record = logging.LogRecord(_log.name, logging.INFO, __file__, 0, _LINE, (said,), None)
        record.members = said
        _log.handle(record)
