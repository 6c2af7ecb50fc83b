"""What no line of the package does: build SQL out of texts, run what it reads, or give secrets away."""

from __future__ import annotations

import ast
import logging
import os
import re
import socket
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from steward_support import PASSWORD, desk_client, log_in, upload
from walk_support import addresses

from locator import ConfigurationError
from locator._settings import Settings
from locator.store import Store, accounts
from locator.web.steward.private import check_key_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from locator import Service

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "locator").rglob("*.py"))
SQL = {
    "execute",
    "executemany",
    "executescript",
    "exec_driver_sql",
    "text",
    "literal_column",
    "read_sql",
    "scalar",
    "scalars",
}
# SQL that is put together all the same, and of what.
CONSTANTS = {
    ("store/engines.py", "f'BEGIN {mode}'"): "DEFERRED or IMMEDIATE, from our own calls",
    ("store/changes.py", "f'LISTEN {_CHANNEL}'"): "a constant of the module",
    (
        "store/backup.py",
        "f'CREATE TABLE {FILES} (path TEXT PRIMARY KEY, content BLOB NOT NULL)'",
    ): "a constant",
    ("store/backup.py", "f'INSERT INTO {FILES} VALUES (?, ?)'"): "a constant",
    (
        "store/backup.py",
        "f'CREATE TABLE {MANIFEST} (manifest TEXT NOT NULL, sha256 TEXT NOT NULL)'",
    ): "a constant",
    ("store/backup.py", "f'INSERT INTO {MANIFEST} VALUES (?, ?)'"): "a constant",
    (
        "store/backup.py",
        "f'SELECT * FROM \"{quoted}\" ORDER BY rowid'",
    ): "the file's own tables, as quoted identifiers",
    ("store/restoring.py", "f'SELECT manifest, sha256 FROM {MANIFEST}'"): "a constant",
    ("store/restoring.py", "f'SELECT path, content FROM {FILES}'"): "a constant",
    ("store/restoring.py", "f'DROP TABLE IF EXISTS {name}'"): "the two constants",
}
HOSTILE = ["' OR '1'='1", "x'; DROP TABLE users; --", "x\\' OR 1=1 #", "%' OR '1' LIKE '%", "st-1\x00", "{{1234567*7654321}}"]  # fmt: skip


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    """Return what the package is made of, with the file that each piece stands in."""
    return [
        (str(path.relative_to(ROOT / "locator")), node)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call | ast.Import | ast.ImportFrom)
    ]


def calls() -> Iterator[tuple[str, ast.Call]]:
    return ((where, node) for where, node in nodes() if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def put_together(node: ast.expr) -> bool:
    """Tell whether a text is made of pieces: an f-string, %, + or format()."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Mod)
    return isinstance(node, ast.Call) and name_of(node) in {"format", "join", "replace", "format_map"}


def test_no_sql_is_put_together() -> None:
    found = {
        (where, ast.unparse(call.args[0]))
        for where, call in calls()
        if name_of(call) in SQL and call.args and put_together(call.args[0])
    }
    assert found == CONSTANTS.keys()


def test_the_search_for_sql_finds_it() -> None:
    bad = [
        "c.execute(f'SELECT {x}')",
        "text('SELECT %s' % x)",
        "c.execute('a' + x)",
        "text('a {}'.format(x))",
        "c.exec_driver_sql(' '.join(x))",
    ]
    assert all(put_together(ast.parse(line).body[0].value.args[0]) for line in bad)
    assert not put_together(ast.parse("text('SELECT :x')").body[0].value.args[0])


def test_nothing_that_is_read_is_run() -> None:
    banned = {
        "eval",
        "exec",
        "compile",
        "__import__",
        "system",
        "popen",
        "loads_pickle",
        "read_pickle",
        "from_string",
        "render_template_string",
    }
    found = {(where, name_of(call)) for where, call in calls() if name_of(call) in banned and not ast.unparse(call.func).startswith("re.")}  # fmt: skip
    assert found == {("maps/raster.py", "compile")}  # typst, of our own picture
    modules = {
        alias.name if isinstance(node, ast.Import) else node.module or ""
        for _, node in nodes()
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert not modules & {"pickle", "marshal", "shelve", "yaml", "dill", "random", "telnetlib", "ftplib"}


def test_no_command_goes_through_a_shell() -> None:
    started = [
        (where, call)
        for where, call in calls()
        if ast.unparse(call.func).startswith(("subprocess.", "os.spawn", "os.exec"))
    ]
    assert started
    for where, call in started:
        assert not [word for word in call.keywords if word.arg == "shell"], where
        first = call.args[0]
        assert isinstance(first, ast.List | ast.Name), where
        assert "sys.executable" in ast.unparse(first) or isinstance(first, ast.Name), where


def test_what_must_not_be_guessed_comes_from_the_systems_generator() -> None:
    for path in MODULES:
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"\b(md5|sha1)\(", source) or path.name == "wechat.py", (
            path
        )  # WeChat's own signature is SHA-1
        assert "verify=False" not in source
        assert "_create_unverified_context" not in source


def test_ids_that_are_sql_are_ids_that_there_are_not(tmp_path: Path) -> None:
    from steward_support import desk_store

    store = desk_store(tmp_path)
    client = desk_client(store)
    log_in(client, "admin")
    for hostile in HOSTILE:
        for at in addresses(client.application):
            if (
                "GET" in at.methods
                and "<" in at.rule
                and "<int" not in at.rule
                and at.endpoint not in {"static", "steward.people.log_out"}
            ):
                path = re.sub(r"<(?:[^<>]*:)?\w+>", lambda _: hostile.replace("/", ""), at.rule)  # noqa: B023  used at once
                answer = client.get("/", environ_overrides={"PATH_INFO": path.encode().decode("latin-1")})
                assert answer.status_code in {302, 308, 400, 404}, (at.rule, hostile)
                assert "9449772114007" not in answer.text or "{{" not in hostile
        for name in ("q", "kind", "code", "severity", "page"):
            assert client.get("/steward/records", query_string={name: hostile}).status_code == 200
        assert accounts.check_login(store, hostile, hostile) is None
    assert [user.name for user in accounts.list_users(store)] == ["admin", "editor", "reader"]


SECRET = "c0ffee19 8d7e 4a5b 93f2 1b6e 77aa"
DATABASE = "hunter2-of-the-database"
REDIS = "hunter3-of-the-redis"


def test_settings_say_nothing_secret_of_themselves() -> None:
    settings = Settings(
        store=f"postgresql://u:{DATABASE}@h/db", secret_key=SECRET, wechat_secret="hunter4", tianditu_key="hunter5",
        rate_limit_storage=f"redis://:{REDIS}@h/0",
    )  # fmt: skip
    for said in (repr(settings), str(settings), f"{settings}"):
        assert not [word for word in (DATABASE, SECRET, "hunter4", "hunter5", REDIS) if word in said]


def test_errors_about_a_store_do_not_name_its_password() -> None:
    from locator import LocatorError
    from locator.store import open_or_seed

    with pytest.raises(LocatorError) as caught:
        open_or_seed(f"postgresql://u:{DATABASE}@127.0.0.1:1/db")
    assert DATABASE not in str(caught.value) + caught.value.text.zh + repr(caught.value)


def test_no_secret_reaches_a_log_or_an_answer(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    from steward_support import desk_store

    store = desk_store(tmp_path)
    token = accounts.make_token(store, "editor", "tests")
    with caplog.at_level(logging.DEBUG):
        client = desk_client(
            store, secret_key=SECRET, wechat_appid="wx0123456789abcdef", wechat_secret="hunter4", public_url="http://localhost",
            wechat_api="http://127.0.0.1:1", rate_limit_storage=f"redis://:{REDIS}@127.0.0.1:1/0",
        )  # fmt: skip
        log_in(client)
        log_in(desk_client(store, secret_key=SECRET), "editor", "a wrong one: hunter6")
        bodies = [
            client.post(
                "/s/st-1/wrong", data={"what": "closed"}, headers={"Sec-Fetch-Site": "same-origin"}
            ).text
        ]
        bodies.append(client.post("/api/v1/imports", headers={"Authorization": f"Bearer {token}"}).text)
        bodies.append(client.get("/wechat/signature?url=http://localhost/").text)
        bodies.append(upload(client, b"broken").text)
        bodies.extend(
            client.get(at.path, buffered=True).get_data().decode("utf-8", "replace")
            for at in addresses(client.application)
            if "GET" in at.methods and at.endpoint not in {"static", "files.favicon", "plan.ask"}
        )
    said = caplog.text + "".join(bodies)
    assert "Redis is away" in caplog.text  # something was logged
    for word in (SECRET, PASSWORD, "hunter4", "hunter6", REDIS, token, "scrypt:"):
        assert word not in said


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.168.1.5", "10.0.0.1", "ditu.example", "", "127.0.0.1.evil.example", "2130706433"],
)
def test_outside_this_machine_a_key_is_needed(host: str) -> None:
    with pytest.raises(ConfigurationError, match="LOCATOR_SECRET_KEY"):
        check_key_for(Settings(), host)
    check_key_for(Settings(secret_key=SECRET), host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_on_this_machine_none_is_needed(host: str) -> None:
    check_key_for(Settings(), host)


@pytest.mark.parametrize(
    "key",
    ["short", "x" * 64, "0123" * 16, "change-me-please-0123456789abcdef", "your_secret_key_0123456789abcdefgh", "an example's key 0123456789 abcdefgh",
     "password-0123456789-abcdefghijklm", "dev-INSECURE-key-0123456789abcdefgh"],
)  # fmt: skip
def test_a_key_that_could_be_guessed_is_refused_wherever_one_listens_and_is_not_repeated(key: str) -> None:
    for host in ("127.0.0.1", "0.0.0.0"):
        with pytest.raises(ConfigurationError, match="LOCATOR_SECRET_KEY") as caught:
            check_key_for(Settings(secret_key=key), host)
        assert key not in str(caught.value) + caught.value.text.zh


def serve(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LOCATOR_")}
    return subprocess.run(
        [sys.executable, "-m", "locator", "serve", *words], cwd=tmp_path, env=clean, capture_output=True, text=True, timeout=120, check=False
    )  # fmt: skip


def test_serve_refuses_to_be_reached_by_others_without_a_key(tmp_path: Path) -> None:
    done = serve(tmp_path, "--host", "0.0.0.0", "--port", "1")
    assert done.returncode == 2
    assert "LOCATOR_SECRET_KEY" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []  # not even a store was made


def test_a_server_with_secrets_prints_none_of_them(tmp_path: Path, sample: list[Service]) -> None:
    """The real server, asked good and bad questions, among them what is no HTTP at all."""
    store = Store(f"sqlite:///{tmp_path}/own.db")
    store.create(sample[:3], "tests")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {**os.environ, "LOCATOR_SECRET_KEY": SECRET, "LOCATOR_BASEMAP": "outline", "LOCATOR_WECHAT_APPID": "wx1", "LOCATOR_WECHAT_SECRET": "hunter4",
               "LOCATOR_RATE_LIMIT_STORAGE": f"redis://:{REDIS}@127.0.0.1:1/0"}  # fmt: skip
    out = (tmp_path / "out").open("wb+")
    command = [sys.executable, "-m", "locator", "serve", "--port", str(port), "--store", store.url]
    process = subprocess.Popen(command, env=environ, stdout=out, stderr=out)
    try:
        answers = ask_rudely(port)
    finally:
        process.terminate()
        process.wait(timeout=20)
    out.seek(0)
    said = out.read() + b"".join(answers)
    out.close()
    assert b"HTTP/1.1 200" in said
    for word in (SECRET, "hunter4", REDIS):
        assert word.encode() not in said
    assert b"Traceback" not in said
    # A request that two servers could cut in two different places is refused and its line closed.
    for answer in answers[1:3]:
        assert answer.startswith(b"HTTP/1.1 400") or answer == b"" or answer.count(b"HTTP/1.1") == 1
    assert threading.active_count() < 50


def ask_rudely(port: int) -> list[bytes]:
    get = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
    requests = [
        get + b"Connection: close\r\n\r\n",
        b"POST /need HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /steward/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /need HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\nabcdeGET /steward/ HTTP/1.1\r\nHost: x\r\n\r\n",
        get + b"X-Bad\x00: 1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"TRACE / HTTP/1.1\r\nHost: x\r\nCookie: a=b\r\nConnection: close\r\n\r\n",
    ]
    for _ in range(900):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    answers = []
    for request in requests:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            line.sendall(request)
            line.settimeout(3)
            got = b""
            try:
                while part := line.recv(65536):
                    got += part
            except OSError:
                pass
            answers.append(got)
    return answers
