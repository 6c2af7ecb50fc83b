"""The compiled part of taking a week apart: which minutes the same actions would serve.

Two points that reach the same timelines have the same week. Each such week is split once: the minutes that nothing
serves yet, by which of the new timelines would serve them. What is left over is nobody's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from locator.coverage.weeks import hour_minutes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from locator.coverage.weeks import Bits

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Rows = NDArray[np.int32]

_ONE, _LOW = np.uint64(1), np.uint64(63)
_MIX, _FOLD = np.uint64(0x9E3779B97F4A7C15), np.uint64(29)
_HOUR_MIN = 60.0


@njit(cache=True, nogil=True)
def note_rows(indptr: Ints, indices: Rows, code: Rows, first_bit: int, keys: Bits) -> None:
    """Set in the key of each point the bits of the timelines that it reaches."""
    for point in range(keys.shape[0]):
        for at in range(indptr[point], indptr[point + 1]):
            bit = first_bit + code[indices[at]]
            keys[point, bit >> 6] |= _ONE << (np.uint64(bit) & _LOW)


@njit(cache=True, nogil=True)
def numbered(keys: Bits, number: Rows) -> Ints:
    """Give each distinct key a number, in the order they are met; return where each was met first."""
    size = 1
    while size < 2 * keys.shape[0]:
        size *= 2
    table, first, count = np.full(size, -1, np.int32), np.empty(keys.shape[0], np.int64), 0
    for i in range(keys.shape[0]):
        mixed = np.uint64(0)
        for word in range(keys.shape[1]):
            mixed = (mixed ^ keys[i, word]) * _MIX
            mixed ^= mixed >> _FOLD
        slot = np.int64(mixed & np.uint64(size - 1))
        while table[slot] >= 0 and not _same(keys, first[table[slot]], i):
            slot = (slot + 1) & (size - 1)
        if table[slot] < 0:
            table[slot], first[count] = count, i
            count += 1
        number[i] = table[slot]
    return first[:count].copy()


@njit(cache=True, nogil=True)
def _same(keys: Bits, a: int, b: int) -> bool:
    for word in range(keys.shape[1]):
        if keys[a, word] != keys[b, word]:
            return False
    return True


@njit(cache=True, nogil=True)
def _value(row: Bits, rhythm: Floats) -> float:
    total = 0.0
    for hour in range(rhythm.size):
        total += rhythm[hour] * hour_minutes(row, hour)
    return total / _HOUR_MIN


@njit(cache=True, nogil=True)
def _is_set(key: Bits, bit: int) -> bool:
    held: bool = (key[bit >> 6] >> (np.uint64(bit) & _LOW)) & _ONE != 0
    return held


@njit(cache=True, nogil=True)
def _split(atoms: Bits, names: Bits, count: int, row: Bits, code: int) -> int:
    """Split each atom into what a timeline serves and what it does not; return how many there are then."""
    for atom in range(count):
        some, all_ = False, True
        for word in range(row.size):
            both = atoms[atom, word] & row[word]
            some = some or both != 0
            all_ = all_ and both == atoms[atom, word]
        if not some:
            continue
        at = atom
        if not all_:
            at, count = count, count + 1
            names[at] = names[atom]
            for word in range(row.size):
                atoms[at, word] = atoms[atom, word] & row[word]
                atoms[atom, word] &= ~row[word]
        names[at, code >> 6] |= _ONE << (np.uint64(code) & _LOW)
    return count


@njit(cache=True, nogil=True)
def take_apart(
    keys: Bits, base: Bits, new: Bits, whole: Bits, rhythms: Floats, rhythm_of: Rows
) -> tuple[Ints, Floats, Bits, Floats]:
    """Return the atoms of each distinct week: where they start, their person-hours per head, who serves them.

    `keys` hold a bit for each row of `base`, then one for each of `new`. Last come the person-hours per head that
    nothing serves today, new or not.
    """
    old, most = base.shape[0], 0
    words = max(1, (new.shape[0] + 63) >> 6)
    starts, unserved = np.zeros(keys.shape[0] + 1, np.int64), np.zeros(keys.shape[0])
    values, served_by = np.empty(64), np.zeros((64, words), np.uint64)
    room = 16
    atoms, names = np.empty((room, whole.size), np.uint64), np.zeros((room, words), np.uint64)
    for week in range(keys.shape[0]):
        rhythm = rhythms[rhythm_of[week]]
        atoms[0], names[0] = whole, np.uint64(0)
        for row in range(old):
            if _is_set(keys[week], row):
                for word in range(whole.size):
                    atoms[0, word] &= ~base[row, word]
        unserved[week] = _value(atoms[0], rhythm)
        count = 1
        for row in range(new.shape[0]):
            if _is_set(keys[week], old + row):
                if 2 * count > room:
                    room = 4 * count
                    atoms, names = _larger(atoms, room), _larger(names, room)
                count = _split(atoms, names, count, new[row], row)
        starts[week + 1] = starts[week]
        for atom in range(count):
            anybody = False
            for word in range(words):
                anybody = anybody or names[atom, word] != 0
            value = _value(atoms[atom], rhythm) if anybody else 0.0
            if value <= 0.0:
                continue
            at = starts[week + 1]
            if at == values.size:
                values, served_by = _longer(values), _larger(served_by, 2 * at)
            values[at], served_by[at] = value, names[atom]
            starts[week + 1] += 1
            most += 1
    return starts, values[:most].copy(), served_by[:most].copy(), unserved


@njit(cache=True, nogil=True)
def _larger(table: Bits, rows: int) -> Bits:
    wider = np.zeros((rows, table.shape[1]), np.uint64)
    wider[: table.shape[0]] = table
    return wider


@njit(cache=True, nogil=True)
def _longer(column: Floats) -> Floats:
    wider = np.empty(2 * column.size)
    wider[: column.size] = column
    return wider


@njit(cache=True, nogil=True)
def elements(
    week_of: Rows,
    starts: Ints,
    values: Floats,
    served_by: Bits,
    weight: Floats,
    indptr: Ints,
    indices: Rows,
    code: Rows,
    fill: int,
    ptr: Ints,
    actions: Rows,
    weights: Floats,
    point_of: Rows,
) -> None:
    """Count the actions of each point's atoms (`fill` 0), or, given where their rows start, list them (1)."""
    element = 0
    for point in range(week_of.size):
        week = week_of[point]
        for atom in range(starts[week], starts[week + 1]):
            found = 0
            for at in range(indptr[point], indptr[point + 1]):
                if _is_set(served_by[atom], code[indices[at]]):
                    if fill:
                        actions[ptr[element] + found] = indices[at]
                    found += 1
            if fill:
                weights[element] = weight[point] * values[atom]
                point_of[element] = point
            else:
                ptr[element + 1] = ptr[element] + found
            element += 1
