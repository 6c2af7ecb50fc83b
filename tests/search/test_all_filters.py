"""nearest() with all filters together equals a scan that reads the contract minute by minute."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from search.scan import Scan
from search.worlds import DAYS, question, town

from locator import Catalog, nearest
from locator.records import to_record
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from search.scan import Found

    from locator import Service
    from locator.hits import Hit

TOWNS, ASKERS = 20, 100
MINUTE = timedelta(minutes=1)


def agrees(hit: Hit, found: Found, services: dict[str, Service], at: datetime) -> bool:
    """Tell whether a hit is what the scan found, at the same place and for as long."""
    midnight = datetime.combine(at.date(), time(), SHANGHAI)
    service = services[hit.id]
    place = service.stops[found.number] if service.stops else service
    minutes = [None if t is None else (t - midnight) / MINUTE for t in (hit.usable_from, hit.usable_until)]
    left = None
    if found.usable_from is not None and found.usable_until is not None:
        left = found.usable_until - found.usable_from
    return (
        (hit.id, hit.lon, hit.lat, hit.status) == (found.id, place.lon, place.lat, found.status)
        and minutes == [same(found.usable_from), same(found.usable_until)]
        and hit.usable_min == same(left)
    )


def same(minutes: float | None) -> object:
    # A millisecond: the ways differ by the fractions of a millimetre that two geodesics differ by.
    return None if minutes is None else pytest.approx(minutes, abs=2e-5)


@pytest.mark.parametrize("seed", range(TOWNS))
def test_all_filters_together_equal_a_scan(seed: int) -> None:
    services = town(seed)
    catalog = Catalog.from_rows(1, "", [(s.id, to_record(s)) for s in services])
    by_id, r = {s.id: s for s in services}, random.Random(1000 + seed)
    days, told = tuple(r.sample(DAYS, 3)), Counter[str]()
    for _ in range(ASKERS):
        asked = question(r, days)
        answer, scan = nearest(catalog, **asked), Scan(services, asked)
        for name, hits, found in (
            ("features", answer.features, scan.features()),
            ("unknown", answer.unknown, scan.unknown()),
        ):
            assert [hit.id for hit in hits] == [one.id for one in found], (name, asked)
            for hit, one in zip(hits, found, strict=True):
                assert agrees(hit, one, by_id, asked["at"]), (name, hit.id, one, asked)
            told[name] += bool(hits)
    # Empty answers alone would prove nothing.
    assert told["features"] >= 0.25 * ASKERS
    assert told["unknown"] >= 0.1 * ASKERS
