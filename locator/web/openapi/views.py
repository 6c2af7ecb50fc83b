"""/openapi.json and /docs: the description for programs and for people."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, current_app, render_template

from locator.web.images import base_url
from locator.web.language import language
from locator.web.openapi.document import document
from locator.web.openapi.page import described, marked, sections
from locator.web.publishing import publish_datum

blueprint = Blueprint("openapi", __name__)


@blueprint.get("/openapi.json")
def spec() -> Response:
    """Send the description."""
    response = Response(current_app.json.dumps(_document()), mimetype="application/json")
    response.headers["Cache-Control"] = "no-cache"
    # For tools that show a description in a page of their own: there is nothing private in it.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.vary.add("Accept-Language")
    return response


@blueprint.get("/docs")
def page() -> str:
    """Show the description."""
    found, said = _document(), language()
    return render_template(
        "docs.html",
        document=found,
        sections=sections(found, said, base_url()),
        schemas=described(found, said),
        marked=marked,
    )


def _document() -> dict[str, object]:
    # Relative unless the operator says which address is ours: whoever fetched it knows the rest.
    server = cast("str | None", current_app.extensions["locator.public_url"])
    return document(language(), server or "/", publish_datum())
