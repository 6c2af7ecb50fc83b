"""Sessions that were ended before their time: a cookie that somebody copied must not outlive the log-out.

What a session holds is signed and kept by the browser. The store keeps the names of those that ended, until they
would have ended anyway, beside what it keeps of itself: all nodes see them, and no format has to change.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from locator.store.tables import about

if TYPE_CHECKING:
    from locator.store.store import Store

_PREFIX = "ended "


def end_session(store: Store, session_id: str, until: datetime) -> None:
    """Let a session be no longer good; `until` is when nobody could use it any more in any case."""
    key, now = _PREFIX + session_id, _instant(datetime.now(UTC))
    with store.writing() as connection:
        gone = about.c.key.startswith(_PREFIX, autoescape=True) & (about.c.value < now)
        connection.execute(delete(about).where(gone | (about.c.key == key)))
        connection.execute(insert(about), {"key": key, "value": _instant(until)})


def is_ended(store: Store, session_id: str) -> bool:
    """Return whether a session was ended."""
    query = select(about.c.key).where(about.c.key == _PREFIX + session_id)
    with store.reading() as connection:
        return connection.execute(query).first() is not None


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
