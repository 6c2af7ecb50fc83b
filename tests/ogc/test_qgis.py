"""QGIS itself, without a screen, where it is installed (Debian: python3-qgis)."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ogc_support import Served

PYTHON = "/usr/bin/python3"


def _has_qgis() -> bool:
    if not Path(PYTHON).exists():
        return False
    return (
        subprocess.run(
            [PYTHON, "-c", "import qgis.core"], capture_output=True, env={}, check=False
        ).returncode
        == 0
    )


@pytest.mark.skipif(not _has_qgis(), reason="QGIS is not installed")
def test_qgis_reads_pages_boxes_and_conditions(served: Served, tmp_path: Path) -> None:
    environ = {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    command = [PYTHON, str(Path(__file__).with_name("qgis_reader.py")), served.url]
    environ |= {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["valid"]
    assert found["whole"] == sorted(s.id for s in served.services)
    assert found["canteens"] == sorted(s.id for s in served.services if s.kind == "canteen")
    inside = [s.id for s in served.services if s.lon and 121.45 <= s.lon <= 121.55 and 31.2 <= s.lat <= 31.35]
    assert found["box"] == sorted(inside)
    assert found["fields"]["verified_on"] == "Date"
