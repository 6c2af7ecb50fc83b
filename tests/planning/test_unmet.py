"""What couriers told is demand: a time counted is a person-hour, and few times are nobody's business."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import h3
import pytest
from click.testing import CliRunner

from locator import InputError
from locator.cli import main
from locator.coverage.unmet import needs_frame
from locator.store import Store
from locator.store.needs import Need, add_needs

if TYPE_CHECKING:
    from pathlib import Path

    from locator import Service

CELL = h3.latlng_to_cell(31.27, 121.54, 8)
OTHER = h3.latlng_to_cell(31.30, 121.50, 8)


def test_a_cell_counts_once_for_each_time_and_not_below_five() -> None:
    frame = needs_frame([Need(CELL, 3, 4), Need(CELL, 20, 2), Need(OTHER, 3, 4)])
    assert frame["cell"].tolist() == [CELL]
    assert frame[[f"h{hour}" for hour in range(168)]].to_numpy().sum() == 6
    assert frame["h20"].item() == 2


def test_too_few_are_refused() -> None:
    with pytest.raises(InputError, match="too few"):
        needs_frame([Need(CELL, 3, 4)])


def test_the_command_takes_the_stores_needs(tmp_path: Path, sample: list[Service]) -> None:
    url = f"sqlite:///{tmp_path}/own.db"
    store = Store(url)
    store.create(sample, "tests")
    add_needs(store, {(CELL, 26): 7, (OTHER, 2): 3})
    done = CliRunner().invoke(
        main, ["coverage", "--store", url, "--demand", "needs", "--week", "2026-11-23", "--json"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    # Both figures are of the case in which unknown hours are taken as closed.
    hours = told["served_person_hours"]["low"] + told["unserved_person_hours"]["low"]
    assert told["demand_weight"] == pytest.approx(1.0)
    assert hours == pytest.approx(7.0)
