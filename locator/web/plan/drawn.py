"""A result as the picture rooms draw it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from locator.datum import convert
from locator.maps.gap_picture import Patch, Sheet, Spot, Tick
from locator.web.plan import view
from locator.web.plan.page import datum_words, how_words

if TYPE_CHECKING:
    from locator.maps import Basemap
    from locator.web.plan.opened import Opened

_WEEKDAYS, _DAY = "一二三四五六日", 24
# So much of a cell's demand hangs on unknown hours.
_DOUBTFUL = 0.1


def sheet_of(found: Opened, basemap: Basemap) -> Sheet:
    """Return what the pictures of a result show."""
    result, coverage = found.result, found.shown["coverage"]
    done = f"做完第 {'、'.join(map(str, found.ticked))} 项，" if found.shows_then else ""
    when = "一周" if found.hour is None else f"周{_WEEKDAYS[found.hour // _DAY]}{found.hour % _DAY}点"
    top = top_of(found)
    return Sheet(
        f"{done}{view.who(found.question, found.demand['of'])} {view.gap_share(coverage).words} 的时间没处去",
        [f"每周 {coverage['demand_person_hours']:,.0f} 人时里，{view.gap_hours(coverage)} 人时够不着", view.sentence(found.question, found.demand["of"]).rstrip("。")],
        [_patch(cell, found.hour, top, basemap) for cell in found.shown["cells"]],
        [*_doors(result, basemap), *_pins(found, basemap)],
        [Tick(hour.level, hour.doubtful) for hour in view.clock(coverage, view.round_top(view.hours_of(result["coverage"])[1]))],
        f"{top:,.0f}+ 人时没处去，每格，{when}",
        [f"{how_words(found)}。", *_cautions(found), *datum_words(basemap)],
        found.question.boundary,
    )  # fmt: skip


def _cautions(found: Opened) -> list[str]:
    if found.demand["of"] is None:
        return [found.demand["caution"]]
    return [f"需求：{found.demand['source']}。", *([f"{view.DEMO_STATIONS}。"] if found.demo else [])]


def top_of(found: Opened) -> float:
    """Return from how many person-hours on a cell has the deepest colour."""
    cells = found.result["cells"]
    if found.hour is None:
        return view.round_top([sum(cell["gap"][0]) for cell in cells])
    return view.round_top([hour for cell in cells for hour in cell["gap"][0]])


def _patch(cell: dict[str, Any], hour: int | None, top: float, basemap: Basemap) -> Patch:
    lines = (cell["demand"], cell["gap"][0], cell["gap"][1])
    demand, closed, opened = (sum(line) if hour is None else line[hour] for line in lines)
    rings = [_converted(ring, basemap) for ring in cell["rings"]]
    return Patch(rings, view.level(closed, top), closed - opened > _DOUBTFUL * demand)


def _converted(ring: list[list[float]], basemap: Basemap) -> list[list[float]]:
    lon, lat = np.array(ring).T
    x, y = convert(lon.copy(), lat.copy(), "wgs84", basemap.datum)
    return np.column_stack([x, y]).tolist()  # type: ignore[no-any-return]


def _doors(result: dict[str, Any], basemap: Basemap) -> list[Spot]:
    return [Spot(*_at(door, basemap), door["family"], not door["unknown"]) for door in result["doors"]]


def _pins(found: Opened, basemap: Basemap) -> list[Spot]:
    return [
        Spot(
            *_at(step["where"], basemap), "station", known=True,
            number=step["rank"], taken=step["rank"] in found.ticked,
        )
        for step in found.result["plan"]["actions"]
    ]  # fmt: skip


def _at(place: dict[str, Any], basemap: Basemap) -> tuple[float, float]:
    lon, lat = convert(float(place["lon"]), float(place["lat"]), "wgs84", basemap.datum)
    return lon, lat
