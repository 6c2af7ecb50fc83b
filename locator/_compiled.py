"""Where compiled code is kept: imported before numba is, which looks once.

numba keeps it beside the source, or else in the user's cache folder, and refuses to start with
neither: a service account without a home, on a package that root installed.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_SETTING = "NUMBA_CACHE_DIR"


def needs_a_place(package: Path, home: Path) -> bool:
    """Return whether neither the package's folder nor the user's home can be written to."""
    folders = (package / "__pycache__", package, home / ".cache", home)
    beside, at_home = (next((f for f in pair if f.is_dir()), None) for pair in (folders[:2], folders[2:]))
    return not any(folder is not None and os.access(folder, os.W_OK) for folder in (beside, at_home))


def ensure_place() -> None:
    """Give numba a folder of this process and its workers if it would find none: it costs a compilation a start."""
    if os.environ.get(_SETTING) or not needs_a_place(Path(__file__).parent, Path(os.path.expanduser("~"))):  # noqa: PTH111  Path.home() raises where there is none
        return
    # Fresh and private: code must not be loaded from a folder that others could have filled.
    folder = tempfile.mkdtemp(prefix="locator-compiled-")
    os.environ[_SETTING] = folder
    atexit.register(_remove, folder, os.getpid())


def _remove(folder: str, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


ensure_place()
