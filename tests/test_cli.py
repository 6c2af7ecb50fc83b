"""The command line: the same answers as the web, exit codes, and sentences instead of tracebacks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from tests_support import catalog_of

from locator import __version__
from locator.cli import main
from locator.store import Store

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from locator import Service

HERE = ("121.5443", "31.2732", "--datum", "gcj02", "--at", "2026-11-23T13:05")
QUERY = "lon=121.5443&lat=31.2732&datum=gcj02&at=2026-11-23T13:05"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [
        name for name in os.environ if name.startswith("LOCATOR_") or name in {"LANG", "LC_ALL", "LANGUAGE"}
    ]:
        monkeypatch.delenv(name)


def call(*words: str, lang: str = "en_US.UTF-8") -> Result:
    result = CliRunner().invoke(main, list(words), env={"LANG": lang})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def process(*words: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    base = {"PATH": os.environ["PATH"], "HOME": str(cwd), "LANG": "en_US.UTF-8"}
    command = [sys.executable, "-m", "locator", *words]
    return subprocess.run(
        command, cwd=cwd, env=base | environ, capture_output=True, encoding="utf-8", timeout=60, check=False
    )


def test_help_names_every_verb() -> None:
    text = call("--help").output
    for verb in ("serve", "nearest", "along", "map", "show"):
        assert re.search(rf"^  {verb} ", text, re.MULTILINE)


@pytest.mark.parametrize("verb", ["serve", "nearest", "along", "map", "show"])
def test_every_verb_explains_itself(verb: str) -> None:
    result = call(verb, "--help")
    assert result.exit_code == 0
    assert "--store" in result.output
    assert "Usage:" in result.output


def test_the_version_is_told() -> None:
    assert __version__ in call("--version").output


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ((), ""),
        (("--kind", "canteen", "--limit", "3"), "&kind=canteen&limit=3"),
        (("--open", "arrival", "--mode", "walk"), "&open=arrival&mode=walk"),
        (("--group", "rider", "--offer", "now"), "&group=rider&offer=now"),
        (
            ("--needs-amenity", "charging,seating", "--max-m", "5000"),
            "&needs_amenity=charging,seating&max_m=5000",
        ),
        (("--stay", "30", "--open", "arrival", "--sort", "distance"), "&stay=30&open=arrival&sort=distance"),
        (("--district", "杨浦", "--max-minutes", "10"), "&district=杨浦&max_minutes=10"),
    ],
)
def test_nearest_prints_the_json_that_the_web_answers(
    client: FlaskClient, store_url: str, options: tuple[str, ...], query: str
) -> None:
    printed = call("nearest", *HERE, *options, "--store", store_url, "--json")
    assert printed.exit_code == 0
    answered = client.get(f"/api/v1/nearest?{QUERY}{query}")
    assert answered.status_code == 200
    assert json.loads(printed.stdout) == json.loads(answered.text)


def test_nearest_reads_well_without_json(store_url: str) -> None:
    result = call("nearest", *HERE, "--kind", "canteen", "--limit", "2", "--store", store_url)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "[yp-canteen-001]" in result.stdout
    assert result.stdout.count("时间不清楚") == 2
    assert "开着" not in result.stdout
    assert "|" not in result.stdout


def test_invented_services_say_so_in_the_text(store_url: str) -> None:
    result = call("nearest", *HERE, "--kind", "legal-aid", "--limit", "1", "--store", store_url)
    assert "示例" in result.stdout
    assert "（示例）（示例）" not in result.stdout


def test_nobody_near_is_a_sentence_and_no_failure(store_url: str) -> None:
    result = call("nearest", "87.6", "43.8", "--store", store_url)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.strip()


def test_nobody_near_is_still_json(store_url: str) -> None:
    result = call("nearest", "87.6", "43.8", "--store", store_url, "--json")
    assert json.loads(result.stdout)["features"] == []


def test_western_longitudes_go_after_two_dashes(store_url: str) -> None:
    result = call("nearest", "--json", "--store", store_url, "--", "-0.12", "51.5")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["asked"]["lon"] == -0.12


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("121", "abc"), "lat"), (("31", "121"), "lat"), (("nan", "31"), "lon"), (("121", "31", "--limit", "0"), "limit"),
        (("121", "31", "--at", "yesterday"), "at"), (("121", "31", "--datum", "mars"), "datum"),
        (("121", "31", "--kind", "palace"), "kind"), (("121", "31", "--mode", "fly"), "mode"),
        (("121", "31", "--district", "乌有"), "district"), (("121", "31", "--stay", "-1"), "stay"),
    ],
)  # fmt: skip
def test_the_callers_mistake_is_named_and_exits_2(store_url: str, words: tuple[str, ...], field: str) -> None:
    result = call("nearest", *words, "--store", store_url, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert field in result.stderr
    assert "Traceback" not in result.stderr


def test_mistakes_are_told_in_chinese_to_a_chinese_terminal(store_url: str) -> None:
    chinese = call("nearest", "31", "121", "--store", store_url, lang="zh_CN.UTF-8").stderr
    english = call("nearest", "31", "121", "--store", store_url).stderr
    assert "写反" in chinese
    assert "swapped" in english
    assert not re.search(r"[一-鿿]", english)


@pytest.mark.parametrize("name", ["LC_ALL", "LC_MESSAGES", "LANG"])
def test_any_of_the_locale_variables_asks_for_chinese(tmp_path: Path, store_url: str, name: str) -> None:
    result = process(
        "show", "nobody-1", "--store", store_url, cwd=tmp_path, **{"LANG": "", name: "zh_CN.UTF-8"}
    )
    assert result.returncode == 2
    assert "没有" in result.stderr


@pytest.mark.parametrize(
    "words", [(), ("nearest",), ("nearest", "121"), ("show",), ("map",), ("fly",), ("show", "--fast", "x")]
)
def test_a_command_that_lacks_something_exits_2(words: tuple[str, ...]) -> None:
    result = call(*words)
    assert result.exit_code == 2
    assert "Usage:" in result.output


def test_show_prints_the_record_that_the_web_answers(client: FlaskClient, store_url: str) -> None:
    for service_id in ("yp-canteen-001", "demo-mobile-001", "zz-station-001"):
        printed = call("show", service_id, "--store", store_url, "--json")
        assert printed.exit_code == 0
        assert json.loads(printed.stdout) == json.loads(client.get(f"/api/v1/services/{service_id}").text)


def test_show_reads_well_without_json(store_url: str) -> None:
    result = call("show", "yp-canteen-001", "--store", store_url)
    assert result.exit_code == 0
    assert "定海路街道隆昌路睦邻社区长者食堂" in result.stdout
    assert "None" not in result.stdout
    assert "hours_text" not in result.stdout


def test_an_unknown_id_exits_2_and_is_named(store_url: str) -> None:
    result = call("show", "nobody-1", "--store", store_url, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nobody-1" in result.stderr
    assert "没有" in call("show", "nobody-1", "--store", store_url, lang="zh_CN.UTF-8").stderr


def test_map_writes_one_file_with_its_services(store_url: str) -> None:
    result = call(
        "map", "out.html", "--lon", "121.5443", "--lat", "31.2732", "--datum", "gcj02", "--store", store_url
    )
    assert result.exit_code == 0
    page = Path("out.html").read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert "睦邻社区长者食堂" in page
    assert not re.search(r"<(script|img|iframe)[^>]+src=[\"']?(https?:)?//", page)
    assert not re.search(r"<link[^>]+href=[\"']?(https?:)?//", page)
    assert "out.html" in result.stderr


def test_map_of_nothing_in_particular_shows_the_largest_district(store_url: str) -> None:
    assert call("map", "out.html", "--store", store_url).exit_code == 0
    assert "睦邻社区长者食堂" in Path("out.html").read_text(encoding="utf-8")


def test_the_title_of_a_map_is_text(store_url: str) -> None:
    call("map", "out.html", "--title", "<script>alert(1)</script>", "--store", store_url)
    page = Path("out.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_map_that_cannot_be_written_is_a_sentence(store_url: str) -> None:
    result = call("map", "nowhere/out.html", "--store", store_url)
    assert result.exit_code in {1, 2}
    assert "nowhere/out.html" in result.stderr


@pytest.mark.parametrize(
    "words", [("--basemap", "tianditu"), ("--lat", "31"), ("--lon", "31", "--lat", "121"), ("--limit", "x")]
)
def test_a_map_of_a_faulty_question_is_not_written(store_url: str, words: tuple[str, ...]) -> None:
    result = call("map", "out.html", *words, "--store", store_url)
    assert result.exit_code == 2
    assert result.stderr.strip()
    assert not Path("out.html").exists()


def test_a_map_of_an_empty_store_is_no_crash(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"
    Store(url).create([], "nothing yet")
    result = call("map", "out.html", "--store", url)
    assert result.exit_code in {0, 2}
    assert result.stderr.strip()


def test_a_map_of_services_without_district_is_no_crash(tmp_path: Path, sample: list[Service]) -> None:
    catalog_of([s.model_copy(update={"district": None}) for s in sample[:3]], tmp_path)
    result = call("map", "out.html", "--store", f"sqlite:///{tmp_path}/own.db")
    assert result.exit_code in {0, 2}
    assert result.stderr.strip()


@pytest.mark.parametrize("lang", ["en_US.UTF-8", "zh_CN.UTF-8"])
@pytest.mark.parametrize(
    "words", [("nearest", "121.5", "31.2"), ("show", "a"), ("map", "out.html"), ("serve",)]
)
def test_a_missing_store_file_is_a_sentence_and_is_not_made(
    tmp_path: Path, words: tuple[str, ...], lang: str
) -> None:
    result = process(*words, "--store", "sqlite:///missing.db", cwd=tmp_path, LANG=lang)
    assert result.returncode in {1, 2}
    assert result.stdout == ""
    assert "missing.db" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert bool(re.search(r"[一-鿿]", result.stderr)) == lang.startswith("zh")
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_a_store_of_another_kind_exits_2(tmp_path: Path) -> None:
    result = process("show", "a", "--store", "mysql://root:secret@localhost/x", cwd=tmp_path)
    assert result.returncode == 2
    assert "secret" not in result.stderr
    assert "Traceback" not in result.stderr


def test_the_first_call_in_an_empty_folder_works_on_the_sample(tmp_path: Path) -> None:
    result = process("nearest", *HERE, "--kind", "canteen", "--limit", "1", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert "yp-canteen-001" in result.stdout
    assert (tmp_path / "locator.db").is_file()


def test_the_store_of_the_environment_is_used_and_an_option_goes_before_it(
    tmp_path: Path, store_url: str
) -> None:
    good = process("show", "yp-canteen-001", "--json", cwd=tmp_path, LOCATOR_STORE=store_url)
    assert json.loads(good.stdout)["id"] == "yp-canteen-001"
    both = process(
        "show", "yp-canteen-001", "--store", store_url, cwd=tmp_path, LOCATOR_STORE="sqlite:///missing.db"
    )
    assert both.returncode == 0
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_json_is_utf8_whatever_the_terminal(tmp_path: Path, store_url: str) -> None:
    result = process("show", "yp-canteen-001", "--json", "--store", store_url, cwd=tmp_path, LANG="C")
    assert "食堂" in json.loads(result.stdout)["name"]


def test_a_port_in_use_is_told_in_one_sentence(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "locator", "serve", "--port", port]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert port in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_along_prints_the_same_json_as_the_api_and_the_minutes_in_words(
    client: FlaskClient, store_url: str
) -> None:
    at = ("--at", "2026-11-23T13:05", "--store", store_url, "--open", "arrival")
    printed = call("along", "121.54,31.27", "121.55,31.28", *at, "--json")
    served = client.get(
        "/api/v1/along?path=121.54,31.27;121.55,31.28&at=2026-11-23T13:05&open=arrival"
    ).get_json(force=True)
    assert printed.exit_code == 0
    assert json.loads(printed.output)["features"] == served["features"]
    words = call("along", "121.54,31.27", "121.55,31.28", *at).output
    assert re.search(r"\+\d+分钟  ", words)


def test_along_refuses_one_drop_off_and_offers_no_sort(store_url: str) -> None:
    alone = call("along", "121.54,31.27", "--store", store_url)
    assert alone.exit_code == 2
    assert "2-20 points" in alone.output
    assert call("along", "121.5,31.2", "121.6,31.2", "--sort", "price").exit_code == 2
