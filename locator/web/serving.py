"""Runs the application under granian."""

from __future__ import annotations

import gc
import logging.config
import os
import socket
import sys
import tempfile
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from granian.constants import Interfaces
from granian.http import HTTP1Settings

from locator._caches import one_heap, tidy
from locator._errors import ConfigurationError, LocatorError, Text
from locator._settings import Settings, variable_of
from locator.holidays import holidays, use
from locator.maps import basemap_of
from locator.maps.raster import warm
from locator.places import find_places
from locator.store import open_or_seed
from locator.web import create_app
from locator.web.crew import hand_out
from locator.web.lane import takes
from locator.web.operations.board import Board
from locator.web.operations.choices import log_format, logs_requests, metrics_readers, stale_after_s
from locator.web.operations.logs import configuration
from locator.web.plan.basis import checked
from locator.web.steward.private import check_key_for
from locator.web.turns import THREADS, Turns
from locator.web.workers import Workers, mark_ready, tell_why

if TYPE_CHECKING:
    from flask import Flask

    from locator.catalog import Catalog

_LATER_S = 2.0
_RESPAWN_S = 0.5
_BACKLOG, _CONNECTIONS = 4096, 16_384
_HEADERS_MS = 10_000
# How long a question may have to wait for a thread that draws a map: a fifth of Python's own.
_SWITCH_S = 0.001


def run(settings: Settings, store: str | None, host: str, port: int, workers: int) -> None:
    """Serve until told to stop; requests under way are finished first. SIGHUP replaces the workers one by one.

    Parameters
    ----------
    settings
        From the environment.
    store
        A store URL that goes before the settings' one.
    host, port
        Where to listen.
    workers
        How many processes.

    Raises
    ------
    ConfigurationError
        A setting that makes no sense, or others would reach a desk whose key nobody chose.
    StoreError
        The store cannot be read.
    """
    check_key_for(settings, host)
    one_heap()  # the workers, which are forks, have it from here
    if store:
        os.environ[variable_of("store")] = store  # the workers read it again, each in its own process
    logging_options = configuration(log_format(settings))
    logging.config.dictConfig(logging_options)
    _check_all(settings, store)
    _check_free(host, port)
    logging.getLogger("_granian").addFilter(_not_about_threads)
    # What the workers count stands there while the server runs.
    with tempfile.TemporaryDirectory(prefix="locator-serve-") as folder:
        server = Workers(
            "locator.web.serving:worker_app",
            folder=Path(folder),
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            log_access=False,
            log_dictconfig=logging_options,
            # One of them takes requests in, see `locator.web.crew`; the others are for slow visitors' forms.
            blocking_threads=THREADS,
            workers_kill_timeout=10,
            # A worker that was killed, for want of memory say, is replaced; the others answer meanwhile.
            respawn_failed_workers=True,
            respawn_interval=_RESPAWN_S,
            # Connections are taken in as they come, also behind thousands that say nothing: these are cut off
            # when the first line and the headers are not there in time.
            backlog=_BACKLOG,
            backpressure=_CONNECTIONS,
            http1_settings=HTTP1Settings(header_read_timeout=_HEADERS_MS),
        )
        print(f"http://{host}:{port}/", flush=True)  # noqa: T201  the one line that a first user needs
        try:
            server.serve(target_loader=partial(worker_app, Path(folder)), wrap_loader=False)
        finally:
            if server.ended_by:
                raise server.ended_by


def _check_all(settings: Settings, store: str | None) -> None:
    """Tell mistakes before any worker starts; what only reading every record shows, the first of them tells.

    The first start makes the store here, once.
    """
    for check in (logs_requests, metrics_readers, stale_after_s, basemap_of):
        check(settings)
    use(settings.holidays)
    holidays()
    checked(settings)
    open_or_seed(store or settings.store).close()


def _not_about_threads(record: logging.LogRecord) -> bool:
    """Leave out granian's advice against many threads: nearly all of ours wait."""
    return "Python threads" not in record.getMessage()


def _check_free(host: str, port: int) -> None:
    """Raise ConfigurationError if nobody can listen there; granian would say so with a stack of Rust."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            said = error.strerror or str(error)
            raise ConfigurationError(
                Text(
                    f"{host}:{port} 用不了（{said}），换个端口：--port",
                    f"cannot listen on {host}:{port} ({said}): try --port",
                )
            ) from None


def _never(_environ: object) -> bool:
    return False


def _prepare_the_rest(catalog: Catalog) -> None:
    """Load what takes a while, for which neither the start nor the first visitors are to wait: names, and fonts."""
    find_places(catalog, "dhl")
    warm()


def worker_app(folder: Path) -> Flask:
    """Return the application of one worker process, which counts on a board in a folder.

    Raises
    ------
    SystemExit
        It cannot be made: why, the parent was told.
    """
    # The parent read the table at its start, and a replaced worker is there to read it anew.
    use(None)
    try:
        app = create_app(settings=Settings.from_environ(os.environ), board=Board(folder))
    except LocatorError as error:
        tell_why(folder, error)
        sys.exit(1)
    app.wsgi_app = Turns(app.wsgi_app)  # type: ignore[method-assign]
    # Over the streets an answer takes longer, and the first after an edit much longer.
    hand_out(takes if app.extensions["locator.networks"] is None else _never, THREADS)
    sys.setswitchinterval(_SWITCH_S)
    with app.test_client() as client:  # so that the first visitor finds everything loaded
        for path in (
            "/",
            "/?lon=121.54&lat=31.27",
            "/api/v1/nearest?lon=121.54&lat=31.27",
            "/api/v1/nearest?lon=121.54&lat=31.27&open=arrival",
        ):
            client.get(path)
    app.extensions["locator.figures"].restart()
    later = threading.Timer(_LATER_S, _prepare_the_rest, (app.extensions["locator.catalog"].get(),))
    later.daemon = True
    later.start()
    # Everything so far stays for good: without this the collector walks 200,000 records again and again.
    tidy()
    gc.freeze()
    # An answer makes some hundred short-lived tuples and no cycles: look for those less often.
    gc.set_threshold(20_000, 20, 20)
    mark_ready(folder, os.getpid())
    return app
