"""The desk's own folder beside the store: the key that signs sessions, uploads on their way, failed log-ins."""

from __future__ import annotations

import fcntl
import logging
import os
import re
import secrets
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from locator._errors import ConfigurationError, Text

if TYPE_CHECKING:
    from locator._settings import Settings

_log = logging.getLogger(__name__)
_KEY_BYTES, _SHORTEST_KEY = 32, 32
# So few different signs are a word typed again and again.
_FEWEST_SIGNS = 10
# Words of examples, ours and others': whoever copies one has a key that everybody knows.
_EXAMPLE = re.compile(
    r"change.?me|example|your.?secret|secret.?key|insecure|password|placeholder|replace", re.IGNORECASE
)
_LOOPBACK = {"localhost", "ip6-localhost"}
_MB = 1024 * 1024
_MOST_MB = 500


def desk_folder(store_url: str) -> Path:
    """Return the folder: beside a SQLite store, else in the user's cache folder, one a store."""
    path = store_url.removeprefix("sqlite:///").partition("?")[0]
    if "://" in path:
        return Path.home() / ".cache" / "locator" / f"desk-{sha256(path.encode()).hexdigest()[:12]}"
    return Path(f"{path}.desk")


def secret_key(settings: Settings, folder: Path) -> str:
    """Return the key that sessions are signed with: the setting's, else one kept in the folder for all workers.

    Raises
    ------
    ConfigurationError
        A key that one could guess.
    """
    if settings.secret_key is not None:
        return _checked(settings.secret_key)
    try:
        return _kept_key(folder)
    except OSError as error:
        # A folder that nobody may write in: one worker can still be logged in to, until it stops.
        _log.warning("no key can be kept in %s (%s): set LOCATOR_SECRET_KEY", folder, error.strerror)
        return secrets.token_hex(_KEY_BYTES)


def check_key_for(settings: Settings, host: str) -> None:
    """Refuse to listen where others reach it with a key that nobody chose.

    Parameters
    ----------
    settings
        From the environment.
    host
        Where to listen: an address or a name.

    Raises
    ------
    ConfigurationError
        There is no key, or one that could be guessed, and `host` is not this machine alone.
    """
    if settings.secret_key is not None:
        _checked(settings.secret_key)
    elif not _is_loopback(host):
        raise ConfigurationError(
            Text(
                f"监听 {host[:60]}，别的机器能连上，要先设置 LOCATOR_SECRET_KEY"
                f"（{_SHORTEST_KEY} 个字符以上的随机数，例如 openssl rand -hex 32 给出的）",
                f"{host[:60]} can be reached from other machines: set LOCATOR_SECRET_KEY first "
                f"({_SHORTEST_KEY} random characters or more, such as openssl rand -hex 32 gives)",
            )
        )


def _is_loopback(host: str) -> bool:
    if host.lower() in _LOOPBACK:
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _checked(key: str) -> str:
    """Return a key that cannot be guessed; its own text is told to nobody."""
    if len(key) < _SHORTEST_KEY:
        raise ConfigurationError(
            Text(
                f"LOCATOR_SECRET_KEY 至少 {_SHORTEST_KEY} 个字符",
                f"LOCATOR_SECRET_KEY must have {_SHORTEST_KEY} characters or more",
            )
        )
    if len(set(key)) < _FEWEST_SIGNS or _EXAMPLE.search(key):
        raise ConfigurationError(
            Text(
                "LOCATOR_SECRET_KEY 是例子里的，或者一猜就中：用 openssl rand -hex 32 生成一个",
                "LOCATOR_SECRET_KEY is an example's, or easily guessed: make one by openssl rand -hex 32",
            )
        )
    return key


def _kept_key(folder: Path) -> str:
    made(folder)
    file = os.open(folder / "key", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)  # several workers start at once
        kept = os.pread(file, 1000, 0).decode("ascii", "replace")
        if len(kept) < _SHORTEST_KEY:
            kept = secrets.token_hex(_KEY_BYTES)
            os.pwrite(file, kept.encode(), 0)
        return kept
    finally:
        os.close(file)


def made(folder: Path) -> Path:
    """Return a folder that only its owner can look into, made if it is not there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def most_bytes(settings: Settings) -> int:
    """Return how large an upload may be.

    Raises
    ------
    ConfigurationError
        Not a number of megabytes.
    """
    said = settings.max_upload.strip()
    if not said.isascii() or not said.isdigit() or not 1 <= int(said) <= _MOST_MB:
        raise ConfigurationError(
            Text(
                f"LOCATOR_MAX_UPLOAD 是 1–{_MOST_MB} 的整数（MB），收到 {said[:40]!r}",
                f"LOCATOR_MAX_UPLOAD must be whole megabytes, 1-{_MOST_MB}, got {said[:40]!r}",
            )
        )
    return int(said) * _MB
