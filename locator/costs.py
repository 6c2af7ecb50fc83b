"""What a service costs the asker, to sort by: the price of a plain meal, or the rent of a home."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from locator.benefits import reduced, usable_by

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locator.criteria import Housing
    from locator.service import Offer

# Lists of prices are nowhere public: what offers are worth is compared on one plain canteen meal.
REFERENCE_CNY = 20.0


def price_cny(offer: Offer) -> float:
    """Return what the reference meal comes to while an offer holds."""
    return float(reduced(offer, REFERENCE_CNY))


def prices_cny(offers: Iterable[Offer], groups: tuple[str, ...]) -> list[float]:
    """Return the prices below the reference that someone of some groups may ever pay, the lowest first."""
    prices = {price_cny(offer) for offer in offers if usable_by(offer, groups)}
    return sorted(price for price in prices if price < REFERENCE_CNY)


def rent_cny(home: Housing | None) -> float:
    """Return the lowest rent of a home, CNY a month; infinite where nobody knows it."""
    rents = () if home is None else (home.rent_min, home.rent_max)
    return min((rent for rent in rents if rent is not None), default=math.inf)
