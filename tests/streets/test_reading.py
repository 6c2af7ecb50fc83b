"""What is read of tags and files: who may go where, how fast, and which files are refused."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from streets.town import GEOD, MIDDLE, Town, shared_data, write

from locator._errors import InputError
from locator.streets import StreetNetwork, Streets, load, read_streets, save
from locator.streets.rules import MODES, limit_kmh, passes, speeds

if TYPE_CHECKING:
    from pathlib import Path

BOTH, ALONG, AGAINST, NONE = (True, True), (True, False), (False, True), (False, False)


@pytest.mark.parametrize(
    ("tags", "walk", "ride", "drive"),
    [
        ({"highway": "residential"}, BOTH, BOTH, BOTH),
        ({"highway": "residential", "oneway": "yes"}, BOTH, ALONG, ALONG),
        ({"highway": "residential", "oneway": "-1"}, BOTH, AGAINST, AGAINST),
        ({"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}, BOTH, BOTH, ALONG),
        ({"highway": "residential", "oneway": "yes", "cycleway": "opposite_lane"}, BOTH, BOTH, ALONG),
        ({"highway": "residential", "oneway": "yes", "cycleway:left:oneway": "-1"}, BOTH, BOTH, ALONG),
        ({"highway": "tertiary", "junction": "roundabout"}, BOTH, ALONG, ALONG),
        ({"highway": "motorway"}, NONE, NONE, ALONG),
        ({"highway": "motorway", "oneway": "no"}, NONE, NONE, BOTH),
        ({"highway": "trunk", "motorroad": "yes"}, NONE, NONE, BOTH),
        ({"highway": "steps"}, BOTH, NONE, NONE),
        ({"highway": "steps", "oneway": "yes"}, BOTH, NONE, NONE),
        ({"highway": "footway"}, BOTH, BOTH, NONE),
        ({"highway": "footway", "bicycle": "no"}, BOTH, NONE, NONE),
        ({"highway": "cycleway"}, BOTH, BOTH, NONE),
        ({"highway": "cycleway", "foot": "no"}, NONE, BOTH, NONE),
        ({"highway": "service", "access": "private"}, NONE, NONE, NONE),
        ({"highway": "service", "access": "private", "foot": "yes"}, BOTH, NONE, NONE),
        ({"highway": "service", "access": "no", "motor_vehicle": "yes"}, NONE, NONE, BOTH),
        ({"highway": "residential", "motor_vehicle": "no"}, BOTH, BOTH, NONE),
        ({"highway": "residential", "vehicle": "no", "bicycle": "yes"}, BOTH, BOTH, NONE),
        ({"highway": "residential", "electric_bicycle": "no", "bicycle": "yes"}, BOTH, NONE, BOTH),
        ({"highway": "construction"}, NONE, NONE, NONE),
        ({"route": "ferry"}, NONE, NONE, NONE),
        ({"highway": "residential", "route": "ferry"}, NONE, NONE, NONE),
        ({"building": "yes"}, NONE, NONE, NONE),
    ],
)
def test_who_may_go_where(
    tags: dict[str, str], walk: tuple[bool, bool], ride: tuple[bool, bool], drive: tuple[bool, bool]
) -> None:
    told = [(along > 0, against > 0) for along, against in speeds(tags)]
    assert told == [walk, ride, drive]


def test_stairs_are_slow_and_an_e_bike_is_pushed_among_walkers() -> None:
    assert speeds({"highway": "steps"})[0] == (2.0, 2.0)
    assert speeds({"highway": "residential"})[0] == (4.5, 4.5)
    assert (
        speeds({"highway": "pedestrian"})[1][0]
        < 4.5
        < speeds({"highway": "pedestrian", "bicycle": "yes"})[1][0]
    )
    assert speeds({"highway": "primary"})[1] == (15.0, 15.0)


def test_a_car_honours_the_limit_and_no_limit_is_above_the_law() -> None:
    slow, plain, fast = (
        speeds({"highway": "primary", **limit})[2][0]
        for limit in ({"maxspeed": "30"}, {}, {"maxspeed": "80"})
    )
    assert slow < plain < fast
    assert slow == pytest.approx(plain / 2)
    assert speeds({"highway": "motorway", "maxspeed": "300"}) == speeds(
        {"highway": "motorway", "maxspeed": "120"}
    )
    assert limit_kmh({"maxspeed": "50 mph"}) == pytest.approx(80.4672)
    for unread in ("", "none", "signals", "0", "fast", "40;60"):
        assert limit_kmh({"maxspeed": unread}) is None


def test_bollards_stop_cars_and_turnstiles_bikes_and_locked_gates_everybody() -> None:
    assert passes({}) == passes({"barrier": "gate"}) == (True, True, True)
    assert passes({"barrier": "bollard"}) == (True, True, False)
    assert passes({"barrier": "turnstile"}) == (True, False, False)
    assert passes({"barrier": "gate", "access": "private"}) == (False, False, False)
    assert passes({"barrier": "bollard", "motor_vehicle": "yes"}) == (True, True, True)


def _ladder(folder: Path, tagged: dict[int, dict[str, str]] | None = None, name: str = "l.osm.pbf") -> Path:
    """Write a ring of four streets with a dead end, and an island apart."""
    at = {i: (MIDDLE[0] + x * 0.003, MIDDLE[1] + y * 0.003) for i, (x, y) in enumerate(
        [(0, 0), (1, 0), (1, 1), (0, 1), (2, 1), (9, 9), (10, 9)], start=1)}  # fmt: skip
    plain = {"highway": "residential"}
    ways = [([1, 2, 3, 4, 1], plain), ([3, 5], plain), ([6, 7], plain), ([5, 99], plain)]
    write(folder / name, at, ways, tagged)
    return folder / name


def test_only_the_largest_part_is_travelled_and_its_share_is_told(tmp_path: Path) -> None:
    network = StreetNetwork(read_streets(_ladder(tmp_path)), "walk")
    assert (len(network), network.points, network.parts) == (5, 7, 2)
    assert network.share == pytest.approx(5 / 7)
    assert network.snap([MIDDLE[0] + 9.5 * 0.003], [MIDDLE[1] + 9 * 0.003]).off[0]


def test_a_bollard_stops_the_car_at_it(tmp_path: Path) -> None:
    streets = read_streets(_ladder(tmp_path, {5: {"barrier": "bollard"}}))
    assert len(StreetNetwork(streets, "walk")) == 5
    assert len(StreetNetwork(streets, "drive")) == 4


def test_xml_and_pbf_read_the_same(tmp_path: Path) -> None:
    one, other = read_streets(_ladder(tmp_path)), read_streets(_ladder(tmp_path, name="l.osm"))
    assert all(np.array_equal(a, b) for a, b in zip(one[:6], other[:6], strict=True))


_GRAPHML = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="x" for="node" attr.name="x" attr.type="string"/><key id="y" for="node" attr.name="y" attr.type="string"/>
<key id="c" for="graph" attr.name="crs" attr.type="string"/>
<key id="h" for="edge" attr.name="highway" attr.type="string"/><key id="o" for="edge" attr.name="oneway" attr.type="string"/>
<key id="l" for="edge" attr.name="length" attr.type="string"/><key id="g" for="edge" attr.name="geometry" attr.type="string"/>
<graph edgedefault="directed"><data key="c">{crs}</data>
<node id="a"><data key="x">121.5</data><data key="y">31.25</data></node>
<node id="b"><data key="x">121.502</data><data key="y">31.25</data></node>
<edge source="a" target="b"><data key="h">['residential', 'living_street']</data><data key="o">False</data>
<data key="l">300</data><data key="g">LINESTRING (121.5 31.25, 121.501 31.251, 121.502 31.25)</data></edge>
<edge source="b" target="a"><data key="h">['residential', 'living_street']</data><data key="o">False</data>
<data key="l">300</data><data key="g">LINESTRING (121.502 31.25, 121.501 31.251, 121.5 31.25)</data></edge>
</graph></graphml>"""


def test_both_directions_of_a_graphml_street_are_one_street(tmp_path: Path) -> None:
    path = tmp_path / "two.graphml"
    path.write_text(_GRAPHML.format(crs="epsg:4326"), encoding="utf-8")
    streets = read_streets(path)
    assert (len(streets.lon), len(streets.start)) == (3, 2)
    network = StreetNetwork(streets, "drive")
    # From the bend one gets to both ends; the slower of two kinds holds, over the length that was told.
    found = network.seconds_from(121.501, 31.251, network.snap([121.5, 121.502], [31.25, 31.25]))
    assert found == pytest.approx([150 / (12 / 3.6)] * 2, rel=1e-5)


def test_a_graphml_in_metres_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "utm.graphml"
    path.write_text(_GRAPHML.format(crs="epsg:32651"), encoding="utf-8")
    with pytest.raises(InputError, match="32651"):
        read_streets(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.shp", b"", "must be a .osm.pbf"),
        ("a.osm.pbf", b"nonsense", "cannot be read"),
        ("a.osm", b"<osm version='0.6'></osm>", "no street"),
        ("a.graphml", b"<graphml", "no GraphML"),
        ("a.graphml", b"<graphml><graph><edge source='1' target='2'/></graph></graphml>", "no GraphML"),
    ],
)
def test_a_file_that_holds_no_streets_is_refused(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_streets(tmp_path / name)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not there"):
        read_streets(tmp_path / "no.osm.pbf")


def test_a_network_comes_back_from_its_file_as_it_was(streets: Streets, tmp_path: Path) -> None:
    save(streets, tmp_path / "town.streets")
    back = load(tmp_path / "town.streets")
    assert back.modes == MODES
    assert back.source == "town.osm.pbf"
    for a, b in zip(streets[:6], back[:6], strict=True):
        assert a.dtype == b.dtype
        assert np.array_equal(a, b)
    assert [path.name for path in tmp_path.iterdir()] == ["town.streets"]


def test_a_foreign_an_old_and_a_damaged_file_are_refused(
    streets: Streets, own_town: Town, tmp_path: Path
) -> None:
    path = tmp_path / "n.streets"
    shutil.copy(own_town.path, path)
    with pytest.raises(InputError, match="no street network"):
        load(path)
    np.save(tmp_path / "column.npy", np.zeros(3))
    with pytest.raises(InputError, match="no street network"):
        load(tmp_path / "column.npy")
    np.savez(path.with_suffix(".npz"), lon=np.zeros(3))
    with pytest.raises(InputError, match="no street network"):
        load(path.with_suffix(".npz"))
    with pytest.raises(InputError, match="cannot be opened"):
        load(tmp_path / "none")
    save(streets, path)
    with np.load(path) as held:
        parts = dict(held)
    for name, value, words in (
        ("version", np.array(99), "version 99"),
        ("metres", parts["metres"] + np.float32(1), "damaged"),
        ("format", np.array("other"), "no street network"),
    ):
        np.savez(tmp_path / "changed.npz", **{**parts, name: value})
        with pytest.raises(InputError, match=words):
            load(tmp_path / "changed.npz")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match="no street network"):
        load(path)


def test_the_small_extract_of_a_real_town_builds() -> None:
    path = shared_data("pyrosm_test.osm.pbf")
    if path is None:
        pytest.skip("the extract is not on this machine (LOCATOR_TEST_DATA)")
    streets = read_streets(path)
    lon, lat = streets.degrees
    _, _, metres = GEOD.inv(*(part[ends] for ends in (streets.start, streets.end) for part in (lon, lat)))
    assert streets.metres == pytest.approx(np.array(metres), rel=1e-5, abs=1e-2)
    shares = {mode: StreetNetwork(streets, mode).share for mode in MODES}
    assert shares["walk"] > 0.95
    assert all(share > 0.8 for share in shares.values())
