"""The house's colours and marker shapes for pictures, read from the very files that the pages use."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from locator._bundled import bundled
from locator.maps.svg_text import words

if TYPE_CHECKING:
    from collections.abc import Mapping

THEMES = ("light", "dark")
# The sprite draws a marker in a square of this side, its shape inset by a stroke's width.
_SQUARE = 40
_FILLED = {"open", "soon"}


@cache
def colours(theme: str) -> Mapping[str, str]:
    """Return the colours of a theme by token name, without the dashes before it."""
    css = (bundled("static") / "tokens.css").read_text(encoding="utf-8")
    block = css.partition(f'[data-theme="{theme}"] {{')[2].partition("}")[0]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})\b", block))


@cache
def symbol(name: str) -> str:
    """Return one drawing of the sprite, as the attributes and the elements of a group."""
    sprite = (bundled("templates") / "sprite.svg").read_text(encoding="utf-8")
    found = re.search(rf'<symbol id="{re.escape(name)}" viewBox="[^"]*"([^>]*)>(.*?)</symbol>', sprite)
    if found is None:
        raise KeyError(name)
    return f"<g{found[1]}>{found[2]}</g>"


@cache
def outline(family: str) -> str:
    """Return the bare shape of a family of kinds: 圆 station, 方 canteen, 屋形 housing, 盾 legal, 菱形 other."""
    found = re.search(r'<g class="sh">(.*?)</g>', symbol(f"m-{family}"))
    if found is None:
        raise KeyError(family)
    return found[1]


@cache
def glyph(name: str) -> str:
    """Return the glyph of a kind of site without its shape, drawn in the colour of the text."""
    found = re.search(r'<g class="gl"([^>]*)>(.*)</g>', symbol(f"m-{name}").removesuffix("</g>"))
    if found is None:
        raise KeyError(name)
    return f"<g{found[1]}>{found[2]}</g>"


def marker(
    x: float, y: float, size: float, family: str, state: str, theme: str, number: int | None = None
) -> str:
    """Return a marker round (x, y): shape by kind, line style by status, and its number.

    Parameters
    ----------
    x, y, size
        Centre and side, in the picture's units.
    family
        A marker family of the vocabulary.
    state
        A door's state: open, soon, later, closed, unknown.
    theme
        light or dark.
    number
        What is written on it; None leaves it bare: too small for anything but its shape and line.
    """
    ink = colours(theme)
    tone = ink["closed-line"] if state == "closed" else ink[f"kind-{family}"]
    filled = state in _FILLED
    fill, stroke, width = (tone, ink["paper"], 2.0) if filled else (ink["paper"], tone, 2.8)
    dashes = ' stroke-dasharray="5 4"' if state == "unknown" else ""
    # A rim of paper keeps outlined markers apart from the lines of the map below them.
    rim = (
        ""
        if filled
        else f'<g fill="{ink["paper"]}" stroke="{ink["paper"]}" stroke-width="6">{outline(family)}</g>'
    )
    parts = [
        rim,
        f'<g fill="{fill}" stroke="{stroke}" stroke-width="{width}" stroke-linejoin="round"{dashes}>{outline(family)}</g>',
    ]
    if state == "closed":
        parts.append(_slash(tone, ink["paper"]))
    if number is not None:
        parts.append(
            _number(number, family, ink["on-kind"] if filled else tone, None if filled else ink["paper"])
        )
        if state == "unknown":
            parts.append(_question_mark(ink))
    scale = size / _SQUARE
    return f'<g class="marker" transform="translate({x - size / 2:.2f} {y - size / 2:.2f}) scale({scale:.4f})">{"".join(parts)}</g>'


def _slash(tone: str, paper: str) -> str:
    line = '<path fill="none" stroke="{}" stroke-width="{}" d="M5 35 35 5"/>'
    return line.format(paper, 7) + line.format(tone, 3)


def _number(number: int, family: str, ink: str, halo: str | None) -> str:
    size = 20 if number < 10 else 17  # noqa: PLR2004  one digit
    low = {"housing": 4, "legal": -2}.get(family, 0)  # where the shape is widest
    return words(
        20, 20 + low + size * 0.36, str(number), size, ink,
        bold=True, anchor="middle", halo=halo, halo_width=5,
    )  # fmt: skip


def _question_mark(ink: Mapping[str, str]) -> str:
    return (
        f'<circle cx="35" cy="5" r="9" fill="{ink["paper"]}" stroke="{ink["unknown-line"]}" stroke-width="1.8"/>'
        + words(35, 10, "?", 14, ink["ink"], bold=True, anchor="middle")
    )
