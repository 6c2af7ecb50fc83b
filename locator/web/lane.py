"""The one address that the rush hour is about, answered without the framework's machinery.

Flask's routing, contexts and hooks cost as much as finding and writing ten services does. This WSGI
layer answers what needs none of them, a good question about here and now, and hands on the rest.
"""

from __future__ import annotations

import gzip
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

import brotli
from werkzeug.http import parse_accept_header

from locator._errors import InputError
from locator.answers import encode
from locator.datum import Datum
from locator.question import READERS, ask
from locator.readers import Codes
from locator.search import answer
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from locator.question import Question
    from locator.search import Networks
    from locator.web.current import CurrentCatalog

PATH = "/api/v1/nearest"
GEOJSON = "application/geo+json"
# Of all that is asked: values that may be several.
LISTS = frozenset({"topic", "bbox", "ids"} | {n for n, read in READERS.items() if isinstance(read, Codes)})
# Where a request holds what it asks for, once that was read to tell whether the lane takes it.
GIVEN = "locator.given"
# An answer about here and now is kept nowhere, and nothing in it may run.
HEADERS = (
    ("Content-Type", GEOJSON),
    ("Cache-Control", "no-store"),
    ("Vary", "Accept-Encoding"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
)
# Measured on ten features (8 kB): brotli at 4 leaves 1.5 kB in 0.1 ms, gzip at 4 leaves 1.8 kB.
_LEVEL = 4


class NearestLane:
    """A WSGI application before another.

    Parameters
    ----------
    after
        Answers everything else: other addresses, faulty questions, given instants.
    current
        Holds the catalog in force.
    networks
        What answers over the streets, if anything does.
    published
        The datum that answers are published in.
    headers
        What every answer of the site carries.
    """

    def __init__(
        self,
        after: WSGIApplication,
        current: CurrentCatalog,
        networks: Networks | None = None,
        published: Datum = Datum.WGS84,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self._after, self._current, self._networks = after, current, networks
        self._published = published
        self._headers = (*HEADERS, *headers)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if GIVEN not in environ and not takes(environ):
            return self._after(environ, start_response)
        given = environ[GIVEN]
        try:
            body = encode(answer(self._current.get(), question_of(given, self._published), self._networks))
        except InputError:
            return self._after(environ, start_response)
        body, coding = compressed(body, environ.get("HTTP_ACCEPT_ENCODING", ""))
        start_response("200 OK", [*self._headers, *coding, ("Content-Length", str(len(body)))])
        return [body]  # granian sends a list as it stands; anything else it would stream


def takes(environ: WSGIEnvironment) -> bool:
    """Tell whether the lane answers a request, which then waits for nothing: no database, no visitor; `GIVEN` is kept."""
    if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "GET":
        return False
    given = parameters(environ.get("QUERY_STRING", ""))
    if given.get("at") or "as_of" in given:  # may be asked again: the framework compares validators
        return False
    environ[GIVEN] = given
    return True


def parameters(query: str) -> dict[str, str]:
    """Return the parameters of a query string by name."""
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    if "%" not in query and "+" not in query:  # numbers and plain words: nearly every question
        found = {name: value for name, _, value in pairs}
    else:
        found = {unquote_plus(name): unquote_plus(value).strip() for name, _, value in pairs}
    return found if len(found) == len(pairs) else found | _joined(pairs)


def _joined(pairs: list[tuple[str, str, str]]) -> dict[str, str]:
    """Return what came several times: lists value by value (`kind=a&kind=b`), as many clients send them, whole.

    Of anything else the last counts that is not empty.
    """
    told: dict[str, list[str]] = {}
    for name, _, value in pairs:
        told.setdefault(unquote_plus(name), []).append(unquote_plus(value).strip())
    found = {name: [value for value in values if value] for name, values in told.items()}
    return {name: ",".join(v if name in LISTS else v[-1:]) for name, v in found.items()}


def question_of(given: dict[str, str], published: Datum = Datum.WGS84) -> Question:
    """Return the question that some parameters pose now.

    Raises
    ------
    InputError
        With every faulty parameter.
    """
    return ask(given, datetime.now(SHANGHAI), published=published)


def compressed(body: bytes, accepted: str) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    """Return a body in the coding that the client likes best, and the header that says so."""
    if not accepted:
        return body, ()
    best = parse_accept_header(accepted).best_match(["br", "gzip"])
    if best == "br":
        return brotli.compress(body, quality=_LEVEL), (("Content-Encoding", "br"),)
    if best == "gzip":
        return gzip.compress(body, _LEVEL), (("Content-Encoding", "gzip"),)
    return body, ()
