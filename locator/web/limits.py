"""How often one address may write: counted in memory, by a hash that means nothing outside this process."""

from __future__ import annotations

import re
import secrets
import threading
from collections import OrderedDict, deque
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address

from locator._errors import ConfigurationError, Text

_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
# So many addresses are remembered; beyond them those that were quiet longest are forgotten.
_MOST = 50_000
_PREFIX_64 = (1 << 64) - 1


class Limiter:
    """Counts what each address did of late.

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
        said = re.fullmatch(r"([1-9][0-9]{0,5})/(minute|hour|day)", rate.strip())
        if said is None:
            raise ConfigurationError(
                Text(
                    f"LOCATOR_RATE_LIMIT 要写成 20/hour 这样（minute、hour、day），收到 {rate[:40]!r}",
                    f"LOCATOR_RATE_LIMIT must read like 20/hour (minute, hour, day), got {rate[:40]!r}",
                )
            )
        self._times, self.seconds = int(said[1]), _SECONDS[said[2]]
        self._salt = secrets.token_bytes(16)
        self._seen: OrderedDict[bytes, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def allow(self, address: str, now: float) -> bool:
        """Count one more of an address at a time, seconds, unless that is too many; return whether it is not."""
        key = blake2b(_network(address), key=self._salt, digest_size=8).digest()
        with self._lock:
            seen = self._seen.setdefault(key, deque(maxlen=self._times))
            self._seen.move_to_end(key)
            while len(self._seen) > _MOST:
                self._seen.popitem(last=False)
            if len(seen) == self._times and now - seen[0] < self.seconds:
                return False
            seen.append(now)
            return True


def _network(address: str) -> bytes:
    """Return what one household or phone has for itself: an IPv4 address, or the first half of an IPv6 one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address.encode()
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or IPv6Address(int(found) & ~_PREFIX_64)
    return found.packed
