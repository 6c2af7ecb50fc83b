"""What lies behind the markers of a picture: district outlines, a kilometre grid, names, all drawn by us."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import shapely

from locator.maps.folium_map import outline_collection
from locator.maps.paint import colours
from locator.maps.placing import Box
from locator.maps.svg_text import clean, width_em, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shapely import Geometry

    from locator.maps.basemaps import Basemap
    from locator.maps.placing import Frame
    from locator.maps.tiles import Tile

# The grid's steps; the finest whose lines stand this far apart is drawn.
_STEPS_KM = (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_APART = 60.0
_MOST_LABEL = 16


class Label(NamedTuple):
    """A name on the map, in the backdrop's datum; big ones are districts."""

    name: str
    lon: float
    lat: float
    big: bool


def land(frame: Frame, cities: Iterable[str], basemap: Basemap, theme: str, unit: float) -> str:
    """Return the districts' outlines and the grid, clipped to the frame."""
    ink, box = colours(theme), frame.box
    window = f'x="{box.left:.2f}" y="{box.top:.2f}" width="{box.right - box.left:.2f}" height="{box.bottom - box.top:.2f}"'
    shapes = [shape for city in cities for _, _, shape in _districts(city, basemap)]
    # A little beyond the edge, so that the cut itself is not drawn as a border.
    west, south, east, north = frame.bounds
    dx, dy = (east - west) / 50, (north - south) / 50
    clipped = [shapely.clip_by_rect(shape, west - dx, south - dy, east + dx, north + dy) for shape in shapes]
    districts = "".join(_path(part, frame) for part in clipped if not part.is_empty)
    return (
        f'<clipPath id="window"><rect {window}/></clipPath><g clip-path="url(#window)">'
        f'<rect {window} fill="{ink["map-land"]}"/>'
        f'<g fill="{ink["map-block"]}" fill-rule="evenodd">{districts}</g>'
        f'<g fill="none" stroke="{ink["map-road"]}" stroke-width="{unit * 0.8:.2f}">{_grid(frame, unit)}</g>'
        f'<g fill="none" stroke="{ink["map-label"]}" stroke-width="{unit * 1.1:.2f}" stroke-opacity=".65">{districts}</g></g>'
    )


def tiled(frame: Frame, tiles: Sequence[Tile]) -> str:
    """Return tiles clipped to the frame."""
    box = frame.box
    window = f'x="{box.left:.2f}" y="{box.top:.2f}" width="{box.right - box.left:.2f}" height="{box.bottom - box.top:.2f}"'
    # A hair wider than they are, or seams show between them.
    images = "".join(
        f'<image x="{t.x:.3f}" y="{t.y:.3f}" width="{t.side + 0.4:.3f}" height="{t.side + 0.4:.3f}" preserveAspectRatio="none" href="{t.image}"/>'
        for t in tiles
    )
    return f'<clipPath id="window"><rect {window}/></clipPath><g clip-path="url(#window)">{images}</g>'


def grid_km(frame: Frame, unit: float) -> float:
    """Return the side of the grid's squares."""
    return next((km for km in _STEPS_KM if km * frame.units_a_km >= _APART * unit), _STEPS_KM[-1])


def labels(
    frame: Frame,
    cities: Iterable[str],
    towns: Iterable[tuple[str, float, float]],
    basemap: Basemap,
    theme: str,
    unit: float,
    taken: Sequence[Box],
) -> str:
    """Return the names that find room beside the markers: districts first, then towns.

    Parameters
    ----------
    frame
        The window.
    cities
        The first four digits of the codes whose districts are named.
    towns
        (name, lon, lat), in the backdrop's datum.
    basemap
        Whose datum the outlines are shifted to.
    theme, unit
        Colours, and how many picture units a point of the layout is.
    taken
        Boxes that no name may touch.
    """
    ink, used, drawn = colours(theme), list(taken), []
    named = [
        *_names(frame, cities, basemap),
        *(Label(clean(n)[:_MOST_LABEL], x, y, big=False) for n, x, y in towns),
    ]
    for label in named:
        size = (13 if label.big else 11.5) * unit
        width = width_em(label.name) * size
        for x, y in _beside(*frame.place(label.lon, label.lat), width, size):
            box = Box.round(x, y, width + 4 * unit, size * 1.25)
            if frame.box.holds(box) and not any(box.meets(other) for other in used):
                used.append(box)
                drawn.append(
                    words(
                        x, y + size * 0.36, label.name, size, ink["map-label"],
                        bold=label.big, anchor="middle", halo=ink["map-halo"], halo_width=3 * unit,
                    )
                )  # fmt: skip
                break
    return "".join(drawn)


def _beside(x: float, y: float, width: float, size: float) -> Iterator[tuple[float, float]]:
    yield x, y
    for far in (1.6, 3.0):
        yield from ((x, y + far * size), (x, y - far * size))
    for far in (0.6, 0.9):
        yield from ((x + far * width, y), (x - far * width, y))


def _names(frame: Frame, cities: Iterable[str], basemap: Basemap) -> Iterator[Label]:
    west, south, east, north = frame.bounds
    for city in cities:
        for _, name, shape in _districts(city, basemap):
            seen = shapely.clip_by_rect(shape, west, south, east, north)
            # A sliver in a corner is not what its name would seem to stand on.
            if seen.area > 0.02 * (east - west) * (north - south):
                middle = seen.representative_point()
                yield Label(clean(name), middle.x, middle.y, big=True)


@lru_cache(maxsize=16)
def _districts(city: str, basemap: Basemap) -> tuple[tuple[str, str, Geometry], ...]:
    """Return (code, name, outline in the backdrop's datum) of a city's districts, mended where they cross themselves."""
    return tuple(
        (
            f["properties"]["code"],
            f["properties"]["name"],
            shapely.make_valid(shapely.geometry.shape(f["geometry"])),
        )
        for f in outline_collection(city, basemap)["features"]
    )


def _path(shape: Geometry, frame: Frame) -> str:
    rings = []
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon":
            continue
        for ring in (part.exterior, *part.interiors):
            points = [frame.place(lon, lat) for lon, lat in ring.coords[:-1]]
            rings.append("M" + " ".join(f"{x:.1f} {y:.1f}" for x, y in points) + "z")
    return f'<path d="{"".join(rings)}"/>' if rings else ""


def _grid(frame: Frame, unit: float) -> str:
    step, box = grid_km(frame, unit) * frame.units_a_km, frame.box
    # From the centre, so that the picture does not lean to a side.
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    across = [x + i * step for i in _steps(x, box.left, box.right, step)]
    down = [y + i * step for i in _steps(y, box.top, box.bottom, step)]
    lines = [f"M{x:.1f} {box.top:.1f}V{box.bottom:.1f}" for x in across]
    lines += [f"M{box.left:.1f} {y:.1f}H{box.right:.1f}" for y in down]
    return f'<path d="{"".join(lines)}"/>'


def _steps(middle: float, low: float, high: float, step: float) -> Iterator[int]:
    yield from range(math.ceil((low - middle) / step), math.floor((high - middle) / step) + 1)
