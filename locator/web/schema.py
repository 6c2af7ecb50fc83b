"""GET /api/v1/schema/record.json: what a record looks like that the import takes."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from locator.exchange.record_schema import ADDRESS, record_schema

blueprint = Blueprint("schema", __name__)
_HOUR_S = 3600


@blueprint.get(ADDRESS)
def record() -> Response:
    """Send the schema, in both languages at once: an address that schemas name must not depend on who asks."""
    response = Response(current_app.json.dumps(record_schema()), mimetype="application/schema+json")
    # For editors and validators that run in other pages: there is nothing private in it.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.cache_control.public = True
    response.cache_control.max_age = _HOUR_S
    response.add_etag(weak=True)
    response.make_conditional(request)
    return response
