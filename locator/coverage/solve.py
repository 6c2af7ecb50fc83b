"""From a covering problem to a choice, and how far from the best it can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from locator.coverage.bound import Bound, bound
from locator.coverage.choosing import Chooser, choose, in_order

if TYPE_CHECKING:
    from locator.coverage.cover import Budget, Cover, Flags

# A choice this near to its bound is good enough to stop at, unless a proof is asked for.
CLOSE = 0.005
# Small parts are done anew so often, as long as that is worth it: at least such a share.
_STEPS, _TIMES, _WORTH = 300, 8, 2e-4
# The rounding of sums.
_EQUAL = 1e-9
# Actions that are looked at again: so many for each that is chosen.
_LIKELY = 5


@dataclass(frozen=True)
class Choice:
    """Chosen actions in order, what they gain, what nothing can exceed, and whether that is proven to be the best."""

    actions: tuple[int, ...]
    gain: float
    upper_bound: float
    optimal: bool


def solve(cover: Cover, budget: Budget, *, prove: bool = False, limit_s: float = 60.0) -> Choice:
    """Return a good choice of actions with a bound; the best one if a proof is asked for and found in time.

    Parameters
    ----------
    cover, budget
        The problem.
    prove
        Solve it exactly.
    limit_s
        Seconds that the exact solution may take.
    """
    cover = cover.condensed()
    chosen = choose(cover, budget)
    close, steps = (1e-7, 400) if prove else (CLOSE, 100)
    found = bound(cover, budget, chosen, close=close, most=steps)
    chosen = _improved(cover, budget, chosen, found)
    ceiling, optimal = found.gain, False
    if prove:
        from locator.coverage.exact import proven  # noqa: PLC0415  HiGHS is loaded by those who ask for it

        chosen, ceiling, optimal = proven(cover, budget, chosen, found, limit_s)
    gain = cover.gain(chosen)
    ceiling = max(min(ceiling, _everything(cover)), gain)
    # Nothing gains more: what must be served is another matter, unless that is proven.
    tight = ceiling <= gain * (1 + _EQUAL) and not cover.must.any()
    return Choice(tuple(in_order(cover, budget, chosen)), gain, ceiling, optimal or tight)


def _everything(cover: Cover) -> float:
    """Return what all actions together would gain: elements that nobody covers are nobody's gain."""
    reachable = np.diff(cover.by_element.indptr) > 0
    return float(cover.weight[reachable & ~cover.kept_elements].sum())


def _improved(cover: Cover, budget: Budget, chosen: list[int], found: Bound) -> list[int]:
    """Return a choice that is no worse: the likeliest actions alone are tried in other combinations."""
    if cover.gain(chosen) * (1 + CLOSE) >= found.gain or not chosen or len(cover.kept):
        return chosen
    small, actions = cover.only(_likely(chosen, found))
    place = {int(action): at for at, action in enumerate(actions)}
    starts = [[place[action] for action in chosen]]
    starts.append(np.argsort(-found.picks[actions], kind="stable")[: len(chosen)].tolist())
    choosers = [_exchanged(small, budget, start) for start in starts]
    best = max(choosers, key=lambda chooser: _pull(small, chooser.chosen))
    enough, gain = found.gain / (1 + CLOSE), small.gain(best.chosen)
    for seed in range(1, 1 + _TIMES):
        best.stir(_STEPS, seed)
        before, gain = gain, small.gain(best.chosen)
        if gain >= enough or gain <= before * (1 + _WORTH):
            break
    better = _pull(small, best.chosen) > _pull(small, starts[0])
    return [int(actions[at]) for at in best.chosen] if better else chosen


def _exchanged(cover: Cover, budget: Budget, start: list[int]) -> Chooser:
    chooser = Chooser(cover, budget)
    chooser.start_from(start)
    chooser.fill()
    chooser.exchange()
    return chooser


def _likely(chosen: list[int], found: Bound) -> Flags:
    likely = found.picks > 0
    most = min(_LIKELY * len(chosen), len(likely))
    likely[np.argpartition(-found.sums, most - 1)[:most]] = True
    likely[chosen] = True
    return likely


def _pull(cover: Cover, chosen: list[int]) -> float:
    return float(cover.pull[cover.covered(cover.standing(chosen))].sum())
