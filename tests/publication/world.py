"""A small town whose positions are like no others, each with its numbers as supplied in another datum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from locator import Service
from locator.coverage.areas import cells_of
from locator.coverage.boundary import boundary_of
from locator.coverage.demand_files import sample_demand
from locator.datum import convert
from locator.districts import outlines
from locator.service import Event, Offer, Stop

if TYPE_CHECKING:
    from locator.datum import Datum

DISTRICT = "310110"
# WGS-84; nothing else in the town has their decimals.
WGS84 = {
    "from-gcj": (121.527193, 31.271837),
    "from-wgs": (121.534261, 31.276419),
    "from-bd": (121.519747, 31.281153),
    "doubled": (121.541639, 31.268291),
    "canteen": (121.525873, 31.284617),
    "home": (121.537919, 31.289371),
    "counsel": (121.531487, 31.266743),
    "stop-1": (121.546127, 31.274953),
    "stop-2": (121.512983, 31.277519),
}
NOWHERE = "unplaced"
AT = "2026-11-24T12:00"
HERE = (121.530113, 31.275231)


def shifted(name: str, datum: str) -> tuple[float, float]:
    lon, lat = convert(*WGS84[name], "wgs84", datum)
    return float(lon), float(lat)


def services() -> list[Service]:
    return [
        _service("from-gcj", "station", "gcj02", hours="Mo-Su 08:00-20:00", has=("microwave",)),
        _service("from-wgs", "station", "wgs84", hours="24/7"),
        _service("from-bd", "station", "bd09", hours=None),
        _doubled(),
        _service("canteen", "canteen", "wgs84", hours="Mo-Su 07:00-19:00", offers=(Offer(title="七折", percent_off=30),)),
        _service("home", "housing", "wgs84", hours="24/7", rent_min=400, rent_max=600, vacancies=3),
        _service(
            "counsel", "station", "wgs84", hours="Mo-Fr 09:00-17:00",
            events=(Event(title="讲座", topic="class", start="2026-11-26T19:00", end="2026-11-26T21:00"),),
        ),
        Service(
            id="mobile", kind="station", name="流动驿站", district=DISTRICT, town="五角场街道",
            stops=tuple(
                Stop(name=f"{n}号点", lon=WGS84[f"stop-{n}"][0], lat=WGS84[f"stop-{n}"][1], hours=hours)
                for n, hours in ((1, "Mo-Su 08:00-12:00"), (2, "Mo-Su 13:00-18:00"))
            ),
        ),
        Service(id=NOWHERE, kind="station", name="没有位置的站", district=DISTRICT, address="某路1号", hours="24/7"),
    ]  # fmt: skip


def _service(name: str, kind: str, datum: str, **more: object) -> Service:
    lon, lat = shifted(name, datum)
    fields = {
        "id": name, "kind": kind, "name": f"{name}站", "district": DISTRICT, "town": "五角场街道",
        "address": "政通路", "source_lon": round(lon, 8), "source_lat": round(lat, 8), "source_datum": datum,
    }  # fmt: skip
    return Service.model_validate(fields | more).placed()


def _doubled() -> Service:
    once = shifted("doubled", "gcj02")
    lon, lat = convert(*once, "wgs84", "gcj02")
    return (
        _service("doubled", "station", "wgs84", hours="24/7")
        .model_copy(
            update={"source_lon": float(lon), "source_lat": float(lat), "source_datum": "gcj02-doubled"}
        )
        .placed()
    )


def demand(datum: str | Datum = "wgs84") -> list[tuple[float, float]]:
    """Return the points of the planner's demand, which its files list."""
    points = sample_demand("rider").inside(boundary_of(DISTRICT))
    lon, lat = convert(points.lon.copy(), points.lat.copy(), "wgs84", datum)
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def corners() -> list[tuple[float, float]]:
    """Return the corners of the outlines that maps draw, as WGS-84 writes them."""
    found: set[tuple[float, float]] = set()
    for _, _, geometry in outlines(DISTRICT[:4]):
        found |= set(_pairs(geometry["coordinates"]))
    return sorted(found)


def cell_corners() -> list[tuple[float, float]]:
    """Return the corners of the cells that the planner's maps draw."""
    points = sample_demand("rider").inside(boundary_of(DISTRICT))
    _, shapes, _ = cells_of(points)
    return [(x, y) for x, y in shapely.get_coordinates(shapes).tolist()]


def _pairs(coordinates: object) -> list[tuple[float, float]]:
    assert isinstance(coordinates, list | tuple)
    if isinstance(coordinates[0], int | float):
        return [(round(float(coordinates[0]), 5), round(float(coordinates[1]), 5))]
    return [pair for part in coordinates for pair in _pairs(part)]
