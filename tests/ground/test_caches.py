"""A catalog that was replaced is let go of, whatever was asked of it before."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from typing import TYPE_CHECKING

import pytest

from locator._caches import kept_on, remembered
from locator._settings import Settings
from locator.landmarks import Landmarks
from locator.places import find_places, popular_places
from locator.rings import around, circle, rings
from locator.store import Store
from locator.synthetic import invent
from locator.web import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from flask import Flask

    from locator import Catalog, Service

HERE = "lon=121.5443&lat=31.2732"
# One address of each room that reads the catalog.
ADDRESSES = (
    f"/api/v1/nearest?{HERE}",
    f"/api/v1/nearest?{HERE}&open=arrival&group=rider&offer=now&sort=price&stay=20",
    f"/api/v1/nearest?{HERE}&at=2026-11-23T13:05&kind=canteen&needs_amenity=microwave",
    "/api/v1/nearest?lon=87.6&lat=43.8&max_minutes=5",
    "/api/v1/along?path=121.54,31.27;121.55,31.28&open=arrival",
    f"/api/v1/events?{HERE}&days=7",
    "/api/v1/services?bbox=121.5,31.2,121.6,31.3&q=食堂",
    "/api/v1/services/yp-canteen-001",
    "/api/v1/suggest?q=wjc",
    "/",
    f"/?{HERE}&open=arrival",
    "/?q=五角场",
    "/s/yp-canteen-001",
    f"/events?{HERE}",
    "/along?stop=五角场&stop=杨浦区",
    f"/embed?{HERE}",
    "/embed/new",
    "/map.png?district=310110&width=320&scale=1",
    "/map.svg?district=310110",
    "/s/yp-canteen-001/poster.pdf?size=A6",
    "/plan",
    "/api/v1/district/310110/offline.json",
    f"/api/v1/offline.json?{HERE}",
    "/healthz",
)


class Clock:
    """Something with two memories."""

    def __init__(self) -> None:
        self.worked = 0

    @remembered(2)
    def twice(self, number: int) -> int:
        """Return the double."""
        self.worked += 1
        return 2 * number


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Only counting references frees anything, as in a worker, which froze what it began with."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
def test_a_memory_belongs_to_one_object_and_goes_with_it() -> None:
    one, other = Clock(), Clock()
    assert [one.twice(4), one.twice(4), other.twice(4)] == [8, 8, 8]
    assert (one.worked, other.worked) == (1, 1)
    assert [one.twice(n) for n in (5, 6, 4)] == [10, 12, 8]
    assert one.worked == 4  # two answers are kept, no more
    assert one.twice.__doc__ == "Return the double."
    gone = weakref.ref(one)
    del one
    assert gone() is None


def test_a_memory_that_outlives_its_object_says_so() -> None:
    asked = Clock().twice
    with pytest.raises(ReferenceError, match=r"Clock\.twice"):
        asked(1)


@pytest.mark.usefixtures("no_collector")
def test_what_is_kept_on_an_object_is_made_once_and_goes_with_it() -> None:
    made = []

    def make(one: Clock) -> list[int]:
        made.append(1)
        return [one.worked]

    one = Clock()
    assert kept_on(one, make) is kept_on(one, make)
    assert len(made) == 1
    gone = weakref.ref(one)
    del one
    assert gone() is None


@pytest.mark.usefixtures("no_collector")
def test_a_catalog_is_freed_without_the_collector(
    tmp_path: Path, sample: list[Service], monday: datetime
) -> None:
    from locator import Catalog

    store = Store(f"sqlite:///{tmp_path}/own.db")
    store.create(sample, "tests")
    catalog = Catalog.of(store)
    ask_everything(catalog, monday)
    edited = sample[0].model_copy(update={"name": "改过", "hours": "Mo-Su 03:07-04:11"})
    store.save([edited], who="tests", why="x")
    newer = catalog.changed(*store.changes_since(catalog.version))
    ask_everything(newer, monday)
    folded = newer.compact()
    gone = [weakref.ref(one) for one in (catalog, newer, catalog.profiles, catalog.moments)]
    del catalog, newer
    assert [ref() for ref in gone] == [None] * 4
    assert folded.service(folded.row_of(sample[0].id)).name == "改过"
    store.close()


def ask_everything(catalog: Catalog, at: datetime) -> None:
    from locator import along, nearest

    for asked in ("any", "now", "arrival"):
        nearest(catalog, 121.5443, 31.2732, at=at, open=asked, group="rider", offer="now")
    nearest(catalog, 121.5443, 31.2732, at=at, kind="canteen", sort="price", needs_amenity="microwave")
    along(catalog, [(121.54, 31.27), (121.55, 31.28)], at=at, open="arrival")
    reached = around(catalog, 121.5443, 31.2732, at=at)
    rings(reached, (5.0, 10.0))
    circle(reached, 15.0)
    landmarks = Landmarks(catalog)
    landmarks.of(121.5443, 31.2732)
    landmarks.town_of(121.5443, 31.2732)
    popular_places(catalog)
    find_places(catalog, "wjc")
    catalog.warm(at)
    assert catalog.programme.topics is not None
    assert catalog.home_columns.shape[0] == 3
    catalog.places_in("310110")


@pytest.fixture
def own(tmp_path: Path, sample: list[Service]) -> Iterator[tuple[Flask, Store]]:
    store = Store(f"sqlite:///{tmp_path}/own.db")
    store.create([*sample, *invent(2500, 1)], "tests")
    app = create_app({"TESTING": True}, Settings(store=store.url, basemap="outline"))
    yield app, store
    app.extensions["locator.catalog"].close()
    store.close()


@pytest.mark.usefixtures("no_collector")
def test_an_edit_lets_the_catalog_before_it_go_whatever_the_pages_asked(own: tuple[Flask, Store]) -> None:
    app, store = own
    current, client = app.extensions["locator.catalog"], app.test_client()
    gone = []
    for turn in range(3):
        catalog = current.get()
        for address in ADDRESSES:
            assert client.get(address).status_code in {200, 302}, address
        gone.append(weakref.ref(catalog))
        service = catalog.service(catalog.row_of("yp-canteen-001"))
        del catalog
        store.save([service.model_copy(update={"name": f"第{turn}次"})], who="tests", why="x")
        assert until(lambda told=gone[-1]: current.get() is not told())
    for thread in threading.enumerate():
        if thread.name == "names":  # reading the names of one takes some seconds
            thread.join()
    # A template with macros leaves a circle behind each page: young ones, which a worker looks for often.
    gc.collect(0)
    assert until(lambda: [ref() for ref in gone] == [None] * 3), [
        gc.get_referrers(ref()) for ref in gone if ref() is not None
    ]


def until(true: object, seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
