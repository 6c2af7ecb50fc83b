"""Which services may be one and the same: a list to review; nothing is merged.

A pair is scored 0 to 1 from what its names share, how far apart it stands, its telephone, its code and its
kind. Only pairs that stand within `REACH_M`, or share a code, or of which one has no position, can score:
so the pairs are found from cells of that size, never by trying all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from locator._errors import Text
from locator.geodesy import geodesic_m
from locator.ingest._cells import near_pairs
from locator.ingest._names import Name, likeness, name_of, whole_ratio

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from locator.service import Service

    Floats = NDArray[np.float64]

AT_LEAST = 0.7
# Positions worked out from an address lie some hundred metres off; a chain's next shop is farther.
REACH_M, _SAME_SPOT_M = 400.0, 40.0
_FAR_SHARE = 0.55
_SAME_PHONE, _SAME_CODE, _OTHER_CODE = 0.15, 0.3, -0.25
_NO_POSITION, _CODE_ALONE = 0.72, 0.7
_SAME_NAME_OTHER_KIND = 0.95
# A number that so many share is a hotline, a code that so many share a default.
_HOTLINE, _MANY = 6, 50
_ALIKE = (
    frozenset({"station", "driver-home", "safety-station", "community-site"}),
    frozenset({"canteen", "restaurant"}),
    frozenset({"housing", "lodging", "hotel"}),
    frozenset({"legal-aid", "reception", "counselling"}),
    frozenset({"study-room", "classroom", "culture"}),
    frozenset({"shop", "haircut", "repair"}),
)
_TAIL = 7
_BETWEEN_PHONES, _NOT_DIGIT, _NOT_WORD = re.compile(r"[/、,;，；\s]+"), re.compile(r"\D"), re.compile(r"\W")
_NONE: frozenset[str] = frozenset()


class Twin(NamedTuple):
    """Two services that may be one: ids in order, score 0 to 1, why, and metres apart (None: unplaced)."""

    a_id: str
    b_id: str
    score: float
    reasons: Text
    distance_m: float | None


class Listed(msgspec.Struct):
    """A record as far as it is compared: decoded in a tenth of a whole one's time."""

    id: str
    kind: str
    name: str
    district: str | None = None
    town: str | None = None
    phone: str | None = None
    code: str | None = None
    lon: float | None = None
    lat: float | None = None
    stops: tuple[_Point, ...] = ()


class _Point(msgspec.Struct):
    lon: float
    lat: float


class Side(NamedTuple):
    """What is compared of a service."""

    id: str
    kind: str
    name: Name
    district: str | None
    phones: frozenset[str]
    code: str
    points: tuple[tuple[float, float], ...]


def find_twins(
    services: Iterable[Service], others: Iterable[Service] = (), *, at_least: float = AT_LEAST
) -> list[Twin]:
    """Return the pairs that may be one service, best first.

    Parameters
    ----------
    services
        Compared with each other.
    others
        Compared with `services`, not with each other: what the store holds already. A service with the id
        of one of `services` is that one, not its twin.
    at_least
        The lowest score to return, `AT_LEAST` or more.
    """
    return twins_among([side_of(s) for s in services], [side_of(o) for o in others], at_least)


def twins_among(own: Sequence[Side], others: Sequence[Side] = (), at_least: float = AT_LEAST) -> list[Twin]:
    """Return the same of what is compared of services."""
    first_other, sides = len(own), _without_hotlines([*own, *others])
    found: dict[tuple[str, str], Twin] = {}
    for i, j in _candidates(sides):
        if min(i, j) >= first_other or sides[i].id == sides[j].id:
            continue
        twin = _judged(sides[i], sides[j])
        if twin is not None and twin.score >= at_least:
            found[twin.a_id, twin.b_id] = twin
    return sorted(found.values(), key=lambda twin: (-twin.score, twin.a_id, twin.b_id))


def side_of(service: Service | Listed) -> Side:
    """Return what is compared of a service."""
    if service.stops:
        points = tuple((stop.lon, stop.lat) for stop in service.stops)
    elif service.lon is None or service.lat is None:
        points = ()
    else:
        points = ((service.lon, service.lat),)
    return Side(
        service.id,
        service.kind,
        name_of(service.name, service.district, service.town),
        service.district,
        _phones(service.phone),
        code_of(service.code),
        points,
    )


def code_of(text: str | None) -> str:
    """Return a code without what writers of lists put between its parts."""
    return _NOT_WORD.sub("", text).upper() if text else ""


def _phones(text: str | None) -> frozenset[str]:
    """Return the last digits of each number in a text: with or without the area code it is the same."""
    if not text:
        return _NONE
    numbers = (_NOT_DIGIT.sub("", part) for part in _BETWEEN_PHONES.split(text))
    return frozenset(number[-_TAIL:] for number in numbers if len(number) >= _TAIL)


def _without_hotlines(sides: list[Side]) -> list[Side]:
    holders: defaultdict[str, int] = defaultdict(int)
    for side in sides:
        for phone in side.phones:
            holders[phone] += 1
    hotlines = {phone for phone, count in holders.items() if count >= _HOTLINE}
    return [s._replace(phones=s.phones - hotlines) if s.phones & hotlines else s for s in sides]


def _candidates(sides: Sequence[Side]) -> set[tuple[int, int]]:
    """Return every pair of numbers that may score."""
    found = set(near_pairs([s.points for s in sides], [s.name for s in sides], REACH_M, _least_likeness))
    by_code: defaultdict[str, list[int]] = defaultdict(list)
    by_phone: defaultdict[str, list[int]] = defaultdict(list)
    by_core: defaultdict[str, list[int]] = defaultdict(list)
    unplaced = {side.name.core for side in sides if not side.points and side.name.core}
    for number, side in enumerate(sides):
        if side.code:
            by_code[side.code].append(number)
        for phone in side.phones:
            by_phone[phone].append(number)
        if side.name.core in unplaced:
            by_core[side.name.core].append(number)
    for group in (*by_code.values(), *by_phone.values(), *by_core.values()):
        found |= _pairs(group)
    return found


def _pairs(group: list[int]) -> set[tuple[int, int]]:
    """Return all pairs of a group; of a crowd, each with the next."""
    if len(group) > _MANY:
        return set(pairwise(group))
    return {(i, j) for n, i in enumerate(group) for j in group[:n]}


def _least_likeness(metres: Floats) -> Floats:
    """Return how alike names must be for a pair so far apart to score at all (codes come apart)."""
    return (AT_LEAST - _SAME_PHONE) / _nearness_share(metres)


def _nearness_share(metres: Floats) -> Floats:
    """Return what distance leaves of a score: all on the same spot, `_FAR_SHARE` at the edge of reach."""
    near = np.clip((REACH_M - metres) / (REACH_M - _SAME_SPOT_M), 0.0, 1.0)
    share: Floats = _FAR_SHARE + (1 - _FAR_SHARE) * near
    return share


def _judged(a: Side, b: Side) -> Twin | None:
    a, b = sorted((a, b), key=lambda side: side.id)
    metres = min((geodesic_m(*p, *q) for p in a.points for q in b.points), default=None)
    alike = _alike(a, b)
    same_code = bool(a.code) and a.code == b.code
    same_phone = bool(a.phones & b.phones)
    if metres is not None and metres <= REACH_M:
        score = alike * float(_nearness_share(np.array(metres)))
    elif metres is None and not (a.district and b.district and a.district != b.district):
        # Without a position the names must say the very same, or a telephone speaks for them.
        score = alike * _NO_POSITION if same_phone or (a.name.core and a.name.core == b.name.core) else 0.0
    else:
        score = 0.0
    if score:
        score += _SAME_PHONE * same_phone + (_OTHER_CODE if a.code and b.code and not same_code else 0.0)
    if same_code:
        score = max(
            score + _SAME_CODE, _CODE_ALONE + (1 - _CODE_ALONE) * alike * (metres is None or score > 0)
        )
    if score < AT_LEAST:
        return None
    reasons = _reasons(a, b, alike, metres, same_phone=same_phone, same_code=same_code)
    return Twin(a.id, b.id, round(min(score, 1.0), 3), reasons, None if metres is None else round(metres, 1))


def _alike(a: Side, b: Side) -> float:
    if a.kind == b.kind or any({a.kind, b.kind} <= group for group in _ALIKE):
        return likeness(a.name, b.name)
    # A canteen and a station in one house share its name; only one list's slip gives them all of it.
    whole = whole_ratio(a.name, b.name)
    return _SAME_NAME_OTHER_KIND * whole if whole >= _SAME_NAME_OTHER_KIND and a.name.core else 0.0


def _reasons(
    a: Side, b: Side, alike: float, metres: float | None, *, same_phone: bool, same_code: bool
) -> Text:
    share = round(100 * alike)
    said = [Text("名称相同", "same name") if a.name.core == b.name.core else
            Text(f"名称相似 {share}%", f"names {share} % alike")]  # fmt: skip
    if metres is None:
        said.append(Text("至少一处没有位置", "one has no position"))
    elif metres <= REACH_M:
        said.append(Text(f"相距 {metres:.0f} 米", f"{metres:.0f} m apart"))
    else:
        far = Text(
            f"却相距 {metres:.0f} 米，也可能是编码写错", f"yet {metres:.0f} m apart: perhaps a wrong code"
        )
        said.append(far)
    if same_code:
        said.append(Text("编码相同", "same code"))
    elif a.code and b.code:
        said.append(Text("编码不同", "different codes"))
    if same_phone:
        said.append(Text("电话相同", "same telephone"))
    if a.kind != b.kind:
        said.append(Text("种类不同", "different kinds"))
    return Text("，".join(text.zh for text in said), ", ".join(text.en for text in said))
