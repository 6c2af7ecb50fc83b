"""The operator's choices: how logs look, who may read the figures, when an old snapshot is too old."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator._errors import ConfigurationError, Text
from locator._settings import variable_of

if TYPE_CHECKING:
    from locator._settings import Settings

_SHORTEST_TOKEN = 16
_MOST_MINUTES = 7 * 24 * 60


def log_format(settings: Settings) -> str:
    """Return how log lines look: text or json.

    Raises
    ------
    ConfigurationError
        Neither.
    """
    return _one_of("log_format", settings.log_format, ("text", "json"))


def logs_requests(settings: Settings) -> bool:
    """Return whether each request is a log line.

    Raises
    ------
    ConfigurationError
        Neither on nor off.
    """
    return _one_of("log_requests", settings.log_requests, ("off", "on")) == "on"


def metrics_readers(settings: Settings) -> str:
    """Return who may read /metrics: private (this machine, or by the token), public or off.

    Raises
    ------
    ConfigurationError
        None of them, or a token that one could guess.
    """
    token = settings.metrics_token
    if token is not None and (len(token) < _SHORTEST_TOKEN or not token.isascii()):
        raise ConfigurationError(
            Text(
                f"LOCATOR_METRICS_TOKEN 至少 {_SHORTEST_TOKEN} 个 ASCII 字符",
                f"LOCATOR_METRICS_TOKEN must have {_SHORTEST_TOKEN} ASCII characters or more",
            )
        )
    return _one_of("metrics", settings.metrics, ("private", "public", "off"))


def stale_after_s(settings: Settings) -> float | None:
    """Return after how long without its store a process is not ready any more, seconds; None: never.

    Raises
    ------
    ConfigurationError
        Not a number of minutes.
    """
    said = settings.stale_after
    if said is None:
        return None
    if not said.isascii() or not said.isdigit() or not 1 <= int(said) <= _MOST_MINUTES:
        raise ConfigurationError(
            Text(
                f"LOCATOR_STALE_AFTER 是 1–{_MOST_MINUTES} 的整数（分钟），收到 {said[:40]!r}",
                f"LOCATOR_STALE_AFTER must be whole minutes, 1-{_MOST_MINUTES}, got {said[:40]!r}",
            )
        )
    return int(said) * 60.0


def _one_of(name: str, said: str, known: tuple[str, ...]) -> str:
    if said not in known:
        variable = variable_of(name)
        raise ConfigurationError(
            Text(
                f"{variable} 只能是 {'、'.join(known)}，收到 {said[:40]!r}",
                f"{variable} must be one of {', '.join(known)}, got {said[:40]!r}",
            )
        )
    return said
