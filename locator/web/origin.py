"""Whether a form was sent from a page of ours: no cookie says so, since there is none."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import abort, current_app, request


def check_same_origin() -> None:
    """End a request that another site's page made somebody's browser send, with 403.

    Every browser in use names the page that a form came from, by `Sec-Fetch-Site`, `Origin` or `Referer`;
    what names nothing is turned away.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site != "same-origin":
            abort(403)
        return
    page = request.headers.get("Origin") or request.headers.get("Referer") or ""
    ours = {request.host}
    public = current_app.extensions["locator.public_url"]
    if public:
        ours.add(urlsplit(public).netloc)
    if urlsplit(page).netloc not in ours:
        abort(403)
