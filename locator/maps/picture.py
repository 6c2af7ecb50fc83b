"""An answer as one picture: title, map, list and a QR code back to the live page; for articles without scripts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from locator.cards import card
from locator.maps.backdrop import grid_km
from locator.maps.captions import facts, legend, name_of, stamp, status_of
from locator.maps.chart import chart, no_tiles
from locator.maps.paint import colours, marker
from locator.maps.placing import Box
from locator.maps.qr import panel
from locator.maps.svg_text import broken, clean, width_em, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from locator.cards import Card
    from locator.hits import Answer
    from locator.maps.basemaps import Basemap
    from locator.maps.chart import TileSource

# A phone's width: the layout is drawn for it, larger pictures first enlarge and then widen it.
_PHONE, _TWO_COLUMNS = 375.0, 560.0
_ROW_PIN, _PAD, _QR = 22.0, 14.0, 88.0
_TITLE, _NAME, _NOTE, _SMALL = 19.0, 15.0, 12.5, 12.0
_ROWS = 10


@dataclass(frozen=True)
class Look:
    """How a picture is to look: its title, its width in units, its theme (light or dark)."""

    title: str
    width: int = 750
    theme: str = "light"

    @property
    def unit(self) -> float:
        """How many picture units a point of the layout is."""
        return max(0.85, min(2.0, self.width / _PHONE))


def svg_map(
    answer: Answer, basemap: Basemap, look: Look, url: str | None, tiles: TileSource = no_tiles
) -> str:
    """Return an answer as an SVG picture. The same arguments make the same bytes.

    Parameters
    ----------
    answer
        What to show.
    basemap
        In whose datum everything is drawn.
    look
        Title, size and theme.
    url
        The live page, which the QR code leads to; None draws no code.
    tiles
        Returns the tiles behind a frame of the map; by default none, and the outlines are drawn.
    """
    u, ink, width = look.unit, colours(look.theme), look.width
    at = stamp(answer.question.at)
    cards = [card(hit, answer.question) for hit in (*answer.features, *answer.unknown)]
    header, top = _header(look, at)
    box = Box(0, top, width, top + min(0.8 * width, 420 * u))
    drawn = chart(answer, cards, basemap, box, look.theme, u, tiles)
    rows, bottom = _List(cards, look, url).drawn(box.bottom + _PAD * u)
    asker = answer.question.lon is not None
    said = legend(
        cards, basemap, grid_km(drawn.frame, u), asker=asker, small=drawn.small > 0, tiled=drawn.tiled
    )
    foot, height = _foot([*said, f"图停在{at}，不会自己更新"], look, bottom)
    about = json.dumps(facts(answer, url), ensure_ascii=False, separators=(",", ":"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height:.0f}" '
        f'viewBox="0 0 {width} {height:.0f}" role="img">'
        f"<title>{escape(clean(look.title))}，{at}</title><metadata>{escape(clean(about))}</metadata>"
        f'<rect width="{width}" height="{height:.0f}" fill="{ink["paper"]}"/>'
        f'<g class="map">{drawn.svg}</g>{header}{rows}{foot}</svg>'
    )


def _header(look: Look, at: str) -> tuple[str, float]:
    """Return the plate with title and time, and where it ends."""
    u, ink = look.unit, colours(look.theme)
    size, note, pad = _TITLE * u, 13.5 * u, _PAD * u
    room = look.width - 2 * pad
    lines = broken(look.title, room / size, 3)
    one_line = len(lines) == 1 and width_em(lines[0]) * size <= room - width_em(at) * note - 12 * u
    height = (44 if one_line else 26 * len(lines) + 36) * u
    drawn = [f'<rect width="{look.width}" height="{height:.2f}" fill="{ink["plate"]}"/>']
    for i, line in enumerate(lines):
        drawn.append(words(pad, (29 + i * 26) * u, line, size, ink["on-plate"], bold=True))
    x, y, anchor = (look.width - pad, 29 * u, "end") if one_line else (pad, height - 13 * u, "start")
    drawn.append(words(x, y, at, note, ink["on-plate"], anchor=anchor))
    return "".join(drawn), height


class _List:
    """The names under the map, with the QR code beside the first of them."""

    def __init__(self, cards: Sequence[Card], look: Look, url: str | None) -> None:
        self._cards, self._look, self._url = cards, look, url
        self._u, self._ink = look.unit, colours(look.theme)

    def drawn(self, top: float) -> tuple[str, float]:
        """Return rows and code, and where they end."""
        u, pad = self._u, _PAD * self._u
        code, beside = ("", top - 1) if self._url is None else self._code(self._url, top)
        whole = self._look.width - 2 * pad
        columns = 2 if self._look.width / u > _TWO_COLUMNS else 1
        shown = list(enumerate(self._cards[:_ROWS], 1))
        split = -(-len(shown) // columns)
        drawn, ends = [code], [top]
        for column in range(columns):
            y = top
            for number, c in shown[column * split : (column + 1) * split]:
                # One column takes the whole width again where the code has ended.
                wide = whole if y > beside and (columns == 1 or not code) else whole - pad - _QR * u
                wide = (wide - (columns - 1) * pad) / columns
                body, height = self._row(number, c, wide)
                drawn.append(
                    f'<g transform="translate({pad + column * (wide + pad):.2f} {y:.2f})">{body}</g>'
                )
                y += height
            ends.append(y)
        rest, end = self._rest(max(ends))
        return "".join([*drawn, rest]), max(end, beside)

    def _code(self, url: str, top: float) -> tuple[str, float]:
        u, code = self._u, _QR * self._u
        x = self._look.width - _PAD * u - code
        said = words(
            x + code / 2, top + code + 17 * u, "扫码看现在", _NOTE * u, self._ink["ink-2"], anchor="middle"
        )
        return panel(url, x, top, code) + said, top + code + 26 * u

    def _row(self, number: int, shown: Card, wide: float) -> tuple[str, float]:
        """Return one row at the origin, and its height."""
        u, ink = self._u, self._ink
        left = (_ROW_PIN + 8) * u
        family, state = shown.family, shown.door.state
        drawn = [marker(_ROW_PIN / 2 * u, 11.5 * u, _ROW_PIN * u, family, state, self._look.theme, number)]
        y = 0.0
        for line in broken(name_of(shown), (wide - left) / (_NAME * u), 3):
            drawn.append(words(left, y + 16 * u, line, _NAME * u, ink["ink"], bold=True))
            y += 20 * u
        for line in broken(status_of(shown), (wide - left) / (_NOTE * u), 2):
            drawn.append(words(left, y + 13 * u, line, _NOTE * u, ink["ink-2"]))
            y += 17 * u
        return "".join(drawn), y + 8 * u

    def _rest(self, y: float) -> tuple[str, float]:
        """Return what is said of those that have no row, and where that ends."""
        more = len(self._cards) - _ROWS
        if self._cards and more <= 0:
            return "", y
        said = f"另有{more}处" if self._cards else "没有合适的"
        if self._url is not None:
            said += "，扫码看" if self._cards else "，扫码改一项再看"
        x = (_PAD + _ROW_PIN + 8 if self._cards else _PAD) * self._u
        return words(x, y + 14 * self._u, said, 14 * self._u, self._ink["ink-2"]), y + 24 * self._u


def _foot(said: Sequence[str], look: Look, top: float) -> tuple[str, float]:
    """Return the legend and the note that a picture stands still, and where they end."""
    u, ink, pad = look.unit, colours(look.theme), _PAD * look.unit
    size, lines = _SMALL * u, [""]
    for text in said:
        longer = f"{lines[-1]}　{text}" if lines[-1] else text
        if width_em(longer) * size > look.width - 2 * pad:
            lines.append(text)
        else:
            lines[-1] = longer
    y = top + 4 * u
    rule = (
        f'<path d="M{pad:.2f} {y:.2f}H{look.width - pad:.2f}" stroke="{ink["line"]}" stroke-width="{u:.2f}"/>'
    )
    y += 4 * u
    drawn = [rule]
    for line in lines:
        y += 18 * u
        drawn.append(words(pad, y, line, size, ink["ink-3"]))
    return "".join(drawn), y + 14 * u
