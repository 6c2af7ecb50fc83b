"""Two nodes of different versions on one store: what the older cannot know is refused, or left out, never garbled."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

from live_support import NEAREST, Served, free_port, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def write(path: Path, service_id: str, changes: dict[str, object]) -> None:
    """Change a record as another version of the locator would, behind ours."""
    with sqlite3.connect(path) as file:
        kept = json.loads(
            file.execute("SELECT record FROM services WHERE id = ?", (service_id,)).fetchone()[0]
        )
        record = json.dumps({**kept, **changes}, ensure_ascii=False, separators=(",", ":")).encode()
        last = file.execute("SELECT max(last) FROM batches").fetchone()[0] + 1
        file.execute(
            "UPDATE services SET record = ?, revision = ?, version = version + 1 WHERE id = ?",
            (record, last, service_id),
        )
        file.execute(
            "INSERT INTO batches SELECT ?, ?, substr(max(at), 1, 19) || '.999999+00:00', 'newer', 'tests' FROM batches",
            (last, last),
        )
    file.close()


def test_a_store_of_a_newer_format_is_refused_and_left_as_it_is(
    tmp_path: Path, filled: Callable[[str], str]
) -> None:
    path = tmp_path / "own.db"
    filled(f"sqlite:///{path}")
    with sqlite3.connect(path) as file:
        file.execute("UPDATE locator_store SET value = '99' WHERE key = 'format'")
    file.close()
    before = path.read_bytes()
    command = [
        sys.executable,
        "-m",
        "locator",
        "serve",
        "--port",
        str(free_port()),
        "--store",
        f"sqlite:///{path}",
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path,
        env={**os.environ, "LOCATOR_BASEMAP": "outline", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "99" in done.stderr
    assert "Traceback" not in done.stderr
    assert path.read_bytes() == before


def test_a_kind_and_a_field_of_the_future_harm_no_other_answer(
    tmp_path: Path, filled: Callable[[str], str], serve: Callable[..., Served]
) -> None:
    path = tmp_path / "own.db"
    token = filled(f"sqlite:///{path}")
    served = serve(f"sqlite:///{path}")
    version = served.get("/healthz").json()["version"]
    write(path, "yp-canteen-001", {"teleport": True, "name": "更新的"})
    assert until(lambda: {served.get("/healthz").json()["version"] for _ in range(8)} == {version + 1})
    other = served.get("/api/v1/services/yp-canteen-002")
    assert other.status == 200
    told = served.get("/api/v1/services/yp-canteen-001")
    assert told.status == 200
    assert told.json()["name"] == "更新的"
    assert "teleport" not in told.json()
    for page in (NEAREST, "/?lon=121.54&lat=31.2754", "/s/yp-canteen-001"):
        assert served.get(page).status == 200, page
    # An older node would write it back without the field that it does not know: it does not write it at all.
    refused = served.imports(token, {"yp-canteen-001": "由旧的改"}, language="en")
    assert refused.json()["rejected"] == 1, refused.body.decode()
    other = served.imports(token, {"x-1": "别的可以"})
    assert other.status == 200, served.said()
    # A kind that is not known cannot be shown: the node stays with what it has, and says so.
    write(path, "yp-canteen-002", {"kind": "moon-base"})
    assert until(lambda: {served.get("/healthz").json()["store"] for _ in range(8)} == {"away"})
    for page in (NEAREST, "/", "/api/v1/services/yp-canteen-002"):
        assert served.get(page).status == 200, page
    assert "moon-base" in served.said()
