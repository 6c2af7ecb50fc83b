"""Part 2: the same places in four reference systems, each in its own axis order; PROJ is the judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from ogc_support import write_plan
from pyproj import Transformer

from locator._settings import Settings
from locator.store import Store
from locator.web import create_app
from locator.web.ogc.crs import crs_of, systems

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from locator import Service

ITEMS = "/ogc/collections/services/items"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CODES = {
    "http://www.opengis.net/def/crs/OGC/1.3/CRS84": "OGC:CRS84",
    **{f"{EPSG}{n}": f"EPSG:{n}" for n in (4326, 4490, 3857)},
}


@pytest.mark.parametrize("uri", CODES)
def test_coordinates_are_those_of_proj_in_the_axis_order_of_the_system(uri: str) -> None:
    degrees = np.array([[121.5, 31.2], [-73.9, 40.7], [0.0, 0.0], [179.9, -84.9], [87.6, 43.8]])
    # PROJ follows the authority's axis order: latitude first in EPSG:4326 and EPSG:4490.
    there = Transformer.from_crs("OGC:CRS84", CODES[uri])
    crs = crs_of("crs", uri, "wgs84")
    made = crs.of(degrees)
    assert np.abs(made - np.column_stack(there.transform(*degrees.T))).max() < 1e-6
    assert np.abs(crs.degrees(made) - degrees).max() < 1e-12


@pytest.mark.parametrize("uri", CODES)
def test_items_come_and_boxes_go_in_every_system(ogc: FlaskClient, held: list[Service], uri: str) -> None:
    box = (121.45, 31.2, 121.55, 31.35)
    corners = Transformer.from_crs("OGC:CRS84", CODES[uri]).transform(box[::2], box[1::2])
    said = ",".join(f"{c:.12g}" for corner in zip(*corners, strict=True) for c in corner)
    answer = ogc.get(ITEMS, query_string={"bbox": said, "bbox-crs": uri, "crs": uri, "limit": 1000})
    assert answer.headers["Content-Crs"] == f"<{uri}>"
    features = answer.get_json(force=True)["features"]
    wanted = [
        s for s in held if s.lon is not None and box[0] <= s.lon <= box[2] and box[1] <= s.lat <= box[3]
    ]
    assert [f["id"] for f in features] == [s.id for s in wanted]
    assert len(wanted) > 10
    expected = Transformer.from_crs("OGC:CRS84", CODES[uri]).transform(
        [s.lon for s in wanted], [s.lat for s in wanted]
    )
    got = np.array([f["geometry"]["coordinates"] for f in features])
    assert np.abs(got - np.column_stack(expected)).max() < (1e-3 if "3857" in uri else 1e-8)


def test_outlines_and_single_features_turn_their_axes(ogc: FlaskClient) -> None:
    for uri, first in ((EPSG + "4490", 31), (next(iter(CODES)), 121)):
        answer = ogc.get(f"/ogc/collections/districts/items/310110?crs={uri}").get_json(force=True)
        assert int(answer["geometry"]["coordinates"][0][0][0][0]) == first
        one = ogc.get(f"{ITEMS}/yp-canteen-001?crs={uri}")
        assert int(one.get_json(force=True)["geometry"]["coordinates"][0]) == first
        assert one.headers["Content-Crs"] == f"<{uri}>"


def test_collections_list_the_systems(ogc: FlaskClient) -> None:
    one = ogc.get("/ogc/collections/gaps").get_json(force=True)
    assert one["crs"] == list(CODES)
    assert one["storageCrs"] == next(iter(CODES))


def test_a_box_may_cross_the_antimeridian_and_have_heights(ogc: FlaskClient, held: list[Service]) -> None:
    placed = sum(s.lon is not None for s in held)
    for box, matched in (
        ("100,0,-100,60", placed), ("170,-90,-170,90", 0), ("-180,-90,0,180,90,9999", placed), ("-180,-90,180,90", placed),
    ):  # fmt: skip
        assert ogc.get(f"{ITEMS}?bbox={box}").get_json(force=True)["numberMatched"] == matched, box


@pytest.mark.parametrize(
    "said", ["EPSG:3857", "[EPSG:3857]", EPSG + "3857", EPSG.replace("http", "https") + "3857"]
)
def test_a_system_may_be_named_in_short(said: str) -> None:
    assert crs_of("crs", said, "wgs84") is systems("wgs84")[3]


def test_gaps_are_not_shifted_again_where_their_files_are_shifted(
    tmp_path: Path, sample: list[Service]
) -> None:
    url = f"sqlite:///{tmp_path}/shifted.db"
    Store(url).create(sample, "tests")
    app = create_app({"TESTING": True}, Settings(store=url, publish_datum="gcj02"))
    # What the planner's page leaves there is in the datum of publication (tests/publication).
    write_plan(app.extensions["locator.plans"].folder)
    gaps = app.test_client().get("/ogc/collections/gaps/items").get_json(force=True)
    assert gaps["datum"] == "gcj02"
    ring = np.array(gaps["features"][0]["geometry"]["coordinates"][0][0])
    assert ring.min(axis=0) == pytest.approx([121.5, 31.2], abs=1e-9)
