"""/ogc: the catalog as OGC API - Features, for any GIS. Thin views: the answers are made by the rooms beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from zlib import crc32

import msgspec
from flask import Blueprint, Response, current_app, render_template, request

from locator._errors import InputError, Text
from locator.web.current import current_catalog
from locator.web.lane import parameters
from locator.web.language import carried, language
from locator.web.ogc import description, documents, items, pages
from locator.web.ogc.collections import Library, Rows, collection_of
from locator.web.ogc.crs import crs_of
from locator.web.ogc.links import GEOJSON, HTML, JSON, OPENAPI, SCHEMA, Site
from locator.web.ogc.query import COMMON, check_known, query_of
from locator.web.plan.opened import jobs

if TYPE_CHECKING:
    from collections.abc import Callable

blueprint = Blueprint("ogc", __name__, url_prefix="/ogc")
blueprint.record(lambda state: state.app.extensions.setdefault("locator.ogc", Library()))
_FORMS = {"json": JSON, "geojson": JSON, "html": HTML}
_OFFERED = [JSON, GEOJSON, SCHEMA, "application/vnd.oai.openapi+json", HTML]


@blueprint.get("")
def landing() -> Response:
    """Say what there is, and where."""
    return _answer(JSON, lambda: documents.landing(_site()), pages.landing)


@blueprint.get("/conformance")
def conformance() -> Response:
    """Say which classes are conformed to."""
    return _answer(JSON, lambda: documents.conformance(_site()), pages.conformance)


@blueprint.get("/api")
def api() -> Response:
    """Describe /ogc as OpenAPI."""
    # GDAL asks for OpenAPI 3.0 or any JSON, and takes nothing that calls itself 3.1.
    plain = "f" not in _given() and "application/json" in request.accept_mimetypes.values()
    return _answer(JSON if plain else OPENAPI, lambda: description.document(_site()), pages.api)


@blueprint.get("/collections")
def collections() -> Response:
    """List the collections."""
    return _answer(JSON, lambda: documents.collections(_site(), _rows().table), pages.collections)


@blueprint.get("/collections/<name>")
def collection(name: str) -> Response:
    """Describe a collection."""
    one = collection_of(name)
    return _answer(JSON, lambda: documents.collection(one, _rows().table(one), _site()), pages.collection)


@blueprint.get("/collections/<name>/queryables")
def queryables(name: str) -> Response:
    """Say what a filter may name."""
    one = collection_of(name)
    return _answer(SCHEMA, lambda: documents.queryables(one, _site()), pages.schema)


@blueprint.get("/collections/<name>/schema")
def schema(name: str) -> Response:
    """Say what features hold."""
    one = collection_of(name)
    return _answer(SCHEMA, lambda: documents.schema(one, _site()), pages.schema)


@blueprint.get("/collections/<name>/schema/feature")
def feature_schema(name: str) -> Response:
    """Say what a feature holds as GeoJSON."""
    one = collection_of(name)
    return _answer(SCHEMA, lambda: documents.feature_schema(one, _site()), pages.schema)


@blueprint.get("/collections/<name>/items")
def features(name: str) -> Response:
    """Return a page of features."""
    one, given, site = collection_of(name), _given(), _site()
    query = query_of(one, given, site.datum)
    response = _answer(
        GEOJSON,
        lambda: items.page(_rows().table(one), one, query, site, given),
        lambda made, at: pages.features(made, one, given, at),
        known=None,
    )
    return _in_crs(response, query.crs.uri, site)


@blueprint.get("/collections/<name>/items/<feature_id>")
def feature(name: str, feature_id: str) -> Response:
    """Return one feature."""
    one, given, site = collection_of(name), _given(), _site()
    crs = crs_of("crs", given.get("crs"), site.datum)
    response = _answer(
        GEOJSON,
        lambda: items.feature(_rows().table(one), one, feature_id, crs, site, given),
        lambda made, at: pages.feature(made, one, at),
        known=(*COMMON, "crs"),
    )
    return _in_crs(response, crs.uri, site)


@blueprint.after_request
def _open(response: Response) -> Response:
    """Let pages of other sites read what is public anyway: no cookie is looked at here."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "Content-Crs, Content-Datum, ETag, Link"
    response.vary.update(["Accept", "Accept-Language"])
    return response


def _answer(
    kind: str,
    make: Callable[[], dict[str, Any]],
    page: Callable[[dict[str, Any], Site], pages.Page],
    known: tuple[str, ...] | None = COMMON,
) -> Response:
    """Return a document in the form that is asked for; as JSON, 304 if the asker has it already."""
    if known is not None:
        check_known(_given(), known)
    if _form() == HTML:
        # No tag: the page's nonce is that of the answer's own headers.
        response = Response(render_template("ogc/page.html", page=page(make(), _site())), mimetype=HTML)
    else:
        tag = _tag()
        same = request.if_none_match.contains_weak(tag)
        response = Response(status=304) if same else Response(msgspec.json.encode(make()), content_type=kind)
        response.set_etag(tag, weak=True)  # weak: the same answer may come compressed or not
    response.headers["Cache-Control"] = "no-cache"
    return response


def _in_crs(response: Response, uri: str, site: Site) -> Response:
    if site.datum == "wgs84":
        response.headers["Content-Crs"] = f"<{uri}>"
    else:
        response.headers["Content-Datum"] = site.datum
    return response


def _given() -> dict[str, str]:
    return parameters(request.query_string.decode("utf-8", "replace"))


def _form() -> str:
    named = _given().get("f", "").strip().lower()
    if not named:
        return HTML if request.accept_mimetypes.best_match(_OFFERED, default=JSON) == HTML else JSON
    if named not in _FORMS:
        shown, listed = named[:40], ", ".join(_FORMS)
        raise InputError(
            "f",
            shown,
            Text(f"f 只能是 {listed}，收到 {shown!r}", f"f must be one of {listed}, got {shown!r}"),
        )
    return _FORMS[named]


def _tag() -> str:
    rows = _rows()
    name = (request.view_args or {}).get("name")
    # The list of collections has the extent of the gaps in it.
    gaps = (
        rows.table(collection_of("gaps")).tag
        if name == "gaps" or request.path.endswith("/collections")
        else ""
    )
    asked = f"{_site()} {request.path} {request.query_string!r}"
    return f"{rows.facts.version}-{gaps}-{crc32(asked.encode()):08x}"


def _rows() -> Rows:
    library = cast("Library", current_app.extensions["locator.ogc"])
    return library.rows(current_catalog(), _datum(), jobs().folder)


def _datum() -> str:
    return str(current_app.extensions.get("locator.publish_datum", "wgs84"))


def _site() -> Site:
    public = current_app.extensions["locator.public_url"] or request.url_root.rstrip("/")
    return Site(f"{public}/ogc", language(), _datum(), carried())
