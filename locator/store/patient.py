"""Connections to PostgreSQL that give up after a while, instead of never.

The database gives up on a statement itself. Behind a proxy that went silent, or a firewall that forgot the
line, nobody ever says anything: there the one who asked hangs up, a little later.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from sqlalchemy import create_engine, event, text

from locator._turn import step_aside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg.abc import PQGen
    from sqlalchemy import URL, Connection, Engine

T = TypeVar("T")
_LATER_S = 2


class PatientConnection(psycopg.Connection[Any]):
    """A connection that closes itself when an answer takes longer than `answer_s`."""

    answer_s = math.inf

    def wait(self, gen: PQGen[T], *args: Any, **kwargs: Any) -> T:  # noqa: ANN401  psycopg's, whichever version
        """Do what psycopg asks for, while others have their turn."""
        step_aside()
        return super().wait(self._in_time(gen), *args, **kwargs)

    def _in_time(self, gen: PQGen[T]) -> PQGen[T]:
        end = time.monotonic() + self.answer_s
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                # psycopg looks in every tenth of a second, though nothing came.
                if not ready and time.monotonic() > end:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"no answer within {self.answer_s:g} s")
                wanted = gen.send(ready)
        except StopIteration as done:
            value: T = done.value
            return value


def engine(url: URL, network: Mapping[str, Any], statement_s: float) -> Engine:
    """Return an engine for PostgreSQL whose statements take so many seconds at most."""
    made = create_engine(
        url.set(drivername="postgresql+psycopg"), connect_args=dict(network), pool_pre_ping=True
    )

    @event.listens_for(made, "do_connect")
    def _connect(
        _dialect: object, _record: object, args: list[Any], parameters: dict[str, Any]
    ) -> PatientConnection:
        step_aside()
        # What the URL says comes later, and counts.
        said = f"-c statement_timeout={1000 * statement_s:.0f} {parameters.pop('options', '')}"
        connection = PatientConnection.connect(*args, options=said, **parameters)
        connection.answer_s = statement_s + _LATER_S
        return connection

    return made


def wait_long(connection: Connection) -> None:
    """Let what follows in a transaction take as long as it needs; the connection is not to be used again."""
    driver = connection.connection.driver_connection
    if isinstance(driver, PatientConnection):
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        driver.answer_s = math.inf
