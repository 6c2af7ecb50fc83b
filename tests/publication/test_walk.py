"""With another datum of publication no address of the site gives a WGS-84 position away."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from publication import world
from publication.traces import Traces, cells_in, texts_of
from publication.walk import walk

from locator._settings import Settings
from locator.publication import NAMES
from locator.store import Store
from locator.web import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from publication.walk import Visit

# Views that answer nothing here, and why they cannot tell a position.
_SILENT = {
    "wechat.sign": "signs the address that it is given, with WeChat's server",
    "wechat.verify": "a file of WeChat's, with a word from the settings",
    "wechat.named": "another such file",
}
# The only views that a visitor who has not logged in gets of the desk.
_DESK_OPEN = {"steward.people.log_in"}
# Views whose answers hold positions: on a site without the setting the same walk finds WGS-84 in all of them.
_WITH_POSITIONS = {
    "api.nearest", "api.along", "api.service", "finding.services", "finding.suggest", "events.events", "events.page",
    "offline.district", "offline.some", "pages.home", "pages.service", "runs.along", "embed.show",
    "files.outline", "plan.show", "plan.exports.cells", "plan.exports.plan_json", "plan.exports.file",
}  # fmt: skip
# A PNG of the planner's is the same drawing as its report, without words that a program reads.
_DRAWN = {"images.map_png", "images.map_svg", "plan.exports.report", "plan.exports.report_pdf"}


def _visits(folder: Path, datum: str) -> tuple[set[str], list[Visit]]:
    """Return the views of a site with that datum of publication, and a walk through it."""
    url = f"sqlite:///{folder}/town.db"
    store = Store(url)
    store.create(world.services(), "tests")
    store.close()
    app = create_app({"TESTING": True}, Settings(store=url, basemap="outline", publish_datum=datum))
    views = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return views, list(walk(app, datum))


def _secrets() -> tuple[Traces, Traces]:
    """Return what looks for WGS-84: places, and what lies so dense that only more decimals tell it apart."""
    dense = [*world.demand(), *world.cell_corners(), *world.corners()]
    return Traces(world.WGS84.values()), Traces(dense, 4e-6)


@pytest.fixture(scope="module", params=["gcj02", *(["bd09"] if os.environ.get("LOCATOR_TEST_ALL") else [])])
def visited(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, set[str], list[Visit]]:
    folder = tmp_path_factory.mktemp(request.param)
    return (request.param, *_visits(folder, request.param))


def test_every_view_is_visited(visited: tuple[str, set[str], list[Visit]]) -> None:
    _, views, visits = visited
    answered = {visit.endpoint for visit in visits if visit.status == 200}
    led = {visit.endpoint for visit in visits if visit.status == 302}
    desk = {view for view in views if view.startswith("steward.")} - _DESK_OPEN
    assert views - answered - led - _SILENT.keys() == set(), "teach tests/publication/walk.py these"
    assert desk & answered == set()


def test_nothing_that_is_published_tells_a_wgs84_position(visited: tuple[str, set[str], list[Visit]]) -> None:
    places, corners = _secrets()
    told = {
        visit.address: (found, cells)
        for visit in visited[2]
        for found in [places.of(visit.body + b"\n" + visit.headers.encode()) | corners.of(visit.body)]
        for cells in [cells_in(visit.body) if visit.endpoint.startswith("plan.") else set()]
        if found or cells
    }
    assert told == {}


def test_what_holds_positions_holds_shifted_ones_and_says_in_which_datum(
    visited: tuple[str, set[str], list[Visit]],
) -> None:
    datum, _, visits = visited
    shifted = Traces([*(world.shifted(name, datum) for name in world.WGS84), *world.demand(datum)])
    in_it = [visit for visit in visits if visit.status == 200 and shifted.of(visit.body)]
    assert {visit.endpoint for visit in in_it} >= _WITH_POSITIONS - {"files.outline", "events.page"}
    # Pictures show positions without writing them.
    drawn = [visit for visit in visits if visit.endpoint in _DRAWN and visit.status == 200]
    assert {visit.endpoint for visit in drawn} == _DRAWN
    silent = {
        visit.endpoint
        for visit in (*in_it, *drawn)
        if not any(word in text for text in texts_of(visit.body) for word in (datum, NAMES[datum]))
    }
    assert silent == set()


def test_the_same_walk_finds_wgs84_where_nothing_is_set(tmp_path: Path) -> None:
    places, corners = _secrets()
    _, visits = _visits(tmp_path, "wgs84")
    told = {
        visit.endpoint
        for visit in visits
        if visit.status == 200 and (places.of(visit.body) or corners.of(visit.body))
    }
    assert _WITH_POSITIONS - told - {"finding.suggest", "events.page"} == set()
