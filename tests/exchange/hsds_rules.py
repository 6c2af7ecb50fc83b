"""What HSDS 3.1 asks of its JSON, written down again from the specification: required members, formats, words."""

from __future__ import annotations

from typing import Any

_UUID: dict[str, Any] = {"type": "string", "format": "uuid"}
_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_URI: dict[str, Any] = {"type": "string", "format": "uri", "pattern": r"^https?://[^\s]+$"}
_DAY: dict[str, Any] = {"type": "string", "format": "date"}
_NUMBER: dict[str, Any] = {"type": "number"}
_CLOCK = {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(Z|[+-]\d\d:\d\d)$"}
_WEEKDAY = r"(MO|TU|WE|TH|FR|SA|SU)"


def _object(required: str, **members: dict[str, Any]) -> dict[str, Any]:
    known = {"id": _UUID, **members}
    return {
        "type": "object",
        "required": ["id", *required.split()],
        "properties": known,
        "additionalProperties": False,
    }


def _list(name: str) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": {"$ref": f"#/$defs/{name}"}}


SERVICE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$ref": "#/$defs/service",
    "$defs": {
        "service": _object(
            "name status organization",
            name=_TEXT, description=_TEXT, url=_URI, application_process=_TEXT, assured_date=_DAY, alert=_TEXT,
            status={"enum": ["active", "inactive", "defunct", "temporarily closed"]},
            organization={"$ref": "#/$defs/organization"}, phones=_list("phone"), schedules=_list("schedule"),
            cost_options=_list("cost_option"), attributes=_list("attribute"), service_at_locations=_list("service_at_location"),
        ),
        "organization": _object("name description", name=_TEXT, description=_TEXT),
        "phone": _object("number", number=_TEXT, type={"enum": ["text", "voice", "fax", "cell", "video", "pager", "textphone"]}),
        "schedule": _object(
            "",
            valid_from=_DAY, valid_to=_DAY, timezone=_NUMBER, wkst={"enum": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]},
            freq={"enum": ["WEEKLY", "MONTHLY"]}, interval=_NUMBER, opens_at=_CLOCK, closes_at=_CLOCK, description=_TEXT, notes=_TEXT,
            byday={"type": "string", "pattern": rf"^{_WEEKDAY}(,{_WEEKDAY})*$"},
        ),
        "cost_option": _object(
            "", option=_TEXT, currency={"const": "CNY"}, amount=_NUMBER, amount_description=_TEXT, valid_from=_DAY, valid_to=_DAY
        ),
        "attribute": _object(
            "taxonomy_term", taxonomy_term={"$ref": "#/$defs/taxonomy_term"}, link_type=_TEXT, link_entity=_TEXT, value=_TEXT, label=_TEXT
        ),
        "taxonomy_term": _object(
            "name description", name=_TEXT, description=_TEXT, code=_TEXT, taxonomy=_TEXT, taxonomy_id=_UUID, language=_TEXT
        ),
        "service_at_location": _object("location", location={"$ref": "#/$defs/location"}, schedules=_list("schedule")),
        "location": _object(
            "location_type",
            location_type={"enum": ["physical", "postal", "virtual"]}, name=_TEXT,
            latitude={"type": "number", "minimum": -90, "maximum": 90}, longitude={"type": "number", "minimum": -180, "maximum": 180},
            addresses=_list("address"), attributes=_list("attribute"),
        ),
        "address": _object(
            "address_1 city state_province postal_code country address_type",
            address_1=_TEXT, city=_TEXT, region=_TEXT, state_province=_TEXT, postal_code=_TEXT, country={"const": "CN"},
            address_type={"enum": ["physical", "postal", "virtual"]},
        ),
    },
}  # fmt: skip
