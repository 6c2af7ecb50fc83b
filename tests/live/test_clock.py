"""The clock jumps a day ahead, a day back, and into the next year, while the server runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from live_support import NEAREST, Served, until

from locator.store import Store
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Callable

_MONDAY = datetime(2026, 11, 23, 13, 5, tzinfo=SHANGHAI)


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a library that gives a process a wall clock of our own."""
    compiler = shutil.which("cc")
    if compiler is None:
        if os.environ.get("CI"):
            pytest.fail("in CI the clock's test must not be left out: install gcc")
        pytest.skip("no C compiler: `apt-get install gcc libc6-dev`")
    made = tmp_path_factory.mktemp("clock") / "clock.so"
    source = Path(__file__).with_name("clock.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", made, source, "-ldl"], check=True)
    return made


class Clock:
    """A wall clock that a process looks up in a file."""

    def __init__(self, folder: Path, shim: Path) -> None:
        self._file = folder / "clock"
        self.set(_MONDAY)
        self.environ = {"LD_PRELOAD": str(shim), "LOCATOR_TEST_CLOCK": str(self._file)}

    def set(self, at: datetime) -> None:
        said = self._file.with_suffix(".new")
        said.write_text(f"{(at - datetime.now(SHANGHAI)).total_seconds():.0f}")
        said.replace(self._file)


def test_a_jumping_clock_changes_the_answers_and_breaks_nothing(
    tmp_path: Path, shim: Path, filled: Callable[[str], str], serve: Callable[..., Served]
) -> None:
    url = f"sqlite:///{tmp_path}/own.db"
    token = filled(url)
    clock = Clock(tmp_path, shim)
    served = serve(url, environ=clock.environ)

    def day() -> str:
        return str(served.get(NEAREST).json()["asked"]["at"][:10])

    assert day() == "2026-11-23"
    saved = [served.imports(token, {"x-0": "先"}).status]
    seen = []
    days = (
        _MONDAY + timedelta(days=1),
        _MONDAY - timedelta(days=1),
        datetime(2027, 6, 1, 3, tzinfo=SHANGHAI),
    )
    for number, at in enumerate(days, start=1):
        clock.set(at)
        wanted = f"{at:%Y-%m-%d}"
        assert until(lambda wanted=wanted: day() == wanted)
        for path in (NEAREST, f"{NEAREST}&open=arrival", "/", "/?lon=121.54&lat=31.27", "/healthz"):
            for _ in range(4):
                assert served.get(path).status == 200, path
        saved.append(served.imports(token, {f"x-{number}": "后"}).status)
        assert served.shown_everywhere(f"x-{number}", "后")
        body = served.get("/api/v1/nearest?lon=121.54&lat=31.2754&limit=50").json()
        seen.append([f["properties"]["status"] for f in body["features"]])
    assert saved == [200] * 4
    # Tuesday at noon and the next summer at three in the night are not the same.
    assert seen[0] != seen[2]
    store = Store.open(url)
    instants = [batch.at for batch in store.batches()]
    store.close()
    # The newest save first: though the clock was set back, each has a later instant than the one before.
    assert instants == sorted(instants, reverse=True)
    assert len(set(instants)) == 5


def test_what_a_visitor_may_report_in_an_hour_outlives_a_clock_set_back(
    tmp_path: Path, shim: Path, filled: Callable[[str], str], serve: Callable[..., Served]
) -> None:
    url = f"sqlite:///{tmp_path}/own.db"
    filled(url)
    clock = Clock(tmp_path, shim)
    served = serve(url, workers=1, environ={**clock.environ, "LOCATOR_RATE_LIMIT": "2/hour"})

    def report() -> int:
        body = b"what=closed&day=2026-11-22&hour=10"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        return served.send("POST", "/s/yp-canteen-001/wrong", body, headers).status

    first = [report() for _ in range(3)]
    assert first[2] == 429
    clock.set(_MONDAY - timedelta(days=1))
    assert report() == 429
    clock.set(_MONDAY + timedelta(days=300))
    assert report() == 429
