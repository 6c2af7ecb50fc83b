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
    from collections.abc import Sequence

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


def passing(criteria: Criteria, catalog: Catalog, bits: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Return whether each place's service passes. Shape (places,)."""
    found = np.ones(len(catalog.owner), np.bool_)
    if criteria.district is not None:
        rows = catalog.districts.get(find_district(criteria.district, catalog.districts), [])
        found &= np.isin(catalog.owner, rows)
    if criteria.needs:
        found &= (bits & np.uint64(sum(BITS[f"need:{need}"] for need in criteria.needs))) != 0
    if criteria[2:] != NOTHING[2:]:
        homes = [row for row, home in catalog.homes.items() if _for_rent(criteria, home)]
        found &= np.isin(catalog.owner, homes)
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
