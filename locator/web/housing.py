"""The form that narrows homes down: rent, free rooms, facilities, and what comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask import request

from locator import vocabulary
from locator._errors import Text
from locator.web.language import said
from locator.web.state import without

if TYPE_CHECKING:
    from locator.question import Question

# What tenants ask for first, in this order.
_AMENITIES = (
    "private-bathroom", "shared-kitchen", "air-conditioning", "washing-machine", "shower", "wifi", "canteen",
    "ebike-charging", "smart-lock",
)  # fmt: skip
_ANY = Text("按房租、空房、设施挑", "By rent, free rooms, equipment")
_HERE = Text("地图上你的位置", "your place on the map")
_PLACED = Text(
    "路程从{}算：把上班的地方当成起点，就知道上班要多久。",
    "Ways start at {}: make it the place where you work, and you see how long it takes to get there.",
)
_UNPLACED = Text(
    "先选一个上班的地方，才知道上班要多久。", "Choose the place where you work to see how long it takes."
)
_FIELDS = ("rent_min", "rent_max", "vacancies", "needs_amenity", "sort")


class HomeForm(NamedTuple):
    """The form's words: what is chosen, what it may ask for, and the parameters it carries along."""

    said: str
    amenities: list[tuple[str, str]]
    orders: list[tuple[str, str]]
    from_where: str
    carried: dict[str, str]


def home_form(question: Question, state: dict[str, str]) -> HomeForm | None:
    """Return the form if nothing but homes is asked for, else None."""
    if not question.kind or any(vocabulary.KINDS[kind].family != "housing" for kind in question.kind):
        return None
    offered = [*_AMENITIES, *(code for code in question.needs_amenity if code not in _AMENITIES)]
    placed = question.lon is not None
    orders = [("rent", said(Text("房租低的", "lowest rent")))]
    orders += [("distance", said(Text("离上班近的", "nearest to work")))] if placed else []
    place = request.args.get("place", "").strip()[:40]
    return HomeForm(
        said=_said(question),
        amenities=[(code, said(vocabulary.AMENITIES[code])) for code in offered],
        orders=orders,
        from_where=said(_PLACED if placed else _UNPLACED).format(place or said(_HERE)),
        carried=without(state, _FIELDS),
    )


def _said(question: Question) -> str:
    """Return in words what is chosen."""
    low, high = question.rent_min, question.rent_max
    if low is not None and high is not None:
        parts = [Text(f"房租{low:g}–{high:g}元", f"rent ¥{low:g}–{high:g}")]
    elif low is not None:
        parts = [Text(f"房租{low:g}元以上", f"rent from ¥{low:g}")]
    else:
        parts = [Text(f"房租{high:g}元以内", f"rent up to ¥{high:g}")] if high is not None else []
    parts += [Text("有空房", "free rooms")] if question.vacancies else []
    parts += [vocabulary.AMENITIES[code] for code in question.needs_amenity]
    return said(Text("，", ", ")).join(map(said, parts)) if parts else said(_ANY)
