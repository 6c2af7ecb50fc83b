"""What this site's planner may choose from: its demand, and the districts with any."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app

from locator.web.plan.basis import held

if TYPE_CHECKING:
    from locator.catalog import Catalog
    from locator.web.plan.basis import Basis


def current_basis() -> Basis:
    """Return where the demand of the application comes from."""
    return cast("Basis", current_app.extensions["locator.demand"])


def boundaries(catalog: Catalog) -> list[str]:
    """Return the districts in which there is demand, most first.

    The sample reaches a little into Yangpu's neighbours: of its districts only those with services.
    """
    basis = current_basis()
    return [code for code in held(basis).districts if basis.path is not None or code in catalog.districts]
