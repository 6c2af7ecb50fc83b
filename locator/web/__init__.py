"""The web: thin views over the same verbs as the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from locator._bundled import bundled
from locator._settings import Settings
from locator.cards import duration
from locator.maps import basemap_of
from locator.maps.assets import static_tag
from locator.store import open_or_seed
from locator.web import api, files, pages, problems, security
from locator.web.current import CurrentCatalog

if TYPE_CHECKING:
    from collections.abc import Mapping


def create_app(config: Mapping[str, object] | None = None, settings: Settings | None = None) -> Flask:
    """Return the application.

    Parameters
    ----------
    config
        Flask's own configuration.
    settings
        The locator's; by default those of an empty environment.

    Raises
    ------
    ConfigurationError, StoreError
        A setting that makes no sense, or a store that cannot be opened.
    """
    chosen = settings or Settings()
    app = Flask("locator", static_folder=str(bundled("static")), template_folder=str(bundled("templates")))
    app.config.from_mapping(config or {})
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["locator.catalog"] = CurrentCatalog(open_or_seed(chosen.store))
    app.extensions["locator.basemap"] = basemap_of(chosen)
    app.jinja_env.globals.update(static_tag=static_tag())
    app.jinja_env.filters.update(duration=duration)
    security.protect(app)
    problems.register(app)
    for blueprint in (api.blueprint, pages.blueprint, files.blueprint):
        app.register_blueprint(blueprint)
    return app
