"""The JSON Schema of a record that the import takes, its titles and descriptions in Chinese and English.

Made from the record itself; the import takes more (a kind in words, 三星 for stars), but whatever follows the
schema it takes as it stands.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from locator import vocabulary
from locator._errors import Text
from locator.exchange.record_words import PARTS, RECORD
from locator.publication import NAMES
from locator.service import Service

if TYPE_CHECKING:
    from collections.abc import Mapping

Shape = dict[str, Any]
ADDRESS = "/api/v1/schema/record.json"
_TITLE = Text("一条服务记录", "A record of a service")
_WHAT = Text(
    "导入用：.json 文件是这样的记录的列表，.jsonl 文件一行一条。没有的成员不改库里的；不知道的写 null 或不写。",
    "For the import: a .json file holds a list of such records, a .jsonl file one a line. What is left out or null "
    "changes nothing in the store.",
)
_CODES: Mapping[str, Mapping[str, Text]] = {
    "kind": {code: kind.label for code, kind in vocabulary.KINDS.items()},
    "has": vocabulary.AMENITIES,
    "lacks": vocabulary.AMENITIES,
    "needs": vocabulary.NEEDS,
    "groups": vocabulary.GROUPS,
}
# Where records hold such parts.
_LISTED = {"Offer": "offers", "Stop": "stops", "Event": "events"}
# Each number of a pair says nothing without the other, nor a supplied one without its datum.
_TOGETHER = {
    "lon": ["lat"],
    "lat": ["lon"],
    "source_lon": ["source_lat", "source_datum"],
    "source_lat": ["source_lon", "source_datum"],
}
# The format "date-time" would demand an offset; here Shanghai's is understood.
_INSTANT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$"
_SOMEWHERE = (["lon", "lat"], ["source_lon", "source_lat", "source_datum"], ["address"], ["stops"])


@cache
def record_schema() -> Shape:
    """Return the schema (JSON Schema 2020-12)."""
    whole = Service.model_json_schema(mode="validation", ref_template="#/$defs/{model}")
    parts = whole.pop("$defs")
    del parts["Datum"]
    datum = {"enum": [datum.value for datum in NAMES]}
    members = _told({**whole["properties"], "datum": {"anyOf": [datum, {"type": "null"}]}}, RECORD)
    members["source_datum"]["anyOf"] = [{"enum": [*datum["enum"], "gcj02-doubled"]}, {"type": "null"}]
    parts["Stop"]["properties"]["datum"] = datum
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ADDRESS,
        "title": _both(_TITLE),
        "description": _both(_WHAT),
        "type": "object",
        "properties": members,
        "required": ["kind", "name"],
        "anyOf": [{"required": names} for names in _SOMEWHERE],
        "dependentRequired": _TOGETHER,
        "additionalProperties": False,
        "$defs": {
            name: {
                **{key: value for key, value in parts[name].items() if key != "description"},
                "title": _both(RECORD[listed][0]),
                "properties": _told(parts[name]["properties"], PARTS[name]),
            }
            for name, listed in _LISTED.items()
        },
    }  # fmt: skip


def _told(members: Mapping[str, Shape], words: Mapping[str, tuple[Text, Text]]) -> dict[str, Shape]:
    """Return members with their words, in the order of the words."""
    return {
        name: {"title": _both(title), "description": _both(about), **_shape(name, members[name])}
        for name, (title, about) in words.items()
    }


def _shape(name: str, shape: Shape) -> Shape:
    kept = {key: value for key, value in shape.items() if key not in {"title", "description"}}
    if kept.get("format") == "date-time":
        return {"type": "string", "pattern": _INSTANT}
    if name not in _CODES:
        return kept
    codes = {"oneOf": [{"const": code, "title": _both(label)} for code, label in _CODES[name].items()]}
    return codes if name == "kind" else {**kept, "items": codes}


def _both(text: Text) -> str:
    return text.zh if text.zh == text.en else f"{text.zh} / {text.en}"
