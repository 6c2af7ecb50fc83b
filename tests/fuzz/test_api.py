"""Schemathesis against the application: whatever the description allows, and much that it does not.

`LOCATOR_FUZZ_REQUESTS=20000 pytest -s tests/fuzz/test_api.py` sends so many requests or more; the default is
a few hundred. What is counted is what reached the application.
"""

from __future__ import annotations

import io
import os
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
import schemathesis
from hypothesis import strategies as st
from openapi_support import LIST, operations
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from wechat_fake import fake_wechat
from werkzeug.serving import WSGIRequestHandler, make_server

from locator._settings import Settings
from locator.store import Store
from locator.store.accounts import add_user, make_token
from locator.web import create_app
from locator.web.lane import LISTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wechat_fake import FakeWeChat

    from locator import Service

WANTED = int(os.environ.get("LOCATOR_FUZZ_REQUESTS", "400"))
SEED = int(os.environ.get("LOCATOR_FUZZ_SEED", "20261130"))
# The coverage phase tries every parameter of every operation at its bounds: some 2,000 requests.
THOROUGH = WANTED >= 2000
EXAMPLES = 4 if WANTED < 2000 else 25 if WANTED < 10_000 else 100
ROUNDS = 200
# What the schema of one parameter cannot say: lon goes with lat or there is a district, at is a day that exists,
# a district is one that we know, rent_min is below rent_max, a box is not upside down, the rows are a list.
RULES_BEYOND_THE_SCHEMA = [
    "nearest", "along", "events", "services", "service", "mapPng", "mapSvg", "oembed", "wechatSignature",
]  # fmt: skip
# By the standard a limit above the most is no error, and a property may be asked for any text.
OGC_ITEMS = "^/ogc/collections/[a-z]+/items"
LINES = LIST.splitlines()


class Counted:
    """A WSGI layer that counts what reaches the application, and keeps what the server is to blame for."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.to_blame: list[tuple[str, str, str, int]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            named(environ)
        method, path, query = (environ[key] for key in ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING"))

        def counted(status: str, *more: Any) -> Any:
            code = int(status[:3])
            self.statuses[f"{method} {kind_of(path)}", code] += 1
            # oEmbed asks for a 501 where somebody wants XML.
            xml = path == "/oembed" and code == 501 and parse_qs(query).get("format", ["json"]) != ["json"]
            if code >= 500 and not xml:
                self.to_blame.append((method, path, query, code))
            return start_response(status, *more)

        return self._app(environ, counted)

    @property
    def requests(self) -> int:
        return sum(self.statuses.values())


def named(environ: dict[str, Any]) -> None:
    """Give a sent file an ending, by which its kind is known: schemathesis calls all of them `file`."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    ending = next(
        (e for mark, e in ((b"spreadsheetml", b"xlsx"), (b"geo+json", b"geojson")) if mark in body), b"csv"
    )
    body = body.replace(b'filename="file"', b'filename="list.%b"' % ending)
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))


def kind_of(path: str) -> str:
    """Return the described path that an address belongs to, for counting."""
    if path.startswith("/api/v1/services/"):
        return "/api/v1/services/{service_id}"
    if path.startswith("/s/"):
        return "/s/{service_id}/" + path.rsplit("/", 1)[-1]
    for start in ("/api/v1/district", "/outline", "/ogc/collections/", "/ogc"):
        if path.startswith(start):
            return start
    return path if path in {one.path for one in operations()} else "elsewhere"


@st.composite
def lists(draw: st.DrawFn) -> bytes:
    """Return a list like a street office's: some rows, an encoding, a few bytes gone wrong."""
    rows = [LINES[0], *draw(st.lists(st.sampled_from(LINES[1:]), max_size=3))]
    text = "\n".join(rows).encode(draw(st.sampled_from(["utf-8", "gb18030", "utf-16"])))
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(st.one_of(st.just(b""), st.binary(max_size=3))) + text[at:]


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeWeChat]:
    with fake_wechat() as server:
        yield server


class Served(NamedTuple):
    """A served application: its address, what counts its requests, and an editor's token."""

    address: str
    counted: Counted
    token: str


class Quiet(WSGIRequestHandler):
    """Logs no requests."""

    def log(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, sample: list[Service], fake: FakeWeChat
) -> Iterator[Served]:
    """Serve an application of its own, which nothing else writes to."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('fuzz')}/own.db")
    store.create(sample, "tests")
    add_user(store, "nightly", "correct horse battery", "editor")
    settings = Settings(
        store=store.url, basemap="outline", rate_limit="900000/minute", max_upload="1",
        wechat_appid=fake.appid, wechat_secret=fake.secret, wechat_api=fake.address,
    )  # fmt: skip
    app = create_app({}, settings)
    counted = Counted(app.wsgi_app)
    app.wsgi_app = counted  # type: ignore[method-assign]
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield Served(f"http://127.0.0.1:{server.port}", counted, make_token(store, "nightly", "fuzz"))
    server.shutdown()
    thread.join()
    server.server_close()


def config(seed: int, token: str) -> SchemathesisConfig:
    """Return what a round does: all phases and all checks that make sense."""
    stated = ["2xx", "3xx", "4xx"]
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "continue-on-failure": True,
            # A busy machine may take longer than the ten seconds that are usual for all districts of China.
            "request-timeout": 60.0,
            "headers": {"Accept-Language": "en"},
            "auth": {"openapi": {"token": {"bearer": token}}},
            "generation": {"max-examples": EXAMPLES, "database": "none"},
            "phases": {
                "coverage": {"enabled": THOROUGH and seed == SEED},
                "stateful": {"max-steps": 6},
            },
            "operations": [
                {
                    "include-operation-id": "oembed",
                    "checks": {
                        "not_a_server_error": {"expected-statuses": [*stated, 501]},
                        "positive_data_acceptance": {"enabled": False},
                    },
                },
                {
                    # A list that is taken whole is rare.
                    "include-operation-id": "imports",
                    "generation": {"max-examples": max(EXAMPLES, 20)},
                    "checks": {"positive_data_acceptance": {"enabled": False}},
                },
                {
                    "include-path-regex": OGC_ITEMS,
                    "checks": {
                        "positive_data_acceptance": {"enabled": False},
                        "negative_data_rejection": {"enabled": False},
                    },
                },
                {
                    "include-operation-id": [one for one in RULES_BEYOND_THE_SCHEMA if one != "oembed"],
                    "checks": {"positive_data_acceptance": {"enabled": False}},
                },
            ],
        }
    )


def sensible(context: schemathesis.HookContext, query: dict[str, Any] | None) -> dict[str, Any] | None:
    """Give questions a position and a district that there is: else nearly all of them end at the first check."""
    if query is None:
        return None
    if (
        context.operation.path in {"/api/v1/nearest", "/map.png", "/map.svg"}
        and not {"lon", "lat"} & query.keys()
    ):
        query = {**query, "lon": 121.54, "lat": 31.27}
    if context.operation.path == "/wechat/signature" and len(str(query.get("url"))) % 2:
        return {**query, "url": f"{context.operation.schema.get_base_url()}/?lon=121.5"}
    return {**query, "district": "310110"} if isinstance(query.get("district"), str) else query


def hollow(address: str) -> bool:
    """Tell whether a list was sent with nothing between two commas: such items are passed over, as no schema says."""
    query = parse_qs(urlsplit(address).query, keep_blank_values=True)
    sent = [value.split(",") for name in LISTS & query.keys() for value in query[name]]
    return any(len(parts) > 1 and "" in parts for parts in sent)


def failures_of(served: Served, seed: int) -> list[str]:
    """Send a round of requests; return what was wrong with the answers."""
    schema = schemathesis.openapi.from_url(
        f"{served.address}/openapi.json", config=config(seed, served.token)
    )
    schema.hook("map_query")(sensible)
    found: dict[tuple[str, str], str] = {}
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError):
            found["error", str(event.label)] = f"{event.label}: {event.info.format()}"
        elif isinstance(event, events.FatalError):
            raise event.exception
        elif isinstance(event, events.ScenarioFinished):
            sent = event.recorder.interactions
            for case, check in ((c, one) for c, checks in event.recorder.checks.items() for one in checks):
                if check.failure_info is not None:
                    if check.name == "negative_data_rejection" and hollow(sent[case].request.uri):
                        continue
                    failure = check.failure_info.failure
                    told = (
                        f"{failure.title}: {failure.message[:600]}\n  {check.failure_info.code_sample[:900]}"
                    )
                    found.setdefault(
                        (check.name, failure.operation), f"{check.name}, {failure.operation}: {told}"
                    )
    return list(found.values())


def test_only_lists_with_empty_items_are_excused() -> None:
    assert hollow("http://x/map.png?group=,,,,&offer=&lon=121.54")
    assert hollow("http://x/map.png?kind=canteen%2C")
    assert not hollow("http://x/map.png?group=&kind=canteen,station&place=,,")


def test_nothing_that_is_sent_is_answered_otherwise_than_described(served: Served) -> None:
    counted = served.counted
    schemathesis.openapi.media_type("text/csv", lists())
    failures: list[str] = []
    for number in range(ROUNDS):
        failures += failures_of(served, SEED + number)
        if failures or counted.requests >= WANTED:
            break
    by_operation: dict[str, Counter[int]] = {}
    for (operation, status), times in counted.statuses.items():
        by_operation.setdefault(operation, Counter())[status] += times
    lines = [f"  {name}: {dict(sorted(each.items()))}" for name, each in sorted(by_operation.items())]
    print(f"\nschemathesis: {counted.requests} requests sent, {len(failures)} failures", *lines, sep="\n")  # noqa: T201
    assert failures == [], "\n\n".join(failures)
    assert counted.to_blame == []
    assert counted.requests >= WANTED
    # Good questions among them: else only the reading of parameters was tried.
    for name in ("nearest", "along", "events", "services", "suggest"):
        assert by_operation[f"GET /api/v1/{name}"][200] >= 3, name
    assert set(by_operation["POST /api/v1/imports"]) >= {200, 400}
