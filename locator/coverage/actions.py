"""What could be done: build at a site, keep a station open longer, equip it, give a mobile station other hours or places."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from locator import vocabulary
from locator._errors import InputError, Text
from locator.coverage.longer import later_or_earlier, longer
from locator.coverage.sites import readable
from locator.coverage.usable import usable
from locator.coverage.weeks import Key, rows_of
from locator.geodesy import geodesic_m

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from numpy.typing import NDArray

    from locator.catalog import Catalog
    from locator.coverage.sites import Site
    from locator.coverage.usable import Usable

KINDS = ("build", "extend", "retime", "equip")
# A hut is carried within its neighbourhood: to so many of the nearest sites.
_MOVES = 50
_ROUND_THE_CLOCK = "24/7"
_BUILD = Text("新建", "build")
_EQUIP = Text("补齐设备", "add the missing equipment")


class Door(NamedTuple):
    """Where an action lets people in, WGS-84 degrees, and when."""

    lon: float
    lat: float
    key: Key


class Action(NamedTuple):
    """One thing that could be done.

    `kind` is one of `KINDS`; `id` the service that it changes, None for a new one; `change` says what in words; `hours` are
    those it is then open. Of one `id` only one action can be chosen. `cost` is in whatever money the
    budget is in, None = nobody knows. `undoes` is the place (a number into `Usable`) that a mobile station leaves.
    """

    kind: str
    name: str | None
    id: str | None
    change: Text
    hours: str | None
    cost: float | None
    doors: tuple[Door, ...]
    undoes: int = -1


class _Record(msgspec.Struct):
    name: str
    has: tuple[str, ...] = ()
    stops: tuple[dict[str, object], ...] = ()


def builds(sites: list[Site], cost: float | None = None) -> list[Action]:
    """Return the building of a station at each site; `cost` is that of a site that names none."""
    return [
        Action(
            "build",
            site.name,
            None,
            _BUILD,
            site.hours,
            cost if site.cost is None else site.cost,
            (Door(site.lon, site.lat, Key(site.hours)),),
        )
        for site in sites
    ]


def extensions(catalog: Catalog, counted: Usable, cost: float | None = None) -> list[Action]:
    """Return longer hours for each fixed station whose week is known for certain.

    Where hours are unknown, to ask comes before to extend.
    """
    found: list[Action] = []
    variants: dict[int, list[tuple[Text, str]]] = {}
    for service, places in _places(counted):
        record = _record(catalog, counted.ids[service])
        if record.stops or len(places) != 1:
            continue
        place, code = places[0], int(counted.code[places[0]])
        if code not in variants:
            variants[code] = longer(counted.weeks, code)
        where = float(counted.lon[place]), float(counted.lat[place])
        found += [
            Action(
                "extend", record.name, counted.ids[service], change, hours, cost, (Door(*where, Key(hours)),)
            )
            for change, hours in variants[code]
        ]
    return found


def equipments(
    catalog: Catalog,
    monday: date,
    kinds: tuple[str, ...],
    needs_amenity: tuple[str, ...],
    cost: float | None = None,
) -> list[Action]:
    """Return the equipping of each station that would count if it surely had what is needed."""
    needed = set(needs_amenity)
    found: list[Action] = []
    anyhow = usable(catalog, monday, kinds)
    for service, places in _places(anyhow):
        record = _record(catalog, anyhow.ids[service])
        if needed <= set(record.has):
            continue
        row = catalog.row_of(anyhow.ids[service])
        doors = tuple(_door(catalog, place) for place in catalog.places_of(row))
        missing = [vocabulary.AMENITIES[code] for code in sorted(needed - set(record.has))]
        change = Text(
            f"{_EQUIP.zh}：{'、'.join(word.zh for word in missing)}",
            f"{_EQUIP.en}: {', '.join(word.en for word in missing)}",
        )
        hours = doors[0].key.hours if len(places) == 1 else None
        found.append(Action("equip", record.name, anyhow.ids[service], change, hours, cost, doors))
    return found


def retimings(
    catalog: Catalog, counted: Usable, sites: list[Site], cost: float | None = None
) -> list[Action]:
    """Return other hours, and other places, for each stop of the mobile stations whose week is known for certain.

    A station stands at one stop at a time: a new time must not overlap its other stops'.
    """
    found: list[Action] = []
    for service, places in _places(counted):
        record = _record(catalog, counted.ids[service])
        codes = counted.code[places]
        if not record.stops or (counted.weeks.sure[codes] != counted.weeks.possible[codes]).any():
            continue
        for place in places:
            if counted.weeks.sure[counted.code[place]].any():
                found += _other_times(catalog, counted, service, place, record.name, cost)
                found += _other_places(catalog, counted, service, place, record.name, sites, cost)
    return found


def checked_costs(actions: list[Action]) -> None:
    """Raise if a money budget is to be spent on actions of which nobody says what they cost.

    Raises
    ------
    InputError
        The cost of a kind of action is missing.
    """
    for action in actions:
        if action.cost is None:
            what = action.name or action.id or f"{action.doors[0].lon}, {action.doors[0].lat}"
            raise InputError(
                "cost",
                what,
                Text(
                    f"预算是钱数，就要知道 {action.kind}（{what}）要花多少：候选地点加 cost 列，或给 --cost {action.kind}=金额",
                    f"a budget in money needs the cost of {action.kind} ({what}): a column cost of the candidates,"
                    f" or --cost {action.kind}=AMOUNT",
                ),
            )


def _other_times(
    catalog: Catalog, counted: Usable, service: int, place: int, name: str, cost: float | None
) -> Iterator[Action]:
    key, code = _key(catalog, counted, place), int(counted.code[place])
    others = _elsewhere(counted, service, place)
    for change, hours in later_or_earlier(counted.weeks, code):
        dated = key._replace(hours=hours)
        sure, possible = rows_of(dated, counted.weeks.monday)
        if sure.any() and not (possible & others).any():
            where = float(counted.lon[place]), float(counted.lat[place])
            yield Action(
                "retime", name, counted.ids[service], change, hours, cost, (Door(*where, dated),), place
            )


def _other_places(
    catalog: Catalog,
    counted: Usable,
    service: int,
    place: int,
    name: str,
    sites: list[Site],
    cost: float | None,
) -> Iterator[Action]:
    key = _key(catalog, counted, place)
    here = float(counted.lon[place]), float(counted.lat[place])
    for site in sorted(sites, key=lambda site: geodesic_m(*here, site.lon, site.lat))[:_MOVES]:
        to = readable(site.name) or f"{site.lon:.5f}, {site.lat:.5f}"
        change = Text(f"挪到 {to}", f"move to {to}")
        door = Door(site.lon, site.lat, key)
        yield Action("retime", name, counted.ids[service], change, key.hours, cost, (door,), place)


def _elsewhere(counted: Usable, service: int, place: int) -> NDArray[np.uint64]:
    others = np.flatnonzero((counted.owner == service) & (np.arange(len(counted.owner)) != place))
    found: NDArray[np.uint64] = np.bitwise_or.reduce(counted.weeks.possible[counted.code[others]], axis=0)
    return found


def _places(counted: Usable) -> Iterator[tuple[int, list[int]]]:
    """Yield each service that counts, and its places."""
    first = np.searchsorted(counted.owner, np.arange(len(counted.ids) + 1))
    for service in range(len(counted.ids)):
        yield service, list(range(int(first[service]), int(first[service + 1])))


def _key(catalog: Catalog, counted: Usable, place: int) -> Key:
    """Return the hours and dates of a place that counts: the same places, in the same order, as the catalog's."""
    service = int(counted.owner[place])
    nth = place - int(np.searchsorted(counted.owner, service))
    return _door(catalog, catalog.places_of(catalog.row_of(counted.ids[service]))[nth]).key


def _door(catalog: Catalog, place: int) -> Door:
    profile = catalog.profiles[int(catalog.profile[place])]
    return Door(
        float(catalog.lon[place]),
        float(catalog.lat[place]),
        Key(profile.hours, profile.valid_from, profile.valid_to),
    )


def _record(catalog: Catalog, service_id: str) -> _Record:
    return msgspec.json.decode(catalog.raw(catalog.row_of(service_id)), type=_Record)


def costs_of(given: Mapping[str, float] | None) -> dict[str, float | None]:
    """Return the cost of each kind of action, None where it is not given.

    Raises
    ------
    InputError
        An unknown kind, or a cost below 0.
    """
    given = given or {}
    for kind, cost in given.items():
        if kind not in KINDS or not 0 <= cost < float("inf"):
            raise InputError(
                "cost",
                f"{kind}={cost}",
                Text(
                    f"cost 要写成 {'、'.join(KINDS)} 之一=不小于 0 的数",
                    f"cost must be one of {', '.join(KINDS)} = a number of 0 or more",
                ),
            )
    return {kind: given.get(kind) for kind in KINDS}
