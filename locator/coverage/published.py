"""Gaps and plans as they may leave the house: outlines, remedies and their words in the datum of publication."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import h3

from locator.datum import Datum
from locator.publication import position

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

JsonObject = dict[str, Any]
# As `coverage.actions` writes a site that has no name.
_WRITTEN = re.compile(r"(-?\d{1,3}\.\d{5}), (-?\d{1,2}\.\d{5})")


def cell_name(name: str, number: int, datum: Datum) -> str:
    """Return what a place is called where its name may be an H3 cell: that tells a WGS-84 position, a number does not."""
    return name if datum is Datum.WGS84 or not h3.is_valid_cell(name) else f"cell {number}"


def reworded(plan: Mapping[str, Any], datum: Datum) -> JsonObject:
    """Return a plan as `coverage.plan_answer` has it, with the positions in its sentences written in a datum."""
    if datum is Datum.WGS84:
        return {**plan}
    return {
        **plan,
        "actions": [{**step, "change": in_words(step["change"], datum)} for step in plan["actions"]],
    }


def placed(plan: Mapping[str, Any], datum: Datum) -> JsonObject:
    """Return a plan with its numbers in a datum, and without names of H3 cells, unless that is WGS-84."""
    if datum is Datum.WGS84:
        return {**plan}
    found = {**plan, "datum": datum.value, "never_reached": _points(plan["never_reached"], datum)}
    found["actions"] = [
        {**step, "where": _point(step["where"], datum), "name": _readable(step["name"])}
        for step in plan["actions"]
    ]
    if "target" in plan:
        target = plan["target"]
        found["target"] = {**target, "never_reached": _points(target["never_reached"], datum)}
    return found


def in_words(change: Mapping[str, str], datum: Datum) -> dict[str, str]:
    """Return what is to be done, by language, with the positions in it written in a datum."""
    if datum is Datum.WGS84:
        return {**change}

    def said(match: re.Match[str]) -> str:
        lon, lat = position(float(match[1]), float(match[2]), datum)
        return f"{lon:.5f}, {lat:.5f}"

    return {language: _WRITTEN.sub(said, text) for language, text in change.items()}


def _readable(name: str | None) -> str | None:
    return None if name is None or h3.is_valid_cell(name) else name


def _points(points: Sequence[Mapping[str, Any]], datum: Datum) -> list[JsonObject]:
    return [_point(point, datum) for point in points]


def _point(point: Mapping[str, Any], datum: Datum) -> JsonObject:
    lon, lat = position(point["lon"], point["lat"], datum, 6)
    return {**point, "lon": lon, "lat": lat}
