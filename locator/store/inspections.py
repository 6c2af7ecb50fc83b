"""What inspectors and visitors found: visits to a service, and reports that it was not as it is said to be."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from sqlalchemy import Connection, insert, select, update

from locator import vocabulary
from locator._errors import InputError, NotFoundError, Text
from locator.inspections import Inspection as Visit
from locator.store.edits import kept_rows
from locator.store.tables import WHO_CHARS, inspections, reports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from locator.store.store import Store

OpenAsStated = Literal["yes", "no", "unknown"]
Status = Literal["new", "confirmed", "dismissed"]
WHAT = ("closed", "no-amenity", "moved", "refused", "other")
_NOTE_CHARS = 1000
_LAST_HOUR = 23


class Inspection(NamedTuple):
    """One visit: when, whether it was open as stated, the equipment that was there, by whom."""

    number: int
    service_id: str
    on_day: date
    open_as_stated: OpenAsStated
    found: tuple[str, ...]
    by_whom: str
    note: str

    def visit(self) -> Visit:
        """Return it as what shares of kept hours and star proposals are reckoned from."""
        kept = {"yes": True, "no": False, "unknown": None}[self.open_as_stated]
        return Visit(
            service_id=self.service_id, on=self.on_day, open_as_stated=kept, found=self.found,
            by=self.by_whom or None, note=self.note[:400] or None,
        )  # fmt: skip


class Report(NamedTuple):
    """What a visitor told: `closed` and the like, on which day, in which hour (0-23); nothing about who it was."""

    number: int
    service_id: str
    what: str
    on_day: date
    hour: int
    status: Status


def add_inspection(
    store: Store,
    service_id: str,
    on_day: date,
    open_as_stated: OpenAsStated,
    *,
    found: Sequence[str] = (),
    by_whom: str,
    note: str = "",
) -> int:
    """Keep a visit and return its number.

    Raises
    ------
    InputError
        A word that there is not, or a text that is too long.
    NotFoundError
        There is no such service.
    """
    _one_of("open_as_stated", open_as_stated, get_args(OpenAsStated))
    there = vocabulary.check_codes("found", tuple(found), vocabulary.AMENITIES)
    for field, value, most in (("by_whom", by_whom, WHO_CHARS), ("note", note, _NOTE_CHARS)):
        if len(value) > most or "\0" in value:
            raise InputError(
                field, value[:80], Text(f"{field} 最多 {most} 个字", f"{field} has at most {most} characters")
            )
    row = {
        "service_id": service_id, "on_day": on_day.isoformat(), "open_as_stated": open_as_stated,
        "found": ",".join(there), "by_whom": by_whom, "note": note,
    }  # fmt: skip
    with store.writing() as connection:
        _check_service(connection, service_id)
        return int(connection.execute(insert(inspections).returning(inspections.c.number), row).scalar_one())


def inspections_of(store: Store, service_id: str | None = None) -> list[Inspection]:
    """Return the visits to a service, or all, oldest day first."""
    query = select(inspections).order_by(inspections.c.on_day, inspections.c.number)
    if service_id is not None:
        query = query.where(inspections.c.service_id == service_id)
    with store.reading() as connection:
        return [
            Inspection(
                row.number,
                row.service_id,
                date.fromisoformat(row.on_day),
                row.open_as_stated,
                tuple(filter(None, row.found.split(","))),
                row.by_whom,
                row.note,
            )
            for row in connection.execute(query)
        ]


def add_report(store: Store, service_id: str, what: str, on_day: date, hour: int) -> int:
    """Keep what a visitor told and return its number.

    Raises
    ------
    InputError
        A word that there is not, or an hour outside the day.
    NotFoundError
        There is no such service.
    """
    _one_of("what", what, WHAT)
    if not 0 <= hour <= _LAST_HOUR:
        raise InputError("hour", hour, Text("hour 要是 0–23", "hour must be 0-23"))
    row = {
        "service_id": service_id,
        "what": what,
        "on_day": on_day.isoformat(),
        "hour": hour,
        "status": "new",
    }
    with store.writing() as connection:
        _check_service(connection, service_id)
        return int(connection.execute(insert(reports).returning(reports.c.number), row).scalar_one())


def reports_of(store: Store, service_id: str | None = None, status: Status | None = None) -> list[Report]:
    """Return reports, oldest first: of a service or of all, in one state or in any."""
    query = select(reports).order_by(reports.c.number)
    if service_id is not None:
        query = query.where(reports.c.service_id == service_id)
    if status is not None:
        query = query.where(reports.c.status == status)
    with store.reading() as connection:
        return [
            Report(row.number, row.service_id, row.what, date.fromisoformat(row.on_day), row.hour, row.status)
            for row in connection.execute(query)
        ]


def settle_report(store: Store, number: int, status: Status) -> None:
    """Say what became of a report.

    Raises
    ------
    NotFoundError
        There is no such report.
    """
    _one_of("status", status, get_args(Status))
    with store.writing() as connection:
        done = connection.execute(update(reports).where(reports.c.number == number).values(status=status))
        if not done.rowcount:
            raise NotFoundError(Text(f"没有第 {number} 条反馈", f"there is no report {number}"))


def _check_service(connection: Connection, service_id: str) -> None:
    row = kept_rows(connection, [service_id]).get(service_id)
    if row is None or row.record is None:
        shown = service_id[:64]
        raise NotFoundError(Text(f"没有编号为 {shown} 的服务", f"no service has the id {shown}"))


def _one_of(field: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        words = ", ".join(known)
        raise InputError(field, value, Text(f"{field} 只能是 {words}", f"{field} must be one of {words}"))
