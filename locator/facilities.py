"""Equipment in words and icons: there, not there, or unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from locator import vocabulary

if TYPE_CHECKING:
    from locator.hits import Hit

_ICONS = {
    "seating": "f-seat", "air-conditioning": "f-ac", "microwave": "f-micro", "drinking-water": "f-water",
    "charging": "f-power", "toilet": "f-toilet", "heating": "f-heat", "fridge": "f-fridge", "first-aid": "f-aid",
    "television": "f-tv", "wifi": "f-wifi", "books": "f-book", "ebike-charging": "f-ebike", "umbrella": "f-umbrella",
    "bed": "f-bed", "shower": "f-shower", "lockers": "f-locker", "washing-machine": "f-wash",
    "private-bathroom": "f-bath", "smart-lock": "f-lock", "shared-kitchen": "f-kitchen", "canteen": "f-any",
    "sports": "f-sport", "nursing": "f-nurse", "water-cupboard": "f-water",
}  # fmt: skip


# On a card six of them stand side by side.
_ON_CARDS = (vocabulary.CARD_AMENITIES, vocabulary.HOME_AMENITIES)
_SHORT = {"microwave": "热饭", "private-bathroom": "卫浴", "shared-kitchen": "厨房"}


class Facility(NamedTuple):
    """One piece of equipment: its word, icon and whether it is there ("yes", "no", "un" = unknown)."""

    label: str
    icon: str
    state: str


def facilities(hit: Hit, codes: tuple[str, ...]) -> tuple[Facility, ...]:
    """Return what is known of some equipment, in that order."""
    service = hit.service
    states = {**dict.fromkeys(service.has, "yes"), **dict.fromkeys(service.lacks, "no")}
    labels = _SHORT if codes in _ON_CARDS else {}
    return tuple(
        Facility(labels.get(c, vocabulary.AMENITIES[c].zh), _ICONS.get(c, "f-any"), states.get(c, "un"))
        for c in codes
    )
