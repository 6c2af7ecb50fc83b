"""Where and when people looked for a service and found none: counts by cell and hour of the week, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from locator._errors import InputError, Text
from locator.store.engines import POSTGRESQL
from locator.store.tables import needs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from locator.store.store import Store

_HOURS = 168
_CELL = re.compile(r"[0-9a-z]{1,20}")


class Need(NamedTuple):
    """How often somebody found nothing in a cell in an hour of the week (0 = Monday 00:00)."""

    cell: str
    hour_of_week: int
    times: int


def add_needs(store: Store, counts: Mapping[tuple[str, int], int]) -> None:
    """Add counts, by (cell, hour of the week), to those that are kept.

    Raises
    ------
    InputError
        A cell that is none, an hour outside the week, or a count below 1.
    """
    for (cell, hour), count in counts.items():
        if not _CELL.fullmatch(cell) or not 0 <= hour < _HOURS or count < 1:
            raise InputError(
                "needs",
                f"{cell[:20]} {hour} {count}",
                Text(
                    "要有网格编号、0–167 的小时和 1 以上的次数",
                    "needs have a cell, an hour of 0-167 and a count of 1 or more",
                ),
            )
    if not counts:
        return
    rows = [{"cell": cell, "hour_of_week": hour, "count": count} for (cell, hour), count in counts.items()]
    with store.writing() as connection:
        added = (postgresql if connection.dialect.name == POSTGRESQL else sqlite).insert(needs)
        total = {"count": needs.c.count + added.excluded.count}
        connection.execute(
            added.on_conflict_do_update(index_elements=["cell", "hour_of_week"], set_=total), rows
        )


def list_needs(store: Store) -> list[Need]:
    """Return all counts, by cell and hour."""
    query = select(needs).order_by(needs.c.cell, needs.c.hour_of_week)
    with store.reading() as connection:
        return [Need(*row) for row in connection.execute(query)]
