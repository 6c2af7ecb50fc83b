"""`python -m tests.benchmarks.hello STORE PORT WORKERS`: our server, around an application that says hello.

It goes through `locator serve`'s own start, so that every setting of granian is the same.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from flask import Flask

from locator._settings import Settings
from locator.web import serving
from locator.web.workers import mark_ready

if TYPE_CHECKING:
    from pathlib import Path


def hello_app(folder: Path) -> Flask:
    """Return the least that Flask can answer, at once, in the thread that takes requests in."""
    app = Flask("hello")
    app.add_url_rule("/hello", view_func=lambda: "hello")
    app.add_url_rule("/healthz", "healthz", view_func=lambda: "ok")
    mark_ready(folder, os.getpid())
    return app


def main(store: str, port: str, workers: str) -> None:
    """Serve until told to stop."""
    serving.worker_app = hello_app
    serving.run(Settings.from_environ(os.environ), store, "127.0.0.1", int(port), int(workers))


if __name__ == "__main__":
    main(*sys.argv[1:])
