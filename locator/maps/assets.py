"""Leaflet's files, from the installed XStatic package: served by us or put into a file, never from a CDN."""

from __future__ import annotations

import base64
import mimetypes
import re
from functools import cache
from hashlib import blake2b
from pathlib import Path

from xstatic.pkg import leaflet

from locator._bundled import bundled
from locator._errors import NotFoundError, Text

_FOLDER = Path(leaflet.BASE_DIR)
_IMAGES = ("layers.png", "layers-2x.png", "marker-icon.png", "marker-icon-2x.png", "marker-shadow.png")
NAMES = ("leaflet.js", "leaflet.css", *(f"images/{name}" for name in _IMAGES))


def asset_path(name: str) -> Path:
    """Return the path of a Leaflet file by its name.

    Raises
    ------
    NotFoundError
        A name that is not in `NAMES`: misspelt assets must fail here, not in a browser.
    """
    if name not in NAMES:
        raise NotFoundError(Text(f"没有 {name!r} 这个文件", f"there is no asset called {name!r}"))
    return _FOLDER / name


@cache
def asset_tag() -> str:
    """Return a short hash of all assets, which their URLs carry so that they can be cached for good."""
    digest = blake2b(digest_size=6)
    for name in NAMES:
        digest.update(asset_path(name).read_bytes())
    return digest.hexdigest()


@cache
def static_tag() -> str:
    """Return a short hash of our own static files."""
    digest = blake2b(digest_size=6)
    for path in sorted(bundled("static").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def inline_css() -> str:
    """Return Leaflet's stylesheet with its images inside."""
    css = asset_path("leaflet.css").read_text(encoding="utf-8")
    return re.sub(r"url\((images/[\w.-]+)\)", lambda m: f"url({_data_uri(m.group(1))})", css)


def inline_js() -> str:
    """Return Leaflet's script without the pointer to its source map, safe between script tags."""
    script = asset_path("leaflet.js").read_text(encoding="utf-8")
    return re.sub(r"//# sourceMappingURL=\S+\s*$", "", script).replace("</", "<\\/")


def _data_uri(name: str) -> str:
    kind = mimetypes.guess_type(name)[0]
    return f"data:{kind};base64,{base64.b64encode(asset_path(name).read_bytes()).decode()}"
