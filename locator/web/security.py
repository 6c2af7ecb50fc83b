"""Headers on every answer; a page's scripts and styles carry the nonce of that page alone."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, cast

from flask import Flask, Response, current_app, g, request

from locator.web.wechat import policy_sources

if TYPE_CHECKING:
    from locator.maps import Basemap

EMBED = "/embed"


def protect(app: Flask) -> None:
    """Install the security headers on an application."""
    app.after_request(_add_headers)
    app.context_processor(lambda: {"nonce": page_nonce()})


def page_nonce() -> str:
    """Return the nonce of the page being made."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return cast("str", g.nonce)


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers["X-Content-Type-Options"] = "nosniff"
    if not headers["Content-Type"].startswith("text/html"):
        # Data is not a page: nothing in it may run, and the rest of the list is about pages.
        # A service worker's own policy says what it may fetch.
        headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        return response
    # A link to a map app must not tell it where the asker is: that stands in our URL.
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "geolocation=(self), camera=(), microphone=(), payment=()"
    headers["Content-Security-Policy"] = _policy()
    return response


def _ancestors() -> str:
    """Return who may frame the page being sent: strangers only what is made for it, and its error pages."""
    if request.path != EMBED:
        return "'self'"
    strangers = cast("tuple[str, ...]", current_app.extensions["locator.embed_origins"])
    return "*" if "*" in strangers else " ".join(["'self'", *strangers])


def _policy() -> str:
    nonce = f"'nonce-{page_nonce()}'"
    basemap = cast("Basemap", current_app.extensions["locator.basemap"])
    script, frame = policy_sources()
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {nonce}{script}",
            f"style-src {nonce}",
            " ".join(["img-src 'self' data:", *basemap.origins]),
            "connect-src 'self'",
            # The code builder and mini-program previews frame our own pages.
            *(frame or ("frame-src 'self'",)),
            "manifest-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {_ancestors()}",
        ]
    )
