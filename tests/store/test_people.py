"""Who may use the desk, what inspectors found, what visitors told, and who found nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from locator import InputError, NotFoundError
from locator.store import accounts
from locator.store.inspections import (
    add_inspection,
    add_report,
    inspections_of,
    reports_of,
    settle_report,
)
from locator.store.needs import Need, add_needs, list_needs

if TYPE_CHECKING:
    from locator.store import Store

PASSWORD = "correct horse battery"
MONDAY = date(2026, 11, 23)


def test_who_logs_in_is_who_has_the_password(store: Store) -> None:
    wang = accounts.add_user(store, "王", PASSWORD, "editor")
    assert accounts.check_login(store, "王", PASSWORD) == wang == accounts.User("王", "editor", active=True)
    for name, password in (("王", "wrong horse battery"), ("李", PASSWORD), ("王", ""), ("", "")):
        assert accounts.check_login(store, name, password) is None
    accounts.change_user(store, "王", password="another long one", role="admin")
    assert accounts.check_login(store, "王", PASSWORD) is None
    assert accounts.check_login(store, "王", "another long one").role == "admin"
    accounts.change_user(store, "王", active=False)
    assert accounts.check_login(store, "王", "another long one") is None
    assert accounts.find_user(store, "王") is None
    assert accounts.list_users(store) == [accounts.User("王", "admin", active=False)]


def test_passwords_and_tokens_are_nowhere_in_the_store(store: Store) -> None:
    accounts.add_user(store, "王", PASSWORD, "editor")
    accounts.add_user(store, "李", PASSWORD, "editor")
    token = accounts.make_token(store, "王", "导入脚本")
    with store.reading() as connection:
        kept = [
            tuple(row)
            for t in ("users", "api_tokens")
            for row in connection.execute(text(f"SELECT * FROM {t}"))
        ]
    assert PASSWORD not in str(kept)
    assert token not in str(kept)
    assert len({row[1] for row in kept[:2]}) == 2  # the same password, salted apart


@pytest.mark.parametrize(
    ("name", "password", "role", "field"),
    [("王", "short", "editor", "password"), ("", PASSWORD, "editor", "name"), ("王", PASSWORD, "king", "role"), ("a\nb", PASSWORD, "reader", "name")],
)  # fmt: skip
def test_an_account_that_makes_no_sense_is_refused(
    store: Store, name: str, password: str, role: str, field: str
) -> None:
    with pytest.raises(InputError) as caught:
        accounts.add_user(store, name, password, role)
    assert caught.value.field == field
    assert password not in str(caught.value)
    assert accounts.list_users(store) == []


def test_a_name_is_given_once(store: Store) -> None:
    accounts.add_user(store, "王", PASSWORD, "editor")
    with pytest.raises(InputError, match="already"):
        accounts.add_user(store, "王", PASSWORD, "admin")
    with pytest.raises(NotFoundError):
        accounts.change_user(store, "李", role="admin")


def test_a_token_works_until_it_or_its_owner_is_no_longer_welcome(store: Store) -> None:
    wang = accounts.add_user(store, "王", PASSWORD, "editor")
    first, second = (accounts.make_token(store, "王", label) for label in ("一", "二"))
    assert first != second
    assert accounts.user_of_token(store, first) == wang
    assert accounts.user_of_token(store, first + "x") is None
    kept = accounts.list_tokens(store, "王")
    assert [(t.label, t.last_used is not None) for t in kept] == [("一", True), ("二", False)]
    accounts.revoke_token(store, kept[0].hash)
    assert accounts.user_of_token(store, first) is None
    assert accounts.user_of_token(store, second) == wang
    accounts.change_user(store, "王", active=False)
    assert accounts.user_of_token(store, second) is None
    with pytest.raises(NotFoundError):
        accounts.make_token(store, "王", "三")


def test_inspections_are_kept_in_order_of_their_days(store: Store) -> None:
    add_inspection(store, "a-1", MONDAY, "no", by_whom="督查组", note="午休锁门")
    add_inspection(store, "a-1", date(2026, 10, 1), "yes", found=["microwave", "wifi"], by_whom="王")
    first, second = inspections_of(store, "a-1")
    assert (first.on_day, first.open_as_stated, first.found) == (
        date(2026, 10, 1),
        "yes",
        ("microwave", "wifi"),
    )
    assert (second.open_as_stated, second.found, second.note) == ("no", (), "午休锁门")
    assert inspections_of(store, "b-2") == []
    assert len(inspections_of(store)) == 2
    with pytest.raises(NotFoundError):
        add_inspection(store, "nobody", MONDAY, "yes", by_whom="王")
    for wrong in ({"found": ["sauna"]}, {"note": "长" * 1001}, {"by_whom": "王" * 81}):
        with pytest.raises(InputError):
            add_inspection(store, "a-1", MONDAY, "yes", **({"by_whom": "王"} | wrong))
    with pytest.raises(InputError):
        add_inspection(store, "a-1", MONDAY, "perhaps", by_whom="王")


def test_reports_wait_until_they_are_settled(store: Store) -> None:
    number = add_report(store, "a-1", "closed", MONDAY, 13)
    other = add_report(store, "a-1", "moved", MONDAY, 0)
    assert [(r.number, r.what, r.hour) for r in reports_of(store, "a-1", "new")] == [
        (number, "closed", 13),
        (other, "moved", 0),
    ]
    settle_report(store, number, "confirmed")
    assert [r.number for r in reports_of(store, status="new")] == [other]
    assert [r.status for r in reports_of(store, "a-1")] == ["confirmed", "new"]
    for what, hour in (("boring", 1), ("closed", 24), ("closed", -1)):
        with pytest.raises(InputError):
            add_report(store, "a-1", what, MONDAY, hour)
    with pytest.raises(NotFoundError):
        add_report(store, "nobody", "closed", MONDAY, 1)
    with pytest.raises(NotFoundError):
        settle_report(store, 99, "confirmed")


def test_needs_add_up_whoever_counts_at_the_same_time(store: Store) -> None:
    add_needs(store, {})
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: add_needs(store, {("8830e1d8", 13): 2, ("8830e1d9", 167): 1}), range(8)))
    assert list_needs(store) == [Need("8830e1d8", 13, 16), Need("8830e1d9", 167, 8)]
    for key, count in ((("8830e1d8", 168), 1), (("", 1), 1), (("<b>", 1), 1), (("8830e1d8", 1), 0)):
        with pytest.raises(InputError):
            add_needs(store, {key: count})
    assert len(list_needs(store)) == 2
