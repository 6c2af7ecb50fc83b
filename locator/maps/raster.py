"""SVG pictures as PNG and PDF, by Typst: the same fonts, loaded once, and no browser."""

from __future__ import annotations

import json
import re
import struct
import threading
import zlib
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

import typst

from locator._bundled import bundled
from locator._errors import ConfigurationError, Text
from locator.maps.svg_text import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# The header chunk comes first and has one length.
_HEADER_END = len(_SIGNATURE) + 4 + 4 + 13 + 4
_KEYWORD = b"locator"
# Nothing that users wrote is in here: the picture comes as an input, as bytes.
_PAGE = b"""
#set document(date: none, title: sys.inputs.title)
#set page(width: float(sys.inputs.width) * 1pt, height: float(sys.inputs.height) * 1pt, margin: 0pt, fill: none)
#image(bytes(sys.inputs.picture), format: "svg", width: 100%, alt: sys.inputs.title)
"""
_SMALL = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8">'
    f'<g font-family="{", ".join(FAMILIES)}"><text>驿1</text><text font-weight="700">站a</text></g></svg>'
)
# For how many documents Typst keeps what was of no use to them.
_KEPT_FOR = 10
_drawn = threading.Event()
_POINTS_A_MM = 72 / 25.4
_POINTS_AN_INCH = 72


def png(svg: str, scale: float, about: dict[str, Any] | None = None) -> bytes:
    """Return a picture as PNG.

    Parameters
    ----------
    svg
        With width and height.
    scale
        Pixels a unit.
    about
        What programs may read from it again with `read_about`.

    Raises
    ------
    ConfigurationError
        No Chinese font is installed.
    """
    width, height = size_of(svg)
    drawn = _compiler(svg, width, height, "").compile(format="png", ppi=_POINTS_AN_INCH * scale)
    raw = _one(drawn)
    return raw if about is None else raw[:_HEADER_END] + _text_chunk(about) + raw[_HEADER_END:]


def pdf(svg: str, width_mm: float, height_mm: float, title: str) -> bytes:
    """Return a picture as a PDF page of a size, its text as text in embedded fonts.

    Raises
    ------
    ConfigurationError
        No Chinese font is installed.
    """
    page = _compiler(svg, width_mm * _POINTS_A_MM, height_mm * _POINTS_A_MM, title)
    return _one(page.compile(format="pdf"))


def warm() -> None:
    """Load the fonts, both weights, which the first picture would wait for; without any, pictures say so when asked for."""
    with suppress(ConfigurationError):
        png(_SMALL, 1.0)


def forget() -> bool:
    """Let go of what the last pictures left behind, some 20 MB; False if none was drawn since.

    Typst keeps what it has worked out until it was of no use for so many documents. Small ones take 3 ms each.
    """
    if not _drawn.is_set():
        return False
    for _ in range(_KEPT_FOR + 1):
        warm()
    _drawn.clear()
    return True


def typeset(template: str, inputs: Mapping[str, str]) -> bytes:
    """Return a document of ours as PDF.

    Parameters
    ----------
    template
        Its name in templates/; nothing that users wrote is in there.
    inputs
        What it reads, as texts: words as JSON, pictures as SVG.

    Raises
    ------
    ConfigurationError
        No Chinese font is installed.
    """
    source = (bundled("templates") / template).read_bytes()
    document = typst.Compiler(
        source, font_paths=_fonts(), ignore_system_fonts=True,
        sys_inputs={**inputs, "fonts": json.dumps(FAMILIES)},
    )  # fmt: skip
    return _one(document.compile(format="pdf"))


def size_of(svg: str) -> tuple[float, float]:
    """Return the width and height of a picture of ours."""
    found = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    if found is None:
        raise ValueError("a picture says how large it is")
    return float(found[1]), float(found[2])


def read_about(image: bytes) -> dict[str, Any] | None:
    """Return what a PNG of ours says of itself, or None."""
    at = len(_SIGNATURE)
    while at < len(image):
        (length,) = struct.unpack(">I", image[at : at + 4])
        kind, body = image[at + 4 : at + 8], image[at + 8 : at + 8 + length]
        if kind == b"iTXt" and body.startswith(_KEYWORD + b"\0"):
            # keyword, NUL, two flags, then an empty language and an empty translation
            found: dict[str, Any] = json.loads(body[len(_KEYWORD) + 5 :])
            return found
        at += 12 + length
    return None


def _text_chunk(about: dict[str, Any]) -> bytes:
    text = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()
    body = b"iTXt" + _KEYWORD + b"\0\0\0\0\0" + text
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


@cache
def _fonts() -> typst.Fonts:
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)
    if not set(FAMILIES) & set(fonts.families()):
        raise ConfigurationError(
            Text(
                "这台机器没有中文字体，画不出图：apt install fonts-noto-cjk",
                "this machine has no Chinese font to draw with: apt install fonts-noto-cjk",
            )
        )
    return fonts


def _one(pages: bytes | list[bytes] | None) -> bytes:
    """Return the only page of a compiled document."""
    _drawn.set()
    if not isinstance(pages, bytes):
        raise TypeError("a picture is one page")
    return pages


def _compiler(svg: str, width: float, height: float, title: str) -> typst.Compiler:
    inputs = {"picture": svg, "width": f"{width:.4f}", "height": f"{height:.4f}", "title": title}
    return typst.Compiler(_PAGE, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=inputs)
