"""What of an operator's table stays in the house: its rows. Sums by cell, district and town may be read by anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def coverage_without_rows(coverage: Mapping[str, Any]) -> dict[str, Any]:
    """Return the gaps with where a table has faults, but not with what stands there: a reason quotes it, too."""
    told = [{name: fault[name] for name in ("row", "column")} for fault in coverage["faults"]]
    return {**coverage, "faults": told}


def plan_without_rows(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan with how much demand nothing reaches, but not with where that is."""
    return {**plan, "never_reached": []}
