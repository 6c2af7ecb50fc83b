"""The planner's whole question in one go: the gaps of a week, the remedies, and what is left once some are done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from locator.coverage import plan_answer
from locator.coverage.answer import answer
from locator.coverage.areas import cells_of
from locator.coverage.carried import carried_out
from locator.coverage.cover import Budget
from locator.coverage.gaps import gaps_of
from locator.coverage.sites import cells
from locator.coverage.siting import Wanted, plan
from locator.coverage.usable import usable
from locator.coverage.weeks import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from locator.catalog import Catalog
    from locator.coverage.actions import Action
    from locator.coverage.asked import Asked
    from locator.coverage.demand import Demand
    from locator.coverage.gaps import Gaps
    from locator.coverage.reach import Reach
    from locator.coverage.usable import Usable

# A cell's hour to the hundredth of a person-hour, as the answer has its own.
_DIGITS = 2


@dataclass(frozen=True, eq=False)
class Desk:
    """A question with everything that it is answered from."""

    catalog: Catalog
    demand: Demand
    reach: Reach
    asked: Asked

    def counted(self) -> Usable:
        """Return the services that count."""
        return usable(self.catalog, self.asked.monday, self.asked.kinds, self.asked.needs_amenity)

    def gaps(self, actions: Sequence[Action] = (), progress: Callable[[int], None] | None = None) -> Gaps:
        """Return the gaps of the week, as it is or once some actions are done."""
        counted = self.counted()
        counted = carried_out(counted, actions) if actions else counted
        return gaps_of(counted, self.demand, self.reach, self.asked.minutes, progress)

    def remedies(self) -> tuple[dict[str, Any], list[Action]]:
        """Return the plan as programs read it, and its actions in order."""
        asked = self.asked
        wanted = Wanted(
            sites=cells(self.demand) if asked.builds else (),
            extend=asked.extends,
            equip=asked.equips,
            retime=asked.retimes,
            budget=Budget(asked.actions),
        )
        found = plan(
            self.catalog, self.demand, wanted, reach=self.reach, minutes=asked.minutes, monday=asked.monday,
            kinds=asked.kinds, needs_amenity=asked.needs_amenity,
        )  # fmt: skip
        return plan_answer.as_json(found, self.demand), [step.action for step in found.steps]


def state_of(found: Gaps) -> dict[str, Any]:
    """Return the gaps as programs read them, and those of each cell by hour, [unknown hours closed, open]."""
    ids, shapes, label = cells_of(found.demand)
    whole, served = found.demand_by(label, len(ids)), found.served_by(label, len(ids))
    gap = np.maximum(whole - served, 0.0).round(_DIGITS)
    return {
        "coverage": answer(found),
        "cells": [
            {
                "id": name,
                "rings": _rings(shape),
                "demand": whole[i].round(_DIGITS).tolist(),
                "gap": [gap[0, i].tolist(), gap[1, i].tolist()],
            }
            for i, (name, shape) in enumerate(zip(ids, shapes, strict=True))
        ],
    }


def doors_of(counted: Usable) -> list[dict[str, Any]]:
    """Return where the services that count are, whether any of their week is unknown, and whether they never close."""
    always: NDArray[np.bool_] = np.all(unpacked(counted.weeks.sure), axis=1)
    unknown = (counted.weeks.sure != counted.weeks.possible).any(axis=1)
    return [
        {
            "id": counted.ids[owner],
            "lon": round(float(counted.lon[i]), 6),
            "lat": round(float(counted.lat[i]), 6),
            "unknown": bool(unknown[counted.code[i]]),
            "always": bool(always[counted.code[i]]),
        }
        for i, owner in enumerate(counted.owner.tolist())
    ]


def _rings(shape: shapely.Geometry) -> list[list[list[float]]]:
    """Return the outer rings of an outline, lon before lat."""
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)]
    return [np.asarray(part.exterior.coords).round(6).tolist() for part in parts]
