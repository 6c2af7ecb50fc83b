"""Headers on every answer; a page's scripts and styles carry the nonce of that page alone."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from flask import Flask, Response, current_app, g, request

from locator.web.wechat import policy_sources

if TYPE_CHECKING:
    from locator.maps import Basemap

EMBED = "/embed"
# On every answer, whatever it is. A link to a map app must not tell it where the asker is: that stands in our URL.
ALWAYS = (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"))
_OWN = ("Cross-Origin-Resource-Policy", "same-origin")
# What other people's pages show: the frame, its pictures, and the picture of a shared link.
_FOR_OTHERS = {"embed.show", "images.map_png", "images.map_svg", "images.qr", "static"}
# A polygon of some thousand corners; what is longer costs more to take apart than it can mean.
_LONGEST_QUERY = 32 * 1024
_HSTS = ("Strict-Transport-Security", "max-age=31536000")


def protect(app: Flask) -> None:
    """Install the security headers on an application."""
    app.before_request(_check_length)
    app.after_request(_add_headers)
    app.context_processor(lambda: {"nonce": page_nonce()})


def data_headers(app: Flask) -> tuple[tuple[str, str], ...]:
    """Return what an answer of data carries that does not go through the framework."""
    return (*ALWAYS, _OWN, *_transport(app))


def _check_length() -> Response | None:
    if len(request.query_string) <= _LONGEST_QUERY:
        return None
    # No page: its links would repeat the address.
    return Response(
        "网址太长 · The address is too long\n", HTTPStatus.REQUEST_URI_TOO_LONG, mimetype="text/plain"
    )


def _transport(app: Flask) -> tuple[tuple[str, str], ...]:
    """Return the promise to be reached by https only, where the operator says that it is so.

    Not for subdomains: those of the operator's host are not ours to promise for.
    """
    public = cast("str | None", app.extensions["locator.public_url"])
    return (_HSTS,) if (public or "").startswith("https://") else ()


def page_nonce() -> str:
    """Return the nonce of the page being made."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return cast("str", g.nonce)


def _add_headers(response: Response) -> Response:
    headers = response.headers
    for name, value in (*ALWAYS, *_transport(current_app)):
        headers[name] = value
    own = "cross-origin" if request.endpoint in _FOR_OTHERS else _OWN[1]
    headers.setdefault(_OWN[0], own)
    if not headers["Content-Type"].startswith("text/html"):
        # Data is not a page: nothing in it may run, and the rest of the list is about pages.
        # A service worker's own policy says what it may fetch.
        headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        return response
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
