"""The page of the API on a phone and on a desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_support import violations_in_both_themes
from browser_support import Watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

WIDTHS = {"phone": (390, 844), "desk": (1280, 900)}


@pytest.fixture(params=WIDTHS)
def reader(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[str, Watched]]:
    width, height = WIDTHS[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    yield request.param, Watched(context.new_page())
    context.close()


def test_the_pages_of_the_api_fit_are_accessible_and_ask_nobody_else(
    reader: tuple[str, Watched], site: str, pictures: Path
) -> None:
    name, watched = reader
    page = watched.page
    page.goto(f"{site}/docs")
    assert page.evaluate("document.documentElement.scrollWidth") == WIDTHS[name][0]
    assert violations_in_both_themes(page) == []
    page.goto(f"{site}/docs#nearest")
    assert page.locator("#nearest h3").bounding_box()["y"] < 60
    page.screenshot(path=pictures / f"api-{name}.png")
    page.locator('#nearest a[href="#schema-Kind"]').first.click()
    assert page.locator("#schema-Kind").bounding_box()["y"] < 60
    assert watched.foreign(site) == []
    assert watched.console == []
