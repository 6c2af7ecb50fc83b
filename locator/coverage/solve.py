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
_STEPS, _TIMES = 500, 4
# Actions that are looked at again: so many for each that is chosen.
_LIKELY = 6


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
    chosen = choose(cover, budget)
    found = bound(cover, budget, chosen, close=1e-7 if prove else CLOSE, most=400 if prove else 150)
    chosen = _improved(cover, budget, chosen, found)
    gain, ceiling, optimal = cover.gain(chosen), found.gain, False
    if prove:
        from locator.coverage.exact import proven  # noqa: PLC0415  HiGHS is loaded by those who ask for it

        chosen, ceiling, optimal = proven(cover, budget, chosen, found, limit_s)
        gain = cover.gain(chosen)
    ceiling = max(min(ceiling, _everything(cover)), gain)
    tight = ceiling <= gain * (1 + 1e-9)
    return Choice(
        tuple(in_order(cover, budget, chosen)), gain, ceiling, optimal or (tight and not cover.must.any())
    )


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
    best, value = starts[0], _pull(small, starts[0])
    for number, start in enumerate(starts):
        chooser = Chooser(small, budget)
        chooser.start_from(start)
        chooser.fill()
        chooser.exchange()
        for time in range(_TIMES):
            if small.gain(chooser.chosen) * (1 + CLOSE) >= found.gain:
                break
            chooser.stir(_STEPS, 1 + time + _TIMES * number)
        if _pull(small, chooser.chosen) > value:
            best, value = chooser.chosen, _pull(small, chooser.chosen)
    return [int(actions[at]) for at in best]


def _likely(chosen: list[int], found: Bound) -> Flags:
    likely = found.picks > 0
    most = min(_LIKELY * len(chosen), len(likely))
    likely[np.argpartition(-found.sums, most - 1)[:most]] = True
    likely[chosen] = True
    return likely


def _pull(cover: Cover, chosen: list[int]) -> float:
    return float(cover.pull[cover.covered(cover.standing(chosen))].sum())
