"""What stands round the figures of a result: names for cells and sites, whose doors they are, what was assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shapely import Polygon, unary_union

from locator import vocabulary
from locator.coverage.areas import cells_of
from locator.coverage.reach import StraightReach
from locator.datum import Datum
from locator.landmarks import Landmarks

if TYPE_CHECKING:
    from locator.coverage.desk import Desk


def described(
    desk: Desk, doors: list[dict[str, Any]], answer: dict[str, Any], published: Datum = Datum.WGS84
) -> dict[str, Any]:
    """Return the members of a result that put names to its places; `published` is the datum of publication."""
    catalog = desk.catalog
    near = Landmarks(catalog, published)
    for door in doors:
        service = catalog.service(catalog.row_of(door["id"]))
        kind = vocabulary.KINDS[service.kind]
        family = kind.family if kind.family in vocabulary.FAMILIES else "other"
        door |= {"name": service.name, "family": family, "demo": service.demo}
    shapes = _shapes(desk)
    return {
        "doors": doors,
        "names": {name: near.of(*point) for name, point in shapes.items()},
        "towns": {name: near.town_of(*point) for name, point in shapes.items()},
        "sites": [
            step["name"] if step["action"] != "build" else near.of(step["where"]["lon"], step["where"]["lat"])
            for step in answer["actions"]
        ],
        "kinds": [
            None if step["id"] is None else catalog.service(catalog.row_of(step["id"])).kind
            for step in answer["actions"]
        ],
        "metres": _metres(desk),
    }


def _metres(desk: Desk) -> float | None:
    """Return how far one gets in a straight line; None by streets."""
    if not isinstance(desk.reach, StraightReach):
        return None
    return round(desk.reach.radius_m(desk.asked.minutes))


def _shapes(desk: Desk) -> dict[str, tuple[float, float]]:
    """Return the middle of each cell by its name."""
    ids, shapes, _ = cells_of(desk.demand)
    found = {}
    for name, shape in zip(ids, shapes, strict=True):
        middle = (
            unary_union([shape]).representative_point() if not isinstance(shape, Polygon) else shape.centroid
        )
        found[name] = (float(middle.x), float(middle.y))
    return found
