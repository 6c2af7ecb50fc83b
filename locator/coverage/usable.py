"""Which services count for a planner's question, in columns: kind, equipment, room, and when they are open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from locator import vocabulary
from locator.coverage.weeks import Key, Weeks

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from numpy.typing import NDArray

    from locator.catalog import Catalog

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int32]


class _Site(msgspec.Struct):
    """What a record says of whether it counts."""

    kind: str
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    capacity: int | None = None


@dataclass(frozen=True, eq=False)
class Usable:
    """Services that count, and their places: one for a fixed service, one for each stop of a mobile one.

    `owner` is the service of a place (a number into `ids`), ascending; `code` its row of `weeks`; `lon` and `lat`
    are WGS-84 degrees. `capacity` is by service, NaN where nobody knows it.
    """

    ids: list[str]
    capacity: Floats
    owner: Rows
    lon: Floats
    lat: Floats
    code: Rows
    weeks: Weeks

    def without(self, service: int) -> Usable:
        """Return the same with one service closed for good."""
        kept = self.owner != service
        return Usable(
            self.ids,
            self.capacity,
            self.owner[kept],
            self.lon[kept],
            self.lat[kept],
            self.code[kept],
            self.weeks,
        )


def usable(
    catalog: Catalog, monday: date, kinds: Iterable[str] = (), needs_amenity: Iterable[str] = ()
) -> Usable:
    """Return the services of a catalog that count in a week.

    Only active services count, of the kinds asked for, and not with a capacity of 0; one that nobody knows is
    no reason against. Needed equipment must be known to be there: where nobody knows, the service is only possibly
    open, and where it is known to lack, it does not count.

    Raises
    ------
    InputError
        An unknown kind or amenity, or the day is no Monday.
    """
    wanted = frozenset(vocabulary.check_codes("kind", list(kinds), vocabulary.KINDS))
    needed = frozenset(vocabulary.check_codes("needs_amenity", list(needs_amenity), vocabulary.AMENITIES))
    decode = msgspec.json.Decoder(_Site).decode
    ids: list[str] = []
    capacity: list[float] = []
    # Of each row of the catalog: its number here, and whether its equipment is sure.
    number, sure = np.full(len(catalog.ids), -1, np.int32), np.zeros(len(catalog.ids), np.bool_)
    placed = np.zeros(len(catalog.ids), np.bool_)
    placed[catalog.owner[catalog.profile >= 0]] = True
    for row in np.flatnonzero(placed).tolist():
        site = decode(catalog.raw(row))
        if (wanted and site.kind not in wanted) or site.capacity == 0 or needed & set(site.lacks):
            continue
        number[row], sure[row] = len(ids), needed <= set(site.has)
        ids.append(catalog.ids[row])
        capacity.append(np.nan if site.capacity is None else site.capacity)
    kept = np.flatnonzero((catalog.profile >= 0) & (number[catalog.owner] >= 0))
    kept = kept[np.argsort(number[catalog.owner[kept]], kind="stable")]
    weeks, code = _weeks(catalog, catalog.profile[kept], sure[catalog.owner[kept]], monday)
    return Usable(
        ids,
        np.array(capacity, np.float64),
        number[catalog.owner[kept]],
        catalog.lon[kept],
        catalog.lat[kept],
        code,
        weeks,
    )


def _weeks(
    catalog: Catalog, profile: NDArray[np.int32], sure: NDArray[np.bool_], monday: date
) -> tuple[Weeks, Rows]:
    """Return the week of some places by profile, and the row of each; not sure = only possibly open."""
    used = np.unique(profile)
    keys = [Key(p.hours, p.valid_from, p.valid_to) for p in (catalog.profiles[int(n)] for n in used)]
    weeks, codes = Weeks.of(keys, monday)
    code = codes[np.searchsorted(used, profile)] if len(used) else np.empty(0, np.int32)
    if sure.all():
        return weeks, code
    doubled = weeks.and_only_possible()
    return doubled, np.where(sure, code, code + np.int32(len(weeks))).astype(np.int32)
