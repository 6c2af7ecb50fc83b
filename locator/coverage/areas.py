"""Gaps by district and town, and the places that are served worst, with the hours that are empty there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import h3
import numpy as np

from locator.coverage.gaps import Range
from locator.coverage.in_districts import by_district, narrow
from locator.coverage.points import outline
from locator.coverage.weeks import HOURS
from locator.districts import district_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely import Geometry

    from locator.coverage.demand import Demand
    from locator.coverage.gaps import Gaps

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int32]

# 0.1 km2: a few blocks of houses.
CELL_RESOLUTION = 9
_WORST_WINDOWS = 3
# Of an hour in which half of those who are out have nowhere to go, we say that the place is empty then.
EMPTY = 0.5


class Area(NamedTuple):
    """A district (by its code) or a town: its demand and what of it is served, person-hours a week."""

    level: str
    code: str | None
    name: str
    demand_weight: float
    demand_person_hours: float
    served: Range


class Window(NamedTuple):
    """Hours of the week that follow each other (`end` not included) and what is unserved in them, person-hours."""

    start: int
    end: int
    unserved: Range


class Place(NamedTuple):
    """A place with unserved demand: its outline, and its longest or heaviest empty windows, worst first."""

    id: str
    shape: Geometry
    demand_weight: float
    demand_person_hours: float
    served: Range
    windows: tuple[Window, ...]


def areas(found: Gaps) -> list[Area]:
    """Return the gaps by district and, where the demand names its towns, by town; the largest demand first.

    Districts are those of the coarse outlines; a point outside all of them belongs to none.
    """
    labels = [*by_district(found.demand), *_by_town(found.demand)]
    out: list[Area] = []
    for level, names, label in labels:
        whole = found.demand_by(label, len(names)).sum(axis=1)
        served = found.served_by(label, len(names)).sum(axis=2)
        held = label >= 0
        weight = np.bincount(label[held], found.demand.weight[held], len(names))
        rows = [
            Area(
                level,
                code if level == "district" else None,
                (district_name(code) or code) if level == "district" else code,
                float(weight[i]),
                float(whole[i]),
                Range(float(served[0, i]), float(served[1, i])),
            )
            for i, code in enumerate(names)
        ]
        out += sorted(rows, key=lambda area: -area.demand_person_hours)
    return out


def _by_town(demand: Demand) -> Iterator[tuple[str, list[str], Rows]]:
    if demand.town is None:
        return
    names, label = np.unique(demand.town.astype(str), return_inverse=True)
    label = label.reshape(-1).astype(np.int32)
    if len(names) and not names[0]:  # what the file does not say stays unknown
        names, label = names[1:], label - 1
    if len(names):
        yield "town", names.tolist(), label.astype(np.int32)


def places(found: Gaps) -> list[Place]:
    """Return the places with unserved demand, most person-hours first: the outlines of the demand, or H3 cells."""
    ids, shapes, label = cells_of(found.demand)
    whole, served = found.demand_by(label, len(ids)), found.served_by(label, len(ids))
    weight = np.bincount(label, found.demand.weight, len(ids))
    # Of the two cases the one that is sure to be empty or not: unknown hours taken as closed.
    left = whole.sum(axis=1) - served[0].sum(axis=1)
    return [
        Place(
            ids[i],
            shapes[i],
            float(weight[i]),
            float(whole[i].sum()),
            Range(*served[:, i].sum(axis=1).tolist()),
            windows(whole[i], served[:, i]),
        )
        for i in np.argsort(-left, kind="stable").tolist()
        if left[i] > 1e-9 * whole[i].sum()
    ]


def windows(demand: Floats, served: Floats) -> tuple[Window, ...]:
    """Return the worst runs of hours in which at least half of the demand is unserved if unknown hours are closed.

    Parameters
    ----------
    demand, served
        Person-hours by hour of the week, shapes (HOURS,) and (2, HOURS).
    """
    empty = (demand > 0) & (demand - served[0] >= EMPTY * demand)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], empty, [False]])))
    found = [
        Window(start, end, Range(*(demand - served)[:, start:end].sum(axis=1).tolist()))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    ]
    return tuple(sorted(found, key=lambda window: (-window.unserved.low, window.start))[:_WORST_WINDOWS])


def cells_of(demand: Demand) -> tuple[list[str], list[Geometry], Rows]:
    """Return the places of a demand by name, their outlines, and the place of each point."""
    if demand.shapes is not None:
        rows, label = np.unique(demand.source_row, return_inverse=True)
        if all(demand.shapes[row] is not None for row in rows):
            return [f"row {row + 1}" for row in rows], [demand.shapes[row] for row in rows], narrow(label)
    cells = [
        h3.latlng_to_cell(lat, lon, CELL_RESOLUTION)
        for lon, lat in zip(demand.lon.tolist(), demand.lat.tolist(), strict=True)
    ]
    names, label = np.unique(np.array(cells, np.str_), return_inverse=True)
    return names.tolist(), [outline(cell) for cell in names.tolist()], narrow(label)


def clock(window: Window) -> str:
    """Return a window in words: 周一20:00–周二08:00."""
    if window.end - window.start == HOURS:
        return "整周"
    last = window.end - 1  # midnight ends a day, it does not begin the next
    return f"{hour_name(window.start)}–周{'一二三四五六日'[last // 24]}{last % 24 + 1:02d}:00"


def hour_name(hour: int) -> str:
    """Return an hour of the week in words: 周一03:00."""
    return f"周{'一二三四五六日'[hour % HOURS // 24]}{hour % 24:02d}:00"
