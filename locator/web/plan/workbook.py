"""A result as an Excel workbook: totals, remedies, towns, hours, cells, stations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xlsxwriter

from locator.coverage.areas import hour_name
from locator.coverage.published import placed
from locator.coverage.weeks import HOURS
from locator.datum import Datum
from locator.publication import NAMES
from locator.tabular import guarded
from locator.web.plan import view

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from locator.web.plan.question import PlanQuestion

    Cell = str | float | None
    Table = tuple[str, Sequence[str], Sequence[Sequence[Cell]]]

_WIDE, _NARROW = 34, 16


def write_workbook(
    result: Mapping[str, Any],
    after: Sequence[Mapping[str, Any]],
    question: PlanQuestion,
    path: Path,
    published: Datum = Datum.WGS84,
) -> None:
    """Write a result; `after` are the coverages once the first remedy, the first two, ... are done."""
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    )
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    for name, heads, rows in _tables(result, after, question, published):
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, _WIDE)
        sheet.set_column(1, len(heads), _NARROW)
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, column, guarded(value))
                elif value is not None:
                    sheet.write_number(number, column, value)
    book.close()


def _tables(
    result: Mapping[str, Any],
    after: Sequence[Mapping[str, Any]],
    question: PlanQuestion,
    published: Datum,
) -> list[Table]:
    return [
        _totals(result, question),
        _fixes(result, after, published),
        ("街道", ("街道", "没处去的人时（多）", "缺口至少", "缺口至多"), [
            (row.name, round(row.hours, 2), round(row.share.least, 6), round(row.share.most, 6))
            for row in view.towns(result, result)
        ]),
        _hours(result["coverage"]),
        _cells(result),
        _stations(result),
    ]  # fmt: skip


def _totals(result: Mapping[str, Any], question: PlanQuestion) -> Table:
    coverage, demand = result["coverage"], result["demand"]
    rows: list[Sequence[Cell]] = [
        ("问题", view.sentence(question, demand["of"])),
        ("需求", coverage["demand_person_hours"], coverage["demand_person_hours"]),
        ("有处去", coverage["served_person_hours"]["low"], coverage["served_person_hours"]["high"]),
        ("没处去", coverage["unserved_person_hours"]["low"], coverage["unserved_person_hours"]["high"]),
        ("有处去的比例", coverage["served_share"]["low"], coverage["served_share"]["high"]),
        ("算进来的站点", view.places_words(result)),
        ("资料版本", float(result["catalog"]["version"])),
        ("需求的出处", demand["source"]),
        *([("说明", demand["caution"].rstrip("。"))] if demand["caution"] else []),
        *([("说明", view.DEMO_STATIONS)] if any(door["demo"] for door in result["doors"]) else []),
        *(("同样的数怎么算", command) for command in question.commands(demand["options"])),
    ]
    return "总数", ("一周，人时", "时间不清楚的算关着", "算开着"), rows


def _fixes(result: Mapping[str, Any], after: Sequence[Mapping[str, Any]], published: Datum) -> Table:
    rows = []
    actions = placed(result["plan"], published)["actions"]
    for step, name, coverage in zip(actions, result["sites"], after, strict=True):
        left = view.gap_share(coverage)
        rows.append(
            (
                name, float(step["rank"]), view.step_words(step), step["hours"] or "",
                step["where"]["lon"], step["where"]["lat"],
                step["gain_person_hours"], step["gain_if_unknown_open_person_hours"], left.least, left.most,
            )
        )  # fmt: skip
    heads = (
        "哪里",
        "次序",
        "怎么补",
        "开门时间",
        f"经度 {NAMES[published]}",
        "纬度",
        "每周多服务的人时",
        "不清楚的算开着",
        "缺口剩至少",
        "至多",
    )
    return "怎么补", heads, rows


def _hours(coverage: Mapping[str, Any]) -> Table:
    whole, closed, opened = view.hours_of(coverage)
    rows = [
        (
            hour_name(hour),
            round(float(whole[hour]), 2),
            round(float(closed[hour]), 2),
            round(float(opened[hour]), 2),
        )
        for hour in range(HOURS)
    ]
    return "168 小时", ("小时", "需求", "没处去（不清楚的算关着）", "算开着"), rows


def _cells(result: Mapping[str, Any]) -> Table:
    rows = [
        (
            result["names"].get(cell["id"], cell["id"]), result["towns"].get(cell["id"], ""),
            round(sum(cell["demand"]), 2), round(sum(cell["gap"][0]), 2), round(sum(cell["gap"][1]), 2),
        )
        for cell in result["cells"]
    ]  # fmt: skip
    return "格子", ("格子", "最近站点的街道", "需求", "没处去（不清楚的算关着）", "算开着"), rows


def _stations(result: Mapping[str, Any]) -> Table:
    names = {door["id"]: door["name"] for door in result["doors"]}
    rows = [
        (
            names.get(station["id"], station["id"]), station["id"],
            station["only_here_person_hours"], station["only_here_if_open_person_hours"],
        )
        for station in result["coverage"]["stations"]
    ]  # fmt: skip
    return "各站价值", ("站点", "编号", "关了就没有别处的人时", "不清楚的算开着"), rows
