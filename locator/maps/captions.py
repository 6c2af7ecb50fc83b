"""The words of a picture: its title, its rows, and what its lines and shapes mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from locator import vocabulary
from locator.datum import Datum
from locator.districts import district_name
from locator.features import instant
from locator.publication import NAMES
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from locator.cards import Card
    from locator.hits import Answer
    from locator.maps.basemaps import Basemap
    from locator.question import Question

JsonObject = dict[str, Any]
MAX_TITLE = 40
# More numbers than this on one map are read by nobody.
NUMBERED = 20
_STATES = {
    "open": "实心：开着", "soon": "实心：开着", "later": "空心：还没开", "closed": "斜杠：关着", "unknown": "虚线：时间不清楚",
}  # fmt: skip
_SHAPES = {"station": "圆", "canteen": "方", "housing": "屋形", "legal": "盾", "other": "菱形"}
_OPEN = {"any": "", "now": "现在开着的", "arrival": "能用的"}
_FEW = 3


def default_title(question: Question, place: str = "") -> str:
    """Return what a picture of a question is called when nobody named it."""
    where = district_name(question.district) or question.district or (f"{place}附近" if place else "附近")
    labels = [vocabulary.KINDS[code].label.zh for code in question.kind]
    what = "、".join(labels) if 0 < len(labels) <= _FEW else "工会服务点"
    return f"{where}{_OPEN[question.open]}{what}"[:MAX_TITLE]


def stamp(at: datetime) -> str:
    """Return the instant that a picture stands for."""
    there = at.astimezone(SHANGHAI)
    return f"{there.month}月{there.day}日 {there:%H:%M}"


def name_of(card: Card) -> str:
    """Return a service's name, which says so if it is invented."""
    service = card.hit.service
    return service.name + ("（示例）" if service.demo and "示例" not in service.name else "")


def status_of(card: Card) -> str:
    """Return a row's second line: how the door stands, and how long the way is."""
    plain, stress, _ = card.staying
    going = card.going.partition("|")[0] if card.minutes else ""
    staying = plain if card.door.state in {"open", "soon"} else stress
    unplaced = "位置不清楚" if card.hit.lon is None else ""
    return "·".join(part for part in (card.door.label, staying, going, unplaced) if part)


def legend(
    cards: Iterable[Card], basemap: Basemap, grid_km: float, *, asker: bool, small: bool, tiled: bool
) -> list[str]:
    """Return what the picture's lines and shapes mean, only of those that are in it."""
    shown = list(cards)
    states = {card.door.state for card in shown}
    families = {card.family for card in shown}
    said = list(dict.fromkeys(text for state, text in _STATES.items() if state in states))
    if len(families) > 1:
        said += [f"{_SHAPES[f]}：{label.zh}" for f, label in vocabulary.FAMILIES.items() if f in families]
    if small:
        said.append(f"小的：排在{NUMBERED}以后")
    if asker:
        said.append("双圈：出发点")
    if tiled:
        said.append(basemap.attribution)
    else:
        said.append(f"每格{grid_km:g}公里" if grid_km >= 1 else f"每格{grid_km * 1000:.0f}米")
        shifted = "" if basemap.datum is Datum.WGS84 else f"，坐标系 {NAMES[basemap.datum]}"
        said.append(f"底图：区界示意{shifted}")
    if any(card.hit.service.demo for card in shown):
        said.append("示例：编来演示，不是真地方")
    return [text for text in said if text]


def facts(answer: Answer, url: str | None, published: Datum = Datum.WGS84) -> JsonObject:
    """Return what a picture carries for programs: the ids in the order of the list, and what they hold for."""
    found: JsonObject = {
        "ids": [hit.id for hit in answer.features],
        "unknown": [hit.id for hit in answer.unknown],
        "at": instant(answer.question.at),
        "catalog": answer.catalog.version,
        "url": url,
    }
    return found if published is Datum.WGS84 else {**found, "datum": published.value}
