"""The codes that carry the map elsewhere. What users wrote ends in attributes: all of it is escaped."""

from __future__ import annotations

from html import escape


def iframe(src: str, title: str, width: int | str, height: int) -> str:
    """Return the HTML that frames an address."""
    return (
        f'<iframe src="{escape(src)}" title="{escape(title)}" width="{width}" height="{height}" '
        'loading="lazy" style="border:0"></iframe>'
    )


def script(src: str, state: str, title: str) -> str:
    """Return the HTML that loads embed.js from an address and hands it a state."""
    return (
        f'<script async src="{escape(src)}" data-state="{escape(state)}" data-title="{escape(title)}">'
        "</script>"
    )


def web_view(src: str) -> str:
    """Return the element of a WeChat mini-program that shows an address."""
    return f'<web-view src="{escape(src)}"></web-view>'
