"""What the application answers is what the description says: random questions, and every kind of error."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING, Any

import pytest
from openapi_support import LIST, Described, address, operation, schema_of, still, validator
from steward_support import desk_store
from streets.town import town

from locator import vocabulary
from locator._settings import Settings
from locator.ingest.importing import import_file
from locator.store.accounts import make_token
from locator.streets import read_streets, save
from locator.web import create_app
from locator.web.openapi.examples import recorded

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

SEED = 20261123


def answered(client: FlaskClient, one: Described, values: dict[str, Any]) -> TestResponse:
    """Return an answer that is as described: status, media type, schema."""
    sent = client.get(address(one, values))
    assert str(sent.status_code) in one.shape["responses"], (one.id, values, sent.text[:300])
    media, schema = schema_of(one, sent.status_code)
    assert sent.mimetype == media
    faults = sorted(validator(schema).iter_errors(sent.get_json(force=True)), key=lambda fault: fault.path)
    assert not faults, (one.id, values, [(list(f.absolute_path), f.message[:200]) for f in faults[:3]])
    return sent


def question(dice: random.Random) -> dict[str, Any]:
    """Return the parameters of a question, most of them good."""
    some = lambda codes: dice.sample(list(codes), dice.randint(1, min(4, len(codes))))  # noqa: E731
    values: dict[str, Any] = {
        "at": f"2026-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}T{dice.randint(0, 23):02}:{dice.randint(0, 59):02}"
    }
    if dice.random() < 0.85:
        values |= {"lon": round(dice.uniform(121.3, 121.7), 5), "lat": round(dice.uniform(31.1, 31.4), 5)}
    if dice.random() < 0.15 or "lon" not in values:
        values["district"] = dice.choice(["310110", "杨浦区", "410105", "310101"])
    chances = {
        "datum": lambda: dice.choice(["wgs84", "gcj02", "bd09"]),
        "kind": lambda: some(vocabulary.KINDS),
        "needs_amenity": lambda: some(vocabulary.AMENITIES)[:2],
        "group": lambda: some(vocabulary.GROUPS),
        "needs": lambda: some(vocabulary.NEEDS),
        "open": lambda: dice.choice(["any", "now", "arrival"]),
        "stay": lambda: dice.choice([0, 15, 60, 600]),
        "offer": lambda: dice.choice(["any", "now"]),
        "mode": lambda: dice.choice(list(vocabulary.MODES)),
        "max_minutes": lambda: dice.choice([5, 30, 500]),
        "max_m": lambda: dice.choice([300, 5000, 2e6]),
        "sort": lambda: dice.choice(["soonest", "distance", "price", "rent"]),
        "limit": lambda: dice.randint(1, 50),
        "rent_max": lambda: dice.choice([600, 1500]),
        "vacancies": lambda: 1,
        "words": lambda: dice.choice(["zh", "en"]),
    }
    return values | {name: pick() for name, pick in chances.items() if dice.random() < 0.2}


def test_random_questions_are_answered_as_described(client: FlaskClient) -> None:
    dice, found, refused = random.Random(SEED), 0, 0
    nearest, along = operation("nearest"), operation("along")
    for _ in range(150):
        values = question(dice)
        sent = answered(client, nearest, values)
        found += len(sent.get_json(force=True).get("features", ()))
        refused += sent.status_code == 400
        points = [
            f"{dice.uniform(121.4, 121.6):.4f},{dice.uniform(31.2, 31.35):.4f}"
            for _ in range(dice.randint(2, 5))
        ]
        run = {name: value for name, value in values.items() if name not in {"lon", "lat", "sort"}}
        found += len(
            answered(client, along, {**run, "path": ";".join(points)})
            .get_json(force=True)
            .get("features", ())
        )
    # The dice must throw questions that find something, or nothing is proved.
    assert found > 500
    assert refused < 40


def test_what_is_on_and_what_is_listed_is_as_described(client: FlaskClient) -> None:
    dice, found = random.Random(SEED + 1), 0
    kept = {"at", "datum", "lon", "lat", "district", "mode", "max_minutes", "max_m", "limit"}
    for _ in range(40):
        values = question(dice)
        own = {name: value for name, value in values.items() if name in kept}
        days = {"days": dice.randint(1, 60), "topic": dice.sample(list(vocabulary.TOPICS), 3)}
        found += (
            answered(client, operation("events"), own | days).get_json(force=True).get("numberReturned", 0)
        )
        west, south = dice.uniform(121.3, 121.6), dice.uniform(31.1, 31.3)
        listed = {name: values[name] for name in ("at", "datum", "kind", "group") if name in values}
        listed["bbox"] = [round(x, 4) for x in (west, south, west + 0.2, south + 0.2)]
        found += answered(client, operation("services"), listed).get_json(force=True).get("numberReturned", 0)
        answered(
            client,
            operation("suggest"),
            {"q": dice.choice(["杨浦", "dhl", "station", "司机", "%", "隆昌路"])},
        )
    assert found > 500


def test_every_record_is_as_described_now_and_then(client: FlaskClient, app: Flask) -> None:
    catalog = app.extensions["locator.catalog"].get()
    for name in catalog.ids:
        record = answered(client, operation("service"), {"service_id": name}).get_json()
        assert record["id"] == name
    assert answered(client, operation("service"), {"service_id": "nope"}).status_code == 404
    early = {"service_id": catalog.ids[0], "as_of": "1970-01-01"}
    assert answered(client, operation("service"), early).status_code == 404
    late = {"service_id": catalog.ids[0], "as_of": "2199-01-01"}
    assert answered(client, operation("service"), late).status_code == 400


def test_what_phones_keep_is_as_described(client: FlaskClient, app: Flask) -> None:
    catalog = app.extensions["locator.catalog"].get()
    for code in catalog.districts:
        copy = answered(client, operation("offlineDistrict"), {"code": code}).get_json()
        assert copy["district"] == code
    assert answered(client, operation("offlineDistrict"), {"code": "999999"}).status_code == 404
    some = [one for one in catalog.ids if one.startswith(("demo-", "yp-"))][:60]
    assert len(answered(client, operation("offlineServices"), {"ids": some}).get_json()["services"]) > 40
    assert answered(client, operation("offlineServices"), {"ids": ["nope"]}).status_code == 404


@pytest.mark.parametrize(
    ("one", "values", "field"),
    [
        ("nearest", {}, "lon"),
        ("nearest", {"lon": 31, "lat": 121}, "lat"),
        ("along", {"path": "1,2"}, "path"),
        ("events", {"days": 0}, "days"),
        ("events", {"days": "0000071"}, "days"),
        ("services", {"bbox": [1, 2, 3]}, "bbox"),
        ("services", {"limit": 1001}, "limit"),
        ("services", {"limit": "0000019999"}, "limit"),
        ("suggest", {"q": "杨浦", "kind": ["palace"]}, "kind"),
        ("mapSvg", {"district": "310110", "width": 100}, "width"),
        ("servicePoster", {"service_id": "yp-canteen-001", "size": "A0"}, "size"),
        ("oembed", {"url": "x", "maxwidth": 0}, "maxwidth"),
        ("wechatSignature", {"url": "https://elsewhere.example/"}, "url"),
    ],
)
def test_what_is_wrong_is_a_problem_that_names_the_field(
    client: FlaskClient, one: str, values: dict[str, Any], field: str
) -> None:
    sent = answered(client, operation(one), values)
    assert sent.status_code == 400
    assert field in [fault["field"] for fault in sent.get_json(force=True)["errors"]]


@pytest.mark.parametrize("one", ["nearest", "along", "events"])
def test_a_question_refuses_what_it_does_not_know_and_a_list_passes_over_it(
    client: FlaskClient, one: str
) -> None:
    assert "400" in operation(one).shape["description"]
    path = address(operation(one), recorded()[one][0].values)
    assert client.get(f"{path}&invented=1").status_code == 400
    for other in ("services", "suggest", "mapSvg", "oembed"):
        values = recorded()[other][0].values
        sent = client.get(f"{address(operation(other), values)}&invented=1", base_url="http://127.0.0.1:8000")
        assert sent.status_code == 200
        assert "passed over" in operation(other).shape["description"]


@pytest.mark.parametrize(
    ("path", "name", "values"),
    [
        ("/api/v1/nearest?lon=121.54&lat=31.27", "group", ["rider", "courier"]),
        ("/api/v1/nearest?lon=121.54&lat=31.27&at=2026-11-23T13:05%2B08:00", "needs", ["rest", "save"]),
        ("/api/v1/along?path=121.54,31.27;121.55,31.28", "kind", ["station", "canteen"]),
        ("/api/v1/events?days=30", "topic", ["film", "duty"]),
    ],
)
def test_a_list_may_come_value_by_value_as_generated_clients_send_it(
    client: FlaskClient, path: str, name: str, values: list[str]
) -> None:
    one_by_one = client.get("&".join([path, *(f"{name}={value}" for value in values)])).get_json(force=True)
    at_once = client.get(f"{path}&{name}={','.join(values)}").get_json(force=True)
    assert one_by_one["asked"][name] == at_once["asked"][name] == values


def test_boxes_ids_and_pictures_take_lists_value_by_value_too(client: FlaskClient) -> None:
    one_by_one, at_once = (
        client.get(f"/api/v1/services?{box}").get_json(force=True)["numberMatched"]
        for box in ("bbox=121.5&bbox=31.2&bbox=121.6&bbox=31.3", "bbox=121.5,31.2,121.6,31.3")
    )
    assert one_by_one == at_once > 0
    kept = client.get("/api/v1/offline.json?ids=yp-canteen-001&ids=yp-canteen-002").get_json()
    assert [one["id"] for one in kept["services"]] == ["yp-canteen-001", "yp-canteen-002"]
    whole = "/map.svg?district=310110&at=2026-11-23T13:05"
    drawn = [
        client.get(f"{whole}&{kinds}").data for kinds in ("kind=canteen&kind=station", "kind=canteen,station")
    ]
    assert drawn[0] == drawn[1] != client.get(f"{whole}&kind=station").data


def test_what_fuzzing_found_is_as_described(client: FlaskClient) -> None:
    """Each was an answer that the description did not allow, or a refusal that it did not speak of."""
    before = answered(client, operation("nearest"), {"lon": 121.54, "lat": 31.27, "as_of": "1970-01-01"})
    assert before.get_json(force=True)["catalog"]["as_of"] == ""
    assert client.get("/api/v1/offline.json?ids=,,,").get_json()["services"] == []
    assert client.get("/oembed?url=http://localhost/s/yp-canteen-001&format=").status_code == 200
    # An empty one counts as left out: it does not hide the faulty one before it.
    assert client.get("/ogc/collections/stops?f=junk&f=%0D").status_code == 400
    assert client.get("/api/v1/nearest?lon=121.54&lat=31.27&mode=fly&mode=").status_code == 400
    assert client.get("/oembed?url=http://localhost/s/yp-canteen-001&format=xml").status_code == 501


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> tuple[FlaskClient, dict[str, str]]:
    store = desk_store(tmp_path_factory.mktemp("desk"))
    tokens = {name: make_token(store, name, "tests") for name in ("reader", "editor")}
    app = create_app({"TESTING": True}, Settings(store=store.url, basemap="outline", max_upload="1"))
    return app.test_client(), tokens


def sent_in(
    desk: tuple[FlaskClient, dict[str, str]],
    who: str | None,
    content: bytes | None,
    name: str = "a.csv",
    **form: str,
) -> tuple[int, Any]:
    client, tokens = desk
    headers = {"Authorization": f"Bearer {tokens[who]}"} if who in tokens else {}
    data: dict[str, object] = dict(form)
    if content is not None:
        data["file"] = (io.BytesIO(content), name)
    sent = client.post("/api/v1/imports", data=data, headers=headers, content_type="multipart/form-data")
    one = operation("imports")
    media, schema = schema_of(one, sent.status_code)
    assert sent.mimetype == media
    validator(schema).validate(sent.get_json(force=True))
    return sent.status_code, sent.get_json(force=True)


def too_large(desk: tuple[FlaskClient, dict[str, str]]) -> int:
    """Send two megabytes as a stream: Flask's test client would leave a spooled file open."""
    client, tokens = desk
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    body = head + b"x" * 2**21 + b"\r\n--x--\r\n"
    sent = client.post(
        "/api/v1/imports",
        input_stream=io.BytesIO(body),
        content_length=len(body),
        content_type="multipart/form-data; boundary=x",
        headers={"Authorization": f"Bearer {tokens['editor']}"},
    )
    validator("Problem").validate(sent.get_json(force=True))
    assert "413" in operation("imports").shape["responses"]
    return sent.status_code


def test_every_answer_to_a_list_is_as_described(desk: tuple[FlaskClient, dict[str, str]]) -> None:
    text = LIST.encode()
    assert sent_in(desk, None, text)[0] == 401
    assert sent_in(desk, "reader", text)[0] == 403
    assert sent_in(desk, "editor", None)[0] == 400
    assert sent_in(desk, "editor", text, "a.exe")[0] == 415
    assert sent_in(desk, "editor", text, datum="mars")[0] == 400
    assert sent_in(desk, "editor", text, dry_run="perhaps")[0] == 400
    assert too_large(desk) == 413
    bare = text.replace(b",gcj02", b",").replace("杨浦区".encode(), b"")
    status, report = sent_in(desk, "editor", bare)
    assert status == 422
    assert report["refused"]
    status, report = sent_in(desk, "editor", text)
    assert (status, report["created"], report["rejected"]) == (200, 1, 1)
    again = sent_in(desk, "editor", text, dry_run="true")[1]
    assert (again["created"], again["unchanged"]) == (0, 1)


def test_the_example_of_a_report_is_what_its_list_gives(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("list") / "list.csv"
    path.write_text(LIST, encoding="utf-8")
    report = import_file(path, None, who="x", why="x", dry_run=True).to_json("en")
    (example,) = recorded()["imports"]
    validator("ImportReport").validate(example.answer)
    kept = ("rows", "accepted", "warned", "rejected", "created", "problems", "columns")
    assert {name: report[name] for name in kept} == {name: still(example.answer[name]) for name in kept}


def test_an_answer_over_streets_is_as_described(tmp_path: Path, store_url: str) -> None:
    path = tmp_path / "town.streets"
    save(read_streets(town(tmp_path, seed=5, corner=(121.52, 31.26), step=0.003).path), path)
    settings = Settings(store=store_url, network=str(path), basemap="outline")
    client = create_app({"TESTING": True}, settings).test_client()
    sent = answered(client, operation("nearest"), {"lon": 121.54, "lat": 31.2754})
    asked = sent.get_json(force=True)["asked"]
    assert asked["speed_kmh"] is None
    assert asked["network"]
    assert sent.get_json(force=True)["features"]
