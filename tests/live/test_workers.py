"""Workers die, the server is restarted, and slow clients come by the thousand: nothing accepted is lost."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from live_support import NEAREST, Load, Served, until

from locator.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

# 10,000 by SLOW_CLIENTS; that many need 10,000 open files in each process.
SLOW = int(os.environ.get("SLOW_CLIENTS", "2000"))


class Editor(threading.Thread):
    """Imports one service after another; `accepted` are those that were answered with 200."""

    def __init__(self, served: Served, token: str) -> None:
        super().__init__(daemon=True)
        self._served, self._token, self.stopping = served, token, threading.Event()
        self.accepted: list[str] = []
        self.cut: list[str] = []

    def run(self) -> None:
        number = 0
        while not self.stopping.is_set():
            number += 1
            try:
                answer = self._served.imports(self._token, {f"e-{number}": f"第{number}个"})
            except (OSError, http.client.HTTPException) as error:  # refused, or cut off in the middle
                self.cut.append(repr(error))
                time.sleep(0.05)
                continue
            if answer.status == 200:
                self.accepted.append(f"e-{number}")


def test_a_killed_worker_is_replaced_and_no_accepted_edit_is_lost(
    tmp_path: Path, filled: Callable[[str], str], serve: Callable[..., Served]
) -> None:
    url = f"sqlite:///{tmp_path}/own.db"
    token = filled(url)
    served = serve(url)
    first = served.workers()
    assert len(first) == 2
    assert until(lambda: served.said().count("Started worker") == 2, 60), served.said()
    editor = Editor(served, token)
    with Load(served) as one, Load(served) as two:
        editor.start()
        assert until(lambda: len(editor.accepted) > 2)
        os.kill(first[0], signal.SIGKILL)
        killed = time.monotonic()
        answered = len(one.took) + len(two.took)
        assert until(lambda: len(one.took) + len(two.took) > answered + 20)
        assert until(lambda: served.said().count("Started worker") == 3, 60), served.said()
        os.kill(first[1], signal.SIGKILL)
        assert until(lambda: served.said().count("Started worker") == 4, 60), served.said()
        assert len(served.workers()) == 2
        assert not set(first) & set(served.workers())
        before = len(editor.accepted)
        assert until(lambda: len(editor.accepted) > before + 2)
        editor.stopping.set()
        editor.join(60)
    assert time.monotonic() - killed < 120
    # A request that was with a worker when it died is cut off; all that got an answer got a right one.
    assert one.wrong == two.wrong == []
    # Two workers died, each with a question of three clients at most.
    assert len(one.broken) + len(two.broken) + len(editor.cut) <= 6, [one.broken, two.broken, editor.cut]
    assert_kept(url, editor.accepted)


def test_a_restart_under_load_loses_no_accepted_edit(
    tmp_path: Path, filled: Callable[[str], str], serve: Callable[..., Served]
) -> None:
    url = f"sqlite:///{tmp_path}/own.db"
    token = filled(url)
    served = serve(url)
    editor = Editor(served, token)
    with Load(served) as load:
        editor.start()
        assert until(lambda: len(editor.accepted) > 2)
        assert served.stop() == 0
        served.start()
        before = len(editor.accepted)
        assert until(lambda: len(editor.accepted) > before + 2)
        editor.stopping.set()
        editor.join(60)
    assert load.wrong == []
    assert load.refused > 0
    assert_kept(url, editor.accepted)
    assert served.shown_everywhere(editor.accepted[-1], f"第{editor.accepted[-1][2:]}个")


def test_a_reload_changes_all_workers_and_answers_meanwhile(
    tmp_path: Path, filled: Callable[[str], str], serve: Callable[..., Served]
) -> None:
    url = f"sqlite:///{tmp_path}/own.db"
    filled(url)
    served = serve(url)
    first = set(served.workers())
    with Load(served) as load:
        assert until(lambda: len(load.took) > 10)
        served.process.send_signal(signal.SIGHUP)
        assert until(lambda: len(served.workers()) == 2 and not first & set(served.workers()), 90)
        answered = len(load.took)
        assert until(lambda: len(load.took) > answered + 20)
    assert load.wrong == []
    assert served.process.poll() is None


def assert_kept(url: str, accepted: list[str]) -> None:
    store = Store.open(url)
    there = {service_id for service_id, _ in store.snapshot()[2]}
    store.close()
    assert len(accepted) > 4
    assert set(accepted) <= there


def test_visitors_who_send_their_forms_a_byte_a_minute_keep_nobody_waiting(
    tmp_path: Path, filled: Callable[[str], str], serve: Callable[..., Served]
) -> None:
    url = f"sqlite:///{tmp_path}/own.db"
    filled(url)
    served = serve(url, workers=1)
    slow = []
    for _ in range(40):
        one = socket.create_connection(("127.0.0.1", served.port))
        one.sendall(
            b"POST /steward/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\nname="
        )
        slow.append(one)
    time.sleep(0.5)
    took = [served.get(NEAREST, timeout=5).took_s for _ in range(10)]
    refused = served.send("POST", "/need", b"lon=121.5")
    for one in slow:
        one.close()
    assert max(took) < 2
    assert refused.status == 503
    assert refused.headers["Retry-After"] == "5"
    # Their places are free again.
    assert until(lambda: served.send("POST", "/need", b"lon=121.5").status != 503)


def test_thousands_of_slow_connections_delay_nobody_and_are_cut_off(
    tmp_path: Path, filled: Callable[[str], str], serve: Callable[..., Served]
) -> None:
    url = f"sqlite:///{tmp_path}/own.db"
    filled(url)
    served = serve(url)
    program = [sys.executable, str(Path(__file__).with_name("slow_crowd.py")), str(served.port), str(SLOW)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as crowd:
        assert crowd.stdout is not None
        assert crowd.stdout.readline() == "open\n"
        took = [served.get(NEAREST, timeout=10).took_s for _ in range(20)]
        assert crowd.stdout.readline() == "gone\n"
        assert crowd.wait(60) == 0
    assert max(took) < 2
    assert served.get(NEAREST).status == 200
