"""A world with actions done is what the records would say if somebody had done them, whatever the action."""

from __future__ import annotations

import numpy as np
import pytest
from planning.brute import catalog_of
from planning.test_gaps import WANTED, WEEKS, WORLDS, demand_of
from planning.test_siting import answer_of, done, served, small_world

from locator.coverage.carried import carried_out
from locator.coverage.gaps import gaps_of
from locator.coverage.reach import straight
from locator.coverage.usable import usable


@pytest.mark.parametrize("part", range(5))
def test_any_choice_of_actions_serves_what_the_changed_records_serve(part: int) -> None:
    kinds: set[str] = set()
    for seed in range(part, WORLDS, 15):
        services, needed = small_world(seed), WANTED[seed % 3 if seed % 4 else 0]
        demand, monday = demand_of(seed, services), WEEKS[seed % 3]
        steps = answer_of(seed, services, demand, needed).steps
        kept = np.random.default_rng(seed).random(len(steps)) < 0.6
        chosen = [step.action for step, keep in zip(steps, kept, strict=True) if keep]
        records = {service.id: service for service in services}
        for action in chosen:
            done(records, action, needed)
            kinds.add(action.kind)
        counted = usable(catalog_of(*services), monday, (), needed)
        then = carried_out(counted, chosen)
        assert (np.diff(then.owner) >= 0).all()
        found = gaps_of(then, demand, straight("ride" if seed % 2 else "walk"), 15.0)
        low, high = served(records, demand, seed, needed)
        assert found.served_person_hours == pytest.approx(
            (low, high), abs=1e-9 * max(demand.person_hours, 1)
        ), seed
    assert {"build", "extend", "retime"} <= kinds
