"""The steward's desk: who may do what, files in, one record by two editors, what is to be looked at again."""

from __future__ import annotations

import io
import json
import re
import stat
from datetime import date
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from steward_support import (
    PASSWORD,
    desk_client,
    desk_store,
    list_row,
    log_in,
    send,
    sheet,
    station,
    three_bad_rows,
    token,
    upload,
)

from locator import Service
from locator._errors import ConfigurationError, StoreError, Text
from locator._settings import Settings
from locator.store.accounts import change_user, make_token
from locator.store.inspections import add_report, inspections_of, reports_of
from locator.web import create_app
from locator.web.steward import attempts, uploads

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from locator.store import Store

PAGES = ("/steward/", "/steward/records", "/steward/records/st-1", "/steward/records/st-1/history", "/steward/check", "/steward/recheck", "/steward/recheck/st-1", "/steward/new")  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return desk_store(tmp_path)


@pytest.fixture
def desk(store: Store) -> FlaskClient:
    client = desk_client(store)
    assert log_in(client).status_code == 302
    return client


def form_of(client: FlaskClient, service_id: str = "st-1") -> dict[str, str]:
    """Return the form of a record as a browser would send it."""
    page = client.get(f"/steward/records/{service_id}").text
    form = page[page.index('<form class="record"') :]
    given = {}
    for tag in re.findall(r"<input [^>]+>", form):
        name, value = (re.search(rf' {key}="([^"]*)"', tag) for key in ("name", "value"))
        if name and (not re.search(r'type="(radio|checkbox)"', tag) or " checked" in tag):
            given[name[1]] = unescape(value[1]) if value else ""
    for name, body in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        given[name] = chosen[1] if chosen else ""
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        given[name] = unescape(text)
    return given


# Who may do what.


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_sent_to_the_log_in_and_back(store: Store, page: str) -> None:
    answer = desk_client(store).get(page)
    assert answer.status_code == 302
    assert answer.location.startswith("/steward/login?next=/steward/")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_itself_without_an_inline_style(desk: FlaskClient, page: str) -> None:
    answer = desk.get(page)
    assert answer.status_code == 200
    assert " style=" not in answer.text
    nonce = re.search(r"script-src 'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    assert nonce
    assert all(
        nonce[1] in tag for tag in re.findall(r"<script (?!type=.application/json)[^>]*>", answer.text)
    )
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_session_cookie_is_for_the_desk_alone_and_out_of_scripts_reach(store: Store) -> None:
    plain, public = desk_client(store), desk_client(store, public_url="https://ditu.example")
    (cookie,) = log_in(plain).headers.getlist("Set-Cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/steward" in cookie
    assert "Secure" not in cookie
    page = public.get("/steward/login", base_url="https://localhost")
    assert "Secure" in page.headers["Set-Cookie"]
    # Couriers' pages have no session at all.
    assert "Set-Cookie" not in plain.get("/").headers
    assert "Cookie" not in plain.get("/").headers.get("Vary", "")


def test_a_wrong_password_and_a_wrong_name_read_the_same(store: Store) -> None:
    client = desk_client(store)
    wrong = [log_in(client, "editor", "not the password"), log_in(client, "nobody", PASSWORD)]
    assert [answer.status_code for answer in wrong] == [401, 401]
    said = [re.search(r'role="alert">.*?</p>', answer.text, re.DOTALL)[0] for answer in wrong]
    assert said[0] == said[1]


def test_the_sixth_failure_within_a_quarter_of_an_hour_is_refused_even_with_the_right_password(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_800_000_000.0
    monkeypatch.setattr(attempts.time, "time", lambda: now)
    monkeypatch.setattr(attempts.Attempts, "_sweep", lambda _self: None)  # files carry the true time
    client = desk_client(store)
    for _ in range(5):
        assert log_in(client, "editor", "not the password").status_code == 401
    assert log_in(client).status_code == 429
    assert log_in(client, "admin").status_code == 302  # somebody else at the same desk is not shut out
    now += attempts.WITHIN_S + 1
    assert log_in(desk_client(store)).status_code == 302


def test_a_log_in_leads_only_to_ourselves(store: Store) -> None:
    for target in ("https://evil.example/steward/", "//evil.example", "/steward/\\evil.example"):
        client = desk_client(store)
        form = {
            "name": "editor",
            "password": PASSWORD,
            "next": target,
            "csrf_token": token(client.get("/steward/login")),
        }
        assert client.post("/steward/login", data=form).location == "/steward/"


def test_a_form_without_its_token_changes_nothing(desk: FlaskClient, store: Store) -> None:
    form = form_of(desk) | {"name": "改了"}
    del form["csrf_token"]
    answer = desk.post("/steward/records/st-1", data=form)
    assert answer.status_code == 400
    assert "改了" in answer.text  # what was typed is not lost
    assert desk.post("/steward/imports", data={"file": (io.BytesIO(b"x"), "a.csv")}).status_code == 400
    assert (
        desk_client(store).post("/steward/login", data={"name": "editor", "password": PASSWORD}).status_code
        == 400
    )
    assert store.get("st-1").name == "第1驿站"


def test_a_reader_sees_everything_and_writes_nothing(store: Store) -> None:
    client = desk_client(store)
    log_in(client, "reader")
    assert all(client.get(page).status_code == 200 for page in PAGES)
    before = store.version()
    for path, form in (
        ("/steward/records/st-1", {"name": "x", "version": 1}),
        ("/steward/records/st-1/undo", {"revision": 1}),
        ("/steward/batches/1/undo", {}),
        ("/steward/recheck/st-1", {"day": "2026-11-20", "open": "no"}),
        ("/steward/new", {"name": "x"}),
    ):
        assert send(client, path, **form).status_code == 403, path
    assert upload(client, three_bad_rows()).status_code == 403
    assert store.version() == before


def test_a_new_password_and_being_disabled_end_open_sessions(desk: FlaskClient, store: Store) -> None:
    change_user(store, "editor", password="another long one")
    assert desk.get("/steward/").status_code == 302
    log_in(desk, "editor", "another long one")
    assert desk.get("/steward/").status_code == 200
    change_user(store, "editor", active=False)
    assert desk.get("/steward/").status_code == 302


def test_an_expired_log_in_keeps_what_was_typed(desk: FlaskClient, store: Store) -> None:
    form = form_of(desk) | {"name": "打了很久的字"}
    change_user(store, "editor", active=False)
    answer = desk.post("/steward/records/st-1", data=form)
    assert answer.status_code == 401
    assert "打了很久的字" in answer.text
    assert store.get("st-1").name == "第1驿站"


def test_all_workers_of_a_store_share_one_key_that_only_the_owner_reads(store: Store) -> None:
    first, second = (create_app(settings=Settings(store=store.url)) for _ in range(2))
    assert first.secret_key == second.secret_key
    folder = Path(store.url.removeprefix("sqlite:///") + ".desk")
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    chosen = create_app(settings=Settings(store=store.url, secret_key="0f4c b91e 77aa d2c3 5e68 1b9f 4d20"))
    assert chosen.secret_key == "0f4c b91e 77aa d2c3 5e68 1b9f 4d20"


@pytest.mark.parametrize("wrong", [{"secret_key": "short"}, {"max_upload": "lots"}, {"max_upload": "0"}])
def test_a_setting_that_makes_no_sense_is_told_at_the_start(store: Store, wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=f"LOCATOR_{next(iter(wrong)).upper()}"):
        create_app(settings=Settings(store=store.url, **wrong))


# Files in.


def test_a_file_is_seen_first_written_then_mended_and_undone(desk: FlaskClient, store: Store) -> None:
    before = store.version()
    where = upload(desk, three_bad_rows(), "十月.csv").location
    page = desk.get(where).text
    assert "这份表是 <em>GCJ-02</em>" in page
    assert "十月.csv，GB18030，10行" in page
    assert re.search(r"退回 <b>3</b>", page)
    assert "写入 7 行：新增 7，更新 0，不变 0。" in page
    # Worst first: the rows that are handed back head the table.
    assert [int(n) for n in re.findall(r'<tr class="(?:bad|warn|ok)[^"]*" id="r(\d+)"', page)][:3] == [
        2,
        5,
        8,
    ]
    assert store.version() == before
    assert send(desk, where + "/write").status_code == 302
    assert store.get("new-1").has == ("air-conditioning", "drinking-water")
    assert {f"new-{n}" for n in (2, 5, 8)}.isdisjoint(i for i, _ in store.snapshot()[2])
    batch = store.batches(1)[0]
    assert (batch.who, batch.why, batch.size) == ("editor", "导入 十月.csv", 7)

    row = desk.get(where + "/rows/2").text
    assert "没有名称" in row
    cells = dict(re.findall(r'name="(cell-\d+)" value="([^"]*)"', row))
    place = next(name for name, value in cells.items() if value == "新路2号")
    cells[f"cell-{int(place[5:]) - 2}"] = "补上的名称"
    send(desk, where + "/rows/2", **cells)
    page = desk.get(where).text
    assert "再写的话：新增 1，更新 0，不变 7。" in page
    send(desk, where + "/write")
    assert store.get("new-2").name == "补上的名称"
    assert store.batches(1)[0].size == 1

    send(desk, f"/steward/batches/{store.batches(1)[0].batch}/undo")
    send(desk, f"/steward/batches/{batch.batch}/undo")
    assert {i for i, _ in store.snapshot()[2]} == {"st-1", "st-2", "st-3"}
    assert store.history("new-1")[-1].who == "editor"


def test_an_undo_over_somebodys_later_change_asks_first(desk: FlaskClient, store: Store) -> None:
    where = upload(desk, sheet([list_row(1), list_row(2)])).location
    send(desk, where + "/write")
    batch = store.batches(1)[0].batch
    store.save([store.get("new-1").model_copy(update={"phone": "12351"})], who="另一个人", why="电话")
    answer = send(desk, f"/steward/batches/{batch}/undo")
    assert answer.status_code == 409
    assert "另一个人" in answer.text
    assert store.get("new-2")
    versions = dict(re.findall(r'name="(version-[^"]+)" value="(\d+)"', answer.text))
    assert send(desk, f"/steward/batches/{batch}/undo", **versions).status_code == 302
    assert {i for i, _ in store.snapshot()[2]} == {"st-1", "st-2", "st-3"}


def test_where_the_datum_cannot_be_told_nothing_is_written_until_somebody_says(
    desk: FlaskClient, store: Store
) -> None:
    rows = "名称,类型,地址,经度,纬度\n甲,食堂,某路1号,121.54,31.27\n乙,食堂,某路2号,121.55,31.28\n"
    where = upload(desk, rows.encode("gb18030")).location
    page = desk.get(where).text
    assert "看不出是哪种坐标" in page
    assert re.search(r'<button class="btn main" disabled>写入', page)
    before = store.version()
    send(desk, where + "/write")
    assert store.version() == before
    send(desk, where + "/decide", datum="bd09", kind="")
    page = desk.get(where).text
    assert "按你选的 <em>BD-09</em>" in page
    send(desk, where + "/write")
    written = [Service.model_validate_json(raw) for i, raw in store.snapshot()[2] if i.startswith("r-")]
    assert {(s.name, s.source_datum, s.source_lon) for s in written} == {
        ("甲", "bd09", 121.54),
        ("乙", "bd09", 121.55),
    }


def test_rows_that_do_not_say_their_kind_take_the_one_that_is_chosen(desk: FlaskClient, store: Store) -> None:
    where = upload(desk, sheet([list_row(1, 类型="", 名称="没说是什么")])).location
    assert re.search(r"退回 <b>1</b>", desk.get(where).text)
    send(desk, where + "/decide", datum="auto", kind="nursing-room")
    send(desk, where + "/write")
    assert store.get("new-1").kind == "nursing-room"


def test_a_pin_moves_a_row_in_the_datum_of_its_file_and_can_be_put_back(
    desk: FlaskClient, store: Store
) -> None:
    where = upload(desk, sheet([list_row(1)])).location
    supplied = store.get("st-1")  # somewhere else in the district, WGS-84
    send(desk, where + "/rows/1/pin", lon=supplied.lon, lat=supplied.lat, datum="wgs84", put="pin")
    send(desk, where + "/write")
    moved = store.get("new-1")
    assert moved.source_datum == "gcj02"
    assert moved.source_lon == pytest.approx(supplied.source_lon, abs=2e-6)
    assert (moved.lon, moved.lat) == (
        pytest.approx(supplied.lon, abs=2e-6),
        pytest.approx(supplied.lat, abs=2e-6),
    )
    send(desk, where + "/rows/1/pin", put="back")
    send(desk, where + "/write")
    assert f"{store.get('new-1').source_lon:.6f}" == list_row(1)[5]
    assert send(desk, where + "/rows/1/pin", lon="nan", lat="31", datum="wgs84", put="pin").status_code == 400


def test_the_rows_handed_back_come_as_a_sheet_that_imports_again(desk: FlaskClient, tmp_path: Path) -> None:
    from locator.ingest.readers import read_table

    where = upload(desk, three_bad_rows()).location
    answer = desk.get(where + "/rejects.xlsx")
    assert "attachment" in answer.headers["Content-Disposition"]
    path = tmp_path / "back.xlsx"
    path.write_bytes(answer.data)
    table = read_table(path)
    assert [row[0] for row in table.rows] == ["new-2", "new-5", "new-8"]
    assert {"问题", "建议"} <= set(table.columns)


def test_a_file_that_is_no_table_is_refused_in_words(desk: FlaskClient) -> None:
    for content, name in (
        (b"\x00\x01\x02", "a.xlsx"),
        (b"", "a.csv"),
        (b"hello", "a.csv"),
        (b"x", "a.exe"),
        (b"x", ""),
    ):
        answer = upload(desk, content, name)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text


def test_an_upload_over_the_limit_is_refused_with_the_limit(store: Store) -> None:
    client = desk_client(store, max_upload="1")
    log_in(client)
    assert upload(client, sheet([list_row(1)])).status_code == 302
    answer = client.post("/steward/imports", **large(csrf_token=token(client.get("/steward/"))))
    assert answer.status_code == 413
    assert "最多 1 MB" in answer.text


@pytest.mark.parametrize(
    "name", ["../../../escaped.csv", "..\\..\\escaped.csv", "/abs/escaped.csv", "a/../../escaped.csv"]
)
def test_a_file_name_never_leaves_its_folder(desk: FlaskClient, tmp_path: Path, name: str) -> None:
    assert upload(desk, sheet([list_row(1)]), name).status_code == 302
    (kept,) = tmp_path.rglob("*.csv")
    assert kept.parent.name == "file"
    assert kept.parents[2] == tmp_path / "desk.db.desk" / "uploads"
    assert stat.S_IMODE(kept.parents[1].stat().st_mode) == 0o700


@pytest.mark.parametrize("upload_id", ["..", "%2e%2e", "../key", "x" * 24, "a" * 500])
def test_an_upload_that_is_not_there_is_not_found(desk: FlaskClient, upload_id: str) -> None:
    assert desk.get(f"/steward/imports/{upload_id}").status_code == 404


def test_an_upload_is_its_senders_alone_and_goes_after_a_day(
    desk: FlaskClient, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = upload(desk, three_bad_rows()).location
    other = desk_client(store)
    log_in(other, "admin")
    assert other.get(where).status_code == 404
    assert desk.get(where).status_code == 200
    monkeypatch.setattr(uploads, "KEPT_S", 0)
    answer = desk.get(where)
    assert answer.status_code == 404
    assert "只留一天" in answer.text
    upload(desk, three_bad_rows())  # sweeps
    assert len(list(tmp_path.rglob("file"))) == 1


def test_hostile_names_are_shown_as_text(desk: FlaskClient) -> None:
    from conftest import HOSTILE

    rows = [
        list_row(n, 名称=name[:100], 地址=name[:100], 服务设施=name[:50])
        for n, name in enumerate(HOSTILE.values(), 1)
    ]
    where = upload(desk, sheet(rows, "utf-8"), "<img src=x>.csv").location
    for page in (desk.get(where).text, desk.get(where + "/rows/1").text):
        assert "<img" not in page
        assert "<script>alert" not in page
        assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "49" not in re.findall(r"evil|{{ 7\*7 }}", desk.get(where).text)
    send(desk, where + "/write")
    for page in (
        "/steward/records",
        "/steward/records/new-1",
        "/steward/records/new-1/history",
        "/steward/recheck",
        "/steward/check",
    ):
        text = desk.get(page).text
        assert "<img" not in text
        assert "<script>alert" not in text


def test_mending_a_row_with_markup_keeps_it_text(desk: FlaskClient) -> None:
    where = upload(desk, three_bad_rows()).location
    send(desk, where + "/rows/2", **{"cell-1": '"><script>alert(1)</script>'})
    assert "<script>alert" not in desk.get(where).text
    assert "<script>alert" not in desk.get(where + "/rows/2").text


# One record.


def test_a_form_sent_back_as_it_is_changes_nothing(desk: FlaskClient, store: Store) -> None:
    rich = station(
        4, has=("charging",), lacks=("toilet",), hours="Mo-Fr 08:00-18:00", hours_text="工作日八点到六点", stars=3,
        offers=({"title": "骑手七折", "groups": ("rider",), "percent_off": 30.0},), needs=("rest",),
        events=({"title": "课", "start": "2026-12-01T19:00", "end": "2026-12-01T20:30"},),
        rent_min=0.0, source="名单", source_url="https://a.example/b", verified_on="2026-11-01", demo=True,
        position_quality="poi", apply_steps=("一", "二"),
    )  # fmt: skip
    mobile = Service.model_validate(
        {
            "id": "mo-1",
            "kind": "station",
            "name": "小木屋",
            "stops": [{"lon": 120.1, "lat": 30.3, "name": "万达"}],
        }
    )
    nowhere = Service.model_validate({"id": "no-1", "kind": "legal-aid", "name": "没有位置的"})
    bare = Service.model_validate(
        {"id": "ba-1", "kind": "shop", "name": "只有导出的位置", "lon": 121.5, "lat": 31.2}
    )
    store.save([rich, mobile, nowhere, bare], who="t", why="t")
    before = store.version()
    for service_id in ("st-1", "st-4", "mo-1", "no-1", "ba-1"):
        answer = desk.post(f"/steward/records/{service_id}", data=form_of(desk, service_id))
        assert answer.status_code == 302, re.findall(r'class="err".*?</p>', answer.text, re.DOTALL)
    assert store.version() == before


def test_equipment_has_three_states_and_hours_are_read_from_words(desk: FlaskClient, store: Store) -> None:
    form = form_of(desk) | {
        "eq-charging": "yes",
        "eq-toilet": "no",
        "hours_text": "周一至周五 8:00-18:00",
        "why": "问过",
    }
    assert desk.post("/steward/records/st-1", data=form).status_code == 302
    kept = store.get("st-1")
    assert (kept.has, kept.lacks, kept.hours) == (("charging",), ("toilet",), "Mo-Fr 08:00-18:00")
    assert store.history("st-1")[-1].why == "问过"
    form = form_of(desk) | {"eq-charging": "", "hours_text": "看心情"}
    desk.post("/steward/records/st-1", data=form)
    kept = store.get("st-1")
    assert (kept.has, kept.hours, kept.hours_text) == ((), None, "看心情")
    form = form_of(desk) | {"hours": "24/7", "hours_text": "一直开"}
    desk.post("/steward/records/st-1", data=form)
    assert store.get("st-1").hours == "24/7"


def test_hours_are_read_while_one_types(desk: FlaskClient) -> None:
    assert desk.get("/steward/hours?text=周一至周五 8:00-18:00").json["osm"] == "Mo-Fr 08:00-18:00"
    unread = desk.get("/steward/hours?text=看心情").json
    assert unread["osm"] is None
    assert "不清楚" in unread["said"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("source_lon", "一百二"), ("stars", "9"), ("stars", "x"), ("name", ""), ("kind", ""), ("offers", "[{]"), ("offers", "{}"),
     ("offers", '[{"title": "x", "percent_off": 5, "minus_cny": 3}]'), ("hours", "Mo 25:99"), ("district", "杨浦"),
     ("verified_on", "昨天"), ("source_url", "javascript:alert(1)"), ("source_datum", ""), ("events", '[{"title": "x"}]'),
     ("stops", "[" * 5000)],
)  # fmt: skip
def test_a_faulty_field_is_marked_and_everything_typed_stays(
    desk: FlaskClient, store: Store, field: str, value: str
) -> None:
    before = store.version()
    answer = desk.post(
        "/steward/records/st-1", data=form_of(desk) | {"address": "打好的新地址", field: value}
    )
    assert answer.status_code == 400
    assert f'id="wrong-{field}"' in answer.text
    assert "打好的新地址" in answer.text
    assert store.version() == before


def test_the_second_editor_is_told_who_changed_what_and_loses_nothing(store: Store) -> None:
    first, second = desk_client(store), desk_client(store)
    log_in(first, "editor")
    log_in(second, "admin")
    mine, theirs = form_of(first), form_of(second)
    second.post(
        "/steward/records/st-1", data=theirs | {"phone": "021-12351", "name": "他改的名", "why": "换了电话"}
    )
    answer = first.post("/steward/records/st-1", data=mine | {"name": "我改的名", "address": "我改的地址"})
    assert answer.status_code == 409
    for said in ("admin", "换了电话", "他改的名", "我改的名", "第1驿站", "两人都改了"):
        assert said in answer.text
    assert store.get("st-1").name == "他改的名"
    # In the form: my changes, and over what I left alone, theirs.
    kept = {
        name: re.search(rf'name="{name}" id="v-{name}" value="([^"]*)"', answer.text)[1]
        for name in ("name", "address", "phone")
    }
    assert kept == {"name": "我改的名", "address": "我改的地址", "phone": "021-12351"}
    version = re.search(r'name="version" value="(\d+)"', answer.text)[1]
    again = first.post("/steward/records/st-1", data=mine | kept | {"version": version})
    assert again.status_code == 302
    saved = store.get("st-1")
    assert (saved.name, saved.address, saved.phone) == ("我改的名", "我改的地址", "021-12351")
    assert [change.who for change in store.history("st-1")[1:]] == ["admin", "editor"]


def test_history_says_each_change_in_words_and_undoes_it(desk: FlaskClient, store: Store) -> None:
    desk.post(
        "/steward/records/st-1",
        data=form_of(desk) | {"eq-charging": "yes", "status": "suspended", "why": "装了插座"},
    )
    page = desk.get("/steward/records/st-1/history").text
    for said in ("装了插座", "editor", "充电", "暂停", "在用"):
        assert said in page
    revision = store.history("st-1")[-1].revision
    assert send(desk, "/steward/records/st-1/undo", revision=revision).status_code == 302
    assert store.get("st-1") == station(1)
    assert desk.get("/steward/records/none/history").status_code == 404
    # A revision of another record is not this one's to undo.
    assert send(desk, "/steward/records/st-2/undo", revision=revision).status_code == 404


def test_an_undo_of_what_was_changed_later_asks_first(desk: FlaskClient, store: Store) -> None:
    desk.post("/steward/records/st-1", data=form_of(desk) | {"phone": "1"})
    revision = store.history("st-1")[-1].revision
    desk.post("/steward/records/st-1", data=form_of(desk) | {"phone": "2"})
    answer = send(desk, "/steward/records/st-1/undo", revision=revision)
    assert answer.status_code == 409
    version = re.search(r'name="version" value="(\d+)"', answer.text)[1]
    send(desk, "/steward/records/st-1/undo", revision=revision, version=version)
    assert store.get("st-1").phone is None


def test_a_new_record_gets_an_id_and_never_another_ones(desk: FlaskClient, store: Store) -> None:
    form = {name: value for name, value in form_of(desk).items() if name not in {"version", "csrf_token"}}
    answer = send(desk, "/steward/new", **form | {"name": "新开的", "id": "st-1"})
    assert answer.status_code == 409
    assert store.get("st-1").name == "第1驿站"
    made = send(desk, "/steward/new", **form | {"name": "新开的", "id": ""}).location
    assert store.get(made.split("/")[-1].partition("?")[0]).name == "新开的"


def test_records_are_found_by_words_in_them(desk: FlaskClient) -> None:
    page = desk.get("/steward/records?q=第2驿站").text
    assert "1 条" in page
    assert "/steward/records/st-2" in page
    assert "/steward/records/st-1" not in page
    assert "0 条" in desk.get('/steward/records?q="第2&kind=canteen').text


# The state of the data, and what to look at again.


def test_findings_are_filtered_and_lead_to_their_records(desk: FlaskClient, store: Store) -> None:
    store.save([station(7, name="远方", source_lon=113.6, source_lat=34.7)], who="t", why="t")
    desk.application.extensions["locator.catalog"].look()
    page = desk.get("/steward/check?code=outside-district").text
    assert "/steward/records/st-7" in page
    assert "/steward/records/st-1" not in page
    assert "/steward/records/st-7" not in desk.get("/steward/check?code=no-position").text


def test_a_visit_is_kept_and_the_record_says_what_was_found(desk: FlaskClient, store: Store) -> None:
    number = add_report(store, "st-1", "closed", date(2026, 1, 5), 13)
    add_report(store, "st-2", "moved", date(2026, 1, 5), 13)
    assert "说开着，去了关着" in desk.get("/steward/recheck").text
    version = store.read("st-1").version
    form = {
        "day": "2026-01-06",
        "open": "no",
        "eq-charging": "yes",
        "eq-toilet": "no",
        "note": "门上贴着条",
        "record": "yes",
    }
    assert send(desk, "/steward/recheck/st-1", version=version, **form).status_code == 302
    (visit,) = inspections_of(store, "st-1")
    assert (visit.on_day, visit.open_as_stated, visit.found, visit.by_whom) == (
        date(2026, 1, 6),
        "no",
        ("charging",),
        "editor",
    )
    kept = store.get("st-1")
    assert (kept.has, kept.lacks, kept.verified_on) == (("charging",), ("toilet",), date(2026, 1, 6))
    assert [r.status for r in reports_of(store) if r.number == number] == ["confirmed"]
    assert [r.status for r in reports_of(store, "st-2")] == ["new"]


@pytest.mark.parametrize("wrong", [{"day": "2999-01-01"}, {"day": "x"}, {"open": ""}, {"open": "maybe"}])
def test_a_visit_that_makes_no_sense_leaves_nothing(
    desk: FlaskClient, store: Store, wrong: dict[str, str]
) -> None:
    before = store.version()
    form = {
        "day": "2026-01-06",
        "open": "no",
        "record": "yes",
        "eq-charging": "yes",
        "note": "写了半天",
    } | wrong
    answer = send(desk, "/steward/recheck/st-1", **form)
    assert answer.status_code == 400
    assert "写了半天" in answer.text
    assert (store.version(), inspections_of(store)) == (before, [])


def test_a_report_is_settled_by_a_button(desk: FlaskClient, store: Store) -> None:
    number = add_report(store, "st-1", "moved", date(2026, 1, 5), 13)
    send(desk, f"/steward/reports/{number}", status="dismissed")
    assert [r.status for r in reports_of(store)] == ["dismissed"]
    assert send(desk, f"/steward/reports/{number}", status="whatever").status_code == 400


# The store away.


def test_with_the_store_away_an_edit_says_so_and_offers_what_was_typed_again(
    desk: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = form_of(desk) | {"name": "断线时打的字"}
    held = desk.application.extensions["locator.desk"].store

    def away(*_args: object, **_kwargs: object) -> None:
        raise StoreError(Text("存储连不上", "the store is away"))

    with monkeypatch.context() as patched:
        patched.setattr(held, "reading", away)
        patched.setattr(held, "writing", away)
        answer = desk.post("/steward/records/st-1", data=form)
        assert desk.get("/").status_code == 200
    assert answer.status_code == 503
    assert "存储连不上，什么都没有写入" in answer.text
    again = dict(re.findall(r'<textarea hidden name="([^"]+)">\n(.*?)</textarea>', answer.text, re.DOTALL))
    again["csrf_token"] = token(answer)
    assert desk.post("/steward/records/st-1", data=again).status_code == 302
    assert store.get("st-1").name == "断线时打的字"


# Programs.


def large(name: str = "a.csv", **form: str) -> dict[str, object]:
    """Return a multipart body of a little over 1 MB, ready made: the client would leave a file open."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{text}\r\n' for key, text in form.items()
    ]
    parts += [
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n',
        "a" * 1_150_000,
        "\r\n--x--\r\n",
    ]
    return {"data": "".join(parts).encode(), "content_type": "multipart/form-data; boundary=x"}


def imports(
    client: FlaskClient, token_: str | None, content: bytes | None = None, name: str = "a.csv", **form: str
):
    headers = {"Authorization": f"Bearer {token_}"} if token_ is not None else {}
    data = {"file": (io.BytesIO(three_bad_rows() if content is None else content), name)} | form
    return client.post("/api/v1/imports", data=data, headers=headers)


def test_a_program_imports_by_its_token_what_the_command_line_would(store: Store) -> None:
    client, key = desk_client(store), make_token(store, "editor", "夜里的导入")
    seen = imports(client, key, dry_run="true")
    assert (seen.status_code, seen.json["dry_run"], seen.json["created"], seen.json["rejected"]) == (
        200,
        True,
        7,
        3,
    )
    assert len(store.snapshot()[2]) == 3
    done = imports(client, key)
    assert done.json["datum"]["verdict"] == "gcj02"
    assert done.json["batch"] == store.batches(1)[0].batch
    assert store.get("new-1").name == "新驿站1"
    assert imports(client, key).json["unchanged"] == 7
    assert key not in Path(store.url.removeprefix("sqlite:///")).read_bytes().decode("latin-1")


def test_a_program_is_refused_by_what_it_lacks(store: Store) -> None:
    client = desk_client(store, max_upload="1")
    key, readers = make_token(store, "editor", "x"), make_token(store, "reader", "x")
    refused = {
        401: imports(client, None),
        403: imports(client, readers),
        413: client.post("/api/v1/imports", headers={"Authorization": f"Bearer {key}"}, **large()),
        415: imports(client, key, name="a.exe"),
        400: imports(client, key, dry_run="perhaps"),
    }
    for status, answer in refused.items():
        assert answer.status_code == status
        assert answer.content_type == "application/problem+json"
        assert json.loads(answer.data)["status"] == status
    assert refused[401].headers["WWW-Authenticate"] == "Bearer"
    assert imports(client, "not a token").status_code == 401
    assert (
        client.post("/api/v1/imports", data=b"{}", headers={"Authorization": f"Bearer {key}"}).status_code
        == 415
    )
    log_in(client)  # a session is no token: a page elsewhere could use it
    assert imports(client, None).status_code == 401
    ambiguous = "名称,类型,地址,经度,纬度\n甲,食堂,某路1号,121.54,31.27\n".encode()
    answer = imports(client, key, ambiguous)
    assert (answer.status_code, answer.json["datum"]["verdict"]) == (422, "ambiguous")
    assert len(store.snapshot()[2]) == 3
