"""`python -m tests.benchmarks.hello STORE PORT WORKERS`: our server, around an application that says hello.

It goes through `locator serve`'s own start, so that every setting of granian is the same.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from flask import Flask
from granian.server import Server

from locator._settings import Settings
from locator.web import serving


def hello_app() -> Flask:
    """Return the least that Flask can answer."""
    app = Flask("hello")
    app.add_url_rule("/hello", view_func=lambda: "hello")
    app.add_url_rule("/healthz", "healthz", view_func=lambda: "ok")
    return app


def main(store: str, port: str, workers: str) -> None:
    """Serve until told to stop."""

    def server_of_hello(_: str, **settings: Any) -> Server:
        return Server("tests.benchmarks.hello:hello_app", **settings)

    serving.Server = server_of_hello
    serving.run(Settings.from_environ(os.environ), store, "127.0.0.1", int(port), int(workers))


if __name__ == "__main__":
    main(*sys.argv[1:])
