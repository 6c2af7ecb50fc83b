"""Text in pictures: escaped, measured without a font file, and broken where a name may break."""

from __future__ import annotations

import re
import unicodedata
from html import escape
from typing import TYPE_CHECKING

from locator.cards import breakable

if TYPE_CHECKING:
    from collections.abc import Iterator

# The first that is installed draws; all of them have both weights and simplified Chinese.
FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC",
    "HarmonyOS Sans SC", "Microsoft YaHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
)  # fmt: skip
# XML 1.0 has no way to write these, not even escaped; a reader would refuse the whole picture.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The ideographic space is meant where it stands.
_SPACES = re.compile(r"[^\S\u3000]+")
# In Noto Sans: digits 0.555 em, capitals up to 0.92 em (W), the rest narrower. A little too wide is safe.
_DIGIT_EM, _CAPITAL_EM, _OTHER_EM = 0.56, 0.78, 0.6


def clean(text: str) -> str:
    """Return text as it can be drawn: one line, without what XML cannot hold."""
    return _SPACES.sub(" ", _NOT_XML.sub("\ufffd", text)).strip()


def width_em(text: str) -> float:
    """Return how wide a text is at most, in units of its size."""
    return sum(map(_width_em, text))


def _width_em(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WFA":
        return 1.0
    if letter.isdigit():
        return _DIGIT_EM
    return _CAPITAL_EM if letter.isupper() or letter in "@%&mwMW—" else _OTHER_EM


def broken(text: str, room_em: float, most: int) -> list[str]:
    """Return a text as at most so many lines that fit, broken where names may be; what is left out shows as …."""
    lines = [""]
    for piece in _pieces(clean(text), room_em):
        if lines[-1] and width_em(lines[-1] + piece.rstrip()) > room_em:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    lines = [line.rstrip() for line in lines]
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and width_em(last) > room_em - 1:
        last = last[:-1]
    return [*lines[: most - 1], last + "…"]


def _pieces(text: str, room_em: float) -> Iterator[str]:
    """Yield what stays together on a line: a part of a name, or single characters of one longer than a line."""
    for part in breakable(text):
        if width_em(part) <= room_em:
            yield part
        else:
            # Latin words and numbers stay whole as far as a line can hold them.
            for word in re.findall(r"[0-9A-Za-z]+\s*|.", part):
                yield from [word] if width_em(word) <= room_em else word


def words(
    x: float,
    y: float,
    text: str,
    size: float,
    fill: str,
    *,
    bold: bool = False,
    anchor: str = "start",
    halo: str | None = None,
    halo_width: float = 0.0,
) -> str:
    """Return a text element whose baseline is at y; whatever the text holds stays text."""
    family = ",".join(f"'{name}'" for name in FAMILIES)
    extra = ' font-weight="700"' if bold else ""
    extra += "" if anchor == "start" else f' text-anchor="{anchor}"'
    shape = f'x="{x:.2f}" y="{y:.2f}" font-family="{family},sans-serif" font-size="{size:.2f}"{extra}'
    written = escape(clean(text))
    # Drawn first and by itself: not every reader knows paint-order.
    behind = (
        f'<text {shape} fill="{halo}" stroke="{halo}" stroke-width="{halo_width:.2f}" stroke-linejoin="round">{written}</text>'
        if halo
        else ""
    )
    return f'{behind}<text {shape} fill="{fill}">{written}</text>'
