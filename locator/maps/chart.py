"""The map part of a picture: the markers of an answer, none over another, on what lies behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from locator.datum import convert
from locator.districts import districts_at
from locator.maps import backdrop
from locator.maps.captions import NUMBERED
from locator.maps.paint import colours, marker
from locator.maps.placing import Box, apart, frame_round
from locator.places import town_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from locator.cards import Card
    from locator.hits import Answer
    from locator.maps.basemaps import Basemap
    from locator.maps.placing import Frame
    from locator.maps.tiles import Tile

TileSource = Callable[["Frame", "Basemap", float], "Sequence[Tile]"]

# Where a map without anything to show looks: the middle of the country.
_NOWHERE = ((105.0, 32.0), (113.0, 37.0))
# Sides of markers with a number, without one, and of the specks that the rest are; and of the asker's ring.
_PIN, _SMALL, _SPECK, _ME = 26.0, 15.0, 6.0, 24.0
_GAP, _MARGIN, _BADGE = 4.0, 36.0, 4.0
# Greedy placing fills little more than half of a plane; a third always works.
_MOST_FILLED = 0.33


def no_tiles(_frame: Frame, _basemap: Basemap, _unit: float) -> Sequence[Tile]:
    """Return no tiles: the outlines are the backdrop."""
    return ()


class Chart(NamedTuple):
    """A drawn map: its elements, its frame, how many of the markers have no number, whether it lies on tiles."""

    svg: str
    frame: Frame
    small: int
    tiled: bool


class Pin(NamedTuple):
    """A marker: its number in the list, its card, where it belongs, where it stands, and its side."""

    number: int
    card: Card
    anchor: tuple[float, float]
    at: tuple[float, float]
    side: float


def chart(
    answer: Answer,
    cards: Sequence[Card],
    basemap: Basemap,
    box: Box,
    theme: str,
    unit: float,
    tiles: TileSource,
) -> Chart:
    """Return the map of an answer.

    Parameters
    ----------
    answer
        What was found.
    cards
        Its hits in words, in the order of the list.
    basemap
        In whose datum everything is drawn.
    box
        Where the map goes in the picture.
    theme, unit
        Colours, and how many picture units a point of the layout is.
    tiles
        Returns the tiles behind a frame, or none: then the outlines are drawn.
    """
    placed = [(i, c, _position(c, basemap)) for i, c in enumerate(cards, 1) if c.hit.lon is not None]
    asker = _asker(answer, basemap)
    frame = frame_round([p for _, _, p in placed] + asker or _NOWHERE, box, _MARGIN * unit)
    me = [frame.place(*position) for position in asker]
    pins, specks = pins_of([(n, c, frame.place(*p)) for n, c, p in placed], me, box, unit)
    codes = _codes(answer, cards)
    cities = sorted({code[:4] for code in codes})
    towns = [
        (name, *convert(lon, lat, "wgs84", basemap.datum))
        for name, lon, lat in town_labels(answer.catalog, codes)
    ]
    below = tiles(frame, basemap, unit)
    behind = backdrop.tiled(frame, below) if below else backdrop.land(frame, cities, basemap, theme, unit)
    taken = [Box.round(*pin.at, pin.side + 2 * unit) for pin in pins] + [
        Box.round(*at, _ME * unit) for at in me
    ]
    drawn = [
        behind,
        *(_speck(pin, theme, unit) for pin in reversed(specks)),
        _leaders(pins, theme, unit),
        # Tiles have names of their own.
        "" if below else backdrop.labels(frame, cities, towns, basemap, theme, unit, taken),
        *(_me(x, y, theme, unit) for x, y in me),
        # The first of the list are drawn last, on top.
        *(_marker(pin, theme, unit) for pin in reversed(pins)),
    ]
    return Chart("".join(drawn), frame, max(0, len(placed) - NUMBERED), bool(below))


def pins_of(
    placed: Sequence[tuple[int, Card, tuple[float, float]]],
    me: Sequence[tuple[float, float]],
    box: Box,
    unit: float,
) -> tuple[list[Pin], list[Pin]]:
    """Return the markers where they stand, none over another; and those that no room is left for, as specks."""
    inside = Box(*(edge + sign * _BADGE * unit for edge, sign in zip(box, (1, 1, -1, -1), strict=True)))
    room = _MOST_FILLED * (box.right - box.left) * (box.bottom - box.top)
    sizes: list[float] = []
    for i in range(len(placed)):
        side = ((_PIN if i < NUMBERED else _SMALL) + _GAP) * unit
        room -= side * side
        if room < 0:
            break
        sizes.append(side)
    n = len(sizes)
    taken = [Box.round(*at, _ME * unit) for at in me]
    stands = apart([anchor for _, _, anchor in placed[:n]], sizes, inside, taken)
    pins = [
        Pin(*placed[i], at, size - _GAP * unit)
        for i, (at, size) in enumerate(zip(stands, sizes, strict=True))
    ]
    return pins, [Pin(number, c, at, at, _SPECK * unit) for number, c, at in placed[n:]]


def _position(shown: Card, basemap: Basemap) -> tuple[float, float]:
    return convert(shown.hit.lon or 0.0, shown.hit.lat or 0.0, "wgs84", basemap.datum)


def _asker(answer: Answer, basemap: Basemap) -> list[tuple[float, float]]:
    question = answer.question
    if question.lon is None or question.lat is None:
        return []
    return [convert(question.lon, question.lat, question.datum, basemap.datum)]


def _codes(answer: Answer, cards: Sequence[Card]) -> list[str]:
    """Return the districts that are shown: those of the services, and the asker's."""
    question = answer.question
    codes = {c.hit.service.district for c in cards if c.hit.service.district}
    if question.lon is not None and question.lat is not None:
        codes.update(districts_at(*convert(question.lon, question.lat, question.datum, "wgs84")))
    return sorted(codes)


def _marker(pin: Pin, theme: str, unit: float) -> str:
    number = pin.number if pin.side > _SMALL * unit else None
    return marker(*pin.at, pin.side, pin.card.family, pin.card.door.state, theme, number)


def _speck(pin: Pin, theme: str, unit: float) -> str:
    ink = colours(theme)
    x, y = pin.at
    return (
        f'<circle class="speck" cx="{x:.1f}" cy="{y:.1f}" r="{pin.side / 2:.1f}" fill="{ink[f"kind-{pin.card.family}"]}"'
        f' stroke="{ink["paper"]}" stroke-width="{unit:.1f}"/>'
    )


def _me(x: float, y: float, theme: str, unit: float) -> str:
    ink = colours(theme)
    ring = f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{{:.2f}}" fill="{{}}" stroke="{{}}" stroke-width="{2.4 * unit:.2f}"/>'
    outer = ring.format(9 * unit, ink["paper"], ink["action"])
    return outer + ring.format(3.4 * unit, ink["action"], ink["action"])


def _leaders(pins: Sequence[Pin], theme: str, unit: float) -> str:
    """Return lines from the markers that had to move to where they belong, and a dot there."""
    ink, drawn = colours(theme), []
    for pin in pins:
        (ax, ay), (x, y) = pin.anchor, pin.at
        if abs(ax - x) + abs(ay - y) <= unit:
            continue
        line = f'<path fill="none" d="M{ax:.2f} {ay:.2f} {x:.2f} {y:.2f}" stroke="{{}}" stroke-width="{{:.2f}}"/>'
        drawn.append(line.format(ink["paper"], 3.6 * unit) + line.format(ink["ink-2"], 1.3 * unit))
        drawn.append(
            f'<circle cx="{ax:.2f}" cy="{ay:.2f}" r="{2.8 * unit:.2f}" fill="{ink["ink-2"]}"'
            f' stroke="{ink["paper"]}" stroke-width="{unit:.2f}"/>'
        )
    return "".join(drawn)
