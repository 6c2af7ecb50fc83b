"""The HSDS export is what the specification asks for, and says of the services what the catalog says."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest
from exchange.hsds_rules import SERVICE
from jsonschema import Draft202012Validator

from locator import exchange
from locator.datum import Datum, convert
from locator.exchange.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from locator.service import Service

Tables = dict[str, list[dict[str, str]]]


def unpacked(path: Path) -> tuple[dict[str, Any], Tables]:
    with ZipFile(path) as packed:
        package = json.loads(packed.read("datapackage.json"))
        tables = {
            resource["name"]: list(
                csv.DictReader(
                    io.StringIO(packed.read(resource["path"]).decode(resource["encoding"]), newline="")
                )
            )
            for resource in package["resources"]
        }
        assert set(packed.namelist()) == {"datapackage.json", *(r["path"] for r in package["resources"])}
    return package, tables


@pytest.fixture(scope="module")
def package(
    tmp_path_factory: pytest.TempPathFactory, services: list[Service]
) -> tuple[dict[str, Any], Tables]:
    path = tmp_path_factory.mktemp("hsds") / "a.zip"
    exchange.write(services, path, "hsds", demo=True)
    return unpacked(path)


@pytest.fixture(scope="module")
def nested(tmp_path_factory: pytest.TempPathFactory, services: list[Service]) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("hsds") / "a.json"
    exchange.write(services, path, "hsds", demo=True)
    return json.loads(path.read_text(encoding="utf-8"))


def by_own_id(nested: dict[str, Any]) -> dict[str, dict[str, Any]]:
    def own(service: dict[str, Any]) -> str:
        said = [a for a in service["attributes"] if a["link_type"] == "identifier"]
        return next(a["value"] for a in said if a["taxonomy_term"]["code"] == "id")

    return {own(service): service for service in nested["contents"]}


def test_every_service_of_the_json_follows_the_specifications_rules(
    nested: dict[str, Any], services: list[Service]
) -> None:
    check = Draft202012Validator(SERVICE, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert [error.message for service in nested["contents"] for error in check.iter_errors(service)] == []
    assert nested["total_items"] == nested["size"] == len(nested["contents"]) == len(services)
    assert set(by_own_id(nested)) == {service.id for service in services}


def test_the_rules_would_find_a_fault(nested: dict[str, Any]) -> None:
    check = Draft202012Validator(SERVICE, format_checker=Draft202012Validator.FORMAT_CHECKER)
    good = nested["contents"][0]
    for wrong in (
        {"id": "1"},
        {"status": "open"},
        {"organization": None},
        {"assured_date": "2.11.2026"},
        {"extra": 1},
    ):
        assert not check.is_valid({**good, **wrong})


def test_every_key_of_the_tables_leads_to_a_row_and_every_row_has_what_it_must(
    package: tuple[dict[str, Any], Tables],
) -> None:
    described, tables = package
    ids = {name: [row["id"] for row in rows] for name, rows in tables.items()}
    every = [one for listed in ids.values() for one in listed]
    assert len(every) == len(set(every)) > 1000
    for resource in described["resources"]:
        rows, fields = tables[resource["name"]], resource["schema"]["fields"]
        assert rows, resource["name"]
        assert list(rows[0]) == [field["name"] for field in fields]
        for field in fields:
            values = [row[field["name"]] for row in rows]
            if field["constraints"]["required"]:
                assert "" not in values, (resource["name"], field["name"])
            if "enum" in field["constraints"]:
                assert set(values) - {""} <= set(field["constraints"]["enum"])
            if field["type"] == "number":
                assert all(float(value) > -1000 for value in values if value)
        for key in resource["schema"].get("foreignKeys", ()):
            known = set(ids[key["reference"]["resource"]])
            assert {row[key["fields"]] for row in rows} - {""} <= known, (resource["name"], key)
    for row in tables["attribute"]:
        assert row["link_id"] in set(ids[row["link_entity"]])
    assert {row["name"] for row in tables["meta_table_description"]} == set(TABLES)
    assert all(row["service_id"] or row["service_at_location_id"] for row in tables["schedule"])


def test_tables_and_json_hold_the_same_rows(
    package: tuple[dict[str, Any], Tables], nested: dict[str, Any]
) -> None:
    def ids(value: Any) -> set[str]:
        if isinstance(value, list):
            return {one for each in value for one in ids(each)}
        if not isinstance(value, dict):
            return set()
        return {value["id"]} | {one for each in value.values() for one in ids(each)}

    tables = package[1]
    shared = {"taxonomy", "taxonomy_term", "meta_table_description"}
    held = {row["id"] for name, rows in tables.items() if name not in shared for row in rows}
    terms = {row["id"] for row in tables["taxonomy_term"]}
    assert ids(nested["contents"]) - terms == held


def test_a_services_facts_are_all_there(nested: dict[str, Any]) -> None:
    one = by_own_id(nested)["x-all"]
    assert one["name"] == '=1+1 "食堂",\n二\u2028楼'
    assert (one["status"], one["assured_date"], one["url"]) == (
        "active",
        "2026-11-02",
        "https://example.org/a",
    )
    assert one["organization"]["name"] == "杨浦区总工会"
    assert [phone["number"] for phone in one["phones"]] == ["+86 21 6543 2100"]
    said = {(a["link_type"], a["taxonomy_term"]["code"]): a.get("value") for a in one["attributes"]}
    assert said == {
        ("kind", "canteen"): None, ("identifier", "id"): "x-all", ("identifier", "code"): "310110-7",
        ("amenity", "microwave"): "yes", ("amenity", "wifi"): "yes", ("amenity", "toilet"): "no",
        ("need", "rest"): None, ("need", "save"): None, ("figure", "capacity"): "0", ("figure", "stars"): "0",
    }  # fmt: skip
    first, second, demo = one["cost_options"]
    assert first["option"] == "七折（骑手 / delivery riders）"
    assert first["amount_description"] == "七折 / 30 % off; opening_hours 13:00-14:00"
    assert first["valid_from"] == "2026-01-01"
    assert "amount" not in first
    assert (second["amount"], second["currency"], demo["amount"]) == (12.5, "CNY", 1)
    (link,) = one["service_at_locations"]
    lon, lat = convert(121.51, 31.21, "bd09", "wgs84")
    assert (link["location"]["longitude"], link["location"]["latitude"]) == pytest.approx(
        (lon, lat), abs=1e-8
    )
    (address,) = link["location"]["addresses"]
    assert (address["city"], address["region"], address["postal_code"]) == ("上海市", "杨浦区", "unknown")


def test_a_mobile_service_has_a_location_and_dated_schedules_for_each_stop(nested: dict[str, Any]) -> None:
    first, second = by_own_id(nested)["x-mobile"]["service_at_locations"]
    assert (first["location"]["name"], second["location"]["name"]) == ("东", "流动")
    (schedule,) = first["schedules"]
    assert (schedule["byday"], schedule["valid_from"], schedule["valid_to"]) == (
        "MO",
        "2026-05-01",
        "2026-09-30",
    )
    assert "schedules" not in second


def test_what_nobody_knows_is_not_there(nested: dict[str, Any]) -> None:
    bare = by_own_id(nested)["x-bare"]
    assert not {"phones", "schedules", "service_at_locations", "cost_options", "assured_date"} & bare.keys()
    assert {a["link_type"] for a in bare["attributes"]} == {"kind", "identifier"}


def test_statuses_rents_and_steps(nested: dict[str, Any]) -> None:
    found = by_own_id(nested)
    assert (found["x-home"]["status"], found["x-mobile"]["status"]) == ("temporarily closed", "inactive")
    assert [option["amount"] for option in found["x-home"]["cost_options"]] == [0, 900.5]
    assert found["x-home"]["application_process"] == "带身份证\n签字"


def test_the_same_service_keeps_its_ids_whatever_else_is_exported(
    tmp_path: Path, services: list[Service], nested: dict[str, Any]
) -> None:
    path = tmp_path / "one.json"
    exchange.write([s for s in services if s.id == "x-home"], path, "hsds")
    assert json.loads(path.read_text(encoding="utf-8"))["contents"] == [by_own_id(nested)["x-home"]]


def test_invented_services_and_offers_stay_out_unless_asked_for_and_are_marked(
    run: Callable[..., Result], services: list[Service], nested: dict[str, Any], tmp_path: Path
) -> None:
    demo = sum(service.demo for service in services)
    done = run("export", "a.zip", "--format", "hsds")
    assert f"left out {demo}: invented examples" in done.stderr
    tables = unpacked(tmp_path / "a.zip")[1]
    assert len(tables["service"]) == len(services) - demo
    assert not any("example data" in row["alert"] for row in tables["service"])
    assert not any(row["option"].startswith("编的") for row in tables["cost_option"])
    assert "example data" in by_own_id(nested)["x-demo"]["alert"]
    assert "left out" not in run("export", "b.zip", "--format", "hsds", "--demo").stderr


@pytest.mark.parametrize("name", ["a.json", "a.zip"])
def test_where_gcj02_is_published_no_wgs84_leaves_and_the_position_names_its_datum(
    tmp_path: Path, services: list[Service], name: str
) -> None:
    path = tmp_path / name
    exchange.write(services, path, "hsds", published=Datum.GCJ02)
    if name == "a.zip":
        tables = unpacked(path)[1]
        assert all(row["latitude"] == row["longitude"] == "" for row in tables["location"])
        values = {row["value"] for row in tables["attribute"] if row["link_type"] == "position"}
    else:
        whole = json.loads(path.read_text(encoding="utf-8"))
        places = [
            link["location"] for one in whole["contents"] for link in one.get("service_at_locations", ())
        ]
        assert not any({"latitude", "longitude"} & place.keys() for place in places)
        said = [a for place in places for a in place.get("attributes", ())]
        assert {a["taxonomy_term"]["code"] for a in said} == {"gcj02"}
        values = {a["value"] for a in said}
    lon, lat = convert(121.4, 31.1, "wgs84", "gcj02")
    assert f"{round(float(lon), 8)},{round(float(lat), 8)}" in values
    assert not {value for value in values if value.startswith("121.4,")}


def test_no_services_make_a_whole_file_all_the_same(tmp_path: Path) -> None:
    assert exchange.write([], tmp_path / "a.json", "hsds").services == 0
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["contents"] == []
    exchange.write([], tmp_path / "a.zip", "hsds")
    assert unpacked(tmp_path / "a.zip")[1]["service"] == []
