"""Demand that couriers told: where and when somebody looked for a service and found none."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

from locator._errors import InputError, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

# Fewer than these in a cell might be one person: planners do not see them.
LEAST_TIMES = 5
_HOURS = 168


class Counted(Protocol):
    """How often it happened in a cell in an hour of the week (0 = Monday 00:00)."""

    @property
    def cell(self) -> str: ...  # noqa: D102  as the class says
    @property
    def hour_of_week(self) -> int: ...  # noqa: D102
    @property
    def times(self) -> int: ...  # noqa: D102


def needs_frame(counts: Iterable[Counted]) -> pd.DataFrame:
    """Return counts as a demand table: a row a cell, of weight 1, in the rhythm of its counts.

    So each time that was counted is one person-hour. Cells with fewer than `LEAST_TIMES` are left out.

    Raises
    ------
    InputError
        No cell has enough.
    """
    import pandas as pd  # noqa: PLC0415  a tenth of a second, for those who plan

    cells: dict[str, list[int]] = defaultdict(lambda: [0] * _HOURS)
    for one in counts:
        cells[one.cell][one.hour_of_week] += one.times
    kept = {cell: hours for cell, hours in cells.items() if sum(hours) >= LEAST_TIMES}
    if not kept:
        raise InputError(
            "demand",
            "needs",
            Text(
                f"骑手报过的需求还不够：一格至少 {LEAST_TIMES} 次才显示",
                f"too few needs were counted: a cell is shown from {LEAST_TIMES} on",
            ),
        )
    rows = [
        {"cell": cell, "weight": 1.0, **{f"h{hour}": float(n) for hour, n in enumerate(hours)}}
        for cell, hours in sorted(kept.items())
    ]
    return pd.DataFrame(rows)
