"""Which format a store has, and the way from there to the newest."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import insert, inspect, select

from locator._errors import StoreError, Text
from locator.store.tables import FORMAT, about

if TYPE_CHECKING:
    from sqlalchemy import Connection

_log = logging.getLogger(__name__)
_STEPS = Path(__file__).with_name("migrations")
# Alembic keeps the connection it works on in the module.
_one_at_a_time = threading.Lock()


def format_of(connection: Connection) -> int | None:
    """Return the format of a store; None: there is no store.

    Raises
    ------
    StoreError
        Nobody knows that format here: a newer locator wrote it.
    """
    if not inspect(connection).has_table(about.name):
        return None
    said = connection.execute(select(about.c.value).where(about.c.key == "format")).scalar()
    if said is None:
        return None
    if not said.isdecimal() or int(said) > FORMAT:
        raise StoreError(
            Text(
                f"存储是更新版本的 locator 写的（格式 {said}，这里只认到 {FORMAT}）：请升级 locator",
                f"the store was written by a newer locator (format {said}, known here up to {FORMAT}): upgrade the locator",
            )
        )
    return int(said)


def make_tables(connection: Connection) -> None:
    """Make the tables of a new store."""
    _run_steps(connection, "1")
    connection.execute(insert(about), {"key": "format", "value": "1"})
    _run_steps(connection, str(FORMAT))


def upgrade(connection: Connection, shown: str) -> None:
    """Bring an older store to the newest format, whoever else may have done so meanwhile."""
    found = format_of(connection)
    if found is None or found == FORMAT:
        return
    _log.warning("upgrading the store %s from format %s to %s", shown, found, FORMAT)
    _run_steps(connection, str(FORMAT), start=None if _is_stamped(connection) else str(found))
    _log.warning("the store %s has format %s now, with all it held", shown, FORMAT)


def _is_stamped(connection: Connection) -> bool:
    return inspect(connection).has_table("alembic_version")


def _run_steps(connection: Connection, end: str, start: str | None = None) -> None:
    from alembic import command  # noqa: PLC0415  a fifth of a second that no store of today needs
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    with _one_at_a_time:
        if start is not None:  # format 1 was made before there were steps
            command.stamp(config, start)
        command.upgrade(config, end)
