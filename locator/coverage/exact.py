"""The best choice of all, proven by HiGHS.

    maximise    sum w_e y_e
    subject to  y_e <= sum of x_j over the actions j that cover e
                sum of x_j <= actions,  sum of c_j x_j <= money
                x_i + x_j <= 1                          for actions that rule each other out
                x_old + sum of x_new = 1                for a mobile station's stop and what may take its place
                x_j in {0, 1},  0 <= y_e <= 1

after R. Church and C. ReVelle, "The maximal covering location problem", Papers of the Regional Science Association
32 (1974); y needs no whole numbers, for given whole x the best y is whole. What must be served is maximised first
and then held. Before HiGHS is asked, actions whose reduced price already decides about them are fixed, and
elements that the same actions cover are one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import highspy
import numpy as np
from scipy import sparse

from locator._errors import LocatorError, Text
from locator.coverage.bound import fixed

if TYPE_CHECKING:
    from locator.coverage.bound import Bound
    from locator.coverage.cover import Budget, Cover, Flags, Floats, Ints

_PROVEN = 1e-9


class _Quiet(highspy.Highs):
    """A solver that says nothing: with callbacks, it greets on the standard output, where JSON is to go."""

    def enableCallbacks(self) -> None:  # noqa: N802  HiGHS's name
        """Leave them off."""


class _Answer(NamedTuple):
    chosen: list[int]
    value: float
    ceiling: float


def proven(
    cover: Cover, budget: Budget, chosen: list[int], found: Bound, limit_s: float
) -> tuple[list[int], float, bool]:
    """Return the best choice, what no choice gains more than, and whether the first is proven to be the best.

    Parameters
    ----------
    cover, budget
        The problem.
    chosen
        A good choice to begin with.
    found
        A bound with its prices.
    limit_s
        Seconds to take at most; then the best choice so far is returned with the bound so far.
    """
    small, back, within = _smaller(cover, budget, chosen, found)
    place = {int(action): at for at, action in enumerate(back)}
    start = [place[action] for action in chosen]
    base = float(cover.weight[cover.kept_elements].sum())
    held: tuple[Floats, float] | None = None
    if small.must.any():
        first = _solved(small, budget, within, start, np.where(small.must, small.weight, 0.0), None, limit_s)
        held = (small.must * small.weight, first.value)
        start = first.chosen
    answer = _solved(small, budget, within, start, small.weight, held, limit_s)
    best = [int(back[at]) for at in answer.chosen]
    gain = cover.gain(best)
    if held is None and gain < cover.gain(chosen):
        best, gain = chosen, cover.gain(chosen)
    ceiling = min(answer.ceiling - base, found.gain) if held is None else answer.ceiling - base
    return best, max(ceiling, gain), answer.ceiling - base <= gain + _PROVEN * max(abs(gain), 1e-300)


def _smaller(cover: Cover, budget: Budget, chosen: list[int], found: Bound) -> tuple[Cover, Ints, Flags]:
    offered = np.ones(len(cover.cost), np.bool_)
    within = np.zeros(len(cover.cost), np.bool_)
    if not cover.must.any():
        out, within = fixed(cover, budget, found, cover.gain(chosen))
        out[chosen] = False
        offered = ~out
    small, back = cover.only(offered)
    return small, back, within[back]


def _solved(
    cover: Cover,
    budget: Budget,
    within: Flags,
    start: list[int],
    weight: Floats,
    held: tuple[Floats, float] | None,
    limit_s: float,
) -> _Answer:
    actions, elements = len(cover.cost), len(weight)
    rows, lower, upper = _rows(cover, budget, elements, held)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = actions + elements, rows.shape[0]
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.concatenate([np.zeros(actions), weight])
    model.col_lower_ = np.concatenate([within.astype(float), np.zeros(elements)])
    model.col_upper_ = np.ones(actions + elements)
    model.row_lower_, model.row_upper_ = lower, upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = (
        rows.indptr,
        rows.indices,
        rows.data,
    )
    whole, any_ = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    model.integrality_ = [whole] * actions + [any_] * elements
    solver: Any = _Quiet()  # type: ignore[no-untyped-call]
    for name, value in (
        ("output_flag", False), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0), ("time_limit", limit_s),
        ("mip_feasibility_tolerance", 1e-9), ("threads", 1),
    ):  # fmt: skip
        solver.setOptionValue(name, value)
    solver.passModel(model)
    solver.setSolution(_solution(cover, start, elements))
    solver.run()
    return _read(solver, cover, start, weight)


def _rows(
    cover: Cover, budget: Budget, elements: int, held: tuple[Floats, float] | None
) -> tuple[sparse.csr_matrix, Floats, Floats]:
    actions = len(cover.cost)
    nothing = sparse.csr_matrix((1, elements))
    covering = sparse.csr_matrix(
        (np.full(len(cover.by_element.indices), -1.0), cover.by_element.indices, cover.by_element.indptr),
        (elements, actions),
    )
    parts, lower, upper = (
        [sparse.hstack([covering, sparse.identity(elements)])],
        [-np.inf] * elements,
        [0.0] * elements,
    )

    def add(row: Floats, low: float, high: float) -> None:
        parts.append(sparse.hstack([sparse.csr_matrix(row), nothing]))
        lower.append(low)
        upper.append(high)

    offered = np.ones(actions)
    offered[cover.kept] = 0.0
    if budget.actions is not None:
        add(offered, -np.inf, budget.actions)
    if budget.money is not None:
        add(cover.cost * offered, -np.inf, budget.money)
    for old in cover.kept:
        add(((cover.instead_of == old) | (np.arange(actions) == old)).astype(float), 1.0, 1.0)
    pairs = _pairs(cover)
    if pairs.shape[0]:
        parts.append(sparse.hstack([pairs, sparse.csr_matrix((pairs.shape[0], elements))]))
        lower += [-np.inf] * pairs.shape[0]
        upper += [1.0] * pairs.shape[0]
    if held is not None:
        parts.append(sparse.hstack([sparse.csr_matrix((1, actions)), sparse.csr_matrix(held[0])]))
        lower.append(held[1] * (1 - 1e-9))
        upper.append(np.inf)
    return sparse.vstack(parts).tocsr(), np.array(lower), np.array(upper)


def _pairs(cover: Cover) -> sparse.csr_matrix:
    """Return one row for each two actions that rule each other out."""
    one = np.repeat(np.arange(len(cover.cost)), np.diff(cover.conflicts.indptr))
    other = cover.conflicts.indices
    one, other = one[one < other], other[one < other]
    number = np.arange(len(one))
    return sparse.csr_matrix(
        (np.ones(2 * len(one)), (np.concatenate([number, number]), np.concatenate([one, other]))),
        (len(one), len(cover.cost)),
    )


def _solution(cover: Cover, chosen: list[int], elements: int) -> highspy.HighsSolution:
    standing = cover.standing(chosen)
    values = np.zeros(len(cover.cost) + elements)
    values[standing] = 1.0
    values[len(cover.cost) :] = cover.covered(standing)
    solution = highspy.HighsSolution()
    solution.col_value = values.tolist()
    return solution


def _read(solver: _Quiet, cover: Cover, start: list[int], weight: Floats) -> _Answer:
    status, info = solver.getModelStatus(), solver.getInfo()
    if status not in {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kTimeLimit}:
        words = solver.modelStatusToString(status)
        raise LocatorError(Text(f"HiGHS 没有解出：{words}", f"HiGHS found no solution: {words}"))
    chosen = start
    values = np.asarray(solver.getSolution().col_value)[: len(cover.cost)]
    if len(values) and math.isfinite(info.objective_function_value):
        on = np.flatnonzero(values > 0.5)  # noqa: PLR2004  whole numbers, as a solver writes them
        chosen = [int(action) for action in on if action not in set(cover.kept.tolist())]
    reached = float(weight[cover.covered(cover.standing(chosen))].sum())
    ceiling = float(info.mip_dual_bound) if status != highspy.HighsModelStatus.kOptimal else reached
    return _Answer(chosen, reached, ceiling if math.isfinite(ceiling) else float("inf"))
