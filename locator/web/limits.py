"""How often one address may write: counted in memory or in a Redis of all nodes, by a hash that hides the address."""

from __future__ import annotations

import re
import secrets
import threading
from collections import OrderedDict, deque
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Protocol

from locator._errors import ConfigurationError, Text

if TYPE_CHECKING:
    from locator._settings import Settings

_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
# So many addresses are remembered; beyond them those that were quiet longest are forgotten.
_MOST = 50_000
_PREFIX_64 = (1 << 64) - 1


class Counting(Protocol):
    """Counts what each address did of late."""

    seconds: int

    def allow(self, address: str, now: float) -> bool:
        """Count one more of an address at a time, seconds, unless that is too many; return whether it is not."""


class Limiter:
    """Counts in this process.

    Parameters
    ----------
    rate
        "20/hour": how often in how long; minute, hour or day.

    Raises
    ------
    ConfigurationError
        Another text.
    """

    def __init__(self, rate: str) -> None:
        self._times, self.seconds = read_rate(rate)
        self._salt = secrets.token_bytes(16)
        self._seen: OrderedDict[bytes, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def allow(self, address: str, now: float) -> bool:
        """Count one more of an address at a time, seconds, unless that is too many; return whether it is not."""
        key = hidden(address, self._salt)
        with self._lock:
            seen = self._seen.setdefault(key, deque(maxlen=self._times))
            self._seen.move_to_end(key)
            while len(self._seen) > _MOST:
                self._seen.popitem(last=False)
            if len(seen) == self._times and now - seen[0] < self.seconds:
                return False
            seen.append(now)
            return True


def limiter_of(settings: Settings, key: str) -> Counting:
    """Return what counts for an application.

    Parameters
    ----------
    settings
        `rate_limit` and `rate_limit_storage`: `memory`, or redis://host:port/0.
    key
        The application's secret: with it, all nodes make the same hash of an address, and nobody else does.

    Raises
    ------
    ConfigurationError
        A setting that makes no sense.
    """
    where = settings.rate_limit_storage.strip()
    if where == "memory":
        return Limiter(settings.rate_limit)
    if not re.fullmatch(r"(?:redis|rediss|redis\+unix|unix)://\S+", where):
        scheme = where.partition("://")[0][:20]  # what follows may be a password
        raise ConfigurationError(
            Text(
                f"LOCATOR_RATE_LIMIT_STORAGE 写 memory 或 redis://主机:端口/0，收到 {scheme!r}…",
                f"LOCATOR_RATE_LIMIT_STORAGE must be memory or redis://host:port/0, got {scheme!r}...",
            )
        )
    from locator.web.shared_limits import SharedLimiter  # noqa: PLC0415  most need no Redis client

    return SharedLimiter(settings.rate_limit, where, key)


def read_rate(rate: str) -> tuple[int, int]:
    """Return how often in how many seconds.

    Raises
    ------
    ConfigurationError
        It does not read like 20/hour.
    """
    said = re.fullmatch(r"([1-9][0-9]{0,5})/(minute|hour|day)", rate.strip())
    if said is None:
        raise ConfigurationError(
            Text(
                f"LOCATOR_RATE_LIMIT 要写成 20/hour 这样（minute、hour、day），收到 {rate[:40]!r}",
                f"LOCATOR_RATE_LIMIT must read like 20/hour (minute, hour, day), got {rate[:40]!r}",
            )
        )
    return int(said[1]), _SECONDS[said[2]]


def hidden(address: str, salt: bytes) -> bytes:
    """Return what stands for an address: without the salt nobody can tell which it is."""
    return blake2b(_network(address), key=salt, digest_size=8).digest()


def _network(address: str) -> bytes:
    """Return what one household or phone has for itself: an IPv4 address, or the first half of an IPv6 one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address.encode()
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or IPv6Address(int(found) & ~_PREFIX_64)
    return found.packed
