"""The desk in a real browser: a list in, three bad rows, the rest written, one mended, all taken back; two editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_support import violations_in_both_themes
from browser_support import Watched
from steward_support import PASSWORD, desk_store, list_row, sheet, three_bad_rows

from locator.datum import convert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from locator.store import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return desk_store(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def site(serve: Callable[..., str], store: Store) -> str:
    return serve(store.url, basemap="outline")


@pytest.fixture
def seat(browser: Browser, site: str) -> Iterator[Callable[..., Watched]]:
    """Give a browser of somebody's own, logged in."""
    opened = []

    def take(name: str = "editor", width: int = 1280, height: int = 800) -> Watched:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        opened.append(context)
        watched = Watched(context.new_page())
        watched.page.goto(f"{site}/steward/")
        watched.page.get_by_label("名字").fill(name)
        watched.page.get_by_label("密码").fill(PASSWORD)
        watched.page.get_by_role("button", name="登录").click()
        watched.page.get_by_role("heading", name="导入一份表").wait_for()
        return watched

    yield take
    for context in opened:
        context.close()


def send(page: Page, site: str, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    page.goto(f"{site}/steward/")
    page.get_by_label("文件").set_input_files(path)
    page.get_by_role("button", name="传上来看看").click()
    page.locator(".verdict").wait_for()


def ids(store: Store) -> set[str]:
    return {i for i, _ in store.snapshot()[2]}


def test_the_desk_is_walked_from_a_file_to_its_undoing(
    seat: Callable[..., Watched], site: str, store: Store, tmp_path: Path, pictures: Path
) -> None:
    watched = seat()
    page = watched.page
    before = ids(store)
    send(page, site, tmp_path / "定海路_11月.csv", three_bad_rows())
    assert "GB18030，10行" in page.locator(".verdict").inner_text()
    assert "GCJ-02" in page.get_by_role("heading", level=2).inner_text()
    bad = page.locator("tr.bad")
    assert bad.count() == 3
    assert [row.split()[0] for row in bad.all_inner_texts()] == ["2", "5", "8"]
    page.wait_for_function("() => document.querySelector('.folium-map')?.dataset.ready === 'true'")
    page.screenshot(path=pictures / "steward.png")
    assert ids(store) == before

    page.get_by_role("button", name="写入 7 行").click()
    page.get_by_text("写好了。").wait_for()
    assert ids(store) - before == {f"new-{n}" for n in (1, 3, 4, 6, 7, 9, 10)}

    page.get_by_role("link", name="改第2行").click()
    page.get_by_label("名称").fill("补上的名称")
    page.get_by_role("button", name="改好了，再看").click()
    page.get_by_role("button", name="写入 1 行").click()
    page.locator("tr.bad").nth(1).wait_for()
    page.wait_for_function("() => document.querySelectorAll('tr.bad').length === 2")
    assert store.get("new-2").name == "补上的名称"

    page.get_by_role("button", name="撤销第").click()
    page.get_by_role("button", name="写入 8 行").wait_for()
    assert "新增 1，更新 0，不变 7" in page.locator(".go").inner_text()
    assert "new-2" not in ids(store)
    page.goto(f"{site}/steward/")
    page.get_by_role("row", name="导入 定海路_11月.csv 7").get_by_role("button").click()
    page.get_by_role("row", name="撤销第").first.wait_for()
    assert ids(store) == before
    assert watched.console == []
    assert watched.foreign(site) == []


def test_the_pin_is_moved_by_arrows_a_metre_a_press_and_by_hand(
    seat: Callable[..., Watched], site: str, store: Store, tmp_path: Path
) -> None:
    page = seat().page
    send(page, site, tmp_path / "一行.csv", sheet([list_row(40, 编号="pin-1")]))
    page.wait_for_function("() => document.querySelector('.folium-map')?.dataset.ready === 'true'")
    use = page.get_by_role("button", name="用针的位置")
    assert use.is_disabled()
    pin = page.get_by_role("slider")
    pin.focus()
    for _ in range(5):
        page.keyboard.press("ArrowUp")
    assert page.locator(".pintag").inner_text() == "已移5米"
    box = pin.bounding_box()
    page.mouse.move(box["x"] + 22, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 82, box["y"] + 20, steps=5)
    page.mouse.up()
    there = [float(part) for part in page.locator("[data-at]").inner_text().split(",")]
    use.click()
    page.get_by_role("button", name="写入 1 行").click()
    page.get_by_text("写好了。").wait_for()
    kept = store.get("pin-1")
    assert kept.source_datum == "gcj02"
    assert (kept.lon, kept.lat) == (pytest.approx(there[0], abs=2e-6), pytest.approx(there[1], abs=2e-6))
    supplied = convert(float(list_row(40)[5]), float(list_row(40)[6]), "gcj02", "wgs84")
    assert kept.lat - supplied[1] == pytest.approx(5 / 111_320, abs=1e-5)
    assert kept.lon > supplied[0] + 0.0005


def test_a_record_takes_the_pins_place_and_reads_hours_while_one_types(
    seat: Callable[..., Watched], site: str, store: Store
) -> None:
    watched = seat()
    page = watched.page
    page.goto(f"{site}/steward/records/st-2")
    page.wait_for_function("() => document.querySelector('.folium-map')?.dataset.ready === 'true'")
    page.get_by_label("原话").fill("周一至周五 8:00-18:00")
    page.get_by_text("读作：周一至周五 08:00–18:00").wait_for()
    page.get_by_role("slider").focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="用针的位置").click()
    assert page.get_by_label("坐标系").input_value() == "wgs84"
    page.locator('[name="eq-air-conditioning"][value="no"]').check()
    before = store.get("st-2")
    page.get_by_role("button", name="存", exact=True).click()
    page.get_by_text("存好了。").wait_for()
    kept = store.get("st-2")
    assert (kept.hours, kept.lacks, kept.lat) == (
        "Mo-Fr 08:00-18:00",
        ("air-conditioning",),
        pytest.approx(before.lat, abs=1e-6),
    )
    assert (kept.lon - before.lon) * 95_200 == pytest.approx(20, abs=0.5)
    assert watched.console == []


def test_the_second_editor_sees_who_changed_what_and_keeps_their_own(
    seat: Callable[..., Watched], site: str, store: Store
) -> None:
    first, second = seat("editor").page, seat("admin").page
    for page in (first, second):
        page.goto(f"{site}/steward/records/st-3")
    second.get_by_label("电话").fill("021-12351")
    second.get_by_role("button", name="存", exact=True).click()
    second.get_by_text("存好了。").wait_for()
    first.get_by_label("名称").fill("我起的名字")
    first.get_by_role("button", name="存", exact=True).click()
    first.get_by_role("heading", name="别人先改了，你的还没有存").wait_for()
    assert "admin" in first.get_by_role("alert").inner_text()
    assert first.get_by_label("名称").input_value() == "我起的名字"
    assert first.get_by_label("电话").input_value() == "021-12351"
    first.get_by_role("button", name="还是存我的").click()
    first.get_by_text("存好了。").wait_for()
    kept = store.get("st-3")
    assert (kept.name, kept.phone) == ("我起的名字", "021-12351")


def test_the_desk_fits_a_phone(seat: Callable[..., Watched], site: str, tmp_path: Path) -> None:
    page = seat(width=390, height=844).page
    send(page, site, tmp_path / "表.csv", three_bad_rows())
    paths = [page.url.removeprefix(site)]
    paths += [
        f"/steward/{name}"
        for name in (
            "",
            "records",
            "records/st-1",
            "records/st-1/history",
            "check",
            "recheck",
            "recheck/st-1",
            "new",
        )
    ]
    for path in paths:
        page.goto(site + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_on_the_desk_in_either_theme(
    seat: Callable[..., Watched], site: str, tmp_path: Path, width: int
) -> None:
    page = seat(width=width, height=800).page
    found = {}
    send(page, site, tmp_path / "看看.csv", three_bad_rows())
    preview = page.url
    mending = page.get_by_role("link", name="改第2行").get_attribute("href")
    desk = [f"{site}/steward/{path}" for path in ("", "records", "new", "check", "recheck")]
    one = [
        f"{site}/steward/records/st-1",
        f"{site}/steward/records/st-1/history",
        f"{site}/steward/recheck/st-1",
    ]
    for address in (preview, site + mending, *desk, *one):
        page.goto(address)
        page.wait_for_load_state("load")
        if broken := violations_in_both_themes(page):
            found[address] = broken
    assert found == {}
