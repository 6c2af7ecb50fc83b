"""Finds the folders that travel with the package: beside the module (wheel) or one level up (checkout)."""

from __future__ import annotations

from pathlib import Path

from locator._errors import ConfigurationError, Text


def bundled(folder: str) -> Path:
    """Return the path of a bundled folder: "geodata", "static" or "templates".

    Raises
    ------
    ConfigurationError
        The folder was not installed.
    """
    here = Path(__file__).resolve().parent
    for parent in (here, here.parent):
        if (parent / folder).is_dir():
            return parent / folder
    raise ConfigurationError(
        Text(
            f"安装里缺 {folder} 文件夹，请重新安装 locator",
            f"the installation lacks {folder}/: install locator again",
        )
    )
