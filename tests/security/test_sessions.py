"""Logging in and out: sessions begin anew, end when they are ended, and passwords cannot be tried for long."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from steward_support import PASSWORD, desk_client, log_in, token

from locator import InputError
from locator._bundled import bundled
from locator.store import accounts
from locator.store.tables import about, users
from locator.web.steward.attempts import MOST, MOST_OF_ADDRESS, MOST_OF_NAME, WITHIN_S, Attempts
from locator.web.steward.people import LONGEST_SESSION_S

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from locator.store import Store

NEW = "four unrelated quiet words"
PLACE = "/steward/records"


def cookie_of(client: FlaskClient) -> str:
    found = next(cookie for cookie in client._cookies.values() if "locator_desk" in cookie.key)
    return found.value


def with_cookie(store: Store, value: str) -> FlaskClient:
    """Return another browser that has got hold of a cookie."""
    client = desk_client(store)
    client.set_cookie("locator_desk", value, path="/steward")
    return client


def test_the_cookie_has_every_mark_and_a_name_that_browsers_take_by_https_only(public: FlaskClient) -> None:
    log_in_answer = log_in_https(public)
    (cookie,) = log_in_answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Secure-locator_desk=")
    assert {"Secure", "HttpOnly", "Path=/steward", "SameSite=Lax"} <= set(re.split(r"; ", cookie))
    assert "Domain=" not in cookie
    assert public.get(PLACE, base_url="https://localhost").status_code == 200


def log_in_https(client: FlaskClient):
    https = {"base_url": "https://localhost", "headers": {"Referer": "https://localhost/steward/login"}}
    form = {
        "name": "editor",
        "password": PASSWORD,
        "csrf_token": token(client.get("/steward/login", **https)),
    }
    return client.post("/steward/login", data=form, **https)


def test_a_session_from_before_the_log_in_is_worth_nothing_after_it(store: Store) -> None:
    client = desk_client(store)
    client.get("/steward/login")
    before = cookie_of(client)
    log_in(client)
    assert cookie_of(client) != before
    assert with_cookie(store, before).get(PLACE).status_code == 302
    with client.session_transaction(path="/steward/") as session:
        first = session["sid"]
    log_in(client)
    with client.session_transaction(path="/steward/") as session:
        assert session["sid"] != first


def test_a_copied_cookie_dies_with_the_log_out(desk: FlaskClient, store: Store) -> None:
    stolen = with_cookie(store, cookie_of(desk))
    assert stolen.get(PLACE).status_code == 200
    desk.post("/steward/logout", data={"csrf_token": token(desk.get(PLACE))})
    assert desk.get(PLACE).status_code == 302
    assert stolen.get(PLACE).status_code == 302


def test_other_sessions_of_the_same_person_outlive_a_log_out(desk: FlaskClient, store: Store) -> None:
    other = desk_client(store)
    log_in(other)
    desk.post("/steward/logout", data={"csrf_token": token(desk.get(PLACE))})
    assert other.get(PLACE).status_code == 200


def test_the_store_forgets_ended_sessions_once_they_would_have_ended(store: Store) -> None:
    from datetime import UTC, datetime, timedelta

    from locator.store.sessions import end_session, is_ended

    now = datetime.now(UTC)
    end_session(store, "old", now - timedelta(seconds=1))
    end_session(store, "new", now + timedelta(days=1))
    end_session(store, "new", now + timedelta(days=1))  # twice is no error
    assert is_ended(store, "new")
    assert not is_ended(store, "old")
    with store.reading() as connection:
        kept = connection.execute(select(about.c.key)).scalars().all()
    assert sorted(kept) == ["ended new", "format"]


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(desk: FlaskClient, store: Store) -> None:
    other = desk_client(store)
    log_in(other)
    old = cookie_of(desk)
    answer = change(desk, PASSWORD, NEW)
    assert answer.status_code == 302
    assert desk.get(PLACE).status_code == 200
    assert other.get(PLACE).status_code == 302
    assert with_cookie(store, old).get(PLACE).status_code == 302
    assert accounts.check_login(store, "editor", NEW)
    assert not accounts.check_login(store, "editor", PASSWORD)


def change(client: FlaskClient, current: str, password: str):
    form = {"current": current, "password": password, "csrf_token": token(client.get("/steward/password"))}
    return client.post("/steward/password", data=form)


def test_a_reader_can_change_their_password_and_nobody_without_the_old_one(store: Store) -> None:
    client = desk_client(store)
    log_in(client, "reader")
    assert change(client, "not this one at all", NEW).status_code == 401
    answer = change(client, PASSWORD, "password1234")
    assert answer.status_code == 400
    assert "太容易猜" in answer.text
    assert "password1234" not in answer.text
    assert accounts.check_login(store, "reader", PASSWORD)
    assert change(client, PASSWORD, NEW).status_code == 302
    for _ in range(MOST):
        change(client, "not this one at all", NEW)
    assert change(client, NEW, "quite another set of words").status_code == 429


def test_a_session_ends_when_nobody_works_and_at_last_in_any_case(
    desk: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, real = time.time(), time.time
    value = cookie_of(desk)
    passed = 0.0
    monkeypatch.setattr(time, "time", lambda: real() + passed)
    passed = 11 * 3600
    assert desk.get(PLACE).status_code == 200
    passed = 13 * 3600
    assert with_cookie(store, value).get(PLACE).status_code == 302  # as it was, thirteen hours ago
    assert desk.get(PLACE).status_code == 200  # used two hours ago
    while passed < LONGEST_SESSION_S - 11 * 3600:
        passed += 10 * 3600
        assert desk.get(PLACE).status_code == 200
    passed = LONGEST_SESSION_S + 60
    assert desk.get(PLACE).status_code == 302
    assert real() - began < 60


def test_a_cookie_that_was_changed_or_signed_by_another_is_nobodys(
    desk: FlaskClient, store: Store, tmp_path: Path
) -> None:
    from steward_support import desk_store

    value = cookie_of(desk)
    (tmp_path / "other").mkdir()
    elsewhere = desk_client(desk_store(tmp_path / "other"))
    log_in(elsewhere)
    for forged in (
        value[:-2] + ("AA" if value[-2:] != "AA" else "BB"),
        "." + value,
        "",
        "x.y.z",
        cookie_of(elsewhere),
    ):
        assert with_cookie(store, forged).get(PLACE).status_code == 302


def test_what_a_session_holds_is_no_secret_of_anybodys(desk: FlaskClient) -> None:
    with desk.session_transaction(path="/steward/") as session:
        held = dict(session)
    assert set(held) <= {"_user_id", "_fresh", "_id", "_permanent", "csrf_token", "sid", "since"}
    assert PASSWORD not in str(held)
    assert "scrypt" not in str(held)


def test_one_name_cannot_be_tried_from_a_hundred_addresses(tmp_path: Path) -> None:
    attempts = Attempts(tmp_path / "attempts")
    attempts.take("王", "10.9.9.9")
    attempts.forget("王", "10.9.9.9")  # logged in there
    taken = sum(attempts.take("王", f"10.0.0.{n}") for n in range(100))
    assert taken == MOST_OF_NAME - 1
    assert MOST_OF_NAME * 3600 / WITHIN_S <= 100  # ASVS 2.2.1: no more than 100 an hour on one account
    assert attempts.take("李", "10.0.0.1")
    assert attempts.take("王", "10.9.9.9")  # not locked out of their own office


def test_one_address_cannot_try_many_names(tmp_path: Path) -> None:
    attempts = Attempts(tmp_path / "attempts")
    assert sum(attempts.take(f"name {n}", "10.0.0.1") for n in range(100)) == MOST_OF_ADDRESS


def test_files_of_attempts_hold_no_name_and_no_address(tmp_path: Path) -> None:
    attempts = Attempts(tmp_path / "attempts")
    attempts.take("wangfang", "203.0.113.7")
    attempts.forget("wangfang", "203.0.113.7")
    attempts.take("wangfang", "203.0.113.7")
    kept = "".join(f"{path.name} {path.read_text()}" for path in (tmp_path / "attempts").iterdir())
    assert "wangfang" not in kept
    assert "203.0.113" not in kept
    assert (tmp_path / "attempts").stat().st_mode & 0o077 == 0


def test_a_wrong_name_takes_as_long_as_a_wrong_password(store: Store) -> None:
    def took(name: str) -> float:
        spans = []
        for _ in range(2):
            began = time.process_time()
            assert accounts.check_login(store, name, "wrong horse battery") is None
            spans.append(time.process_time() - began)
        return min(spans)

    assert 0.5 < took("nobody of that name") / took("editor") < 2


COMMON = (
    "password1234", "123456789012", "qwertyuiop123", "1qaz2wsx3edc", "aaaaaaaaaaaa", "Password123!", "editor123456",
    "abcdefghijkl", "iloveyou1234", "locator12345", "shanghai2024", "a           b", "eleven char",
)  # fmt: skip


def test_what_everybody_tries_first_is_no_password(store: Store) -> None:
    for password in COMMON:
        with pytest.raises(InputError) as caught:
            accounts.change_user(store, "editor", password=password)
        assert caught.value.field == "password"
        assert password not in str(caught.value)
    assert accounts.check_login(store, "editor", PASSWORD)


@pytest.mark.parametrize(
    "password",
    [
        "工会驿站门口那棵老樟树",
        " spaces kept at both ends ",
        "长" + "短高低" * 42 + "x",
        "🙂 emoji are letters too",
    ],
)
def test_any_signs_and_up_to_128_of_them_make_a_password_none_of_them_cut_off(
    store: Store, password: str
) -> None:
    given = password if len(password) >= 12 else password + "，夏天很凉快"
    accounts.change_user(store, "editor", password=given)
    assert accounts.check_login(store, "editor", given)
    assert not accounts.check_login(store, "editor", given[:-1])
    assert not accounts.check_login(store, "editor", given.strip() + "x")


def test_a_password_of_129_signs_is_refused_and_not_cut(store: Store) -> None:
    with pytest.raises(InputError, match="12-128"):
        accounts.change_user(store, "editor", password="correct horse " * 10)


def test_passwords_are_kept_by_scrypt_as_owasp_asks_and_salted_apart(store: Store) -> None:
    accounts.change_user(store, "editor", password=NEW)
    accounts.change_user(store, "reader", password=NEW)
    with store.reading() as connection:
        kept = [row.password_hash for row in connection.execute(select(users).where(users.c.name != "admin"))]
    assert all(re.fullmatch(r"scrypt:32768:8:3\$\w{16}\$[0-9a-f]{128}", text) for text in kept)
    assert len(set(kept)) == 2


def test_an_older_hash_still_lets_its_owner_in(store: Store) -> None:
    from werkzeug.security import generate_password_hash

    with store.writing() as connection:
        connection.execute(
            users.update()
            .where(users.c.name == "editor")
            .values(password_hash=generate_password_hash("x" * 180))
        )
    assert accounts.check_login(store, "editor", "x" * 180)


def test_a_password_field_may_be_pasted_into_and_filled_by_a_manager(desk: FlaskClient) -> None:
    page = desk.get("/steward/password").text
    assert 'autocomplete="current-password"' in page
    assert 'autocomplete="new-password"' in page
    assert page.count('type="password"') == 2
    assert "onpaste" not in page
    assert 'autocomplete="off"' not in page
    script = bundled("static") / "steward.js"
    assert "paste" not in script.read_text(encoding="utf-8")


def test_there_is_no_account_that_nobody_made(tmp_path: Path) -> None:
    from locator.store import Store as Fresh
    from locator.store import sample_services

    fresh = Fresh(f"sqlite:///{tmp_path}/fresh.db")
    fresh.create(list(sample_services())[:3], "tests")
    assert accounts.list_users(fresh) == []


def test_tokens_are_kept_as_hashes_and_compared_by_them(store: Store) -> None:
    made = accounts.make_token(store, "editor", "tests")
    assert len(made) >= 43  # 32 random bytes
    (kept,) = accounts.list_tokens(store, "editor")
    assert made not in str(kept)
    # Looked up by its hash: how long that takes tells nothing of the token's own signs.
    assert accounts.user_of_token(store, made[:-1] + ("A" if made[-1] != "A" else "B")) is None
    assert accounts.user_of_token(store, kept.hash) is None
    assert accounts.user_of_token(store, made)
