"""Gaps minute by minute, point by point and door by door: slow, and with nothing of the fast way in it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pyproj import Geod

from locator import Catalog, Timeline
from locator.records import to_record
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from locator import Service

GEOD = Geod(ellps="WGS84")
MINUTES, HOURS = 10_080, 168


def catalog_of(*services: Service) -> Catalog:
    """Return a catalog that holds just these services, in no store."""
    rows = sorted((service.id, to_record(service.placed())) for service in services)
    return Catalog.from_rows(1, "2026-11-23T00:00:00+00:00", rows)


@cache
def statuses(expression: str | None, monday: date) -> tuple[np.ndarray, np.ndarray]:
    """Return whether hours are surely and possibly open at each minute of a week."""
    hours, base = Timeline(expression), datetime.combine(monday, time(), SHANGHAI)
    said = [hours.status(base + timedelta(minutes=minute)) for minute in range(MINUTES)]
    return np.array([s == "open" for s in said]), np.array([s != "closed" for s in said])


class Door(NamedTuple):
    """One place of a service."""

    owner: str
    lon: float
    lat: float
    sure: np.ndarray
    possible: np.ndarray


class Counted(NamedTuple):
    """What a week holds: minutes served of each point and hour; who alone serves how much; who counts at all."""

    minutes: np.ndarray  # (2, points, HOURS)
    only_here: dict[str, tuple[float, float]]


def doors(
    services: Sequence[Service], monday: date, kinds: tuple[str, ...], needed: tuple[str, ...]
) -> list[Door]:
    """Return the places that count."""
    found = []
    for service in services:
        if service.status != "active" or service.capacity == 0 or (kinds and service.kind not in kinds):
            continue
        if any(amenity in service.lacks for amenity in needed):
            continue
        known = all(amenity in service.has for amenity in needed)
        places = [(s.lon, s.lat, s.hours, s.valid_from, s.valid_to) for s in service.stops]
        if not places and service.lon is not None:
            places = [(service.lon, service.lat, service.hours, None, None)]
        for lon, lat, hours, first, last in places:
            sure, possible = statuses(hours, monday)
            days = [monday + timedelta(days=i) for i in range(7)]
            held = np.repeat(
                [(first is None or first <= day) and (last is None or day <= last) for day in days], 1440
            )
            found.append(Door(service.id, lon, lat, sure & held & known, possible & held))
    return found


def count(points: np.ndarray, weekly: np.ndarray, found: Sequence[Door], radius_m: float) -> Counted:
    """Return the truth for points (lon, lat, weight) and their rhythms, shape (points, HOURS)."""
    minutes = np.zeros((2, len(points), HOURS), np.int64)
    lost = {door.owner: [0.0, 0.0] for door in found}
    for number, (lon, lat, weight) in enumerate(points):
        near = [d for d in found if GEOD.inv(lon, lat, d.lon, d.lat)[2] <= radius_m]
        for case in (0, 1):
            by_owner: dict[str, np.ndarray] = {}
            for door in near:
                mine = (door.sure, door.possible)[case]
                by_owner[door.owner] = by_owner.get(door.owner, np.zeros(MINUTES, np.bool_)) | mine
            how_many = sum(by_owner.values(), np.zeros(MINUTES, np.int64))
            minutes[case, number] = (how_many > 0).reshape(HOURS, 60).sum(axis=1)
            for owner, mine in by_owner.items():
                alone = (mine & (how_many == 1)).reshape(HOURS, 60).sum(axis=1)
                lost[owner][case] += float(weight * (alone / 60 * weekly[number]).sum())
    return Counted(minutes, {owner: (low, high) for owner, (low, high) in lost.items()})
