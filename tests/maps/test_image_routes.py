"""The addresses of pictures: the page's state, the JSON's list, and mistakes told as JSON."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import zxingcpp
from click.testing import CliRunner
from conftest import HOSTILE
from PIL import Image

from locator import ConfigurationError
from locator._settings import Settings, public_url
from locator.cli import main
from locator.maps.raster import read_about
from locator.question import ask
from locator.state import query_of, state_of
from locator.web import create_app
from locator.web.images import MAX_CACHED_BYTES, ImageCache

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

AT = "2026-11-23T13:05"
KINDS = ["station", "canteen", "housing", "legal-aid", "haircut"]


def random_state(seed: int) -> dict[str, str]:
    """Return a state of the page as an editor might compose it."""
    rng = random.Random(seed)
    state = {"at": f"2026-11-{rng.randint(1, 30):02}T{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"}
    if rng.random() < 0.3:
        state["district"] = rng.choice(["310110", "杨浦区", "410106", "310106"])
    else:
        state |= {"lon": f"{rng.uniform(121.4, 121.6):.5f}", "lat": f"{rng.uniform(31.2, 31.35):.5f}"}
        state |= rng.choice([{}, {"datum": "gcj02"}, {"datum": "bd09"}])
    choices = {
        "open": ["any", "now", "arrival"],
        "mode": ["walk", "ride", "drive"],
        "kind": [",".join(rng.sample(KINDS, 2))],
        "group": ["rider", "courier,driver"],
        "offer": ["now", "any"],
        "limit": ["3", "7", "50"],
        "stay": ["15", "45.5"],
        "max_minutes": ["10", "35"],
        "sort": ["soonest", "distance", "price"],
        "needs_amenity": ["charging"],
    }
    for name, values in choices.items():
        if rng.random() < 0.35:
            state[name] = rng.choice(values)
    return state


@pytest.mark.parametrize("seed", range(50))
def test_the_picture_holds_the_ids_of_the_json_in_its_order(seed: int, client: FlaskClient) -> None:
    state = random_state(seed)
    told = client.get("/api/v1/nearest", query_string=state).json
    image = client.get("/map.png", query_string={**state, "width": 320})
    assert image.status_code == 200
    about = read_about(image.data)
    assert about is not None
    assert about["ids"] == [feature["id"] for feature in told["features"]]
    assert about["unknown"] == [feature["id"] for feature in told["unknown"]]
    assert about["at"] == told["asked"]["at"]
    assert about["catalog"] == told["catalog"]["version"]
    # The code leads to the same question, now.
    query = {name: values[0] for name, values in parse_qs(urlsplit(about["url"]).query).items()}
    assert "at" not in query
    again = client.get("/api/v1/nearest", query_string={**query, "at": state["at"]}).json
    assert again["asked"] == told["asked"]


def test_same_state_same_bytes_even_from_another_server(store_url: str) -> None:
    path = f"/map.png?lon=121.54&lat=31.27&open=arrival&at={AT}"
    answers = [
        create_app({"TESTING": True}, Settings(store=store_url, basemap="outline")).test_client().get(path)
        for _ in range(2)
    ]
    assert answers[0].data == answers[1].data
    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]


def test_a_picture_without_a_time_stands_for_the_minute(client: FlaskClient) -> None:
    about = read_about(client.get("/map.png?district=410106&width=320").data)
    assert about["at"].endswith(":00+08:00")


def test_who_has_the_picture_gets_no_second_one(client: FlaskClient) -> None:
    path = f"/map.svg?district=410106&at={AT}"
    first = client.get(path)
    assert first.mimetype == "image/svg+xml"
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get(path + "&theme=dark", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_an_address_with_a_position_is_kept_by_nobody_on_the_way(client: FlaskClient) -> None:
    near = client.get("/map.svg?lon=121.54&lat=31.27")
    whole = client.get("/map.svg?district=410106")
    assert near.headers["Cache-Control"] == "private, no-cache"
    assert whole.headers["Cache-Control"].startswith("public")


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("", ["lon", "lat"]),
        ("district=310110&width=319", ["width"]),
        ("district=310110&width=1501&scale=4&theme=red", ["width", "scale", "theme"]),
        ("district=310110&width=1e3", ["width"]),
        ("district=310110&scale=-1", ["scale"]),
        ("lon=121.5&lat=91&scale=2", ["lat"]),
        ("district=atlantis", ["district"]),
        ("district=310110&kind=castle&scale=0", ["scale", "kind"]),
    ],
)
@pytest.mark.parametrize("path", ["/map.png", "/map.svg"])
def test_mistakes_are_told_as_problems(path: str, query: str, fields: list[str], client: FlaskClient) -> None:
    told = client.get(f"{path}?{query}")
    assert (told.status_code, told.mimetype) == (400, "application/problem+json")
    assert [error["field"] for error in told.json["errors"]] == fields


def test_what_others_append_to_a_link_is_passed_over(client: FlaskClient) -> None:
    plain = client.get(f"/map.svg?district=410106&at={AT}").data
    assert client.get(f"/map.svg?district=410106&at={AT}&from=singlemessage&isappinstalled=0").data == plain


def test_a_title_is_written_as_it_is_and_cut_at_forty(client: FlaskClient) -> None:
    title = "<b>天冷了</b>&" + "进" * 100
    svg = client.get("/map.svg", query_string={"district": "410106", "title": title}).text
    assert "&lt;b&gt;天冷了&lt;/b&gt;&amp;" in svg
    assert "<b>" not in svg
    assert svg.count("进") == 2 * (40 - len("<b>天冷了</b>&"))  # drawn once, and once as the picture's name


@pytest.mark.parametrize("path", ["/s/nobody/qr.svg", "/s/nobody/poster.pdf"])
def test_a_service_that_is_not_there_has_no_pictures(path: str, client: FlaskClient) -> None:
    told = client.get(path)
    assert (told.status_code, told.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize("size", ["A5", "0", "../../etc"])
def test_a_poster_has_two_sizes(size: str, client: FlaskClient) -> None:
    told = client.get("/s/yp-canteen-001/poster.pdf", query_string={"size": size})
    assert (told.status_code, told.json["errors"][0]["field"]) == (400, "size")


@pytest.mark.parametrize(("size", "box"), [("A4", b"595"), ("a6", b"297")])
def test_a_poster_is_one_page_of_its_size_with_chinese_as_text(
    size: str, box: bytes, client: FlaskClient
) -> None:
    told = client.get("/s/yp-canteen-001/poster.pdf", query_string={"size": size})
    assert told.mimetype == "application/pdf"
    assert told.data.startswith(b"%PDF-")
    assert b"/MediaBox[0 0 " + box in told.data
    assert told.data.count(b"/Type/Page/") == 1
    assert b"NotoSansCJKsc-Bold" in told.data
    assert b"/ToUnicode" in told.data
    assert client.get("/s/yp-canteen-001/poster.pdf", query_string={"size": size}).data == told.data


def test_the_code_of_a_service_leads_to_its_page_at_the_public_address(store_url: str) -> None:
    settings = Settings(store=store_url, basemap="outline", public_url="https://ditu.example/hui/")
    client = create_app({"TESTING": True}, settings).test_client()
    told = client.get("/s/yp-canteen-001/qr.svg")
    assert told.mimetype == "image/svg+xml"
    from locator.maps.raster import png

    with Image.open(io.BytesIO(png(told.text, 1))) as opened:
        (code,) = zxingcpp.read_barcodes(opened.convert("L"))
    assert code.text == "https://ditu.example/hui/s/yp-canteen-001"
    about = read_about(client.get("/map.png?district=410106&kind=station&width=320").data)
    assert about["url"] == "https://ditu.example/hui/?kind=station&district=410106"


@pytest.mark.parametrize(
    "address",
    ["ditu.example", "javascript:alert(1)", "https://a b", "https://x/?q=1", "https://x/" + "a" * 200],
)
def test_a_public_address_that_is_none_is_refused_at_start(address: str, store_url: str) -> None:
    with pytest.raises(ConfigurationError, match="LOCATOR_PUBLIC_URL"):
        create_app({"TESTING": True}, Settings(store=store_url, public_url=address))
    assert public_url(Settings()) is None


def test_hostile_services_have_pictures_and_posters(hostile_url: str) -> None:
    client = create_app({"TESTING": True}, Settings(store=hostile_url, basemap="outline")).test_client()
    assert client.get("/map.png?district=310110").status_code == 200
    for service_id in HOSTILE:
        assert client.get(f"/s/{service_id}/poster.pdf?size=A6").data.startswith(b"%PDF-")
        assert "<script" not in client.get(f"/s/{service_id}/qr.svg").text


def test_a_machine_without_a_font_answers_that_the_picture_is_not_to_be_had(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from locator.maps import raster

    monkeypatch.setattr(raster, "FAMILIES", ("No Such Font",))
    raster._fonts.cache_clear()
    try:
        told = app.test_client().get("/map.png?district=310110&at=2026-01-02T03:04")
        assert (told.status_code, told.mimetype) == (503, "application/problem+json")
        assert "fonts-noto-cjk" in told.json["detail"]
    finally:
        raster._fonts.cache_clear()


@pytest.mark.parametrize("seed", range(50))
def test_a_state_written_into_an_address_asks_the_same_again(seed: int, monday: datetime) -> None:
    state = {name: value for name, value in random_state(seed).items() if name != "at"}
    question = ask(state, monday)
    assert ask(state_of(question), monday) == question
    read = {name: values[0] for name, values in parse_qs(query_of(question)).items()}
    assert ask(read, monday) == question
    assert len(query_of(question)) <= len(urlencode(state)) + 12


def test_the_cache_forgets_the_least_used_beyond_its_bytes() -> None:
    cache, made = ImageCache(), []

    def make(name: str) -> bytes:
        return cache.get(name, lambda: made.append(name) or bytes(MAX_CACHED_BYTES * 3 // 8))

    for name in ("a", "b", "a", "c", "a", "b"):
        make(name)
    assert made == ["a", "b", "c", "b"]


def test_the_command_line_draws_the_same_picture(tmp_path: Path, store_url: str, client: FlaskClient) -> None:
    out = tmp_path / "map.png"
    args = ["image", str(out), "--lon", "121.54", "--lat", "31.27", "--open", "arrival", "--at", AT]
    args += ["--url", "http://localhost", "--store", store_url, "--width", "375", "--scale", "2"]
    run = CliRunner(env={"LOCATOR_BASEMAP": "outline"}).invoke(main, args)
    assert run.exit_code == 0, run.output
    query = {"lon": "121.54", "lat": "31.27", "open": "arrival", "at": AT, "width": "375", "scale": "2"}
    assert out.read_bytes() == client.get("/map.png", query_string=query).data


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["image", "{}/x.svg", "--district", "410106"], 0),
        (["image", "{}/x.svg"], 0),
        (["image", "{}/x.jpg"], 2),
        (["image", "{}/x.png", "--width", "9"], 2),
        (["image", "{}/no/where/x.png", "--district", "410106"], 1),
        (["poster", "yp-canteen-001", "{}/x.pdf", "--url", "https://ditu.example", "--size", "A6"], 0),
        (["poster", "yp-canteen-001", "{}/x.pdf"], 2),
        (["poster", "nobody", "{}/x.pdf", "--url", "https://ditu.example"], 2),
        (["poster", "yp-canteen-001", "{}/x.pdf", "--url", "ditu"], 2),
    ],
)
def test_the_command_line_says_whose_mistake_it_was(
    args: list[str], code: int, tmp_path: Path, store_url: str
) -> None:
    run = CliRunner().invoke(main, [*(arg.format(tmp_path) for arg in args), "--store", store_url])
    assert run.exit_code == code, run.output
