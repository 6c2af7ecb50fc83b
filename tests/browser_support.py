"""A page under watch, for browser tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page


class Watched:
    """A page and everything it said, asked for and popped up."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.console: list[str] = []
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.console.append(f"error: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", self._dialog)

    def _dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def open(self, url: str) -> Page:
        self.page.goto(url)
        self.page.wait_for_selector(".folium-map[data-ready=true]")
        return self.page

    def still(self, selector: str) -> dict[str, float]:
        """Return the box of an element once it has not moved for half a second: maps pan to their answers."""
        boxes: list[dict[str, float] | None] = []
        for _ in range(100):
            boxes.append(self.page.locator(selector).bounding_box())
            if boxes[-1] and len(boxes) > 5 and all(box == boxes[-1] for box in boxes[-6:]):
                return boxes[-1]
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{selector} does not come to rest: {boxes[-6:]}")

    def shown(self) -> int:
        """Return how many services the map's markers stand for."""
        counts = "pins => pins.map(p => Number(p.querySelector('.many')?.textContent || 1))"
        return sum(self.page.locator(".pin").evaluate_all(counts))

    def tap(self, name: str) -> str:
        """Tap the marker of a service, through those that stand for several; return what its popup says."""
        for _ in range(6):
            mine = self.page.locator(f'[role="button"][aria-label*="{name}"]').first
            alone = mine.locator(".many").count() == 0
            mine.click()
            self.page.wait_for_timeout(400)
            same = self.page.locator(".same button", has_text=name)
            if same.count():
                same.click()
            elif not alone:
                continue
            popup = self.page.locator(".leaflet-popup-content h3", has_text=name)
            popup.wait_for()
            return self.page.locator(".leaflet-popup-content").last.inner_text()
        raise AssertionError(f"no way to {name}")

    def foreign(self, address: str) -> list[str]:
        return [url for url in self.requests if not url.startswith((address, "data:", "file:"))]
