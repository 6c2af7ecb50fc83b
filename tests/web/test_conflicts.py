"""What an editor reads who was not the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator import Service
from locator._settings import Settings
from locator.store import Store
from locator.web import create_app

if TYPE_CHECKING:
    from pathlib import Path


def test_a_conflict_is_a_409_with_what_is_stored_and_who_changed_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/own.db"
    store = Store(url)
    one = Service(id="a-1", kind="station", name="一号")
    store.create([one], "first list")
    store.save([one.model_copy(update={"name": "甲改的"})], who="甲", why="一")
    app = create_app({"TESTING": True}, Settings(store=url, basemap="outline"))

    @app.post("/api/v1/test-save")
    def save() -> str:
        store.save([one], who="乙", why="二", expected={"a-1": 1})
        return ""

    answer = app.test_client().post("/api/v1/test-save")
    problem = answer.get_json(force=True)
    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    assert "什么都没有写入" in problem["detail"]
    (conflict,) = problem["conflicts"]
    assert (conflict["id"], conflict["version"], conflict["who"], conflict["why"]) == ("a-1", 2, "甲", "一")
    assert conflict["stored"]["name"] == "甲改的"
    assert store.get("a-1").name == "甲改的"
