"""The examples under docs/deploy are what they are examples of: they start, and name only what exists."""

from __future__ import annotations

import http.client
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ops_support import fetch

from locator._settings import Settings, variable_of
from locator.cli import main
from locator.store import Store
from locator.synthetic import invent
from locator.web import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ops_support import Watched

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs/deploy"
NGINX, OPENSSL, ANALYZE = (
    shutil.which(n, path="/usr/sbin:/usr/bin") for n in ("nginx", "openssl", "systemd-analyze")
)
LON = "121.5443219"


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def parsed(words: list[str]) -> None:
    """Let the command line read a command, without running it."""
    assert words[0].rpartition("/")[2] == "locator"
    command = main.commands[words[1]]
    command.make_context(words[1], words[2:])


def test_the_image_copies_what_is_there_and_runs_what_the_makefile_does() -> None:
    said = text("Dockerfile")
    own = said[: said.rindex("\nFROM")]
    copied = {
        word for line in re.findall(r"^COPY ([^\n]+)$", own, re.MULTILINE) for word in line.split()[:-1]
    }
    assert copied >= {"setup.cfg", "pyproject.toml", "locator", "geodata", "static", "templates"}
    for name in copied:
        assert (ROOT / name).exists(), name
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    # How pip is brought up to date and what is compiled stand in both.
    for shared in (
        '--upgrade "pip>=23.1" "setuptools>=70" wheel',
        "import locator.index, locator.coverage.gaps; locator.index.warm()",
    ):
        assert shared in makefile
        assert shared in said
    (command,) = re.findall(r'^CMD \["locator", (.*)\]$', said, re.MULTILINE)
    parsed(["locator", *re.findall(r'"([^"]+)"', command)])
    assert "USER 10001" in said  # not root
    package = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    assert re.search(r"python:3\.(\d+)", said)[1] in re.search(r"python_requires = >=3\.(\d+)", package)[1]


@pytest.mark.parametrize("name", ["locator.service", "locator-backup.service"])
def test_the_units_run_commands_that_exist(name: str) -> None:
    for line in re.findall(r"/opt/locator/bin/locator ([^'\n]+)", text(name)):
        parsed(["locator", *shlex.split(line.replace("%S", "/x").replace("$(date +%%F)", "day").strip())])


@pytest.mark.skipif(ANALYZE is None, reason="no systemd here")
def test_systemd_reads_the_units_and_finds_nothing_wrong(tmp_path: Path) -> None:
    for unit in DEPLOY.glob("locator*.[st]*[er]"):
        said = unit.read_text(encoding="utf-8").replace("/opt/locator/bin/locator", sys.executable)
        (tmp_path / unit.name).write_text(re.sub(r"(?m)^Documentation=.*\n", "", said), encoding="utf-8")
    units = sorted(tmp_path.glob("locator*"))
    assert [unit.name for unit in units] == [
        "locator-backup.service",
        "locator-backup.timer",
        "locator.service",
    ]
    for unit in units:
        done = subprocess.run(
            [ANALYZE, "verify", "--man=no", unit], capture_output=True, text=True, check=False
        )
        assert not [line for line in done.stderr.splitlines() if unit.name in line], done.stderr


def test_the_environment_file_names_settings_only() -> None:
    named = set(
        re.findall(r"LOCATOR_[A-Z_]+", text("locator.env") + text("Dockerfile") + text("prometheus.yml"))
    )
    assert named <= {variable_of(name) for name in Settings.__dataclass_fields__}
    assert "LOCATOR_SECRET_KEY=\n" in text("locator.env")  # nobody's key is in an example


def test_alerts_ask_for_figures_that_there_are(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/own.db")
    store.create(invent(3, 1), "x")
    app = create_app({"TESTING": True}, Settings(store=store.url, basemap="outline"))
    client = app.test_client()
    client.get("/api/v1/nearest?lon=121&lat=31")
    app.extensions["locator.figures"]._board.add(1, "import_rows", "rejected")
    exposed = set(re.findall(r"^(locator_\w+)", client.get("/metrics").get_data(as_text=True), re.MULTILINE))
    asked = set(re.findall(r"\blocator_\w+", text("alerts.yml")))
    assert len(asked) >= 5
    assert asked <= exposed


@pytest.fixture
def behind_nginx(serve: Callable[..., Watched], tmp_path: Path) -> Iterator[tuple[int, Watched, Path]]:
    """The example in front of a server, on free ports and with a certificate of its own."""
    if NGINX is None or OPENSSL is None:
        pytest.skip("no nginx here: apt-get install nginx-light")
    served = serve(workers=1, LOCATOR_PROXIES="1", LOCATOR_LOG_REQUESTS="on", LOCATOR_LOG_FORMAT="json")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=ditu.example", "-days", "2"]
    subprocess.run([OPENSSL, *made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    with socket.socket() as one, socket.socket() as two:
        for free in (one, two):
            free.bind(("127.0.0.1", 0))
        plain, port = one.getsockname()[1], two.getsockname()[1]
    changes = {
        "server 127.0.0.1:8000": f"server 127.0.0.1:{served.port}",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/ssl/ditu.example/fullchain.pem": str(certificate),
        "/etc/ssl/ditu.example/privkey.pem": str(key),
        "/var/log/nginx": str(tmp_path),
        "/var/cache/nginx": str(tmp_path),
    }
    said = text("nginx.conf")
    for old, new in changes.items():
        assert old in said
        said = said.replace(old, new)
    (tmp_path / "locator.conf").write_text(said, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/t-{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n"  # the folder is this process's alone
    whole = f"{user}daemon off;\npid {tmp_path}/pid;\nerror_log {tmp_path}/main.log;\nevents {{}}\nhttp {{\n{temporary}include {tmp_path}/locator.conf;\n}}\n"
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
    command = [NGINX, "-c", tmp_path / "nginx.conf", "-p", tmp_path, "-e", tmp_path / "main.log"]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 20
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)
    yield port, served, tmp_path
    process.terminate()
    process.wait(timeout=20)


def secure(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=trusting)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_nginx_keeps_files_and_pictures_and_nobodys_answers(behind_nginx: tuple[int, Watched, Path]) -> None:
    port, served, folder = behind_nginx
    page = secure(port, "/")[2].decode()
    static = re.search(r'"(/(?:static|assets)/[^"]+)"', page)[1]
    for path in (static, "/map.svg?district=310110"):
        kept = [secure(port, path)[1]["x-cache"] for _ in range(2)]
        assert kept == ["MISS", "HIT"], path
    private = f"/map.svg?lon={LON}&lat=31.27"
    assert [secure(port, private)[1]["x-cache"] for _ in range(2)] == ["MISS", "MISS"]
    nearest = f"/api/v1/nearest?lon={LON}&lat=31.27"
    for _ in range(2):
        status, headers, _ = secure(port, nearest)
        assert (status, headers["cache-control"]) == (200, "no-store")
        assert "x-cache" not in headers
    # Pages carry a word for their own scripts, which must not be somebody else's.
    assert secure(port, "/")[1]["content-security-policy"] != secure(port, "/")[1]["content-security-policy"]

    assert secure(port, "/metrics")[0] == 404
    assert secure(port, "/readyz")[0] == 404
    assert fetch(served.port, "/metrics")[0] == 200
    served.stop()
    log = (folder / "locator.log").read_text()
    assert log.count("\n") >= 9
    ours = served.said()
    for said in (log, ours, (folder / "locator.error.log").read_text(), (folder / "main.log").read_text()):
        for secret in (LON, "31.27", "127.0.0.1:", '"127.0.0.1"', "district=310110"):
            assert not [line for line in said.splitlines() if secret in line and "Listening" not in line], (
                secret
            )
    (number,) = set(re.findall(r'"request_id":"(\w{32})"', log.splitlines()[0]))
    assert number in ours  # both lines of a request are found by one number
