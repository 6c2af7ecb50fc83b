"""The store, on SQLite and on PostgreSQL: every change kept, none lost, none torn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from locator import Catalog, ConfigurationError, ConflictError, InputError, NotFoundError, Service
from locator.records import to_record
from locator.store import Difference, Store, sample_services

if TYPE_CHECKING:
    from collections.abc import Callable

    Opener = Callable[[str], Store]

ONE = Service(
    id="a-1",
    kind="canteen",
    name="一号食堂",
    source_lon=121.54429,
    source_lat=31.273241,
    source_datum="gcj02",
)
OTHER = Service(id="b-2", kind="station", name="二号驿站", hours="24/7")


def named(name: str, service: Service = ONE) -> Service:
    return service.model_copy(update={"name": name})


def test_what_was_created_can_be_opened_and_read(store: Store, opened: Opener) -> None:
    again = opened(store.url)
    assert again.get("a-1") == ONE.placed()
    version, as_of, rows = again.snapshot()
    assert version == again.version() == store.version() == 1
    assert as_of.endswith("+00:00")
    assert rows == [("a-1", to_record(ONE.placed()))]


def test_creating_fills_once_and_never_overwrites(store: Store, opened: Opener) -> None:
    store.save([ONE.model_copy(update={"name": "改过的名字"})], who="tests", why="renamed")
    before = store.snapshot()
    assert Store(store.url).create(sample_services(), "once more") is False
    assert opened(store.url).snapshot() == before


def test_a_store_may_be_created_empty(url: str, opened: Opener) -> None:
    own = Store(url)
    assert own.create([], "nothing yet") is True
    assert own.create([ONE], "too late") is False
    assert opened(url).snapshot() == (0, "", [])
    assert len(Catalog.open(url)) == 0
    own.close()


@pytest.mark.parametrize(
    "address",
    [
        "oracle://x",
        "http://example.org/x.db",
        "mysql://u:secret@h/d",
        "postgresql://u:secret@h:x/d",
        "sqlite://",
    ],
)
def test_a_store_of_another_kind_is_refused_without_repeating_secrets(address: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Store(address)
    assert "secret" not in str(caught.value)


def test_saving_writes_versions_and_history(store: Store) -> None:
    renamed = ONE.model_copy(update={"name": "改过的名字"})
    assert store.save([renamed, OTHER], who="王", why="电话核实") == Difference(
        created=("b-2",), updated=("a-1",), batch=2
    )
    assert store.version() == 3
    assert store.get("a-1").name == "改过的名字"
    history = store.history("a-1")
    assert [(c.revision, c.who, c.why) for c in history] == [
        (1, "locator", "first list"),
        (2, "王", "电话核实"),
    ]
    assert history[0].at <= history[1].at
    assert [c.revision for c in store.history("b-2")] == [3]


def test_history_keeps_what_was_before_and_after(store: Store) -> None:
    renamed = ONE.model_copy(update={"name": "改过的名字"})
    store.save([renamed], who="王", why="电话核实")
    first, second = to_record(ONE.placed()), to_record(renamed.placed())
    history = store.history("a-1")
    assert [(c.version, c.before, c.after) for c in history] == [(1, None, first), (2, first, second)]
    assert history[1].fields() == {"name": ("一号食堂", "改过的名字")}
    assert store.read("a-1").version == 2


def test_saving_the_same_again_changes_nothing(store: Store) -> None:
    before = store.snapshot()
    assert store.save([ONE], who="tests", why="again") == Difference(unchanged=1)
    assert store.save([store.get("a-1")], who="tests", why="again").changed == 0
    assert store.save([], who="tests", why="nothing") == Difference()
    assert store.snapshot() == before
    assert len(store.history("a-1")) == 1


def test_a_row_given_twice_is_saved_as_last_given(store: Store) -> None:
    third = ONE.model_copy(update={"name": "三"})
    assert store.save([ONE.model_copy(update={"name": "二"}), third], who="tests", why="twice").changed == 1
    assert store.get("a-1").name == "三"


def test_a_row_given_twice_and_last_as_it_was_stays_as_it_was(store: Store) -> None:
    store.save([ONE.model_copy(update={"name": "二"}), ONE], who="tests", why="there and back")
    assert store.get("a-1").name == "一号食堂"


def test_a_list_that_fails_half_way_saves_nothing(store: Store) -> None:
    def broken() -> object:
        yield OTHER
        raise RuntimeError("the file ended")

    before = store.snapshot()
    with pytest.raises(RuntimeError):
        store.save(broken(), who="tests", why="broken")
    assert store.snapshot() == before
    assert store.save([OTHER], who="tests", why="whole").created == ("b-2",)


def test_what_is_saved_is_placed_and_keeps_its_supplied_numbers(store: Store) -> None:
    kept = store.get("a-1")
    assert (kept.source_lon, kept.source_lat, kept.source_datum) == (121.54429, 31.273241, "gcj02")
    assert kept.lon == pytest.approx(121.54429, abs=0.01)
    assert kept.lon != kept.source_lon


def test_an_id_that_nobody_has_is_not_found(store: Store) -> None:
    with pytest.raises(NotFoundError, match="zz"):
        store.get("zz")
    assert store.history("zz") == []


def test_ids_come_out_in_order(store: Store) -> None:
    # A locale would put these in another order.
    many = [
        OTHER.model_copy(update={"id": i}) for i in ("b", "B", "a-2", "a.1", "A_", "s-0007", "Z", "s-1000")
    ]
    store.save(many, who="tests", why="many")
    ids = [row[0] for row in store.snapshot()[2]]
    assert ids == sorted(ids)
    assert len(ids) == 9


def test_many_writers_at_once_lose_nothing(store: Store) -> None:
    def add(number: int) -> int:
        own = Store.open(store.url)
        try:
            new = OTHER.model_copy(update={"id": f"s-{number}"})
            return own.save([new], who="tests", why="at once").changed
        finally:
            own.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(24))) == 24
    assert store.version() == 25
    assert len(store.snapshot()[2]) == 25


def test_a_difference_tells_what_a_save_would_do_and_writes_nothing(store: Store) -> None:
    before = store.snapshot()
    wanted = [named("新名"), OTHER, OTHER]
    assert store.difference(wanted) == Difference(created=("b-2",), updated=("a-1",))
    assert store.difference([ONE]) == Difference(unchanged=1)
    assert store.snapshot() == before
    assert store.save(wanted, who="王", why="x")._replace(batch=None) == store_difference(wanted)


def store_difference(wanted: list[Service]) -> Difference:
    ids = tuple(dict.fromkeys(s.id for s in wanted))
    return Difference(created=tuple(i for i in ids if i != "a-1"), updated=("a-1",))


def test_the_second_of_two_editors_is_told_and_nothing_is_lost(store: Store) -> None:
    seen = store.read("a-1").version
    store.save([named("甲改的")], who="甲", why="一", expected={"a-1": seen})
    before = store.snapshot()
    with pytest.raises(ConflictError) as caught:
        store.save([named("乙改的"), OTHER], who="乙", why="二", expected={"a-1": seen})
    (conflict,) = caught.value.conflicts
    assert (conflict.service_id, conflict.version, conflict.who, conflict.why) == ("a-1", 2, "甲", "一")
    assert conflict.stored == named("甲改的").placed()
    assert conflict.at == before[1]
    assert store.snapshot() == before
    store.save([named("乙改的")], who="乙", why="二", expected={"a-1": 2})
    assert [c.version for c in store.history("a-1")] == [1, 2, 3]


@pytest.mark.parametrize(("service_id", "version"), [("a-1", 0), ("a-1", 2), ("b-2", 1)])
def test_an_expectation_of_a_record_that_is_not_so_is_a_conflict(
    store: Store, service_id: str, version: int
) -> None:
    with pytest.raises(ConflictError, match=service_id):
        store.save([named("改"), OTHER], who="王", why="x", expected={service_id: version})
    assert store.version() == 1
    store.save([OTHER], who="王", why="x", expected={"b-2": 0})
    assert store.version() == 2


def test_a_removed_service_is_gone_and_its_history_stays(store: Store) -> None:
    store.save([OTHER], who="王", why="x")
    assert store.remove(["a-1"], who="王", why="拆迁") == Difference(removed=("a-1",), batch=3)
    with pytest.raises(NotFoundError):
        store.get("a-1")
    assert [row[0] for row in store.snapshot()[2]] == ["b-2"]
    assert store.changes_since(2)[2] == [("a-1", None)]
    assert [(c.version, c.after is None) for c in store.history("a-1")] == [(1, False), (2, True)]
    assert store.remove(["a-1"], who="王", why="再来").unchanged == 1
    assert store.save([named("重开")], who="王", why="又有了", expected={"a-1": 0}).created == ("a-1",)
    assert store.read("a-1") == (named("重开").placed(), 3)


def test_what_never_was_cannot_be_removed_and_nothing_else_is(store: Store) -> None:
    with pytest.raises(NotFoundError, match="zz"):
        store.remove(["a-1", "zz"], who="王", why="x")
    assert store.version() == 1


def test_undoing_a_revision_puts_back_what_was_before(store: Store) -> None:
    store.save([named("错名"), OTHER], who="王", why="手误")
    wrong = store.history("a-1")[-1].revision
    assert store.undo(wrong, who="李", why="改回") == Difference(updated=("a-1",), batch=4)
    assert store.get("a-1") == ONE.placed()
    assert store.get("b-2") == OTHER
    assert [(c.who, c.why) for c in store.history("a-1")][-1] == ("李", "改回")
    assert store.undo(store.version(), who="王", why="还是对的").updated == ("a-1",)
    assert store.get("a-1").name == "错名"


def test_undoing_a_save_undoes_all_of_it_creations_and_removals_too(store: Store) -> None:
    store.save([OTHER], who="王", why="x")
    before = store.snapshot()[2]
    third = OTHER.model_copy(update={"id": "c-3"})
    made = store.save([named("新"), third], who="王", why="导入")
    undone = store.undo(batch=made.batch, who="王", why="撤销导入")
    assert undone == Difference(updated=("a-1",), removed=("c-3",), batch=5)
    assert store.snapshot()[2] == before
    gone = store.remove(["b-2"], who="王", why="x")
    assert store.undo(batch=gone.batch, who="王", why="y").created == ("b-2",)
    assert store.snapshot()[2] == before


def test_what_was_changed_again_is_not_undone_unless_that_change_is_named(store: Store) -> None:
    wrong = store.save([named("二"), OTHER], who="王", why="x")
    store.save([named("三")], who="李", why="y")
    before = store.snapshot()
    with pytest.raises(ConflictError) as caught:
        store.undo(batch=wrong.batch, who="王", why="撤销")
    assert [(c.service_id, c.version, c.who) for c in caught.value.conflicts] == [("a-1", 3, "李")]
    assert store.snapshot() == before
    store.undo(batch=wrong.batch, who="王", why="撤销", expected={"a-1": 3})
    assert store.get("a-1") == ONE.placed()
    with pytest.raises(NotFoundError):
        store.get("b-2")


@pytest.mark.parametrize("number", [0, 2, 99])
def test_what_never_happened_cannot_be_undone(store: Store, number: int) -> None:
    with pytest.raises(NotFoundError):
        store.undo(number, who="王", why="x")
    with pytest.raises(NotFoundError):
        store.undo(batch=number, who="王", why="x")
    with pytest.raises(ValueError, match="either"):
        store.undo(who="王", why="x")


@pytest.mark.parametrize(
    ("field", "value"), [("who", ""), ("who", "王" * 81), ("why", "长" * 401), ("why", "a\0b")]
)
def test_what_the_history_cannot_keep_whole_is_refused(store: Store, field: str, value: str) -> None:
    said = {"who": "王", "why": "x"} | {field: value}
    with pytest.raises(InputError) as caught:
        store.save([OTHER], **said)
    assert caught.value.field == field
    assert store.version() == 1


def test_saves_are_listed_newest_first_page_by_page(store: Store) -> None:
    for i in range(4):
        store.save([named(f"第{i}次"), OTHER], who="王", why=f"{i}")
    newest = store.batches(most=2)
    assert [(b.why, b.size) for b in newest] == [("3", 1), ("2", 1)]
    older = store.batches(most=10, before=newest[-1].batch)
    assert [(b.why, b.size) for b in older] == [("1", 1), ("0", 2), ("first list", 1)]
    assert [c.service_id for c in store.changes_in(older[1].batch)] == ["a-1", "b-2"]


def test_the_whole_sample_comes_back_byte_for_byte(store: Store) -> None:
    wanted = {s.id: to_record(s) for s in sample_services()}
    store.save(sample_services(), who="tests", why="sample")
    assert dict(store.snapshot()[2]) == wanted | {"a-1": to_record(ONE.placed())}
    assert store.save(sample_services(), who="tests", why="again") == Difference(unchanged=len(wanted))
