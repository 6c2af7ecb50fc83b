"""Circles of life and rings of travel: what lies within some minutes of a place, what is missing, what nobody knows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator import vocabulary
from locator._errors import InputError, Text
from locator.datum import check_position
from locator.streets._snap import arcs_m
from locator.travel import crow_fly

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from locator.catalog import Catalog
    from locator.service import Service
    from locator.street_search import StreetNetworks

_MOST_RINGS, _MOST_MINUTES = 10, 24 * 60.0


class Reached(NamedTuple):
    """A service and the minutes of the way to it, infinite where the streets do not lead."""

    service: Service
    minutes: float


class Around(NamedTuple):
    """All services by the minutes of the way, and the network that these were reckoned over (None: straight line)."""

    reached: tuple[Reached, ...]
    network: str | None

    @property
    def unreachable(self) -> tuple[Reached, ...]:
        """Those that the streets do not lead to."""
        return tuple(one for one in self.reached if one.minutes == math.inf)


class Ring(NamedTuple):
    """What is reached in more than `above` and at most `minutes` minutes."""

    above: float
    minutes: float
    reached: tuple[Reached, ...]


class Supply(NamedTuple):
    """What a circle holds of one need, family or kind.

    `status` is `there`, `missing`, or `unknown` (services stand here that do not say). `nearest_min` is the
    nearest one's minutes, inside or outside; None where there is none.
    """

    code: str
    label: str
    status: str
    ids: tuple[str, ...]
    nearest_min: float | None


class Circle(NamedTuple):
    """What lies within some minutes, and what does not."""

    minutes: float
    inside: tuple[Reached, ...]
    needs: tuple[Supply, ...]
    families: tuple[Supply, ...]
    kinds: tuple[Supply, ...]
    hours_unknown: tuple[str, ...]
    equipment_unknown: tuple[str, ...]
    needs_unknown: tuple[str, ...]
    around: Around


def around(
    catalog: Catalog,
    lon: float,
    lat: float,
    *,
    at: datetime,
    mode: str = "walk",
    kinds: Sequence[str] = (),
    networks: StreetNetworks | None = None,
) -> Around:
    """Return the services of some kinds (all if none is named) by the way to them, nearest first, ties by id.

    Parameters
    ----------
    lon, lat
        WGS-84 degrees.
    at
        When: a mobile service is where it stands then.
    networks
        The streets to go over. Without any, or from off them, the straight line with its usual detour.

    Raises
    ------
    InputError
        A position, kind or mode that there is not.
    """
    check_position(lon, lat)
    vocabulary.check_codes("mode", mode, vocabulary.MODES)
    wanted = set(vocabulary.check_codes("kind", list(kinds), vocabulary.KINDS))
    places = np.flatnonzero(catalog.standing(at))
    seconds, network = _seconds(catalog, places, (lon, lat), mode, networks)
    best: dict[int, float] = {}
    for row, far in zip(catalog.owner[places].tolist(), seconds.tolist(), strict=True):
        best[row] = min(far, best.get(row, math.inf))
    found = [Reached(catalog.service(row), far / 60) for row, far in best.items()]
    found = [one for one in found if not wanted or one.service.kind in wanted]
    return Around(tuple(sorted(found, key=lambda one: (one.minutes, one.service.id))), network)


def _seconds(
    catalog: Catalog,
    places: NDArray[np.int64],
    here: tuple[float, float],
    mode: str,
    networks: StreetNetworks | None,
) -> tuple[NDArray[np.float64], str | None]:
    network = None if networks is None else networks.of(mode)
    if networks is not None and network is not None and not network.snap([here[0]], [here[1]]).off[0]:
        doors = networks.doors(catalog, mode).snapped.some(places)
        return network.seconds_from(*here, doors), network.source
    many = len(places)
    metres = arcs_m(np.full(many, here[0]), np.full(many, here[1]), catalog.lon[places], catalog.lat[places])
    return metres * crow_fly(mode).seconds_per_m, None


def check_minutes(minutes: Sequence[float]) -> list[float]:
    """Return the bounds of rings, in order.

    Raises
    ------
    InputError
        No bounds, more than 10, or one that is not above 0 and at most a day.
    """
    bounds = sorted(set(minutes))
    if not 1 <= len(bounds) <= _MOST_RINGS or not all(0 < bound <= _MOST_MINUTES for bound in bounds):
        raise InputError(
            "minutes",
            list(minutes),
            Text(
                "minutes 要是 1–10 个 0–1440 之间的分钟数",
                "minutes must be 1-10 numbers above 0, at most 1440",
            ),
        )
    return bounds


def rings(all_of: Around, minutes: Sequence[float]) -> tuple[Ring, ...]:
    """Return what lies in each ring of travel time; a bound belongs to the ring that it closes, 0 to the first.

    Raises
    ------
    InputError
        As `check_minutes`.
    """
    bounds = check_minutes(minutes)
    found = []
    for above, bound in zip([-1.0, *bounds[:-1]], bounds, strict=True):
        reached = tuple(one for one in all_of.reached if above < one.minutes <= bound)
        found.append(Ring(max(above, 0.0), bound, reached))
    return tuple(found)


def circle(all_of: Around, minutes: float) -> Circle:
    """Return what a circle of life holds and lacks: by the six needs, by family and by kind.

    A need that no service inside names is missing, unless some inside name no needs at all: then nobody knows.
    """
    check_minutes([minutes])
    inside = tuple(one for one in all_of.reached if one.minutes <= minutes)
    silent = tuple(one.service.id for one in inside if not one.service.needs)
    doubtful = "unknown" if silent else "missing"
    by_need = {n: tuple(one for one in all_of.reached if n in one.service.needs) for n in vocabulary.NEEDS}
    by_kind = {k: tuple(one for one in all_of.reached if one.service.kind == k) for k in vocabulary.KINDS}
    by_family = {
        f: tuple(one for one in all_of.reached if vocabulary.KINDS[one.service.kind].family == f)
        for f in vocabulary.FAMILIES
    }
    return Circle(
        minutes,
        inside,
        tuple(_supply(n, vocabulary.NEEDS[n].zh, mine, minutes, doubtful) for n, mine in by_need.items()),
        tuple(_supply(f, vocabulary.FAMILIES[f].zh, mine, minutes) for f, mine in by_family.items()),
        tuple(_supply(k, vocabulary.KINDS[k].label.zh, mine, minutes) for k, mine in by_kind.items()),
        tuple(one.service.id for one in inside if _says_no_hours(one.service)),
        tuple(one.service.id for one in inside if not one.service.has and not one.service.lacks),
        silent,
        all_of,
    )


def _says_no_hours(service: Service) -> bool:
    return service.hours is None and all(stop.hours is None for stop in service.stops)


def _supply(
    code: str, label: str, mine: tuple[Reached, ...], minutes: float, otherwise: str = "missing"
) -> Supply:
    inside = tuple(one.service.id for one in mine if one.minutes <= minutes)
    near = mine[0].minutes if mine and mine[0].minutes < math.inf else None
    return Supply(code, label, "there" if inside else otherwise, inside, near)
