"""Who may use a street, in which direction and how fast: what OpenStreetMap's tags say of it.

Speeds are door to door, lights and crossings included, as the nearest contract states them. On foot and by
e-bike they hang on the kind of way. A car drives a share of the limit: between lights it is close to it,
but on a city street half of the time is spent at them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    Tags = Mapping[str, str]

MODES = ("walk", "ride", "drive")
NOWHERE = ((0.0, 0.0),) * 3
# The contract's walk; also how one gets from a door to the street, whatever the mode.
WALK_KMH = 4.5
_STAIRS_KMH = 2.0  # about 0.55 m/s along the slope, as pedestrian guidelines measure it going up
_PUSH_KMH = 4.0  # an e-bike is pushed where riding is not allowed
# The highest limit on any road in China (Road Traffic Safety Law, implementing regulation, art. 78).
_TOP_KMH = 120.0
_MPH_KMH = 1.609344
_LIMITS = {"walk": 5.0, "cn:urban": 50.0, "cn:rural": 70.0, "cn:motorway": 120.0}


class Class(NamedTuple):
    """What holds for a class of way unless its own tags say otherwise. Speeds in km/h, 0 = not allowed.

    `limit` is the usual maximum for cars and `share` how much of it they make good.
    """

    walk: float
    ride: float
    limit: float
    share: float


# Limits: the regulation's arts 45 and 78 (30 on narrow streets, 50 in town, 70 outside, up to 120 on
# motorways). Shares: observed speeds in large Chinese cities are 20-30 km/h on main streets, near the limit
# on motorways. E-bikes: 15 km/h is their legal maximum on the road (Road Traffic Safety Law, art. 58).
CLASSES: Mapping[str, Class] = {
    "motorway": Class(0.0, 0.0, 100.0, 0.85),
    "motorway_link": Class(0.0, 0.0, 50.0, 0.75),
    "trunk": Class(WALK_KMH, 15.0, 80.0, 0.65),
    "trunk_link": Class(WALK_KMH, 15.0, 45.0, 0.65),
    "primary": Class(WALK_KMH, 15.0, 60.0, 0.5),
    "primary_link": Class(WALK_KMH, 15.0, 40.0, 0.5),
    "secondary": Class(WALK_KMH, 15.0, 50.0, 0.5),
    "secondary_link": Class(WALK_KMH, 15.0, 40.0, 0.5),
    "tertiary": Class(WALK_KMH, 15.0, 40.0, 0.55),
    "tertiary_link": Class(WALK_KMH, 15.0, 30.0, 0.55),
    "unclassified": Class(WALK_KMH, 15.0, 40.0, 0.55),
    "residential": Class(WALK_KMH, 14.0, 30.0, 0.6),
    "road": Class(WALK_KMH, 14.0, 30.0, 0.6),
    "living_street": Class(WALK_KMH, 10.0, 20.0, 0.6),
    "service": Class(WALK_KMH, 10.0, 20.0, 0.6),
    "track": Class(WALK_KMH, 10.0, 20.0, 0.6),
    "busway": Class(0.0, 0.0, 0.0, 0.0),
    "cycleway": Class(WALK_KMH, 15.0, 0.0, 0.0),
    "path": Class(WALK_KMH, 10.0, 0.0, 0.0),
    "bridleway": Class(WALK_KMH, 8.0, 0.0, 0.0),
    "pedestrian": Class(WALK_KMH, _PUSH_KMH, 0.0, 0.0),
    "footway": Class(WALK_KMH, _PUSH_KMH, 0.0, 0.0),
    "corridor": Class(WALK_KMH, 0.0, 0.0, 0.0),
    "steps": Class(_STAIRS_KMH, 0.0, 0.0, 0.0),
}
# The tags that may close a way to a mode, the most particular first: the first that is there decides.
_ACCESS = {
    "walk": ("foot", "access"),
    "ride": ("electric_bicycle", "bicycle", "vehicle", "access"),
    "drive": ("motorcar", "motor_vehicle", "vehicle", "access"),
}
_CLOSED = frozenset({"no", "private", "agricultural", "forestry", "emergency", "military", "use_sidepath"})
_WELCOME = frozenset({"yes", "designated", "permissive", "official"})
_RIDDEN_KMH = 10.0  # riding is allowed among walkers
_FOOT_ONLY = frozenset({"pedestrian", "footway"})
_STOPS_CARS = frozenset(
    {
        "bollard",
        "block",
        "cycle_barrier",
        "motorcycle_barrier",
        "stile",
        "turnstile",
        "kissing_gate",
        "log",
        "chain",
    }
)
_STOPS_BIKES = frozenset({"stile", "turnstile", "kissing_gate"})


def speeds(tags: Tags) -> tuple[tuple[float, float], ...]:
    """Return for each of `MODES` the speeds along a way and against it, km/h; 0 = not that way.

    Ferries, and whatever is no highway, carry nobody: they keep hours that nobody knows here.
    """
    kind = CLASSES.get(tags.get("highway", ""))
    if kind is None or tags.get("route") == "ferry":
        return NOWHERE
    along, against = _directions(tags)
    both = _bike_directions(tags, (along, against))
    walk, ride, drive = _walk(tags, kind), _ride(tags, kind), _drive(tags, kind)
    return ((walk, walk), (ride * both[0], ride * both[1]), (drive * along, drive * against))


def passes(tags: Tags) -> tuple[bool, bool, bool]:
    """Return whether each of `MODES` gets past a point: a bollard, a gate."""
    barrier = tags.get("barrier", "")
    if not barrier:
        return True, True, True
    walk, ride, drive = (_access(tags, mode) not in _CLOSED for mode in MODES)
    opened = any(tags.get(tag) in _WELCOME for tag in _ACCESS["drive"][:3])
    return (
        walk,
        ride and (barrier not in _STOPS_BIKES or tags.get("bicycle") in _WELCOME),
        drive and (barrier not in _STOPS_CARS or opened),
    )


def _access(tags: Tags, mode: str) -> str:
    return next((tags[tag] for tag in _ACCESS[mode] if tag in tags), "")


def _walk(tags: Tags, kind: Class) -> float:
    told = _access(tags, "walk")
    if told in _CLOSED or (tags.get("motorroad") == "yes" and told not in _WELCOME):
        return 0.0
    return kind.walk


def _ride(tags: Tags, kind: Class) -> float:
    told = _access(tags, "ride")
    if told in _CLOSED or (tags.get("motorroad") == "yes" and told not in _WELCOME):
        return 0.0
    if told == "dismount":
        return min(kind.ride, _PUSH_KMH)
    if tags["highway"] in _FOOT_ONLY and tags.get("bicycle") in _WELCOME:
        return _RIDDEN_KMH
    return kind.ride


def _drive(tags: Tags, kind: Class) -> float:
    if _access(tags, "drive") in _CLOSED:
        return 0.0
    return min(limit_kmh(tags) or kind.limit, _TOP_KMH) * kind.share


def limit_kmh(tags: Tags) -> float | None:
    """Return the signposted maximum of a way, km/h; None if there is none, or it cannot be read."""
    told = tags.get("maxspeed", "").strip().lower()
    if told in _LIMITS:
        return _LIMITS[told]
    found = re.fullmatch(r"(\d{1,3}(?:\.\d)?)\s*(km/h|kmh|kph|mph)?", told)
    if found is None or float(found[1]) == 0:
        return None
    return float(found[1]) * (_MPH_KMH if found[2] == "mph" else 1.0)


def _directions(tags: Tags) -> tuple[bool, bool]:
    """Return whether vehicles may go along a way, and against it."""
    told = tags.get("oneway", "").lower()
    if told in {"-1", "reverse"}:
        return False, True
    implied = tags.get("junction") in {"roundabout", "circular"} or tags["highway"].startswith("motorway")
    if told in {"yes", "true", "1"} or (implied and told not in {"no", "false", "0"}):
        return True, False
    return True, True


def _bike_directions(tags: Tags, vehicles: tuple[bool, bool]) -> tuple[bool, bool]:
    """Return the same for e-bikes, which some one-way streets let through against the cars."""
    told = tags.get("oneway:bicycle", "").lower()
    sides = [tags.get(f"cycleway{side}", "") for side in ("", ":left", ":right", ":both")]
    lanes = [tags.get(f"cycleway:{side}:oneway", "") for side in ("left", "right")]
    if told == "no" or any(side.startswith("opposite") for side in sides) or {"no", "-1"} & set(lanes):
        return True, True
    if told in {"yes", "1", "true"}:
        return True, False
    return (False, True) if told == "-1" else vehicles
