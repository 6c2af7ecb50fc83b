"""Many clients who never finish their question: `python slow_crowd.py PORT CLIENTS`."""

from __future__ import annotations

import resource
import selectors
import socket
import sys
import time

_LINE = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "


def crawl(port: int, clients: int) -> None:
    """Open many connections, send each a byte now and then, and say when all are open and when all are gone."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    watched, left = selectors.DefaultSelector(), 0
    for _ in range(clients):
        one = socket.create_connection(("127.0.0.1", port), timeout=30)
        one.sendall(_LINE)
        one.setblocking(False)
        watched.register(one, selectors.EVENT_READ)
        left += 1
    print("open", flush=True)  # noqa: T201
    sent = time.monotonic()
    while left:
        for key, _ in watched.select(0.2):
            one = key.fileobj
            assert isinstance(one, socket.socket)
            try:
                gone = not one.recv(4096)
            except OSError:
                gone = True
            if gone:
                watched.unregister(one)
                one.close()
                left -= 1
        if time.monotonic() - sent > 1:
            sent = time.monotonic()
            for key in list(watched.get_map().values()):
                try:
                    key.fileobj.send(b"x")  # type: ignore[union-attr]
                except OSError:
                    continue
    print("gone", flush=True)  # noqa: T201


if __name__ == "__main__":
    crawl(int(sys.argv[1]), int(sys.argv[2]))
