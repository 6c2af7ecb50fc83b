"""A result of the planner in words and shares, as the page and the report show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from locator import vocabulary
from locator.coverage.rhythms import FLAT
from locator.coverage.weeks import HOURS
from locator.web.plan.basis import OWN, WHO
from locator.web.plan.question import MAY_WORDS, place_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from locator.web.plan.question import PlanQuestion

    Floats = NDArray[np.float64]

_DAY, _WEEK = 24, 7
_WEEKDAYS = "一二三四五六日"
_NIGHT = (*range(22, 24), *range(6))
LEVELS = 5
# Less than this is nobody: an hour of one person in a hundred weeks.
_NOTHING = 0.01
# So much of the demand hangs on hours that nobody knows: the figure is hatched.
_DOUBTFUL = 0.1
_WORST_HOURS = 3
DEMO_STATIONS = "示例数据：算进来的站点里有示例，不是真地方"


class Share(NamedTuple):
    """A share of the person-hours without a place to go: if unknown hours are open, and if they are closed."""

    least: float
    most: float

    @property
    def words(self) -> str:
        """The share in words: 45–50%."""
        return between(100 * self.least, 100 * self.most, "%")


class Fix(NamedTuple):
    """A remedy: what it is, what it gains after those before it, what gap is left then, and whether it is ticked."""

    rank: int
    where: str
    what: str
    family: str
    gain: str
    before: Share
    left: Share
    ticked: bool


class Row(NamedTuple):
    """A town or district: the person-hours without a place to go, and their share."""

    name: str
    hours: float
    share: Share


class Hour(NamedTuple):
    """One hour of the week on the clock: how deep its gap is, as a level by person-hours and by share."""

    hour: int
    level: int
    share_level: int
    doubtful: bool
    said: str


def between(low: float, high: float, unit: str = "") -> str:
    """Return a range of figures in words, one figure where both are the same."""
    low_said, high_said = f"{low:,.0f}", f"{high:,.0f}"
    return f"{low_said}{unit}" if low_said == high_said else f"{low_said}–{high_said}{unit}"


def gap_share(coverage: Mapping[str, Any]) -> Share:
    """Return the share of the week without a place to go."""
    served = coverage["served_share"]
    return Share(1 - served["high"], 1 - served["low"])


def gap_hours(coverage: Mapping[str, Any]) -> str:
    """Return the person-hours without a place to go, in words."""
    left = coverage["unserved_person_hours"]
    return between(left["high"], left["low"])


def more(now: Mapping[str, Any], then: Mapping[str, Any]) -> str:
    """Return how many person-hours more are served, in words."""
    gains = [then["served_person_hours"][case] - now["served_person_hours"][case] for case in ("low", "high")]
    return between(min(gains), max(gains))


def who(question: PlanQuestion, of: str | None = None) -> str:
    """Return whose week it is; `of` is whom an operator's table counts."""
    return group_words(question.group, of) if of else _whose(question.group)


def group_words(group: str, of: str | None) -> str:
    """Return a choice of whose week it is."""
    if group == OWN:
        return of or WHO
    if of is None:
        return "全天一样" if group == FLAT else _whose(group)
    if of == _whose(group):
        return of
    return f"{of}（{'全天一样' if group == FLAT else f'{_whose(group)}的时段'}）"


def _whose(group: str) -> str:
    label = vocabulary.GROUPS.get(group)
    return "全天都有人" if group == FLAT or label is None else label.zh


def sentence(question: PlanQuestion, of: str | None = None) -> str:
    """Return the question in one sentence; `of` is whom an operator's table counts."""
    kinds = "、".join(vocabulary.KINDS[code].label.zh for code in question.kind) or "服务点"
    have = "、".join(vocabulary.AMENITIES[code].zh for code in question.needs_amenity)
    return (
        f"在{place_words(question.boundary)}，{who(question, of)}"
        f"{vocabulary.MODES[question.mode].zh}{question.minutes:g}分钟内，要有开着的{kinds}"
        f"{f'，有{have}' if have else ''}；看 {question.week} 起一周；{MAY_WORDS[question.may]}，"
        f"最多 {question.actions} 项。"
    )


def places_words(result: Mapping[str, Any]) -> str:
    """Return how many places count, and of how many nobody knows the hours."""
    places = len({door["id"] for door in result["doors"]})
    if not places:
        return "没有一处够得着"
    unknown = unclear(result)
    return f"够得着的{places}处里{unknown}处时间不清楚" if unknown else f"够得着的{places}处时间都清楚"


def unclear(result: Mapping[str, Any]) -> int:
    """Return how many of the places in reach have hours that nobody knows."""
    return len({door["id"] for door in result["doors"] if door["unknown"]})


def step_words(step: Mapping[str, Any]) -> str:
    """Return what a remedy does."""
    if step["action"] == "build":
        return "新建24小时驿站" if step["hours"] == "24/7" else f"新建驿站，{step['hours']}"
    return str(step["change"]["zh"])


def fixes(result: Mapping[str, Any], after: Sequence[Mapping[str, Any]], ticked: Sequence[int]) -> list[Fix]:
    """Return the remedies in order; `after` are the coverages once the first, the first two, ... are done."""
    found, before = [], gap_share(result["coverage"])
    for step, coverage, name, kind in zip(
        result["plan"]["actions"], after, result["sites"], result["kinds"], strict=True
    ):
        family = "station" if kind is None else vocabulary.KINDS[kind].family
        gains = sorted((step["gain_person_hours"], step["gain_if_unknown_open_person_hours"]))
        left = gap_share(coverage)
        found.append(
            Fix(
                step["rank"], name, step_words(step),
                family if family in vocabulary.FAMILIES else "other",
                between(*gains), before, left, step["rank"] in ticked,
            )
        )  # fmt: skip
        before = left
    return found


def names_towns(coverage: Mapping[str, Any]) -> bool:
    """Tell whether the demand says which towns it lies in."""
    return any(area["level"] == "town" for area in coverage["by_area"])


def towns(result: Mapping[str, Any], shown: Mapping[str, Any]) -> list[Row]:
    """Return the gaps of a state by town, largest first: as the demand says, else as the nearest service that says so."""
    if names_towns(shown["coverage"]):
        rows = [
            Row(
                area["name"],
                area["unserved_person_hours"]["low"],
                Share(1 - area["served_share"]["high"], 1 - area["served_share"]["low"]),
            )
            for area in shown["coverage"]["by_area"]
            if area["level"] == "town"
        ]
        return sorted(rows, key=lambda row: (-row.hours, row.name))
    sums: dict[str, Floats] = {}
    for cell in shown["cells"]:
        one = np.array([sum(cell["demand"]), sum(cell["gap"][0]), sum(cell["gap"][1])])
        town = result["towns"].get(cell["id"]) or "附近没有站点"
        sums[town] = sums.get(town, np.zeros(3)) + one
    rows = [
        Row(name, float(low), Share(float(high / whole), float(low / whole)))
        for name, (whole, low, high) in sums.items()
        if whole > 0
    ]
    return sorted(rows, key=lambda row: (-row.hours, row.name))


def clock(coverage: Mapping[str, Any], top: float) -> list[Hour]:
    """Return the 168 hours; `top` person-hours and more are of the deepest level."""
    whole, closed, opened = hours_of(coverage)
    found = []
    for hour in range(HOURS):
        share = Share(
            *(float(gap / whole[hour]) if whole[hour] else 0.0 for gap in (opened[hour], closed[hour]))
        )
        said = (
            f"周{_WEEKDAYS[hour // _DAY]}{hour % _DAY}点：缺 {between(opened[hour], closed[hour])} 人时，"
            f"{share.words}"
        )
        doubtful = closed[hour] - opened[hour] > _DOUBTFUL * whole[hour]
        found.append(Hour(hour, level(closed[hour], top), level(share.most, 1.0), doubtful, said))
    return found


def hours_of(coverage: Mapping[str, Any]) -> tuple[Floats, Floats, Floats]:
    """Return the demand by hour, and the gap if unknown hours are closed, and if they are open."""
    whole = np.array(coverage["demand_by_hour"])
    served = np.array([[hour["low"], hour["high"]] for hour in coverage["by_hour"]]).T
    closed, opened = np.maximum(whole - served, 0.0)
    return whole, closed, opened


def level(value: float, top: float) -> int:
    """Return how deep a gap is: 0 none, then in equal steps to 5."""
    if value < _NOTHING or top <= 0:
        return 0
    return int(min(LEVELS, 1 + LEVELS * value / top))


def round_top(values: Sequence[float] | Floats) -> float:
    """Return a round figure near the largest value, below it: the deepest colour begins there."""
    most = max((float(value) for value in values), default=0.0)
    if most <= 0:
        return 1.0
    scale = 10.0 ** np.floor(np.log10(most))
    return float(
        max(step * scale for step in (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0) if step * scale <= most)
    )


def worst(coverage: Mapping[str, Any], result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what stands out in the week: the heaviest hours of the day, the night, the worst day."""
    always = len({door["id"] for door in result["doors"] if door["always"]})
    whole, closed, opened = (line.reshape(_WEEK, _DAY) for line in hours_of(coverage))
    if closed.sum() <= 0:
        return []
    by_hour = closed.sum(axis=0)
    start, length = _heaviest(by_hour)
    run = [(start + i) % _DAY for i in range(length)]
    part = 100 * by_hour[run].sum() / by_hour.sum()
    said = [
        (
            f"每天{start}–{start + length}点",
            f"缺口 {_share(whole, opened, closed, run).words}，占全周{part:.0f}%",
        ),
        (
            "22点到早6点",
            f"缺口 {_share(whole, opened, closed, list(_NIGHT)).words}，确定24小时开的 {always} 处",
        ),
    ]
    days = [Share(float(o.sum() / w.sum()), float(c.sum() / w.sum())) if w.sum() else Share(0.0, 0.0)
            for w, o, c in zip(whole, opened, closed, strict=True)]  # fmt: skip
    bad, good = (pick(range(_WEEK), key=lambda day: days[day].most) for pick in (max, min))
    if days[bad].words != days[good].words:
        said.append(
            (f"周{_WEEKDAYS[bad]}最缺", f"缺口 {days[bad].words}，周{_WEEKDAYS[good]} {days[good].words}")
        )
    return said[:_WORST_HOURS]


def deepest(coverage: Mapping[str, Any]) -> str:
    """Return the hour with the most person-hours without a place to go, in words."""
    closed = hours_of(coverage)[1]
    hour = int(np.argmax(closed))
    return f"{closed[hour]:,.0f} 人时（周{_WEEKDAYS[hour // _DAY]}{hour % _DAY}点）"


def _heaviest(by_hour: Floats) -> tuple[int, int]:
    """Return the run of hours, at most four, whose mean stands out most against its length."""
    runs = [(s, n) for n in (2, 3, 4) for s in range(_DAY - n + 1)]
    mean = float(by_hour.mean())
    return max(
        runs, key=lambda run: (float(by_hour[run[0] : run[0] + run[1]].sum()) - mean * run[1], -run[1])
    )


def _share(whole: Floats, opened: Floats, closed: Floats, hours: list[int]) -> Share:
    demand = float(whole[:, hours].sum())
    return Share(*(float(gap[:, hours].sum()) / demand if demand else 0.0 for gap in (opened, closed)))
