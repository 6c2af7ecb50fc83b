"""A catalog with changes beside its index answers exactly as one made anew."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locator import Catalog, NotFoundError, Service, Stop, nearest
from locator.answers import encode, to_geojson
from locator.question import ask
from locator.records import to_record
from locator.search import answer
from locator.store import Store
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 23, 13, 5, tzinfo=SHANGHAI)
HOURS = [None, "24/7", "08:00-13:10", "13:20-20:00", "Mo-Fr 09:00-17:00", "10:00-16:00 unknown"]
OFFER = {"title": "七折", "groups": ["rider"], "hours": "13:00-14:00", "percent_off": 30}


@st.composite
def services(draw: st.DrawFn, number: int) -> Service:
    # A coarse grid, so that distances often tie.
    lon, lat = 121.5 + draw(st.integers(0, 4)) * 0.01, 31.2 + draw(st.integers(0, 4)) * 0.01
    fields: dict[str, object] = {
        "id": f"s{number:02d}",
        "kind": draw(st.sampled_from(["station", "canteen"])),
        "name": draw(st.sampled_from(["甲", "乙"])),
        "district": draw(st.sampled_from(["310110", "310106", None])),
        "status": draw(st.sampled_from(["active", "active", "active", "closed"])),
        "has": draw(st.sampled_from([(), ("microwave",)])),
        "offers": draw(st.sampled_from([(), (OFFER,)])),
    }
    where = draw(st.sampled_from(["fixed", "fixed", "fixed", "mobile", "nowhere"]))
    if where == "mobile":
        fields["stops"] = [
            Stop(lon=lon, lat=lat, hours="08:00-13:30"),
            Stop(lon=lon + 0.02, lat=lat, hours="13:00-20:00"),
        ]
    elif where == "fixed":
        fields |= {"lon": lon, "lat": lat, "hours": draw(st.sampled_from(HOURS))}
    return Service.model_validate(fields)


@st.composite
def histories(draw: st.DrawFn) -> list[list[Service | str]]:
    """Return what a store held at first, and the edits that followed: services, and ids that were removed."""
    first = [draw(services(i)) for i in draw(st.sets(st.integers(0, 30), max_size=25))]
    edits = [
        [
            f"s{i:02d}" if draw(st.integers(0, 3)) == 0 else draw(services(i))
            for i in draw(st.sets(st.integers(0, 40), max_size=6))
        ]
        for _ in range(draw(st.integers(1, 3)))
    ]
    return [first, *edits]


questions = st.fixed_dictionaries(
    {
        "lon": st.sampled_from([121.5, 121.52, 121.533]),
        "lat": st.sampled_from([31.2, 31.217]),
        "limit": st.sampled_from([1, 3, 10, 50]),
        "open": st.sampled_from(["any", "now", "arrival"]),
        "sort": st.sampled_from(["", "distance", "soonest"]),
        "offer": st.sampled_from(["any", "now"]),
        "kind": st.sampled_from(["", "canteen"]),
        "needs_amenity": st.sampled_from(["", "microwave"]),
        "group": st.sampled_from(["", "rider"]),
        "district": st.sampled_from(["", "", "310110"]),
        "stay": st.sampled_from([0, 10]),
        "datum": st.sampled_from(["wgs84", "gcj02"]),
    }
)


def rows_of(state: dict[str, Service]) -> list[tuple[str, bytes]]:
    return [(i, to_record(state[i])) for i in sorted(state)]


@settings(max_examples=150, deadline=None)
@given(histories(), st.lists(questions, min_size=3, max_size=6), st.booleans())
def test_a_changed_catalog_answers_as_one_made_anew(
    history: list[list[Service | str]], asked: list[dict[str, object]], folds: bool
) -> None:
    state = {s.id: s for s in history[0]}
    gone: set[str] = set()
    layered = Catalog.from_rows(0, "then", rows_of(state))
    for version, edit in enumerate(history[1:], 1):
        rows = [(s, None) if isinstance(s, str) else (s.id, to_record(s)) for s in edit]
        state |= {s.id: s for s in edit if isinstance(s, Service)}
        gone |= {i for i, record in rows if record is None}
        gone -= {i for i, record in rows if record is not None}
        state = {i: s for i, s in state.items() if i not in gone}
        layered = layered.changed(version, "now", rows)
        if folds and version == 1:
            layered = layered.compact()
    anew = Catalog.from_rows(len(history) - 1, "now", rows_of(state))
    folded = layered.compact()
    assert len(layered) == len(anew) == len(folded)
    assert folded.ids == anew.ids
    for values in asked:
        question = ask(values, AT)
        exact = to_geojson(answer(anew, question))
        assert to_geojson(answer(layered, question)) == exact
        assert to_geojson(answer(folded, question)) == exact
    for catalog in (layered, folded):
        for service_id, service in state.items():
            assert catalog.service(catalog.row_of(service_id)) == service
        for service_id in gone:
            with pytest.raises(NotFoundError):
                catalog.row_of(service_id)
    assert folded.changes == 0


def test_the_catalog_before_a_change_stays_as_it_was(catalog: Catalog, sample: list[Service]) -> None:
    moved = next(s for s in sample if s.id == "yp-canteen-001").model_copy(
        update={"name": "搬走了", "lon": 100.0}
    )
    before = nearest(catalog, 121.5443, 31.2732, datum="gcj02", at=AT)
    after = catalog.changed(catalog.version + 1, "later", [(moved.id, to_record(moved))])
    assert nearest(catalog, 121.5443, 31.2732, datum="gcj02", at=AT).features == before.features
    assert "搬走了" not in encode(before).decode()
    seen = [h.service.id for h in nearest(after, 121.5443, 31.2732, datum="gcj02", at=AT).features]
    assert seen[0] == "yp-canteen-003"
    assert after.service(after.row_of("yp-canteen-001")).name == "搬走了"
    assert len(after) == len(catalog)


def test_what_was_never_there_is_not_found(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError):
        catalog.row_of("nope")


def test_readers_see_whole_changes_while_an_editor_writes(tmp_path: Path) -> None:
    """Two services change together in each edit; no reader may see one new and one old."""
    from locator.web.current import CurrentCatalog

    def pair(turn: int) -> list[Service]:
        return [
            Service(id=i, kind="station", name=f"第{turn}次", lon=121.5 + turn * 1e-4, lat=31.2)
            for i in ("a", "b")
        ]

    store = Store(f"sqlite:///{tmp_path}/live.db")
    store.create(pair(0), "tests")
    current = CurrentCatalog(store)
    stop, torn, reads = threading.Event(), [], [0]

    def read() -> None:
        while not stop.is_set():
            found = nearest(current.get(), 121.5, 31.2, at=AT).features
            names = {h.service.name for h in found}
            reads[0] += 1
            if len(names) != 1 or len(found) != 2:
                torn.append(names)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    started = datetime.now(SHANGHAI)
    turn = 0
    while datetime.now(SHANGHAI) - started < timedelta(seconds=2):
        turn += 1
        store.save(pair(turn), who="tests", why="turn")
    wanted = f"第{turn}次"
    for _ in range(100):
        if (
            current.get().service(0).name == wanted
            or nearest(current.get(), 121.5, 31.2, at=AT).features[0].service.name == wanted
        ):
            break
        stop.wait(0.02)
    stop.set()
    for reader in readers:
        reader.join()
    assert torn == []
    assert reads[0] > 50
    assert nearest(current.get(), 121.5, 31.2, at=AT).features[0].service.name == wanted


def test_a_record_that_another_hand_wrote_is_read_all_the_same() -> None:
    """A store may hold records of an older version, or some that were mended by hand."""
    plain = b'{"kind": "station", "id": "x", "lon": 121.5, "lat": 31.2, "demo": true, "name": "\xe7\x94\xb2"}'
    own = Catalog.from_rows(1, "", [("x", plain)])
    (found,) = to_geojson(nearest(own, 121.5, 31.2, at=AT))["features"]
    assert found["properties"]["name"] == "甲"
    assert found["properties"]["phone"] is None
    assert found["properties"]["demo"] is True
    assert "lon" not in found["properties"]
