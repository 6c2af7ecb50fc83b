"""What a question asks of a service itself, whoever asks and whenever: its district, needs, rent, vacancies.

Kinds and equipment are bits that the index prunes by. These are asked for more rarely: which places pass
is worked out once for all who ask the same, and kept while the catalog lasts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from locator.districts import find_district
from locator.records import BITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from locator.catalog import Catalog
    from locator.question import Question
    from locator.service import Service


class Criteria(NamedTuple):
    """What a service has to be; None and () ask for nothing. Rents in CNY a month."""

    district: str | None = None
    needs: tuple[str, ...] = ()
    rent_min: float | None = None
    rent_max: float | None = None
    vacancies: int | None = None

    def accept(self, service: Service) -> bool:
        """Tell whether a service passes all but the district; a rent or vacancies that nobody knows do not."""
        return _for_rent(self, service) and (not self.needs or bool(set(self.needs) & set(service.needs)))


NOTHING = Criteria()


class Housing(msgspec.Struct):
    """What a record says of a home."""

    rent_min: float | None = None
    rent_max: float | None = None
    vacancies: int | None = None


def criteria_of(question: Question) -> Criteria:
    """Return what a question asks of a service itself."""
    return Criteria(
        question.district, question.needs, question.rent_min, question.rent_max, question.vacancies
    )


def passing(criteria: Criteria, catalog: Catalog, bits: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the places whose services pass, in order. Shape (found,)."""
    if criteria.district is None:
        found = np.arange(len(catalog.owner))
    else:
        # Of a district's few places the rest is asked, not of the country's.
        found = catalog.places_in(find_district(criteria.district, catalog.districts))
    if criteria.needs:
        wanted = np.uint64(sum(BITS[f"need:{need}"] for need in criteria.needs))
        found = found[(bits[found] & wanted) != 0]
    if criteria[2:] != NOTHING[2:]:
        lowest, highest, free = catalog.home_columns[:, catalog.owner[found]]
        # What nobody knows is no number, and compares as false.
        fits = np.ones(len(found), np.bool_)
        fits &= True if criteria.rent_max is None else lowest <= criteria.rent_max
        fits &= True if criteria.rent_min is None else highest >= criteria.rent_min
        fits &= True if criteria.vacancies is None else free >= criteria.vacancies
        found = found[fits]
    return found


def columns(homes: Mapping[int, Housing], rows: int) -> NDArray[np.float64]:
    """Return the lowest rent, the highest, and the vacancies of each row; NaN is unknown. Shape (3, rows)."""
    found = np.full((3, rows), np.nan)
    for row, home in homes.items():
        rents = [rent for rent in (home.rent_min, home.rent_max) if rent is not None]
        free = np.nan if home.vacancies is None else home.vacancies
        found[:, row] = min(rents, default=np.nan), max(rents, default=np.nan), free
    return found


def homes(records: Sequence[bytes]) -> dict[int, Housing]:
    """Return what is known of homes, by row, of the records that say anything of rents or vacancies."""
    decode = msgspec.json.Decoder(Housing).decode
    return {
        row: decode(record)
        for row, record in enumerate(records)
        if b'"rent_m' in record or b'"vacancies"' in record
    }


def _for_rent(criteria: Criteria, home: Housing | Service) -> bool:
    """Tell whether something between the bounds is for rent, and enough of it is free."""
    known = [rent for rent in (home.rent_min, home.rent_max) if rent is not None]
    if criteria.rent_max is not None and not (known and min(known) <= criteria.rent_max):
        return False
    if criteria.rent_min is not None and not (known and max(known) >= criteria.rent_min):
        return False
    return criteria.vacancies is None or (home.vacancies is not None and home.vacancies >= criteria.vacancies)
