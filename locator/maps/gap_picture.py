"""Gaps as pictures: the map of cells, the clock of a week, and both in one PNG-ready sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from locator.maps.backdrop import land
from locator.maps.folium_map import outline_collection
from locator.maps.paint import colours, marker
from locator.maps.placing import Box, frame_round
from locator.maps.svg_text import broken, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from locator.maps.basemaps import Basemap
    from locator.maps.placing import Frame

    Ring = Sequence[Sequence[float]]

LEVELS = 6
_DAY = 24
_WEEKDAYS = "一二三四五六日"
_HEX_OPACITY = 0.9


class Patch(NamedTuple):
    """A cell: its outer rings (lon, lat in the backdrop's datum), how deep its gap is (0-5), whether that is doubtful."""

    rings: Sequence[Ring]
    level: int
    doubtful: bool


class Spot(NamedTuple):
    """A place on the map, in the backdrop's datum: a station (`number` None) or a numbered remedy."""

    lon: float
    lat: float
    family: str
    known: bool
    number: int | None = None
    taken: bool = False


class Tick(NamedTuple):
    """An hour of the clock: how deep its gap is, and whether that is doubtful."""

    level: int
    doubtful: bool


class Sheet(NamedTuple):
    """What a sheet shows."""

    title: str
    lines: Sequence[str]
    patches: Sequence[Patch]
    spots: Sequence[Spot]
    clock: Sequence[Tick]
    legend: str
    foot: Sequence[str]
    district: str


def svg_sheet(sheet: Sheet, basemap: Basemap, width: float = 1000.0) -> str:
    """Return title, map, legend and clock as one picture."""
    ink, pad = colours("light"), 24.0
    drawn: list[str] = []
    y = 14.0
    for line in broken(sheet.title, (width - 2 * pad) / 38, 3):
        y += 42
        drawn.append(words(pad, y, line, 38, ink["ink"], bold=True))
    y += 14
    for line in (part for said in sheet.lines for part in broken(said, (width - 2 * pad) / 19, 3)):
        y += 27
        drawn.append(words(pad, y, line, 19, ink["ink-2"]))
    box = Box(pad, y + 18, width - pad, y + 18 + 0.72 * width)
    drawn.append(gap_map(sheet, basemap, box))
    y = box.bottom + 30
    drawn += [_legend(pad, y, sheet.legend), clock_at(sheet.clock, pad, y + 30, width - 2 * pad, 250)]
    y += 30 + 250 + 10
    for line in (part for said in sheet.foot for part in broken(said, (width - 2 * pad) / 16, 4)):
        y += 23
        drawn.append(words(pad, y, line, 16, ink["ink-3"]))
    height = y + 24
    return _document(
        "".join([f'<rect width="{width:g}" height="{height:.0f}" fill="{ink["paper"]}"/>', *drawn]),
        width,
        height,
    )


def svg_gap_map(sheet: Sheet, basemap: Basemap, width: float = 900.0, height: float = 620.0) -> str:
    """Return the map alone, with its legend."""
    body = gap_map(sheet, basemap, Box(0, 0, width, height - 34)) + _legend(0, height - 12, sheet.legend)
    return _document(body, width, height)


def svg_clock(clock: Sequence[Tick], width: float = 900.0, height: float = 240.0) -> str:
    """Return the clock alone."""
    return _document(clock_at(clock, 0, 0, width, height), width, height)


def gap_map(sheet: Sheet, basemap: Basemap, box: Box) -> str:
    """Return the cells on the districts' outlines, clipped to a box: stations small, remedies numbered."""
    ink = colours("light")
    outline = _outline(sheet.district, basemap)
    corners = [(point[0], point[1]) for ring in outline for point in ring]
    frame = frame_round(corners or [(spot.lon, spot.lat) for spot in sheet.spots], box, 18)
    cells = "".join(_patch(patch, frame) for patch in sheet.patches)
    edge = "".join(f'<path d="{_path([ring], frame)}"/>' for ring in outline)
    small = "".join(
        marker(
            *frame.place(spot.lon, spot.lat), 15, spot.family, "open" if spot.known else "unknown", "light"
        )
        for spot in sheet.spots
        if spot.number is None and _shows(spot, frame)
    )
    pins = "".join(_pin(spot, frame) for spot in sheet.spots if spot.number is not None)
    return (
        f"{_hatch()}{land(frame, [sheet.district[:4]], basemap, 'light', 1.0)}"
        f'<g clip-path="url(#window)">{cells}'
        f'<g fill="none" stroke="{ink["ink"]}" stroke-width="3" stroke-linejoin="round">{edge}</g>{small}{pins}</g>'
    )


def clock_at(clock: Sequence[Tick], x: float, y: float, width: float, height: float) -> str:
    """Return the 168 hours as seven rows of 24."""
    ink, left, top = colours("light"), 52.0, 24.0
    wide, tall = (width - left) / _DAY, (height - top) / len(_WEEKDAYS)
    drawn = [_hatch()]
    drawn += [
        words(
            x + left + hour * wide,
            y + 16,
            str(hour),
            15,
            ink["ink-2"],
            anchor="middle" if hour < _DAY else "end",
        )
        for hour in range(0, _DAY + 1, 3)
    ]
    for day, name in enumerate(_WEEKDAYS):
        drawn.append(words(x, y + top + (day + 0.68) * tall, f"周{name}", 16, ink["ink-2"]))
        for hour, tick in enumerate(clock[day * _DAY : (day + 1) * _DAY]):
            place = (
                f'x="{x + left + hour * wide:.1f}" y="{y + top + day * tall:.1f}"'
                f' width="{wide - 1.5:.1f}" height="{tall - 1.5:.1f}"'
            )
            drawn.append(f'<rect {place} fill="{ink[f"gap-{tick.level}"]}"/>')
            if tick.doubtful:
                drawn.append(f'<rect {place} fill="url(#hatched)"/>')
    return "".join(drawn)


def _legend(x: float, y: float, most: str) -> str:
    ink = colours("light")
    drawn = [words(x, y, "0", 15, ink["ink-2"])]
    drawn += [
        f'<rect x="{x + 16 + i * 30}" y="{y - 13}" width="30" height="15" fill="{ink[f"gap-{i}"]}"/>'
        for i in range(LEVELS)
    ]
    drawn.append(words(x + 204, y, most, 15, ink["ink-2"]))
    at = x + 460
    drawn.append(
        f'<rect x="{at}" y="{y - 13}" width="30" height="15" fill="{ink["gap-2"]}"/>'
        f'<rect x="{at}" y="{y - 13}" width="30" height="15" fill="url(#hatched)"/>'
    )
    drawn.append(words(at + 38, y, "斜纹：有的站时间不清楚，可能没这么缺", 15, ink["ink-2"]))
    return "".join(drawn)


def _patch(patch: Patch, frame: Frame) -> str:
    ink, path = colours("light"), _path(patch.rings, frame)
    drawn = f'<path d="{path}" fill="{ink[f"gap-{patch.level}"]}" fill-opacity="{_HEX_OPACITY}" stroke="{ink["paper"]}"/>'
    return drawn + (f'<path d="{path}" fill="url(#hatched)"/>' if patch.doubtful and patch.level else "")


def _pin(spot: Spot, frame: Frame) -> str:
    ink, (x, y) = colours("light"), frame.place(spot.lon, spot.lat)
    fill, line, said = (
        (ink["action"], ink["on-action"], ink["on-action"])
        if spot.taken
        else (ink["paper"], ink["ink"], ink["ink"])
    )
    return (
        f'<path d="M{x:.1f} {y:.1f}l-10 -12a13 13 0 1 1 20 0z" fill="{fill}" stroke="{line}" stroke-width="2"/>'
        + words(x, y - 15, str(spot.number), 16, said, bold=True, anchor="middle")
    )


def _shows(spot: Spot, frame: Frame) -> bool:
    x, y = frame.place(spot.lon, spot.lat)
    return frame.box.left <= x <= frame.box.right and frame.box.top <= y <= frame.box.bottom


def _hatch() -> str:
    ink = colours("light")["gap-hatch"]
    return (
        '<defs><pattern id="hatched" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="1.2" height="7" fill="{ink}" fill-opacity=".6"/></pattern></defs>'
    )


def _outline(code: str, basemap: Basemap) -> list[Ring]:
    """Return the outer rings of a district in the backdrop's datum."""
    found: list[Ring] = []
    for feature in outline_collection(code[:4], basemap)["features"]:
        if feature["properties"]["code"] == code:
            shape = feature["geometry"]
            parts = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
            found += [part[0] for part in parts]
    return found


def _path(rings: Iterable[Ring], frame: Frame) -> str:
    drawn = ""
    for ring in rings:
        points = (frame.place(point[0], point[1]) for point in ring)
        drawn += "M" + " ".join(f"{x:.1f} {y:.1f}" for x, y in points) + "z"
    return drawn


def _document(body: str, width: float, height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:.0f}" '
        f'viewBox="0 0 {width:g} {height:.0f}">{body}</svg>'
    )
