"""The choice of actions against spopt's optimum, against brute force, and against its own bound."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from locator.coverage.choosing import choose
from locator.coverage.compressed import Compressed
from locator.coverage.cover import Budget, Cover
from locator.coverage.reach import Sites, straight
from locator.coverage.solve import solve

if TYPE_CHECKING:
    from numpy.typing import NDArray


def pairs_of(covers: NDArray[np.bool_]) -> Compressed:
    """Rows of elements, columns of actions, as compressed rows."""
    rows, columns = np.nonzero(covers)
    counts = np.bincount(rows, minlength=len(covers))
    return Compressed(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), columns.astype(np.int32))


def random_cover(seed: int) -> tuple[Cover, NDArray[np.bool_]]:
    """A small problem with costs, conflicts, and mobile stations that could be elsewhere."""
    r = np.random.default_rng(seed)
    elements, actions = int(r.integers(1, 25)), int(r.integers(2, 10))
    covers = r.random((elements, actions)) < r.uniform(0.05, 0.5)
    instead_of = np.full(actions, -1, np.int32)
    if actions > 3 and seed % 3:
        instead_of[:2] = actions - 1
    clash = np.triu(r.random((actions, actions)) < 0.15, 1)
    clash[:, instead_of[instead_of >= 0]] = False
    clash[0, 1] |= instead_of[0] >= 0  # one stop cannot move to two places
    cost = r.choice([1.0, 2.0, 5.0], actions)
    cost[instead_of[instead_of >= 0]] = 0.0
    weight = r.choice([0.5, 1.0, 3.0, 10.0], elements)
    return Cover(weight, pairs_of(covers), cost, pairs_of(clash | clash.T), instead_of), clash | clash.T


def best_of_all(cover: Cover, clash: NDArray[np.bool_], budget: Budget) -> float:
    offered = np.flatnonzero(cover.plain_ones | (cover.instead_of >= 0)).tolist()
    best = 0.0
    for size in range(min(budget.most, len(offered)) + 1):
        for some in combinations(offered, size):
            fits = cover.cost[list(some)].sum() <= budget.purse + 1e-12
            if fits and not any(clash[a, b] for a, b in combinations(some, 2)):
                best = max(best, cover.gain(list(some)))
    return best


def allowed(cover: Cover, clash: NDArray[np.bool_], budget: Budget, chosen: tuple[int, ...]) -> bool:
    fits = len(chosen) <= budget.most and cover.cost[list(chosen)].sum() <= budget.purse + 1e-12
    return (
        fits and len(set(chosen)) == len(chosen) and not any(clash[a, b] for a, b in combinations(chosen, 2))
    )


@pytest.mark.parametrize("seed", range(200))
def test_a_proof_equals_brute_force_and_the_quick_choice_stays_within_its_bound(seed: int) -> None:
    cover, clash = random_cover(seed)
    budget = (Budget(seed % 4 + 1), Budget(money=float(seed % 7)), Budget(2, 4.0))[seed % 3]
    truth = best_of_all(cover, clash, budget)
    proven, quick = solve(cover, budget, prove=True), solve(cover, budget)
    assert proven.optimal
    assert proven.gain == pytest.approx(truth)
    assert proven.upper_bound == pytest.approx(truth)
    assert quick.gain <= truth + 1e-9
    assert truth <= quick.upper_bound + 1e-9
    for answer in (proven, quick):
        assert allowed(cover, clash, budget, answer.actions)
        assert answer.gain == pytest.approx(cover.gain(list(answer.actions)))
        assert sum(cover.in_steps(list(answer.actions))) == pytest.approx(answer.gain)
        assert not answer.optimal or answer.gain == pytest.approx(truth)


def town(seed: int, points: int, sites: int) -> tuple[NDArray[np.float64], Compressed]:
    r = np.random.default_rng(seed)
    lon, lat = 121.5 + r.normal(0, 0.05, points), 31.2 + r.normal(0, 0.05, points)
    where = Sites(121.5 + r.normal(0, 0.05, sites), 31.2 + r.normal(0, 0.05, sites))
    return r.integers(1, 100, points).astype(float), Compressed(
        *straight("walk").within(lon, lat, where, 15.0)
    )


@pytest.mark.filterwarnings("ignore")  # of the peer's own
@pytest.mark.parametrize("seed", range(8))
def test_a_proof_equals_the_optimum_of_spopt(seed: int) -> None:
    pulp, locate = pytest.importorskip("pulp"), pytest.importorskip("spopt.locate")
    weight, by_element = town(seed, 150, 40)
    number = 3 + 2 * seed
    cover = Cover.plain(weight, by_element, 40)
    cost = np.ones((150, 40))
    cost[np.repeat(np.arange(150), np.diff(by_element.indptr)), by_element.indices] = 0.0
    peer = locate.MCLP.from_cost_matrix(cost, weight, 0.5, number).solve(pulp.HiGHS(msg=False, gapRel=0))
    answer = solve(cover, Budget(number), prove=True)
    assert answer.optimal
    assert answer.gain == pytest.approx(pulp.value(peer.problem.objective))


@pytest.mark.parametrize("seed", range(4))
def test_a_town_is_solved_to_within_three_per_cent(seed: int) -> None:
    weight, by_element = town(seed, 3000, 300)
    cover = Cover.plain(weight, by_element, 300)
    quick, proven = solve(cover, Budget(20)), solve(cover, Budget(20), prove=True)
    assert proven.optimal
    assert quick.gain <= proven.gain + 1e-6
    assert proven.gain <= quick.upper_bound + 1e-6
    assert quick.upper_bound <= quick.gain * 1.03


def test_a_proof_out_of_time_says_so() -> None:
    weight, by_element = town(1, 3000, 300)
    answer = solve(Cover.plain(weight, by_element, 300), Budget(30), prove=True, limit_s=0.0)
    assert answer.gain <= answer.upper_bound
    assert answer.optimal == (answer.upper_bound <= answer.gain * (1 + 1e-9))


def test_elements_of_the_same_actions_are_one() -> None:
    weight, by_element = town(2, 2000, 60)
    cover = Cover.plain(weight, by_element, 60)
    small = cover.condensed()
    chosen = choose(cover, Budget(7))
    assert len(small.weight) < len(cover.weight)
    assert small.gain(chosen) == pytest.approx(cover.gain(chosen))
    lists = [tuple(small.by_element.row(e)) for e in range(len(small.weight))]
    assert len(set(lists)) == len(lists)
