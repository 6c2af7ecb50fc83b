"""What axe-core finds wrong with a page (WCAG 2.2 AA and best practice)."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_COLOURS = ["color-contrast", "link-in-text-block"]


# A popup that is fading in has little contrast, for a moment. What never ends (a spinner) is not waited for.
_SETTLED = """() => document.getAnimations().every((one) =>
    one.playState !== 'running' || one.effect.getComputedTiming().endTime === Infinity)
    && [...document.querySelectorAll('.leaflet-popup')].every((box) => getComputedStyle(box).opacity === '1')"""


def violations(page: Page) -> list[str]:
    """Return each rule that is broken, with the elements that break it and why."""
    return _run(page, _TAGS)


def violations_in_both_themes(page: Page) -> list[str]:
    """Return what is wrong with a page as it is, and with its colours in the other theme: nothing else differs."""
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    found = violations(page)
    page.emulate_media(color_scheme="light" if dark else "dark")
    found += [f"in the other theme: {line}" for line in _run(page, {"type": "rule", "values": _COLOURS})]
    page.emulate_media(color_scheme="dark" if dark else "light")
    return found


def _run(page: Page, rules: object) -> list[str]:
    page.wait_for_function(_SETTLED)
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("(rules) => axe.run({runOnly: rules})", rules)
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
        if not _placed(rule["id"], node["html"])
    ]


def _placed(rule: str, html: str) -> bool:
    """Tell whether a mark is as close to another as their places are, which WCAG 2.5.8 allows on maps."""
    return rule == "target-size" and "leaflet-marker-icon" in html
