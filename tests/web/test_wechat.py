"""WeChat: the published signature, one request for everybody, words when it is away, secrets kept."""

from __future__ import annotations

import hashlib
import json
import logging
import socket
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from live_support import Served
from wechat_fake import FakeWeChat, fake_wechat

from locator._errors import ConfigurationError, InputError
from locator._settings import Settings
from locator._wechat_calls import WeChatServer
from locator._wechat_tickets import Tickets, cache_file
from locator.store import Store
from locator.web import create_app
from locator.wechat import JS_APIS, WeChatError, own_page, signature, verify_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from locator import Service

PAGE = "https://map.example.org/?lon=121.54&lat=31.27"
IN_WECHAT = {
    "User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/126 Mobile Safari/537.36 MicroMessenger/8.0.50"
}
SDK = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js"


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def fake() -> Iterator[FakeWeChat]:
    with fake_wechat() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tickets_of(fake: FakeWeChat, tmp_path: Path, clock: Clock) -> Callable[[], Tickets]:
    """Make the tickets of one more worker."""
    return lambda: Tickets(WeChatServer(fake.address, fake.appid, fake.secret), tmp_path / "db.wechat", clock)


def settings_of(fake: FakeWeChat, store: str, **more: str) -> Settings:
    given = {"public_url": "https://map.example.org", **more}
    return Settings(
        store=store,
        basemap="outline",
        wechat_appid=fake.appid,
        wechat_secret=fake.secret,
        wechat_api=fake.address,
        **given,
    )


@pytest.fixture
def own_store(tmp_path: Path, sample: list[Service]) -> str:
    url = f"sqlite:///{tmp_path}/own.db"
    Store(url).create(sample, "tests")
    return url


@pytest.fixture
def client(fake: FakeWeChat, own_store: str) -> FlaskClient:
    return create_app({"TESTING": True}, settings_of(fake, own_store)).test_client()


def ask(client: FlaskClient, url: str = PAGE):
    return client.get("/wechat/signature", query_string={"url": url})


def eventually(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.01)
    return False


def test_the_signature_is_wechats_published_example() -> None:
    ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    url = "http://mp.weixin.qq.com?params=value"
    expected = "0f9de62fce790f9a083d5c99e95740ceb90c27ed"
    assert signature(ticket, "Wm3WZYTPz0wzccnW", 1414587457, url) == expected
    assert signature(ticket, "Wm3WZYTPz0wzccnW", 1414587457, url + "#map") == expected


def test_the_answer_signs_the_page_with_the_ticket_in_force(client: FlaskClient, fake: FakeWeChat) -> None:
    for fragment in ("", "#s", "#/a?b=c"):
        answer = ask(client, PAGE + fragment)
        said = answer.get_json()
        words = f"jsapi_ticket={fake.last_ticket}&noncestr={said['nonceStr']}&timestamp={said['timestamp']}&url={PAGE}"
        assert said["signature"] == hashlib.sha1(words.encode()).hexdigest()
        assert said["appId"] == fake.appid
        assert tuple(said["jsApiList"]) == JS_APIS
        assert abs(said["timestamp"] - time.time()) < 60
        assert answer.headers["Cache-Control"] == "no-store"
    assert len({ask(client).get_json()["nonceStr"] for _ in range(20)}) == 20


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/?lon=1",
        "https://map.example.org.evil.example/",
        "https://map.example.org@evil.example/",
        "https://evil.example/https://map.example.org/",
        "https://evil.example\\@map.example.org/",
        "http://map.example.org/",
        "https://map.example.org:8443/",
        "https://sub.map.example.org/",
        "//map.example.org/",
        "javascript:alert(1)//map.example.org",
        "https://map.example.org:x/",
        "https://[::1/",
        "https://map.example.org/\n",
        "https://map.example.org/" + "a" * 3000,
        "/",
        "",
    ],
)
def test_a_page_that_is_not_ours_is_not_signed(client: FlaskClient, fake: FakeWeChat, url: str) -> None:
    answer = ask(client, url)
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json(force=True)["errors"][0]["field"] == "url"
    assert fake.token_requests == 0


@pytest.mark.parametrize("url", ["https://map.example.org", "https://MAP.example.org:443/s/a?b#c"])
def test_the_same_origin_written_otherwise_is_ours(url: str) -> None:
    assert own_page(url, ("https://map.example.org/",)) == url.partition("#")[0]


def test_without_a_public_address_the_host_asked_is_ours(fake: FakeWeChat, own_store: str) -> None:
    settings = settings_of(fake, own_store)
    client = create_app({"TESTING": True}, Settings(**{**vars(settings), "public_url": None})).test_client()
    assert ask(client, "https://localhost/?a=1").status_code == 200
    assert ask(client, "http://localhost/?a=1").status_code == 200
    assert ask(client, PAGE).status_code == 400


WORKER = """
import sys, json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from locator._wechat_calls import WeChatServer
from locator._wechat_tickets import Tickets
api, appid, path = sys.argv[1:]
tickets = Tickets(WeChatServer(api, appid, "fake-secret"), Path(path))
print("ready", flush=True)
sys.stdin.readline()
with ThreadPoolExecutor(50) as pool:
    print(json.dumps(list(pool.map(lambda _: tickets.get(), range(50)))))
"""


def test_a_hundred_askers_in_two_processes_cost_one_request(fake: FakeWeChat, tmp_path: Path) -> None:
    fake.delay_s = 0.4  # long enough for all hundred to be waiting
    command = [sys.executable, "-c", WORKER, fake.address, fake.appid, str(tmp_path / "db.wechat")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as one, subprocess.Popen(command, **pipes) as two:
        workers = (one, two)
        assert [w.stdout.readline() for w in workers] == ["ready\n"] * 2
        for worker in workers:
            worker.stdin.write("go\n")
            worker.stdin.flush()
        given = [ticket for w in workers for ticket in json.loads(w.communicate(timeout=30)[0])]
    assert given == [fake.last_ticket] * 100
    assert (fake.token_requests, fake.ticket_requests) == (1, 1)


def test_a_hundred_signatures_from_two_workers_cost_one_request(
    fake: FakeWeChat, own_store: str, tmp_path: Path
) -> None:
    fake.delay_s = 0.2
    given = settings_of(fake, own_store)
    environ = {f"LOCATOR_{name.upper()}": str(value) for name, value in vars(given).items() if value}
    served = Served(own_store, tmp_path / "log", environ=environ)
    try:
        with ThreadPoolExecutor(100) as pool:
            answers = list(pool.map(served.get, [f"/wechat/signature?url={quote(PAGE)}"] * 100))
    finally:
        served.stop()
    assert {answer.status for answer in answers} == {200}
    for answer in answers:
        said = answer.json()
        assert said["signature"] == signature(fake.last_ticket, said["nonceStr"], said["timestamp"], PAGE)
    assert (fake.token_requests, fake.ticket_requests) == (1, 1)


def test_a_ticket_is_renewed_before_it_expires_and_nobody_waits(fake, clock, tickets_of) -> None:
    tickets = tickets_of()
    first = tickets.get()
    clock.now += 6800
    assert tickets.get() == first
    assert fake.ticket_requests == 1
    clock.now += 150  # 250 s are left: under the five minutes of grace
    fake.delay_s = 0.3
    began = time.monotonic()
    assert tickets.get() == first
    assert time.monotonic() - began < 0.2
    assert eventually(lambda: tickets.get() != first)
    assert tickets.get() == fake.last_ticket
    assert fake.ticket_requests == 2


def test_an_expired_ticket_is_never_handed_out(fake, clock, tickets_of) -> None:
    tickets = tickets_of()
    first = tickets.get()
    clock.now += 7201
    assert tickets.get() == fake.last_ticket != first
    clock.now += 7201
    fake.always = -1
    with pytest.raises(WeChatError, match="busy"):
        tickets.get()


def test_with_wechat_away_a_ticket_serves_to_its_last_second(fake, clock, tickets_of) -> None:
    tickets = tickets_of()
    first = tickets.get()
    fake.always = -1
    clock.now += 7000
    assert tickets.get() == first
    assert eventually(lambda: fake.token_requests == 2)
    assert tickets.get() == first


def test_another_worker_finds_the_ticket_and_asks_nobody(fake, tickets_of) -> None:
    first = tickets_of().get()
    assert tickets_of().get() == first
    assert fake.token_requests == 1


def test_a_half_written_or_foreign_file_is_not_believed(fake, tickets_of, tmp_path, clock) -> None:
    first = tickets_of().get()
    file = tmp_path / "db.wechat"
    file.write_bytes(file.read_bytes()[:-20])
    second = tickets_of().get()
    assert second != first
    other = Tickets(WeChatServer(fake.address, "another", fake.secret), file, clock)
    with pytest.raises(WeChatError, match="AppID"):
        other.get()


@pytest.mark.parametrize("code", [40001, 42001, 40014])
def test_a_stale_token_is_fetched_anew_once(fake, tickets_of, code: int) -> None:
    fake.refusals["ticket"] = [code]
    assert tickets_of().get() == fake.last_ticket
    assert (fake.token_requests, fake.ticket_requests, fake.forced) == (2, 2, 1)


def test_a_token_that_stays_stale_is_not_fetched_for_ever(fake, tickets_of) -> None:
    fake.refusals["ticket"] = [40001] * 10
    tickets = tickets_of()
    for _ in range(5):
        with pytest.raises(WeChatError, match="refuses the access token"):
            tickets.get()
    assert (fake.token_requests, fake.ticket_requests) == (2, 2)


def test_a_good_token_is_kept_when_only_the_ticket_was_refused(fake, clock, tickets_of) -> None:
    fake.refusals["ticket"] = [-1]
    tickets = tickets_of()
    with pytest.raises(WeChatError, match="busy"):
        tickets.get()
    clock.now += 11
    assert tickets.get() == fake.last_ticket
    assert fake.token_requests == 1


@pytest.mark.parametrize(
    ("code", "words", "pause_s"),
    [
        (40164, "白名单", 60),
        (45009, "次数用完", 600),
        (40125, "AppSecret", 60),
        (-1, "忙", 10),
        (99999, "99999", 60),
    ],
)
def test_a_refusal_has_its_words_and_a_pause_for_all_workers(
    fake, clock, tickets_of, code: int, words: str, pause_s: float
) -> None:
    fake.always = code
    one, two = tickets_of(), tickets_of()
    for tickets in (one, two, one, two, tickets_of()):
        with pytest.raises(WeChatError) as caught:
            tickets.get()
        assert words in caught.value.text.zh
        assert 0 < caught.value.retry_after_s <= pause_s
    assert fake.token_requests == 1
    fake.always = 0
    clock.now += pause_s + 1
    assert two.get() == one.get() == fake.last_ticket


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'{"errcode":0}', b'{"access_token":"","expires_in":7200}',
                                  b'{"access_token":"x"}', b'{"access_token":"x","expires_in":NaN}', b'{"errcode":Infinity}',
                                  b'{"access_token":7,"expires_in":7200}', b"\xff\xfe"])  # fmt: skip
def test_nonsense_is_no_ticket(fake, tickets_of, body: bytes) -> None:
    fake.body = body
    with pytest.raises(WeChatError, match="nonsense"):
        tickets_of().get()


def test_wechat_away_is_said_and_not_asked_again_at_once(own_store: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings = Settings(
            store=own_store,
            basemap="outline",
            public_url="https://map.example.org",
            wechat_appid="wxfake",
            wechat_secret="fake-secret",
            wechat_api=f"http://127.0.0.1:{nobody.getsockname()[1]}",
        )
        client = create_app({"TESTING": True}, settings).test_client()
        answer = ask(client)
        assert answer.status_code == 503
        assert answer.mimetype == "application/problem+json"
        assert answer.headers["Cache-Control"] == "no-store"
        assert 1 <= int(answer.headers["Retry-After"]) <= 20
        said = answer.get_json(force=True)
        assert (said["title"], said["detail"]) == ("微信接口暂时用不了", "连不上微信的服务器")
        nobody.listen()  # from here on somebody would answer late: nobody is asked
        began = time.monotonic()
        assert ask(client).status_code == 503
        assert time.monotonic() - began < 0.5
        assert client.get("/?lon=121.54&lat=31.2754", headers=IN_WECHAT).status_code == 200


def test_a_slow_wechat_stops_the_worker_for_two_seconds_once(fake, tickets_of) -> None:
    fake.delay_s = 1.5  # two calls: three seconds
    tickets = tickets_of()
    began = time.monotonic()
    for _ in range(5):
        with pytest.raises(WeChatError, match="being fetched"):
            tickets.get()
    assert 1.9 < time.monotonic() - began < 2.6
    assert eventually(lambda: fake.ticket_requests == 1)
    time.sleep(1.6)
    assert tickets.get() == fake.last_ticket


def test_secrets_go_nowhere_but_to_wechat(
    fake, own_store: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    settings = settings_of(fake, own_store)
    assert fake.secret not in repr(settings)
    caplog.set_level(logging.DEBUG)
    client = create_app({"TESTING": True}, settings).test_client()
    answers = [ask(client).get_data(as_text=True), client.get("/", headers=IN_WECHAT).get_data(as_text=True)]
    token, ticket = fake.token, fake.last_ticket
    for trouble in ([40164], [40001, 40001], [-1]):
        (tmp_path / "own.db.wechat").unlink()
        fake.refusals["ticket"] = trouble
        answers.append(ask(create_app({"TESTING": True}, settings).test_client()).get_data(as_text=True))
    assert token
    assert ticket
    assert "203.0.113.7" in caplog.text  # the operator reads which address to put on the whitelist
    assert "203.0.113.7" not in "".join(answers)
    for secret in (fake.secret, token, fake.token, ticket, fake.last_ticket):
        assert secret not in "".join(answers) + caplog.text
    assert "121.54" not in caplog.text


def test_only_the_owner_reads_the_file(client: FlaskClient, tmp_path: Path) -> None:
    assert ask(client).status_code == 200
    assert stat.S_IMODE((tmp_path / "own.db.wechat").stat().st_mode) == 0o600
    assert cache_file(f"sqlite:///{tmp_path}/own.db") == tmp_path / "own.db.wechat"
    assert cache_file("postgresql+psycopg://user:word@host/db").name == "wechat"


def test_a_redirect_is_not_followed_with_a_secret(fake, tickets_of, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = fake.RequestHandlerClass

    def elsewhere(self, _said) -> None:
        self.send_response(302)
        self.send_header("Location", fake.address + "/cgi-bin/token?appid=wxfake&secret=fake-secret")
        self.send_header("Content-Length", "0")
        self.end_headers()

    monkeypatch.setattr(handler, "_say", elsewhere)
    with pytest.raises(WeChatError, match="cannot be reached"):
        tickets_of().get()
    assert fake.token_requests == 1


def test_the_secret_never_leaves_in_the_clear() -> None:
    for api in ("http://api.weixin.qq.com", "ftp://127.0.0.1", "api.weixin.qq.com", ""):
        with pytest.raises(ConfigurationError, match="LOCATOR_WECHAT_API"):
            WeChatServer(api, "a", "b")
    assert WeChatServer("https://api.weixin.qq.com/", "a", "b").api == "https://api.weixin.qq.com"


def test_a_server_that_cannot_prove_its_name_is_not_wechat(tmp_path: Path) -> None:
    import ssl

    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", tmp_path / "key", "-out", tmp_path / "cert"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    server = FakeWeChat()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    server.handle_error = lambda *_: None
    address = server.address.replace("http:", "https:")
    try:
        with pytest.raises(WeChatError, match="cannot be reached"):
            WeChatServer(address, server.appid, server.secret).token(anew=False)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert server.token_requests == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"wechat_appid": "wx1"}, "LOCATOR_WECHAT_SECRET"),
        ({"wechat_secret": "s"}, "LOCATOR_WECHAT_APPID"),
        ({"public_url": "map.example.org"}, "LOCATOR_PUBLIC_URL"),
        ({"wechat_verify": "MP_verify_a/b.txt=x"}, "LOCATOR_WECHAT_VERIFY"),
        ({"wechat_verify": "../x"}, "LOCATOR_WECHAT_VERIFY"),
    ],
)
def test_settings_that_make_no_sense_stop_the_start(
    store_url: str, given: dict[str, str], field: str
) -> None:
    with pytest.raises(ConfigurationError, match=field):
        create_app(settings=Settings(store=store_url, basemap="outline", **given))


def test_the_files_that_prove_the_host_are_served(store_url: str) -> None:
    setting = "MP_verify_AbC123.txt=AbC123, zZ9aKq==hash, onlycode"
    assert verify_files(None) == {}
    client = create_app(
        settings=Settings(store=store_url, basemap="outline", wechat_verify=setting)
    ).test_client()
    for path, content in {
        "/MP_verify_AbC123.txt": b"AbC123",
        "/zZ9aKq.txt": b"=hash",
        "/MP_verify_onlycode.txt": b"onlycode",
    }.items():
        answer = client.get(path)
        assert (answer.status_code, answer.data, answer.mimetype) == (200, content, "text/plain")
    for path in ("/MP_verify_other.txt", "/robots.txt", "/MP_verify_.txt", "/MP_verify_%2e%2e.txt"):
        assert client.get(path).status_code == 404


def test_wechats_script_is_allowed_in_wechat_only_and_by_its_whole_address(
    client: FlaskClient, store_url: str
) -> None:
    elsewhere = client.get("/").headers["Content-Security-Policy"]
    inside = client.get("/", headers=IN_WECHAT).headers["Content-Security-Policy"]
    assert "qq.com" not in elsewhere
    assert "weixin" not in elsewhere
    script = next(part for part in inside.split("; ") if part.startswith("script-src"))
    assert script.split()[2:] == [SDK]
    assert inside.count("qq.com") == 1
    unset = create_app(settings=Settings(store=store_url, basemap="outline")).test_client()
    assert "qq.com" not in unset.get("/", headers=IN_WECHAT).headers["Content-Security-Policy"]
    answer = unset.get("/wechat/signature", query_string={"url": "http://localhost/"})
    assert answer.status_code == 503
    assert "没有接公众号" in answer.get_json(force=True)["detail"]


def test_own_page_wants_an_address() -> None:
    with pytest.raises(InputError):
        own_page("mailto:a@map.example.org", ("https://map.example.org",))
