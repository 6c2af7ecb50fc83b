"""A world in which some actions are done: the same services, with the doors that the actions open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from locator.coverage.usable import Usable
from locator.coverage.weeks import Weeks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from locator.coverage.actions import Action, Door


def carried_out(counted: Usable, actions: Sequence[Action]) -> Usable:
    """Return the services once some actions are done; what is built comes last, as `+1`, `+2`, ...

    A door that an action opens stands beside those that were there: a station that closes later is open whenever it was.
    Only the stop that a mobile station leaves is gone.
    """
    stays = np.ones(len(counted.owner), np.bool_)
    stays[[action.undoes for action in actions if action.undoes >= 0]] = False
    ids, number = list(counted.ids), {name: i for i, name in enumerate(counted.ids)}
    doors: list[Door] = []
    owners: list[int] = []
    for nth, action in enumerate(actions, 1):
        name = action.id or f"+{nth}"
        if name not in number:
            number[name] = len(ids)
            ids.append(name)
        doors += action.doors
        owners += [number[name]] * len(action.doors)
    weeks, codes = Weeks.of([door.key for door in doors], counted.weeks.monday)
    owner = np.concatenate([counted.owner[stays], np.array(owners, np.int32)])
    order = np.argsort(owner, kind="stable")
    lon = np.concatenate([counted.lon[stays], [door.lon for door in doors]])
    lat = np.concatenate([counted.lat[stays], [door.lat for door in doors]])
    code = np.concatenate([counted.code[stays], codes + np.int32(len(counted.weeks))])
    return Usable(
        ids,
        np.concatenate([counted.capacity, np.full(len(ids) - len(counted.ids), np.nan)]),
        owner[order].astype(np.int32),
        np.ascontiguousarray(lon[order], np.float64),
        np.ascontiguousarray(lat[order], np.float64),
        code[order].astype(np.int32),
        Weeks(
            counted.weeks.monday,
            np.concatenate([counted.weeks.sure, weeks.sure]),
            np.concatenate([counted.weeks.possible, weeks.possible]),
        ),
    )
