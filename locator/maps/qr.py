"""QR codes, drawn as one path."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

import segno

from locator.maps.svg_text import clean

# The standard's quiet zone, in modules; without it phones do not find the code on a dark ground.
QUIET = 4


class Code(NamedTuple):
    """A QR code: modules across with the quiet zone, and the path of the dark ones in those units."""

    side: int
    path: str


def code_of(text: str, error: str = "m") -> Code:
    """Return the code that says a text; `error` is how much of it may be lost (l, m, q, h)."""
    drawn = segno.make(text, error=error, micro=False, boost_error=False)
    runs = []
    for y, row in enumerate(drawn.matrix):
        x = 0
        while x < len(row):
            length = 0
            while x + length < len(row) and row[x + length]:
                length += 1
            if length:
                runs.append(f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z")
            x += length or 1
    return Code(len(drawn.matrix) + 2 * QUIET, "".join(runs))


def panel(text: str, x: float, y: float, size: float, ink: str = "#12202C", paper: str = "#FFFFFF") -> str:
    """Return a code on its own light panel, whatever lies behind: a code light on dark is read by few phones."""
    code = code_of(text)
    return (
        f'<g transform="translate({x:.2f} {y:.2f}) scale({size / code.side:.5f})">'
        f'<rect width="{code.side}" height="{code.side}" fill="{paper}"/>'
        f'<path fill="{ink}" shape-rendering="crispEdges" d="{code.path}"/></g>'
    )


def svg_code(text: str, label: str) -> str:
    """Return a code as a picture of its own, labelled for those who do not see it."""
    side = code_of(text).side
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side * 8}" height="{side * 8}" role="img">'
        f"<title>{escape(clean(label))}</title>{panel(text, 0, 0, side)}</svg>"
    )
