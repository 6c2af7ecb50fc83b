"""The description of a site that publishes another datum is true of that site."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from publication import world
from publication.walk import walk

from locator._settings import Settings
from locator.datum import Datum
from locator.store import Store
from locator.web import create_app
from locator.web.openapi import document

if TYPE_CHECKING:
    from pathlib import Path

# Of the addresses that programs read and a walk answers with JSON: without these the test would tell nothing.
_TOLD = {"nearest", "along", "service", "services", "suggest", "events", "offlineDistrict", "offlineServices", "outline"}  # fmt: skip


def _operation(whole: dict[str, Any], path: str) -> dict[str, Any] | None:
    """Return the operation that answers at a path; one whose address is written out goes before one with a name in it."""
    for template in sorted(whole["paths"], key=lambda one: one.count("{")):
        if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path):
            found: dict[str, Any] | None = whole["paths"][template].get("get")
            return found
    return None


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_every_answer_is_as_the_description_of_this_site_says(tmp_path: Path, datum: str) -> None:
    url = f"sqlite:///{tmp_path}/town.db"
    store = Store(url)
    store.create(world.services(), "tests")
    store.close()
    app = create_app({"TESTING": True}, Settings(store=url, basemap="outline", publish_datum=datum))
    whole = app.test_client().get("/openapi.json?lang=en").get_json()
    validate(whole)
    seen, wrong = set(), {}
    for visit in walk(app, datum):
        operation = _operation(whole, unquote(urlsplit(visit.address).path))
        if operation is None or visit.status != 200:
            continue
        media, body = next(iter(operation["responses"]["200"]["content"].items()))
        if not media.endswith("json") or media not in visit.headers:
            continue
        seen.add(operation["operationId"])
        checker = Draft202012Validator({**body["schema"], "components": whole["components"]})
        faults = [fault.message[:200] for fault in checker.iter_errors(json.loads(visit.body))]
        if faults:
            wrong[operation["operationId"]] = (visit.address, faults[:2])
    assert wrong == {}
    assert seen >= _TOLD


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_it_offers_no_wgs84(datum: Datum) -> None:
    whole = document("en", "/", datum)
    assert whole["components"]["schemas"]["Datum"]["enum"] == ["gcj02", "bd09"]
    # What is sent in for import may be in any.
    said = json.dumps({path: item for path, item in whole["paths"].items() if path != "/api/v1/imports"})
    assert '"wgs84"' not in said
    assert "EPSG/0/4326" not in said
    assert '"examples"' not in said
    parameters = [
        p for item in whole["paths"].values() for each in item.values() for p in each.get("parameters", ())
    ]
    defaults = {p["schema"].get("default") for p in parameters if p["name"] == "datum"}
    assert defaults == {datum.value}
    assert '"wgs84"' in json.dumps(document("en")["paths"]["/api/v1/nearest"])
