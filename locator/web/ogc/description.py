"""/ogc described as OpenAPI 3.1: the paths and the schemas, with examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from locator.web.ogc.links import Site


def document(site: Site) -> dict[str, Any]:
    return {"openapi": "3.1.0", "info": {"title": "x", "description": "", "version": "1"}, "paths": {}}
