"""What was known when: last week's questions get last week's answers."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from locator import Catalog, InputError, NotFoundError, Service
from locator._settings import Settings
from locator.answers import encode
from locator.cli import main
from locator.question import ask
from locator.search import answer
from locator.store import Store
from locator.timeline import SHANGHAI
from locator.web import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AT = datetime(2026, 11, 23, 13, 5, tzinfo=SHANGHAI)
QUESTIONS = [
    {"lon": 121.5, "lat": 31.2, "limit": 20},
    {"lon": 121.51, "lat": 31.21, "open": "arrival", "stay": 10, "group": "rider"},
    {"lon": 121.5, "lat": 31.2, "datum": "gcj02", "kind": "canteen", "max_m": 3000},
    {"district": "310110"},
]


def service(number: int, turn: int) -> Service:
    return Service(
        id=f"s-{number:02}",
        kind=("station", "canteen")[turn % 2],
        name=f"第{turn}次",
        district="310110",
        lon=121.5 + (number * 7 + turn * 3) % 11 / 500,
        lat=31.2 + (number * 5 + turn) % 7 / 500,
        hours=(None, "24/7", "08:00-13:10", "13:20-20:00")[(number + turn) % 4],
    )


def answers(catalog: Catalog) -> list[bytes]:
    return [encode(answer(catalog, ask(question, AT))) for question in QUESTIONS]


@pytest.fixture
def lived(url: str) -> Iterator[tuple[Store, list[tuple[datetime, list[bytes]]]]]:
    """A store that lived through edits, removals and undoing; and what was answered after each."""
    dice, own = random.Random(5), Store(url)
    own.create([service(n, 0) for n in range(12)], "first")
    told = []
    for turn in range(1, 13):
        told.append((datetime.now(UTC), answers(Catalog.of(own))))
        if turn % 4 == 0:
            own.remove({f"s-{dice.randrange(12):02}"}, who="甲", why="移除")
        elif turn % 5 == 0:
            own.undo(batch=own.batches(1)[0].batch, who="乙", why="撤销")
        else:
            own.save([service(dice.randrange(15), turn) for _ in range(3)], who="丙", why="改")
    told.append((datetime.now(UTC), answers(Catalog.of(own))))
    yield own, told
    own.close()


def test_as_of_answers_exactly_what_was_answered_then(
    lived: tuple[Store, list[tuple[datetime, list[bytes]]]],
) -> None:
    own, told = lived
    assert len({tuple(said) for _, said in told}) == len(told)
    for instant, said in told:
        assert answers(Catalog.open(own.url, as_of=instant)) == said
        # The state's own instant, which every answer names, gives it, too.
        named = datetime.fromisoformat(json.loads(said[0])["catalog"]["as_of"])
        assert answers(Catalog.of(own, named)) == said
        assert answers(Catalog.of(own, named - timedelta(microseconds=1))) != said


def test_the_web_answers_as_of_an_instant_byte_for_byte(
    lived: tuple[Store, list[tuple[datetime, list[bytes]]]],
) -> None:
    own, told = lived
    client = create_app({"TESTING": True}, Settings(store=own.url, basemap="outline")).test_client()
    for instant, said in reversed(told):
        query = {**QUESTIONS[0], "at": AT.isoformat(), "as_of": instant.isoformat()}
        got = client.get("/api/v1/nearest", query_string=query)
        assert (got.status_code, got.data) == (200, said[0])
    then = own.snapshot_as_of(told[3][0])
    service_id, record = then[2][2]
    got = client.get(f"/api/v1/services/{service_id}", query_string={"as_of": told[3][0].isoformat()})
    assert got.get_json()["name"] == json.loads(record)["name"]
    early = client.get(f"/api/v1/services/{service_id}?as_of=2020-01-01")
    assert early.status_code == 404
    for path in ("/api/v1/services/s-01?", "/api/v1/nearest?lon=121.5&lat=31.2&"):
        for wrong in ("2999-01-01", "yesterday"):
            refused = client.get(f"{path}as_of={wrong}")
            assert refused.status_code == 400
            assert [e["field"] for e in refused.get_json(force=True)["errors"]] == ["as_of"]


def test_each_record_is_found_as_it_was(lived: tuple[Store, list[tuple[datetime, list[bytes]]]]) -> None:
    own, told = lived
    for instant, _ in told:
        there = dict(own.snapshot_as_of(instant)[2])
        for number in range(15):
            service_id = f"s-{number:02}"
            if service_id in there:
                wanted = Service.model_validate_json(there[service_id])
                assert own.record_as_of(service_id, instant) == wanted
            else:
                with pytest.raises(NotFoundError, match=service_id):
                    own.record_as_of(service_id, instant)


def test_changes_followed_one_by_one_lead_to_the_same_state(
    lived: tuple[Store, list[tuple[datetime, list[bytes]]]],
) -> None:
    own, told = lived
    versions = [own.version_as_of(instant) for instant, _ in told]
    for old in versions:
        state = dict(own.snapshot_as_of(told[versions.index(old)][0])[2])
        for service_id, record in own.changes_since(old)[2]:
            if record is None:
                state.pop(service_id, None)
            else:
                state[service_id] = record
        assert sorted(state.items()) == own.snapshot()[2]


def test_before_the_first_save_there_was_nothing(store: Store) -> None:
    early = datetime(2020, 1, 1, tzinfo=UTC)
    assert store.snapshot_as_of(early) == (0, "", [])
    with pytest.raises(NotFoundError):
        store.record_as_of("a-1", early)
    with pytest.raises(InputError):
        store.snapshot_as_of(datetime(2020, 1, 1))  # noqa: DTZ001


def test_instants_name_states_though_the_clock_is_set_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from locator.store import edits

    class Yesterday(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(tz) - timedelta(days=1)

    monkeypatch.setattr(edits, "datetime", Yesterday)
    for turn in range(3):
        store.save([service(1, turn)], who="王", why="x")
    instants = [b.at for b in store.batches()]
    assert instants == sorted(set(instants), reverse=True)
    assert store.snapshot_as_of(datetime.fromisoformat(instants[1]))[0] == 3


def call(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(words), env={"LANG": "zh_CN.UTF-8"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_the_command_line_tells_the_history_and_undoes(store: Store, opened: Callable[[str], Store]) -> None:
    before = datetime.now(UTC).isoformat()
    seen = store.get("a-1")
    store.save([seen.model_copy(update={"name": "错名"})], who="王", why="手误")
    at = ("--store", store.url)
    code, text = call("history", "a-1", *at)
    assert code == 0
    assert '"一号食堂" -> "错名"' in text
    assert "手误" in text
    lines = [json.loads(line) for line in call("history", "a-1", "--json", *at)[1].splitlines()]
    assert [(line["change"], line["who"]) for line in lines] == [("created", "locator"), ("updated", "王")]
    assert lines[1]["fields"] == {"name": {"before": "一号食堂", "after": "错名"}}
    assert "一号食堂" in call("show", "a-1", "--as-of", before, *at)[1]
    assert "错名" in call("nearest", "121.54", "31.27", *at)[1]
    assert "错名" not in call("nearest", "121.54", "31.27", "--as-of", before, *at)[1]
    assert call("undo", "2", "--who", "李", *at)[0] == 0
    again = opened(store.url)
    assert again.get("a-1") == seen
    assert again.history("a-1")[-1].who == "李"
    assert call("undo", "2", *at)[0] == 1  # it was changed again
    assert call("undo", "1", "--batch", *at)[0] == 1
    assert call("undo", "77", *at)[0] == 2
    assert call("history", "nobody", *at)[0] == 2
    assert call("show", "a-1", "--as-of", "2999-01-01", *at)[0] == 2
