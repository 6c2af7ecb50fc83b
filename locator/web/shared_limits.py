"""Counting for all workers and nodes, in Redis. With Redis away each worker counts for itself until it is back."""

from __future__ import annotations

import logging
import threading
from hashlib import blake2b

from limits import RateLimitItemPerSecond
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from locator._errors import ConfigurationError, Text
from locator.web.limits import Limiter, hidden, read_rate

_log = logging.getLogger(__name__)
# A Redis that does not answer costs one request in so many seconds so much of its time.
_PATIENCE_S = 0.25
_TRY_AGAIN_S = 10.0
_PREFIX = "locator"


class SharedLimiter:
    """Counts in a Redis that several processes ask.

    Parameters
    ----------
    rate
        "20/hour": how often in how long.
    where
        Address of the Redis.
    key
        What all nodes know and nobody else: Redis holds hashes made with it, and no address.

    Raises
    ------
    ConfigurationError
        An address that is none.
    """

    def __init__(self, rate: str, where: str, key: str) -> None:
        times, self.seconds = read_rate(rate)
        self._item = RateLimitItemPerSecond(times, self.seconds, namespace=_PREFIX)
        self._own = Limiter(rate)
        self._salt = blake2b(key.encode(), person=b"rate limit", digest_size=32).digest()
        self._away_until, self._lock = 0.0, threading.Lock()
        try:
            # Nobody is asked yet: a Redis that is away must not stop the site from starting.
            storage = RedisStorage(
                where, key_prefix=_PREFIX, socket_timeout=_PATIENCE_S, socket_connect_timeout=_PATIENCE_S,
                retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]
            )  # fmt: skip
        except ValueError:
            raise ConfigurationError(
                Text(
                    "LOCATOR_RATE_LIMIT_STORAGE 不是 Redis 的地址",
                    "LOCATOR_RATE_LIMIT_STORAGE is no address of a Redis",
                )
            ) from None
        self._window = MovingWindowRateLimiter(storage)

    def allow(self, address: str, now: float) -> bool:
        """Count one more of an address, unless that is too many; return whether it is not.

        `now` is what this process counts by, seconds; Redis has a clock of its own.
        """
        if now >= self._away_until:
            try:
                return bool(self._window.hit(self._item, hidden(address, self._salt).hex()))
            except RedisError as error:
                self._leave_alone(now, error)
        return self._own.allow(address, now)

    def _leave_alone(self, now: float, error: RedisError) -> None:
        """Ask again in a while only: otherwise each visitor would wait for a Redis that is away."""
        with self._lock:
            if now < self._away_until:
                return
            self._away_until = now + _TRY_AGAIN_S
        # Not its words: they may hold the address, and that a password.
        _log.warning(
            "the rate limit's Redis is away (%s): each worker counts by itself", type(error).__name__
        )
