"""A position is never logged, stored, or sent to anybody else."""

from __future__ import annotations

import contextlib
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from browser_support import Watched

from locator.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser

    from locator import Service

LON, LAT = 121.543217, 31.273189
ODD = ("543217", "273189", "54321", "27318")


def test_an_odd_position_leaves_no_trace(
    browser: Browser, tmp_path: Path, sample: list[Service], serve: Callable[..., str]
) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    Store(url).create(sample, "tests")
    address = serve(url, basemap="outline")
    here = f"lon={LON}&lat={LAT}"
    for path in (
        f"/api/v1/nearest?{here}",
        f"/api/v1/nearest?{here}&at=2026-11-23T13:05&open=arrival",
        f"/api/v1/along?path={LON},{LAT};121.55,31.28",
        f"/api/v1/events?{here}",
        f"/api/v1/services?bbox={LON},{LAT},121.6,31.3",
        f"/map.svg?{here}",
        f"/events?{here}",
        f"/along?p={LON},{LAT}&p=121.55,31.28",
        f"/api/v1/nearest?lon={LON}&lat=99.{LAT}",
        f"/nothing?{here}",
    ):
        with contextlib.suppress(urllib.error.HTTPError):  # a fault must not be logged with its place, either
            urllib.request.urlopen(address + path, timeout=20).read()
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        locale="zh-CN",
        permissions=["geolocation"],
        geolocation={"longitude": LON, "latitude": LAT},
    )
    phone = Watched(context.new_page())
    page = phone.open(address + "/")
    page.locator(".big").click()
    page.wait_for_url("**lon=121.54322**")
    page.wait_for_selector(".card")
    outside: list[tuple[str, str]] = []

    def leave(route) -> None:
        outside.append((route.request.url, str(route.request.headers)))
        route.fulfill(status=204)

    context.route(lambda asked: not asked.startswith(address), leave)
    page.locator(".card a[data-app]").first.click()
    page.wait_for_timeout(300)
    assert outside
    for asked, headers in outside:
        assert address not in headers
        assert not any(odd in urllib.parse.unquote(asked) + headers for odd in ODD)
    page = phone.open(f"{address}/?{here}&kind=fair&max_minutes=10")
    page.get_by_role("button", name="报一声").click()
    page.get_by_text("谢谢，记下了").wait_for()
    page = phone.open(f"{address}/?{here}")
    page.get_by_role("link", name="这里关着门？").first.click()
    page.get_by_role("button", name="报给管站点的人").click()
    page.get_by_text("谢谢，记下了").wait_for()
    assert context.cookies() == []
    assert [u for u in phone.foreign(address) if not u.startswith("https://uri.amap.com/")] == []
    context.close()
    kept = [Path(serve.logs[address]), *(path for path in tmp_path.rglob("*") if path.is_file())]
    assert len(kept) >= 2
    for path in kept:
        content = path.read_bytes()
        assert not any(odd.encode() in content for odd in ODD), path
    needs = [path for path in tmp_path.iterdir() if path.suffix == ".db"]
    assert needs
