"""The description says what there is, all of it, and nothing else."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from openapi_spec_validator import validate
from openapi_support import (
    HOST,
    Described,
    address,
    operation,
    operations,
    routes,
    schema_of,
    still,
    validator,
)

from locator._errors import InputError
from locator.events import EVENT_PARAMETERS
from locator.question import PARAMETERS, READERS, ask
from locator.runs import RUN_PARAMETERS
from locator.timeline import SHANGHAI
from locator.web.openapi import document
from locator.web.openapi.examples import recorded
from locator.web.openapi.parameters import MEANINGS, defaults, shape_of
from locator.web.openapi.words import VOCABULARIES
from locator.web.wording import CHINESE

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

NOW = datetime(2026, 11, 23, 13, 5, tzinfo=SHANGHAI)
HERE = {"lon": "121.54", "lat": "31.27"}
PROGRAMS_READ = (
    "/api/",
    "/ogc",
    "/healthz",
    "/readyz",
    "/metrics",
    "/oembed",
    "/map.",
    "/openapi.json",
    "/wechat/",
    "/outline/",
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_document_is_openapi_31(client: FlaskClient, language: str) -> None:
    sent = client.get(f"/openapi.json?lang={language}")
    assert sent.mimetype == "application/json"
    whole = sent.get_json()
    assert whole["openapi"].startswith("3.1")
    validate(whole)


def test_every_route_that_programs_read_is_described_and_every_described_one_exists(app: Flask) -> None:
    # /ogc is described collection by collection: what counts is where an address leads.
    find = app.url_map.bind("localhost").match
    led: dict[str, set[str]] = {}
    for one in operations():
        rule, _ = find(re.sub(r"{\w+}", "1234", one.path), one.method.upper(), return_rule=True)
        led.setdefault(rule.rule, set()).add(one.method.upper())
    there = {rule: methods for rule, methods in routes(app).items() if rule.startswith(PROGRAMS_READ)}
    assert {rule: led.get(rule) for rule in there} == there


def test_nothing_is_described_that_no_operation_refers_to() -> None:
    whole = document("en")
    used = set(re.findall(r'"#/components/(\w+/\w+)"', json.dumps(whole)))
    assert {
        f"{kind}/{name}" for kind in ("schemas", "responses") for name in whole["components"][kind]
    } == used


def test_every_word_is_told_in_both_languages() -> None:
    def texts(value: object) -> list[str]:
        if isinstance(value, dict):
            kept = {k: v for k, v in value.items() if k not in {"examples", "example", "title"}}
            own = [v for k, v in kept.items() if k in {"description", "summary"} and isinstance(v, str)]
            return own + [text for v in kept.values() for text in texts(v)]
        return [text for v in value for text in texts(v)] if isinstance(value, list) else []

    english, chinese = texts(document("en")), texts(document("zh"))
    assert len(english) == len(chinese) > 200
    assert [text for text in english if not text or CHINESE.search(text)] == []
    # Names of formats are the same in both.
    assert {text for text in chinese if not CHINESE.search(text)} <= {"OpenAPI 3.1。", "A6"}


def test_an_operation_has_the_parameters_that_the_code_reads() -> None:
    def names(one: str) -> set[str]:
        return {parameter["name"] for parameter in operation(one).shape["parameters"]}

    assert set(MEANINGS) == set(PARAMETERS) == set(READERS)
    assert names("nearest") == {*PARAMETERS, "as_of"}
    assert names("along") == set(RUN_PARAMETERS)
    assert names("events") == set(EVENT_PARAMETERS)
    assert names("mapPng") == {*PARAMETERS, "title", "width", "scale", "theme", "place"}


@pytest.mark.parametrize("name", [name for name in PARAMETERS if name not in {"lon", "lat"}])
def test_what_a_parameter_is_said_to_allow_is_what_is_taken(name: str) -> None:
    shape = shape_of(name)
    if shape.get("type") == "array":
        shape = shape["items"]
    if "$ref" in shape:
        shape = document("en")["components"]["schemas"][shape["$ref"].rsplit("/", 1)[-1]]
    least, most = shape.get("minimum", shape.get("exclusiveMinimum")), shape.get("maximum")
    given = {"kind": "housing"} if name.startswith("rent") else {}

    def taken(value: object) -> bool:
        try:
            ask({**HERE, **given, name: str(value)}, NOW)
        except InputError as error:
            return [one.field for one in error.errors] != [name]
        return True

    if "enum" in shape:
        assert all(taken(code) for code in shape["enum"])
        assert not taken("palace")
        assert not taken("Any,none")
    elif most is not None:
        assert taken(most)
        assert not taken(most + 1 if shape["type"] == "integer" else most * 1.001)
        assert not taken(least - 1)
        assert taken(least) == ("minimum" in shape)
        assert not taken("much")
        assert not taken("nan")
    elif name == "at":
        assert taken("2026-11-23T13:05")
        assert re.fullmatch(shape["pattern"], "2026-11-23T13:05:10.5+08:00")
        assert not taken("2026-13-45")
        assert not re.fullmatch(shape["pattern"], "yesterday")
        for year in ("1969", "2200"):
            assert not taken(f"{year}-06-01")
            assert not re.fullmatch(shape["pattern"], f"{year}-06-01")
        for year in ("1970", "2199"):
            assert taken(f"{year}-06-01")
            assert re.fullmatch(shape["pattern"], f"{year}-06-01")
    else:
        assert name == "district"
        assert taken("x" * shape["maxLength"])
        assert not taken("x" * (shape["maxLength"] + 1))


@pytest.mark.parametrize(("name", "most"), [("lon", 180), ("lat", 90)])
def test_positions_are_taken_within_what_is_said(name: str, most: int) -> None:
    assert (shape_of(name)["minimum"], shape_of(name)["maximum"]) == (-most, most)
    for value in (-most, most):
        assert getattr(ask({**HERE, name: str(value)}, NOW), name) == value
        with pytest.raises(InputError):
            ask({**HERE, name: str(value * 1.0001)}, NOW)


def test_the_defaults_are_those_that_an_answer_names(client: FlaskClient) -> None:
    asked = client.get("/api/v1/nearest?lon=121.54&lat=31.27").get_json(force=True)["asked"]
    assert defaults() == {name: asked[name] for name in defaults()}
    assert set(defaults()) == {"datum", "open", "stay", "offer", "mode"}
    told = operation("events").shape["parameters"]
    (days,) = (p["schema"]["default"] for p in told if p["name"] == "days")
    assert client.get("/api/v1/events").get_json(force=True)["asked"]["days"] == days


def test_every_vocabulary_explains_its_codes() -> None:
    for name, (codes, _) in VOCABULARIES.items():
        schema = document("en")["components"]["schemas"][name]
        assert schema["enum"] == list(codes)
        assert all(f"`{code}` {label.en}" in schema["description"] for code, label in codes.items())


@pytest.mark.parametrize(
    ("one", "number"), [(o, n) for o in operations() if o.method == "get" for n, _ in enumerate(recorded().get(o.id, ()))], ids=lambda v: getattr(v, "id", v)
)  # fmt: skip
def test_every_example_is_what_the_sample_answers(client: FlaskClient, one: Described, number: int) -> None:
    example = recorded()[one.id][number]
    sent = client.get(address(one, example.values), base_url=HOST)
    assert sent.status_code == 200
    media, schema = schema_of(one, 200)
    assert sent.mimetype == media
    if example.answer is not None:
        validator(schema).validate(example.answer)
        answer = sent.get_json(force=True)
        # Hours for two weeks ahead are other hours tomorrow.
        if one.id == "offlineServices":
            assert [s["id"] for s in answer["services"]] == [s["id"] for s in example.answer["services"]]
        else:
            assert still(answer) == still(example.answer)


def test_every_operation_that_reads_has_an_example() -> None:
    # Those of /ogc stand in its own room, parameter by parameter.
    without = {one.id for one in operations() if one.id not in recorded() and not one.path.startswith("/ogc")}
    # A signature needs an account of WeChat's; the description and the record's schema are their own examples.
    assert without == {"wechatSignature", "openapi", "metrics", "recordSchema"}


def test_an_example_of_a_schema_that_is_wrong_would_be_found() -> None:
    answer = json.loads(json.dumps(recorded()["nearest"][0].answer))
    answer["features"][0]["properties"]["invented"] = 1
    assert not validator("NearestAnswer").is_valid(answer)
    del answer["features"][0]["properties"]["invented"]
    assert validator("NearestAnswer").is_valid(answer)
    answer["features"][0]["properties"]["arrive_at"] = "noon"
    assert not validator("NearestAnswer").is_valid(answer)


def test_other_methods_are_refused_with_those_that_there_are(client: FlaskClient) -> None:
    values = {"featureId": "yp-canteen-001", "service_id": "yp-canteen-001", "code": "310110", "city": "3101"}
    for one in operations():
        path = one.path.format(**values)
        refused = client.delete(path)
        assert refused.status_code == 405, path
        allowed = {method.strip() for method in refused.headers["Allow"].split(",")}
        assert one.method.upper() in allowed
        assert client.options(path).status_code == 200
        if not path.startswith("/s/"):
            assert refused.mimetype == "application/problem+json"
            validator("Problem").validate(refused.get_json(force=True))


def test_head_answers_like_get_without_the_body(client: FlaskClient) -> None:
    for one in operations():
        if one.method == "get" and one.id in recorded():
            path = address(one, recorded()[one.id][0].values)
            sent, head = (client.open(path, method=method, base_url=HOST) for method in ("GET", "HEAD"))
            assert (head.status_code, head.mimetype, head.data) == (200, sent.mimetype, b""), path
