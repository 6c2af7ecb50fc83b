"""Districts: names, codes, and which of them holds a point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shapely
import shapely.geometry

from locator import InputError
from locator.districts import city_name, district_name, districts_at, find_district, outlines

if TYPE_CHECKING:
    from locator import Service


@pytest.mark.parametrize(
    ("lon", "lat", "codes"),
    [
        (121.53999, 31.27535, ("310110",)),
        (113.62, 34.748, ("410102",)),
        (119.68, 30.638, ("330523",)),
        (0.0, 0.0, ()),
        (139.7, 35.7, ()),
    ],
)
def test_a_point_lies_in_its_district(lon: float, lat: float, codes: tuple[str, ...]) -> None:
    assert districts_at(lon, lat) == codes


def metres_outside(service: Service) -> float:
    """Return how far a service lies outside the district it names, about; 0 inside."""
    (shape,) = (
        shapely.geometry.shape(g) for code, _, g in outlines(service.district[:4]) if code == service.district
    )
    return shape.distance(shapely.Point(service.lon, service.lat)) * 111_000


def test_canteens_fall_in_their_district_once_converted_and_not_before(sample: list[Service]) -> None:
    placed = [s for s in sample if s.kind == "canteen" and s.lon is not None]
    assert len(placed) == 77
    # One stands ten metres beyond the outline: that is how coarse the outlines are.
    assert max(map(metres_outside, placed)) < 20
    as_supplied = [s.model_copy(update={"lon": s.source_lon, "lat": s.source_lat}) for s in placed]
    assert sum(metres_outside(s) > 20 for s in as_supplied) > 5


def test_four_zhengzhou_stations_lie_outside_the_district_they_name(sample: list[Service]) -> None:
    named = [s for s in sample if s.id.startswith("zz-") and s.district is not None]
    astray = [s.id for s in named if s.district not in districts_at(s.lon, s.lat)]
    assert len(astray) == 4


def test_names_and_codes_find_each_other() -> None:
    assert district_name("310110") == "杨浦区"
    assert city_name("310110") == "上海市"
    assert find_district("杨浦", ["310110", "310106"]) == "310110"
    assert find_district("410102", []) == "410102"
    assert district_name(None) is None


def test_a_name_that_several_cities_use_is_not_guessed() -> None:
    with pytest.raises(InputError, match="several"):
        find_district("鼓楼区", ["320106", "410204", "350102"])


def test_outlines_are_those_of_one_city() -> None:
    assert {code[:4] for code, _, _ in outlines("3101")} == {"3101"}
