"""`locator steward`: people, passwords and tokens from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from click.testing import CliRunner

from locator import Service
from locator.cli import main
from locator.store import Store
from locator.store.accounts import check_login, list_users, user_of_token

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

PASSWORD = "long enough for one"


def run(store: Store, *words: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["steward", *words, "--store", store.url], input=stdin)


def made(folder: Path) -> Store:
    store = Store(f"sqlite:///{folder}/cli.db")
    store.create([Service(id="a", kind="station", name="甲")], "tests")
    return store


def test_the_first_admin_is_added_with_a_password_from_stdin(tmp_path: Path) -> None:
    store = made(tmp_path)
    assert run(store, "add", "王芳", "--role", "admin", stdin=f"{PASSWORD}\n").exit_code == 0
    assert check_login(store, "王芳", PASSWORD) == ("王芳", "admin", True)
    assert run(store, "add", "王芳", stdin=f"{PASSWORD}\n").exit_code == 2
    assert run(store, "add", "李", stdin="short\n").exit_code == 2
    assert run(store, "add", "李", stdin="").exit_code == 2
    assert len(list_users(store)) == 1


def test_password_role_and_disabling_take_effect(tmp_path: Path) -> None:
    store = made(tmp_path)
    run(store, "add", "王芳", stdin=f"{PASSWORD}\n")
    run(store, "password", "王芳", stdin="quite another one\n")
    run(store, "role", "王芳", "--role", "reader")
    assert check_login(store, "王芳", PASSWORD) is None
    assert check_login(store, "王芳", "quite another one") == ("王芳", "reader", True)
    run(store, "disable", "王芳")
    assert check_login(store, "王芳", "quite another one") is None
    assert "停用" in run(store, "list").output
    run(store, "enable", "王芳")
    assert check_login(store, "王芳", "quite another one")
    assert run(store, "disable", "nobody").exit_code == 2


def test_a_token_is_shown_once_and_can_be_revoked(tmp_path: Path) -> None:
    store = made(tmp_path)
    run(store, "add", "王芳", stdin=f"{PASSWORD}\n")
    key = run(store, "token", "王芳", "--label", "nightly").output.strip()
    assert user_of_token(store, key) == ("王芳", "editor", True)
    listed = run(store, "list", "--json").output
    assert key not in listed
    assert json.loads(listed)["tokens"][0]["label"] == "nightly"
    assert run(store, "token", "王芳", "--label", "nightly", "--revoke").exit_code == 0
    assert user_of_token(store, key) is None
