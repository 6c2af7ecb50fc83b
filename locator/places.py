"""Places that a courier can name instead of locating: towns, districts and services of our own data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from locator.districts import city_name, district_name
from locator.pinyin_index import NameIndex, folded
from locator.service_names import service_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locator.catalog import Catalog

_SHOWN = 12


class Place(NamedTuple):
    """Somewhere to search from: a name, what it is, its district, and a position (None: the whole district).

    `id` is that of a service; towns and districts have none.
    """

    name: str
    note: str
    district: str
    lon: float | None
    lat: float | None
    services: int
    id: str | None = None


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


def find_places(catalog: Catalog, text: str, *, limit: int = _SHOWN) -> list[Place]:
    """Return towns, districts and services by part of a name, in Chinese, pinyin or initials; the broadest first.

    A text that names exactly one place gives that place alone; a service is found by its address, too.
    """
    areas = _areas(catalog)
    found = [areas.places[number] for number in areas.names.find(text, limit, mixed=True)]
    wanted = folded(text)
    exact = [place for place in found if folded(place.name) in {wanted, f"{wanted}区", f"{wanted}街道"}]
    if len(exact) == 1:
        return exact
    rows = rows_named(catalog, text, limit)
    services = [place for place in (_service(catalog, row) for row in rows) if place is not None]
    return [*found, *services][:limit]


def rows_named(catalog: Catalog, text: str, limit: int = 1000) -> list[int]:
    """Return the rows of the first services with a text in name or address; those that begin with it first."""
    known = service_names(catalog)
    return known.find(text, limit) if known is not None else _rows_holding(catalog, text, limit)


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


class _Areas(NamedTuple):
    """Districts and towns with services, and the index of their names."""

    places: list[Place]
    names: NameIndex


_areas_of: WeakKeyDictionary[Catalog, _Areas] = WeakKeyDictionary()


def _areas(catalog: Catalog) -> _Areas:
    found = _areas_of.get(catalog)
    if found is None:
        districts = [
            Place(name, f"{city_name(code) or ''} {len(rows)} 处", code, None, None, len(rows))
            for code, rows in catalog.districts.items()
            if (name := district_name(code) or "")
        ]
        # Of those whose names begin alike, the one with most to offer first.
        places = [*districts, *_towns(catalog)]
        places.sort(key=lambda place: (place.lon is not None, -place.services, place.name))
        index = NameIndex.of([place.name for place in places])
        found = _areas_of[catalog] = _Areas(places, index)
    return found


def _service(catalog: Catalog, row: int) -> Place | None:
    """Return a service as somewhere to search from; None for one without a position."""
    numbers = catalog.places_of(row)
    if not numbers:
        return None
    service, here = catalog.service(row), catalog.place(numbers[0])
    return Place(
        service.name, service.address or "", service.district or "", here.lon, here.lat, 1, service.id
    )


def _rows_holding(catalog: Catalog, text: str, limit: int) -> list[int]:
    """Return services whose name or address holds a text, while the index of their names is being made."""
    found = []
    needle = text.encode()
    for row in catalog.rows():
        if needle not in catalog.raw(row):
            continue
        service = catalog.service(row)
        if text in service.name or text in (service.address or ""):
            found.append(row)
        if len(found) == limit:
            break
    return found
