"""Who may do what, by address and by role; a new address fails here until somebody says who may use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from steward_support import PASSWORD, desk_client, desk_store, list_row, log_in, sheet, token, upload
from walk_support import addresses

from locator.store.accounts import make_token

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from locator.store import Store

ROLES = ("nobody", "reader", "editor", "admin")
LOG_IN, LOG_IN_FIRST, NO, YES = "to the log-in", "401", "403", "yes"
# For each method and address of the desk: what nobody, a reader, an editor and an administrator get. A new address
# belongs here; what changes anything is for editors and administrators, unless it is everybody's own business.
SEES = (LOG_IN, YES, YES, YES)
WRITES = (LOG_IN_FIRST, NO, YES, YES)
DESK = {
    "GET /steward/": SEES,
    "GET /steward/check": SEES,
    "GET /steward/hours": SEES,
    "GET /steward/imports/<upload_id>": SEES,
    "GET /steward/imports/<upload_id>/rejects.xlsx": SEES,
    "GET /steward/imports/<upload_id>/rows/<int:number>": SEES,
    "GET /steward/login": (YES, YES, YES, YES),
    "GET /steward/new": SEES,
    "GET /steward/password": SEES,
    "GET /steward/recheck": SEES,
    "GET /steward/recheck/<service_id>": SEES,
    "GET /steward/records": SEES,
    "GET /steward/records/<service_id>": SEES,
    "GET /steward/records/<service_id>/history": SEES,
    "POST /steward/batches/<int:batch>/undo": WRITES,
    "POST /steward/imports": WRITES,
    "POST /steward/imports/<upload_id>/decide": WRITES,
    "POST /steward/imports/<upload_id>/drop": WRITES,
    "POST /steward/imports/<upload_id>/rows/<int:number>": WRITES,
    "POST /steward/imports/<upload_id>/rows/<int:number>/pin": WRITES,
    "POST /steward/imports/<upload_id>/write": WRITES,
    "POST /steward/login": (YES, YES, YES, YES),
    "POST /steward/logout": (LOG_IN_FIRST, YES, YES, YES),
    "POST /steward/new": WRITES,
    "POST /steward/password": (LOG_IN_FIRST, YES, YES, YES),
    "POST /steward/recheck/<service_id>": WRITES,
    "POST /steward/records/<service_id>": WRITES,
    "POST /steward/records/<service_id>/undo": WRITES,
    "POST /steward/reports/<int:number>": WRITES,
}
# What takes a POST elsewhere, and what keeps strangers' pages from sending it.
ELSEWHERE = {
    "POST /api/v1/imports": "a token in a header, which no other site's page knows",
    "POST /need": "same origin",
    "POST /plan/<name>/cancel": "same origin",
    "POST /s/<service_id>/wrong": "same origin",
}


def at_the_desk(client: FlaskClient, method: str) -> list[tuple[str, str]]:
    found = [
        (f"{method} {at.rule}", at.path)
        for at in addresses(client.application)
        if at.rule.startswith("/steward") and method in at.methods
    ]
    # Logging out comes last: the others need the session.
    return sorted(found, key=lambda one: ("logout" in one[0], "password" in one[0], one[0]))


@pytest.fixture(scope="module")
def seats(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FlaskClient]:
    store = desk_store(tmp_path_factory.mktemp("roles"))
    clients = {role: desk_client(store) for role in ROLES}
    for role in ROLES[1:]:
        log_in(clients[role], role)
    return clients


def test_every_address_of_the_desk_is_listed(seats: dict[str, FlaskClient]) -> None:
    client = seats["nobody"]
    there = {where for method in ("GET", "POST") for where, _ in at_the_desk(client, method)}
    assert there == DESK.keys(), "say in DESK who may use the address"
    assert not [at for at in addresses(client.application) if at.methods & {"PUT", "PATCH", "DELETE"}]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_each_role_gets_what_the_list_says(seats: dict[str, FlaskClient], role: str, method: str) -> None:
    client = seats[role]
    for where, path in at_the_desk(client, method):
        # The right token, so that only the role can be what is in the way.
        page = "/steward/login" if role == "nobody" or "log" in where else "/steward/records"
        form = {"csrf_token": token(client.get(page))} if method == "POST" else None
        answer = client.open(path, method=method, data=form, buffered=True)
        wanted = DESK[where][ROLES.index(role)]
        location = answer.headers.get("Location", "")
        if answer.status_code == 302 and location.startswith("/steward/login?next="):
            got = LOG_IN
        elif answer.status_code == 401 and "登录过期" in answer.text:
            got = LOG_IN_FIRST
        elif answer.status_code == 403:
            got = NO
        else:
            got = YES
            assert answer.status_code < 500, where
        assert got == wanted, (role, where, answer.status_code)


def test_every_form_wants_its_token_whoever_sends_it(seats: dict[str, FlaskClient]) -> None:
    client = seats["admin"]
    log_in(client, "admin")
    looked_at = 0
    for where, path in at_the_desk(client, "POST"):
        for form in ({}, {"csrf_token": "forged"}, {"csrf_token": token(desk_client_page(client))}):
            answer = client.post(path, data=form)
            assert answer.status_code == 400, where
            assert "这张表单过期了" in answer.text, where
            looked_at += 1
    assert looked_at > 30
    assert client.get("/steward/records").status_code == 200  # nobody was logged out


def desk_client_page(client: FlaskClient) -> object:
    """Return a page with somebody else's token."""
    return client.application.test_client().get("/steward/login")


def test_every_other_form_turns_strangers_pages_away(seats: dict[str, FlaskClient]) -> None:
    client = seats["nobody"]
    posts = {f"POST {at.rule}": at.path for at in addresses(client.application) if "POST" in at.methods and "/steward" not in at.rule}  # fmt: skip
    assert posts.keys() == ELSEWHERE.keys(), "say in ELSEWHERE what keeps other sites from sending it"
    for where, path in posts.items():
        wanted = 403 if ELSEWHERE[where] == "same origin" else 401
        for headers in (
            {},
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
        ):
            assert client.post(path, headers=headers).status_code == wanted, (where, headers)


def test_a_reading_request_changes_nothing(store: Store) -> None:
    client = desk_client(store)
    log_in(client, "admin")
    before = store.version(), len(store.batches(50)), {service.id for service in [store.get("st-1")]}
    for _, path in at_the_desk(client, "GET"):
        client.get(path)
    assert (store.version(), len(store.batches(50)), {store.get("st-1").id}) == before


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "FOO"])
def test_other_verbs_are_refused_everywhere(seats: dict[str, FlaskClient], method: str) -> None:
    client = seats["admin"]
    for at in addresses(client.application):
        answer = client.open(at.path.partition("?")[0], method=method, buffered=True)
        assert answer.status_code in {404, 405}, at.rule
        assert b"cookie" not in answer.data.lower()


def test_a_verb_cannot_be_smuggled_in_a_header_or_a_field(desk: FlaskClient, store: Store) -> None:
    page = desk.get("/steward/records/st-1")
    for extra in ({"headers": {"X-HTTP-Method-Override": "POST"}}, {"query_string": {"_method": "POST"}}):
        desk.get("/steward/records/st-1", **extra)
    assert page.status_code == 200
    assert store.get("st-1").name == "第1驿站"


def test_a_form_sets_no_field_that_it_does_not_show(desk: FlaskClient, store: Store) -> None:
    from steward_support import send

    shown = {"name": "改了名", "kind": "station", "status": "active", "version": "1", "source_lon": "121.5", "source_lat": "31.2", "source_datum": "gcj02"}  # fmt: skip
    hidden = {"id": "other", "role": "admin", "lon": "0", "lat": "0", "revision": "99", "who": "admin", "is_admin": "1", "verified": "1"}  # fmt: skip
    send(desk, "/steward/records/st-1", **shown, **hidden)
    kept = store.read("st-1")
    assert kept.service.name == "改了名"
    assert kept.service.id == "st-1"
    assert kept.service.lon != 0
    assert [change.who for change in store.history("st-1")][-1] == "editor"
    with pytest.raises(LookupError):
        store.get("other")


def test_nobody_writes_in_anothers_name_or_sees_anothers_upload(store: Store) -> None:
    editor, admin = desk_client(store), desk_client(store)
    log_in(editor)
    log_in(admin, "admin")
    address = upload(editor, sheet([list_row(1)])).headers["Location"]
    assert editor.get(address).status_code == 200
    form = {"csrf_token": token(admin.get("/steward/records"))}
    for path in (address, address + "/rejects.xlsx", address + "/rows/1"):
        assert admin.get(path).status_code == 404
    for path in (address + "/write", address + "/drop", address + "/decide", address + "/rows/1"):
        assert admin.post(path, data=form).status_code == 404
    assert editor.get(address).status_code == 200


def test_a_token_has_the_rights_of_its_owner_and_opens_no_page(store: Store) -> None:
    client = desk_client(store)
    for role, status in (("reader", 403), ("editor", 415)):
        bearer = {"Authorization": f"Bearer {make_token(store, role, 'tests')}"}
        assert client.post("/api/v1/imports", headers=bearer).status_code == status
        assert client.get("/steward/records", headers=bearer).status_code == 302
    for wrong in ("Bearer", "Bearer ", "Basic ZWRpdG9yOng=", f"Bearer {PASSWORD}", "Bearer \udcff"):
        assert client.post("/api/v1/imports", headers={"Authorization": wrong}).status_code == 401


def test_a_plans_address_cannot_be_guessed_from_another_and_holds_nothing_of_who_asked(
    seats: dict[str, FlaskClient],
) -> None:
    client = seats["nobody"]
    for name in (
        "0" * 16,
        "f" * 16,
        "0123456789abcdef-1",
        "../../etc/passwd",
        "..%2f..%2fkey",
        "slot0",
        "key",
    ):
        for tail in ("", "/state.json", "/plan.json", "/gaps.gpkg", "/report"):
            answer = client.get(f"/plan/{name}{tail}")
            assert answer.status_code == 404, (name, tail)


def test_the_folder_of_the_desk_is_reached_by_no_address(seats: dict[str, FlaskClient]) -> None:
    client = seats["admin"]
    for path in ("/static/../desk.db.desk/key", "/static/%2e%2e/setup.cfg", "/static/..%5csetup.cfg", "/.git/config", "/.env",
                 "/desk.db", "/desk.db.desk/key", "/assets/x/../../setup.cfg", "/static/", "/assets/", "/scripts/"):  # fmt: skip
        answer = client.get(path, buffered=True)
        assert answer.status_code in {404, 308}, path
