"""The planner's page: a plan for Yangpu from the sample, its night gap, the first remedy, and a report that says what the commands say."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from axe_support import violations
from browser_support import Watched
from pypdf import PdfReader

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

PLAN = "/plan?boundary=310110&week=2026-11-23"
DESK = {"viewport": {"width": 1280, "height": 800}, "locale": "zh-CN"}
TUESDAY_2AM = 26


@pytest.fixture
def desk(browser: Browser) -> Any:
    context = browser.new_context(**DESK)
    yield Watched(context.new_page())
    context.close()


def drawn(watched: Watched, url: str) -> Page:
    """Open a plan, and wait until it is worked out and drawn."""
    page = watched.page
    page.goto(url)
    page.wait_for_selector(".folium-map[data-ready=true]", timeout=90_000)
    return page


def asked(store_url: str, command: str) -> dict[str, Any]:
    """Return what a command says that the page names."""
    words = shlex.split(command)
    assert words[0] == "locator"
    run = subprocess.run(
        [sys.executable, "-m", "locator", *words[1:], "--store", store_url],
        capture_output=True, check=True, env={**os.environ, "LANG": "C"}, text=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def figures(page: Page, table: str) -> dict[str, list[float]]:
    """Return the rows of a table of the report: name and exact figures."""
    rows: dict[str, list[float]] = page.locator(f"#{table} tbody tr").evaluate_all(
        "rows => Object.fromEntries(rows.map(r => [r.querySelector('th').textContent,"
        " [...r.querySelectorAll('data')].map(d => Number(d.value))]))"
    )
    return rows


def test_a_plan_for_yangpu_its_night_gap_its_first_remedy_and_its_report(
    desk: Watched, site: str, store_url: str
) -> None:
    page = drawn(desk, site + PLAN)
    assert re.fullmatch(rf"{site}/plan/[0-9a-f]{{16}}", page.url)
    commands = page.locator("footer pre").text_content().strip().splitlines()
    coverage, plan = (asked(store_url, command) for command in commands)

    # The answer, and the cells behind it.
    left = coverage["unserved_person_hours"]
    whole = page.locator(".sum h2").inner_text()
    assert f"{left['high']:,.0f}–{left['low']:,.0f}" in whole
    assert (
        f"骑手 {100 - 100 * coverage['served_share']['high']:.0f}–{100 - 100 * coverage['served_share']['low']:.0f}%"
        in whole
    )
    assert page.locator("path.gap").count() == 83
    assert page.locator(".demo", has_text="示例数据").count() == 1
    assert float(page.locator(".folium-map").get_attribute("data-gap")) == pytest.approx(
        left["low"], rel=1e-4
    )

    # The night: one taps an hour of the clock, and the map shows that hour.
    assert "22点到早6点" in page.locator(".worst").inner_text()
    page.locator(f'[data-hour="{TUESDAY_2AM}"]').click()
    page.locator(f'.folium-map[data-hour="{TUESDAY_2AM}"]').wait_for()
    gap = coverage["demand_by_hour"][TUESDAY_2AM] - coverage["by_hour"][TUESDAY_2AM]["low"]
    assert gap > 0
    assert float(page.locator(".folium-map").get_attribute("data-gap")) == pytest.approx(gap, abs=0.5)
    assert "周二2点：缺" in page.locator(".at").inner_text()

    # The first remedy: what it gains, and what is left.
    page.locator("#fix-1").check()
    page.locator("[data-part=sum]", has_text="做完勾的 1 项").wait_for()
    first = plan["actions"][0]
    gains = sorted((first["gain_person_hours"], first["gain_if_unknown_open_person_hours"]))
    assert page.locator("[data-gain]").inner_text() == f"{gains[0]:,.0f}–{gains[1]:,.0f}"
    assert gains[1] > 1000
    then = float(page.locator(".folium-map").get_attribute("data-gap"))
    assert then < gap

    # The report, as a page and as PDF: the very figures of the commands.
    with page.expect_download() as download:
        page.get_by_role("link", name="报告 PDF").click()
    text = "".join(sheet.extract_text() for sheet in PdfReader(download.value.path()).pages)
    page.get_by_role("link", name="报告网页").click()
    totals, fixes = figures(page, "totals"), figures(page, "fixes")
    assert totals["一周的需求"] == [coverage["demand_person_hours"]] * 2
    for name, key in (("现在，有处去", "served_person_hours"), ("现在，没处去", "unserved_person_hours")):
        assert totals[name] == [coverage[key]["low"], coverage[key]["high"]]
    assert totals["做完第 1 项，没处去"][0] == pytest.approx(
        plan["unserved_person_hours"]["today"] - first["gain_person_hours"], abs=0.01
    )
    gained = [row[:2] for row in fixes.values()]
    assert gained == [
        [a["gain_person_hours"], a["gain_if_unknown_open_person_hours"]] for a in plan["actions"]
    ]
    for rows in (totals, {name: row[:2] for name, row in fixes.items()}):
        for value in (value for row in rows.values() for value in row):
            assert f"{value:,.1f}" in text
    assert commands[0].split("--week")[0].strip() in " ".join(page.locator("pre").text_content().split())
    assert desk.foreign(site) == []
    assert desk.console == []


def test_the_tables_hold_the_same_and_no_script_is_needed(
    browser: Browser, site: str, desk: Watched, tmp_path: Path
) -> None:
    import geopandas as gpd
    from openpyxl import load_workbook

    page = drawn(desk, site + PLAN)
    address = page.url
    found = page.request.get(f"{address}/plan.json").json()
    book = load_workbook(io.BytesIO(page.request.get(f"{address}/plan.xlsx").body()))
    rows = {row[0]: row[1:] for row in book["总数"].iter_rows(values_only=True)}
    left = found["coverage"]["unserved_person_hours"]
    assert rows["没处去"][:2] == (left["low"], left["high"])
    gains = [action["gain_person_hours"] for action in found["plan"]["actions"]]
    # A sheet keeps sixteen digits.
    assert [row[6] for row in book["怎么补"].iter_rows(min_row=2, values_only=True)] == pytest.approx(
        gains, rel=1e-14
    )
    package = tmp_path / "gaps.gpkg"
    package.write_bytes(page.request.get(f"{address}/gaps.gpkg").body())
    layers = {layer: gpd.read_file(package, layer=layer) for layer in ("places", "stations", "actions")}
    assert layers["places"]["unserved_low"].sum() == pytest.approx(left["low"], abs=1)
    assert len(layers["actions"]) == len(found["plan"]["actions"])
    table = page.request.get(f"{address}/gaps.csv").text()
    assert len(table.splitlines()) == len(layers["places"]) + 1
    assert page.request.get(f"{address}/map.png").body().startswith(b"\x89PNG")

    context = browser.new_context(**DESK, java_script_enabled=False)
    plain = context.new_page()
    plain.goto(address)
    plain.get_by_label("几点").select_option("2")
    plain.get_by_label("哪一天").select_option("2")
    plain.get_by_role("button", name="看这一小时").click()
    assert "周二2点：缺" in plain.locator(".at").inner_text()
    plain.locator("#fix-1").check()
    plain.get_by_role("button", name="看做完这些以后").click()
    assert "做完勾的 1 项" in plain.locator(".sum").inner_text()
    plain.get_by_label("人群").select_option("sanitation")
    plain.get_by_role("button", name="重新计算").click()
    for _ in range(60):  # the page looks again by itself
        if "环卫工人" in plain.title():
            break
        plain.wait_for_timeout(1000)
    assert "环卫工人" in plain.locator(".sum h2").inner_text()
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    browser: Browser, site: str, theme: str, width: int
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, locale="zh-CN", color_scheme=theme
    )
    watched = Watched(context.new_page())
    page = drawn(watched, site + PLAN)
    page.locator("#fix-1").check()
    page.locator("[data-part=sum]", has_text="做完勾的 1 项").wait_for()
    page.locator(".given summary").click()
    found = {"plan": violations(page)}
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="报告网页").click()
    found["report"] = violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert {name: broken for name, broken in found.items() if broken} == {}
    context.close()
