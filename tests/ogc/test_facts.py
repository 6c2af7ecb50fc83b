"""Columns carried from one catalog to the next are those that reading all anew would give."""

from __future__ import annotations

import gc
import random
import weakref
from typing import TYPE_CHECKING

import numpy as np
import pytest

from locator import Catalog
from locator.records import to_record
from locator.synthetic import invent
from locator.web.ogc import facts as room
from locator.web.ogc.facts import Facts, Shelf

if TYPE_CHECKING:
    from locator import Service

NAMES = ("kind", "capacity", "has", "verified_on", "demo", "position", "geometry", "offers", "mobile", "id")


def catalog_of(services: list[Service]) -> Catalog:
    return Catalog.from_rows(1, "2026", [(s.id, to_record(s)) for s in services])


def fresh(catalog: Catalog) -> Facts:
    return Facts(catalog.version, *catalog.in_id_order(), "gcj02")


@pytest.mark.parametrize("few", [0, 5, 1000])
def test_columns_are_the_same_whatever_was_edited(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(room, "_FEW", few)
    dice, services = random.Random(8), list(invent(300, 5))
    catalog, shelf = catalog_of(services), Shelf()
    for version in range(2, 30):
        facts = shelf.facts(catalog, "gcj02")
        for name in dice.sample(NAMES, 6):
            facts.column(name)
        for name in NAMES:
            old, new = facts.column(name), fresh(catalog).column(name)
            assert old.dtype == new.dtype
            if old.dtype == object:
                assert old.tolist() == new.tolist(), name
            else:
                assert np.array_equal(old, new, equal_nan=old.dtype.kind in "fM"), name
        assert facts.ids == sorted(facts.ids)
        edits: dict[str, bytes | None] = {}
        for service in dice.sample(services, 4):
            edits[service.id] = to_record(service.model_copy(update={"capacity": version}))
        gone, extra = dice.sample(services, 2)
        edits[gone.id] = None
        edits[f"{extra.id}-{version}"] = to_record(extra.model_copy(update={"id": f"{extra.id}-{version}"}))
        catalog = catalog.changed(version, "2026", list(edits.items()))
        if version % 5 == 0:
            catalog = catalog.compact()


def test_a_catalog_that_was_replaced_is_let_go_of() -> None:
    catalog, shelf = catalog_of(list(invent(50, 5))), Shelf()
    shelf.facts(catalog, "wgs84").column("kind")
    watched, catalog = weakref.ref(catalog), catalog.changed(2, "2026", [])
    gc.collect()
    assert watched() is None
    assert len(shelf.facts(catalog, "wgs84")) == 50
