"""What axe-core finds wrong with a page (WCAG 2.2 AA and best practice)."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """Return each rule that is broken, with the elements that break it."""
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("(tags) => axe.run({runOnly: tags})", _TAGS)
    broken = [(rule["id"], [node["html"][:160] for node in rule["nodes"]]) for rule in found["violations"]]
    return [(rule, kept) for rule, nodes in broken if (kept := [n for n in nodes if not _placed(rule, n)])]


def _placed(rule: str, html: str) -> bool:
    """Tell whether a mark is as close to another as their places are, which WCAG 2.5.8 allows on maps."""
    return rule == "target-size" and "leaflet-marker-icon" in html
