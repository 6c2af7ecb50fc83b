"""Gaps as the answer that programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from locator.coverage.areas import areas

if TYPE_CHECKING:
    from locator.coverage.areas import Area
    from locator.coverage.gaps import Gaps, Range

# Person-hours to the hundredth: the float's own noise is far below, and files stay comparable.
_DIGITS = 2
_SHARE_DIGITS = 6


def answer(found: Gaps, language: str = "zh") -> dict[str, Any]:
    """Return the members of `locator coverage --json`, person-hours a week; reasons in a language."""
    by_hour = found.served_by_hour.round(_DIGITS)
    return {
        "week": found.usable.weeks.monday.isoformat(),
        "demand_points": len(found.demand),
        "demand_weight": round(float(found.demand.weight.sum()), 6),
        "demand_person_hours": round(found.person_hours, _DIGITS),
        "served_person_hours": _range(found.served_person_hours),
        "unserved_person_hours": _range(found.unserved_person_hours),
        "served_share": _range(found.served_share, _SHARE_DIGITS),
        "by_hour": [{"low": low, "high": high} for low, high in by_hour.T.tolist()],
        "demand_by_hour": found.demand_by_hour.round(_DIGITS).tolist(),
        "by_area": [_area(area) for area in areas(found)],
        "stations": stations(found),
        "unreachable_points": int(found.unreachable.sum()),
        "faults": [
            {
                "row": fault.row,
                "column": fault.column,
                "value": fault.value,
                "reason": fault.reason.of(language),
            }
            for fault in found.demand.faults
        ],
    }


def stations(found: Gaps) -> list[dict[str, Any]]:
    """Return what each service alone serves, the most first: of those that some demand reaches at some time.

    `only_here_person_hours` takes unknown hours as closed, `only_here_if_open_person_hours` as open.
    """
    low, high = found.only_here.round(_DIGITS)
    order = np.lexsort((np.arange(len(low)), -high, -low))
    return [
        {
            "id": found.usable.ids[i],
            "only_here_person_hours": float(low[i]),
            "only_here_if_open_person_hours": float(high[i]),
        }
        for i in order.tolist()
        if found.in_reach[i]
    ]


def _range(value: Range, digits: int = _DIGITS) -> dict[str, float]:
    return {"low": round(value.low, digits), "high": round(value.high, digits)}


def _area(area: Area) -> dict[str, Any]:
    whole = area.demand_person_hours
    return {
        "level": area.level,
        "code": area.code,
        "name": area.name,
        "demand_weight": round(area.demand_weight, 6),
        "demand_person_hours": round(whole, _DIGITS),
        "served_person_hours": _range(area.served),
        "unserved_person_hours": {
            "low": round(whole - area.served.low, _DIGITS),
            "high": round(whole - area.served.high, _DIGITS),
        },
        "served_share": {
            "low": round(area.served.low / whole, _SHARE_DIGITS) if whole else 0.0,
            "high": round(area.served.high / whole, _SHARE_DIGITS) if whole else 0.0,
        },
    }
