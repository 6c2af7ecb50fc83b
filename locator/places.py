"""Places that a courier can name instead of locating: towns, districts and services of our own data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from locator.districts import city_name, district_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locator.catalog import Catalog

_SHOWN = 12


class Place(NamedTuple):
    """Somewhere to search from: a name, what it is, its district, and a position (None: the whole district)."""

    name: str
    note: str
    district: str
    lon: float | None
    lat: float | None
    services: int


def popular_places(catalog: Catalog, limit: int = 8) -> list[Place]:
    """Return the towns with most services, for the first visit."""
    towns = _towns(catalog)
    return sorted(towns, key=lambda place: (-place.services, place.name))[:limit]


def town_labels(catalog: Catalog, districts: Iterable[str]) -> list[tuple[str, float, float]]:
    """Return (name, lon, lat) of the towns with services in some districts, WGS-84."""
    wanted = set(districts)
    return [
        (p.name, p.lon, p.lat)
        for p in _towns(catalog)
        if p.district in wanted and p.lon is not None and p.lat is not None
    ]


def find_places(catalog: Catalog, text: str) -> list[Place]:
    """Return towns, districts and services whose name or address holds a text, the broadest first."""
    towns = [place for place in _towns(catalog) if text in place.name]
    districts = [
        Place(name, f"{city_name(code) or ''} {len(rows)} 处", code, None, None, len(rows))
        for code, rows in catalog.districts.items()
        if text in (name := district_name(code) or "") and name
    ]
    exact = [place for place in [*districts, *towns] if place.name in {text, f"{text}区", f"{text}街道"}]
    if len(exact) == 1:
        return exact
    return [*districts, *towns, *_services(catalog, text)][:_SHOWN]


def _towns(catalog: Catalog) -> list[Place]:
    found = _towns_of.get(catalog)
    if found is None:
        found = _towns_of[catalog] = _find_towns(catalog)
    return found


# A catalog never changes, and reading all of a large one for each visit would take a tenth of a second.
_towns_of: WeakKeyDictionary[Catalog, list[Place]] = WeakKeyDictionary()


def _find_towns(catalog: Catalog) -> list[Place]:
    rows: dict[tuple[str, str], list[int]] = {}
    for row in catalog.rows():
        district, town = catalog.district[row], catalog.town[row]
        if district and town:
            rows.setdefault((district, town), []).append(row)
    found = []
    for (district, town), members in rows.items():
        middle = _middle(catalog, members)
        if middle is not None:
            note = f"{district_name(district) or ''} {len(members)} 处"
            found.append(Place(town, note, district, *middle, len(members)))
    return found


def _middle(catalog: Catalog, rows: Iterable[int]) -> tuple[float, float] | None:
    places = [p for row in rows for p in catalog.places_of(row)]
    if not places:
        return None
    # The median: one misplaced row must not drag the middle of a town away.
    return float(np.median(catalog.lon[places])), float(np.median(catalog.lat[places]))


def _services(catalog: Catalog, text: str) -> list[Place]:
    found = []
    needle = text.encode()
    for row in catalog.rows():
        if needle not in catalog.raw(row):
            continue
        service = catalog.service(row)
        numbers = catalog.places_of(row)
        if numbers and (text in service.name or text in (service.address or "")):
            here = catalog.place(numbers[0])
            found.append(
                Place(service.name, service.address or "", service.district or "", here.lon, here.lat, 1)
            )
        if len(found) == _SHOWN:
            break
    return found
