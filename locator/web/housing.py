"""The form that narrows homes down: rent, free rooms, facilities, and what comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask import request

from locator import vocabulary
from locator.web.state import without

if TYPE_CHECKING:
    from locator.question import Question

# What tenants ask for first, in this order.
_AMENITIES = (
    "private-bathroom", "shared-kitchen", "air-conditioning", "washing-machine", "shower", "wifi", "canteen",
    "ebike-charging", "smart-lock",
)  # fmt: skip
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
    orders = [("rent", "房租低的"), ("distance", "离上班近的")] if placed else [("rent", "房租低的")]
    place = request.args.get("place", "").strip()[:40]
    return HomeForm(
        said=_said(question),
        amenities=[(code, vocabulary.AMENITIES[code].zh) for code in offered],
        orders=orders,
        from_where=f"路程从{place or '地图上你的位置'}算：把上班的地方当成起点，就知道上班要多久。"
        if placed
        else "先选一个上班的地方，才知道上班要多久。",
        carried=without(state, _FIELDS),
    )


def _said(question: Question) -> str:
    """Return in words what is chosen."""
    low, high = question.rent_min, question.rent_max
    if low is not None and high is not None:
        parts = [f"房租{low:g}–{high:g}元"]
    elif low is not None:
        parts = [f"房租{low:g}元以上"]
    else:
        parts = [f"房租{high:g}元以内"] if high is not None else []
    parts += ["有空房"] if question.vacancies else []
    parts += [vocabulary.AMENITIES[code].zh for code in question.needs_amenity]
    return "，".join(parts) if parts else "按房租、空房、设施挑"
