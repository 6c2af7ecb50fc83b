"""The package as others get it."""

from __future__ import annotations

import configparser
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import locator

ROOT = Path(__file__).parent.parent


def test_every_subpackage_is_installed() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    listed = set(config["options"]["packages"].split())
    found = {
        str(path.parent.relative_to(ROOT)).replace(os.sep, ".")
        for path in (ROOT / "locator").rglob("__init__.py")
    }
    assert listed == found | {"locator.geodata", "locator.static", "locator.templates"}


def test_what_is_public_is_spelled_out() -> None:
    assert sorted(locator.__all__) == list(locator.__all__)
    assert all(getattr(locator, name).__doc__ for name in locator.__all__)


@pytest.fixture(scope="session")
def wheel_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that the project's wheel was installed into, without its dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    source = folder / "source"
    # From a copy, so that building leaves nothing in the tree.
    files = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"], check=True, capture_output=True
    )
    for name in files.stdout.decode().splitlines():
        origin = ROOT / name
        if origin.is_file() and not name.startswith(("tests/", "docs/")):
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(origin.read_bytes())
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(source)], check=True
    )
    (wheel,) = folder.glob("*.whl")
    home = folder / "home"
    subprocess.run([*pip, "install", "--no-deps", "--target", str(home), str(wheel)], check=True)
    return home


def test_the_wheel_works_from_another_folder(wheel_home: Path, tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(wheel_home), "HOME": str(tmp_path)}
    command = [
        sys.executable,
        "-P",
        "-m",
        "locator",
        "nearest",
        "121.5443",
        "31.2732",
        "--datum",
        "gcj02",
        "--json",
    ]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["features"][0]["id"] == "yp-canteen-001"
    where = [sys.executable, "-P", "-c", "import locator; print(locator.__file__)"]
    found = subprocess.run(
        where, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True
    ).stdout
    assert found.startswith(str(wheel_home))
    out = [sys.executable, "-P", "-m", "locator", "map", "out.html", "--district", "310110"]
    subprocess.run(out, cwd=tmp_path, env=environ, capture_output=True, check=True)
    assert (tmp_path / "out.html").stat().st_size > 100_000


def test_compiled_code_finds_a_place_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from locator import _compiled

    package, home = tmp_path / "package", tmp_path / "home"
    package.mkdir()
    assert not _compiled.needs_a_place(package, home)
    assert not _compiled.needs_a_place(tmp_path / "nowhere", tmp_path)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert _compiled.needs_a_place(package, home)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    _compiled.ensure_place()
    folder = Path(os.environ["NUMBA_CACHE_DIR"])
    assert folder.is_dir()
    assert folder.stat().st_mode & 0o077 == 0
    folder.rmdir()
    monkeypatch.delenv("NUMBA_CACHE_DIR")
