"""A plan as programs and planners read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from locator.coverage.demand import Demand
    from locator.coverage.siting import Plan, Step

# So many of the demand points that nothing reaches are named.
MOST_NAMED = 50


def as_json(answer: Plan, demand: Demand) -> dict[str, Any]:
    """Return the answer as the contract names its members."""
    found: dict[str, Any] = {
        "actions": [_step(step) for step in answer.steps],
        "gain_person_hours": answer.gain,
        "upper_bound": answer.upper_bound,
        "optimal": answer.optimal,
        "never_reached_weight": answer.never_reached_weight,
        "never_reached": _named(answer.never_reached, demand),
        "offered": answer.offered,
        "unserved_person_hours": {
            "today": answer.unserved_today,
            "then": answer.unserved_today - answer.gain,
        },
    }
    if answer.target is not None:
        target = answer.target
        found["target"] = {
            "met": target.met,
            "wanted_person_hours": target.wanted,
            "served_person_hours": {"today": target.served_today, "then": target.served_then},
            "never_reached_weight": float(demand.weight[target.never_reached].sum()),
            "never_reached": _named(target.never_reached, demand),
        }
    return found


def _step(step: Step) -> dict[str, Any]:
    action = step.action
    where = [{"lon": round(door.lon, 6), "lat": round(door.lat, 6)} for door in action.doors]
    return {
        "rank": step.rank,
        "action": action.kind,
        "id": action.id,
        "name": action.name,
        "where": where[0],
        "change": {"zh": action.change.zh, "en": action.change.en},
        "hours": action.hours,
        "gain_person_hours": step.gain,
        "gain_if_unknown_open_person_hours": step.gain_if_open,
        "cost": action.cost,
    }


def _named(points: NDArray[np.int64], demand: Demand) -> list[dict[str, Any]]:
    """Return the heaviest of some demand points."""
    heaviest = points[np.argsort(-demand.weight[points], kind="stable")][:MOST_NAMED]
    return [
        {
            "row": int(demand.source_row[point]) + 1,
            "lon": round(float(demand.lon[point]), 6),
            "lat": round(float(demand.lat[point]), 6),
            "weight": float(demand.weight[point]),
            "town": "" if demand.town is None else str(demand.town[point]),
        }
        for point in heaviest.tolist()
    ]
