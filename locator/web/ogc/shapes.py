"""Collections of polygons: the districts' outlines, and the gaps of saved plans."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import shapely

from locator.districts import all_districts
from locator.web.ogc.facts import column_of, published
from locator.web.ogc.tables import Interval, Table, days
from locator.web.plan.jobs import read_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely import Geometry

    from locator.web.ogc.fields import Field

    Column = NDArray[Any]
    Floats = NDArray[np.float64]


class ShapeTable(Table):
    """Rows with an outline each.

    Parameters
    ----------
    tag
        As in `Table`.
    rows
        The properties of each, with its `id`; sorted by it.
    shapes
        In the datum of publication, shape (n,).
    fields
        Of the collection.
    """

    def __init__(self, tag: str, rows: list[dict[str, Any]], shapes: Column, fields: Sequence[Field]) -> None:
        super().__init__(tag, [row["id"] for row in rows])
        self._rows, self._types = rows, {field.name: field.type for field in fields}
        self._shapes: Column = column_of([_whole(shape) for shape in shapes], "geometry")

    @cached_property
    def _corners(self) -> tuple[Floats, Floats, Floats, Floats]:
        west, south, east, north = shapely.bounds(self._shapes).reshape(-1, 4).T
        return west, south, east, north

    def column(self, name: str) -> Column:  # noqa: D102
        if name == "geometry":
            return self._shapes
        return column_of([row[name] for row in self._rows], self._types[name])

    def corners(self) -> tuple[Floats, Floats, Floats, Floats]:  # noqa: D102
        return self._corners

    def interval(self) -> Interval | None:
        """Return the week of a gap; districts have no time."""
        if "week" not in self._types:
            return None
        monday = self.column("week")
        return days(monday, monday + np.timedelta64(6, "D"), open_ends=False)

    def properties(self, rows: Sequence[int]) -> list[dict[str, Any]]:  # noqa: D102
        return [{name: value for name, value in self._rows[row].items() if name != "id"} for row in rows]


def _whole(shape: Geometry) -> Geometry:
    """Return an outline as one kind of geometry, which does not cross itself: of 2,891 districts one does."""
    sound = shape if shapely.is_valid(shape) else shapely.buffer(shape, 0.0)
    return shapely.MultiPolygon([sound]) if isinstance(sound, shapely.Polygon) else sound


@cache
def district_table(fields: tuple[Field, ...], datum: str) -> ShapeTable:
    """Return the districts of China: 60 MB of outlines, read when they are first asked for."""
    listed = list(all_districts())
    rows = [{"id": d.code, "name": d.name, "city": d.city, "province": d.province} for d in listed]
    shapes = column_of([d.shape for d in listed], "geometry")
    if datum != "wgs84":
        shapes = shapely.transform(shapes, lambda at: published(at, datum))
    return ShapeTable("0", rows, shapes, fields)


class Gaps:
    """Keeps the gaps of the planner's results until another result is there."""

    def __init__(self) -> None:
        self._table: ShapeTable | None = None

    def table(self, folder: Path, fields: Sequence[Field]) -> ShapeTable:
        """Return the gaps of all results in a folder of runs, whose files are in the datum of publication."""
        files = sorted(
            (path, path.stat().st_mtime_ns)
            for path in folder.glob("*/files/gaps.gpkg")
            if (path.parent.parent / "result.json").exists()
        )
        state = repr([(path.parent.parent.name, at) for path, at in files])
        tag = f"{crc32(state.encode()):08x}"
        if self._table is None or self._table.tag != tag:
            rows: list[dict[str, Any]] = []
            shapes: list[Geometry] = []
            for path, _ in files:
                _read(path, rows, shapes)
            order = sorted(range(len(rows)), key=lambda i: str(rows[i]["id"]))
            column = column_of([shapes[i] for i in order], "geometry")
            self._table = ShapeTable(tag, [rows[i] for i in order], column, fields)
        return self._table


def _read(path: Path, rows: list[dict[str, Any]], shapes: list[Geometry]) -> None:
    import pyogrio  # noqa: PLC0415  a tenth of a second, for those who ask for gaps

    plan = path.parent.parent
    asked = (read_json(plan / "question.json") or {}).get("question")
    # A result without a gap has no such layer.
    if asked is None or "places" not in pyogrio.list_layers(path)[:, 0]:
        return
    meta, _, outlines, columns = pyogrio.raw.read(path, layer="places")
    names = list(meta["fields"])
    for number, outline in enumerate(outlines, 1):
        found = {name: _plain(column[number - 1]) for name, column in zip(names, columns, strict=True)}
        rows.append(
            {
                "id": f"{plan.name}~{number}",
                "plan": plan.name,
                **{name: asked[name] for name in ("boundary", "group", "mode", "minutes", "week")},
                **found,
            }
        )
        shapes.append(shapely.from_wkb(outline))


def _plain(value: Any) -> Any:  # noqa: ANN401  whatever a file holds
    return value.item() if isinstance(value, np.generic) else value
