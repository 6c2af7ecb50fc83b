"""A server that answers as WeChat's does, for tests and for trying things by hand (docs/zh/wechat.md)."""

from __future__ import annotations

import argparse
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator


class FakeWeChat(ThreadingHTTPServer):
    """Counts what it is asked; `refusals` and `delay_s` make it as awkward as the real one.

    Parameters
    ----------
    port
        0 takes a free one.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int = 0, appid: str = "wxfake", secret: str = "fake-secret") -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.appid, self.secret = appid, secret
        self.lasts_s, self.delay_s = 7200.0, 0.0
        self.token_lasts_s: float | None = None
        self.token_requests = self.ticket_requests = self.forced = 0
        # Codes that the next requests of a kind are refused with, each once; then `always`.
        self.refusals: dict[str, list[int]] = {"token": [], "ticket": []}
        self.always: int = 0
        self.body: bytes | None = None
        self.voided: set[str] = set()
        self.token = self.last_ticket = ""
        self.lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def refusal(self, kind: str) -> int:
        return self.refusals[kind].pop(0) if self.refusals[kind] else self.always

    def give_token(self, asked: dict[str, object]) -> dict[str, object]:
        with self.lock:
            self.token_requests += 1
            code = self.refusal("token")
            if asked.get("appid") != self.appid:
                code = 40013
            elif asked.get("secret") != self.secret:
                code = 40125
            if code:
                return refusal(code)
            if asked.get("force_refresh"):
                self.forced += 1
                self.voided.add(self.token)
                self.token = ""
            self.token = self.token or f"TOKEN-{self.token_requests}-{time.time_ns()}"
            return {"access_token": self.token, "expires_in": self.token_lasts_s or self.lasts_s}

    def give_ticket(self, token: str) -> dict[str, object]:
        with self.lock:
            self.ticket_requests += 1
            code = self.refusal("ticket")
            if token != self.token:
                code = 42001 if token in self.voided else 40001
            if code:
                return refusal(code)
            self.last_ticket = f"TICKET-{self.ticket_requests}-{time.time_ns()}"
            return {"errcode": 0, "errmsg": "ok", "ticket": self.last_ticket, "expires_in": self.lasts_s}


def refusal(code: int) -> dict[str, object]:
    words = {
        40001: "invalid credential, access_token is invalid or not latest",
        40164: "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 0-0-0",
        42001: "access_token expired",
        45009: "reach max api daily quota limit",
    }
    return {"errcode": code, "errmsg": words.get(code, "refused")}


class _Handler(BaseHTTPRequestHandler):
    server: FakeWeChat

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._say(self.server.give_token(asked) if self.path == "/cgi-bin/stable_token" else None)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/cgi-bin/token":
            self._say(self.server.give_token(query))
        elif parts.path == "/cgi-bin/ticket/getticket" and query.get("type") == "jsapi":
            self._say(self.server.give_ticket(query.get("access_token", "")))
        else:
            self._say(None)

    def _say(self, said: dict[str, object] | None) -> None:
        time.sleep(self.server.delay_s)
        body = self.server.body if self.server.body is not None else json.dumps(said).encode()
        self.send_response(200 if said is not None else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: addresses hold secrets."""


@contextmanager
def fake_wechat() -> Iterator[FakeWeChat]:
    """Serve as WeChat's server for as long as the context lasts."""
    server = FakeWeChat()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--appid", default="wxfake")
    parser.add_argument("--secret", default="fake-secret")
    parser.add_argument("--errcode", type=int, default=0, help="refuse everything with this code, e.g. 40164")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    chosen = parser.parse_args()
    fake = FakeWeChat(chosen.port, chosen.appid, chosen.secret)
    fake.always, fake.delay_s = chosen.errcode, chosen.delay
    print(f"LOCATOR_WECHAT_API={fake.address}", flush=True)  # noqa: T201
    fake.serve_forever()


if __name__ == "__main__":
    main()
