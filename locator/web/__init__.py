"""The web: thin views over the same verbs as the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from locator._bundled import bundled
from locator._settings import Settings, embed_origins, proxy_count, public_url, publish_datum
from locator.holidays import holidays, use
from locator.maps import basemap_of
from locator.maps.assets import static_tag
from locator.store import open_or_seed
from locator.web import (
    api,
    builder,
    embed,
    events,
    feedback,
    files,
    finding,
    images,
    import_api,
    language,
    oembed,
    offline,
    ogc,
    openapi,
    operations,
    pages,
    plan,
    problems,
    publishing,
    runs,
    schema,
    security,
    steward,
    wechat,
)
from locator.web.current import CurrentCatalog
from locator.web.lane import NearestLane
from locator.web.limits import limiter_of
from locator.web.operations.choices import logs_requests
from locator.web.operations.observed import Observed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from locator.search import Networks
    from locator.web.operations.board import Board

_YEAR_S = 365 * 24 * 3600
_DEFAULTS = {
    # Addresses of static files carry a hash of their content.
    "SEND_FILE_MAX_AGE_DEFAULT": _YEAR_S,
    # A form of a courier's; what takes files says so itself.
    "MAX_CONTENT_LENGTH": 64 * 1024,
    "MAX_FORM_PARTS": 1000,
    "COMPRESS_MIMETYPES": [
        "text/html", "text/css", "text/javascript", "application/javascript", "application/json",
        "application/geo+json", "application/problem+json", "image/svg+xml",
    ],
    # Levels measured on ten features (8 kB): brotli 4 takes 0.15 ms and leaves 1.6 kB.
    "COMPRESS_BR_LEVEL": 4,
    "COMPRESS_LEVEL": 4,
    "COMPRESS_ALGORITHM": ["br", "gzip"],
}  # fmt: skip


def create_app(
    config: Mapping[str, object] | None = None,
    settings: Settings | None = None,
    board: Board | None = None,
) -> Flask:
    """Return the application.

    Parameters
    ----------
    config
        Flask's own configuration.
    settings
        The locator's; by default those of an empty environment.
    board
        Where this process counts what it does, for /metrics; several workers have theirs in one folder.

    Raises
    ------
    ConfigurationError, StoreError
        A setting that makes no sense, or a store that cannot be opened.
    """
    chosen = settings or Settings()
    use(chosen.holidays)
    holidays()  # a damaged table is told at the start
    app = Flask("locator", static_folder=str(bundled("static")), template_folder=str(bundled("templates")))
    app.config.from_mapping(_DEFAULTS)
    app.config.from_mapping(config or {})
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    store = open_or_seed(chosen.store)
    figures = operations.install(app, chosen, board)
    current = CurrentCatalog(store, figures.told)
    app.extensions["locator.store"] = store
    app.extensions["locator.catalog"] = current
    app.extensions["locator.networks"] = networks = _networks(chosen)
    app.extensions["locator.basemap"] = basemap_of(chosen)
    app.extensions["locator.public_url"] = public_url(chosen)
    app.extensions["locator.embed_origins"] = embed_origins(chosen)
    app.extensions["locator.images"] = images.ImageCache()
    app.extensions["locator.wechat"] = wechat.account_of(chosen, store.url)
    published = publish_datum(chosen)
    publishing.register(app, published)
    app.jinja_env.globals.update(static_tag=static_tag())
    language.register(app)
    Compress(app)
    security.protect(app)
    problems.register(app)
    steward.install(app, chosen, store)
    app.extensions["locator.limiter"] = limiter_of(chosen, str(app.secret_key))
    plan.install(app, chosen, store)
    blueprints = (
        api, builder, embed, events, feedback, files, finding, images, import_api, oembed, offline, ogc, openapi,
        operations, pages, plan, runs, schema, steward, wechat,
    )  # fmt: skip
    for blueprint in (room.blueprint for room in blueprints):
        app.register_blueprint(blueprint)
    if proxies := proxy_count(chosen):
        # Of what they forward only the client's address is believed: it is what is counted.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    app.wsgi_app = NearestLane(  # type: ignore[method-assign]
        app.wsgi_app, current, networks, published, security.data_headers(app)
    )
    app.wsgi_app = Observed(app.wsgi_app, figures, logs=logs_requests(chosen))  # type: ignore[method-assign]
    return app


def _networks(settings: Settings) -> Networks | None:
    if settings.network is None:
        return None
    from locator.street_search import StreetNetworks  # noqa: PLC0415  most have none: they need not wait for it

    return StreetNetworks(settings.network)
