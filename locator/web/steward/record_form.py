"""A record as the texts of a form, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from locator import vocabulary
from locator._errors import InputError
from locator.hours_text import read_hours
from locator.service import Service
from locator.web.steward.words import FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS = (
    "name", "kind", "status", "address", "district", "town", "phone", "code", "hours_text", "hours",
    "source_lon", "source_lat", "source_datum", "position_quality", "capacity", "stars", "rent_min", "rent_max",
    "vacancies", "apply_url", "source", "source_url", "verified_on",
)  # fmt: skip
NESTED = ("offers", "stops", "events")
# What belongs together: taken from one side or from the other, never mixed.
GROUPS = (("source_lon", "source_lat", "source_datum", "position_quality"), ("hours_text", "hours"))
_NUMBERS = {"source_lon", "source_lat", "rent_min", "rent_max"}
_COUNTS = {"capacity", "stars", "vacancies"}
_WRONG = {
    "string_too_long": "太长了",
    "string_too_short": "不能空着",
    "string_pattern_mismatch": "写法不对",
    "greater_than": "太小",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "extra_forbidden": "没有这个字段",
    "missing": "缺少这一项",
    "literal_error": "不认识这个词",
    "enum": "不认识这个词",
    "int_parsing": "要写整数",
    "int_from_float": "要写整数",
    "float_parsing": "要写数字",
    "date_from_datetime_parsing": "日期要写成 2026-11-24",
    "date_parsing": "日期要写成 2026-11-24",
    "datetime_from_date_parsing": "时间要写成 2026-11-24T13:00",
    "datetime_parsing": "时间要写成 2026-11-24T13:00",
}
_RULES = {
    "a mobile service has stops instead of one position": "有停靠点就不写经纬度",
    "an offer has one price rule, not several": "一个优惠只能有一种算法",
    "an event ends after it starts": "结束要在开始之后",
    "rent_min is above rent_max": "最低月租比最高的还高",
    "a position needs both lon and lat": "经度、纬度要写就都写",
    "source_lon and source_lat need a source_datum": "写了经纬度，要选坐标系",
}
Form = dict[str, str]


def to_form(service: Service | None) -> Form:
    """Return a record as a form's texts; equipment is one field each: yes, no or nothing."""
    said: dict[str, Any] = {"status": "active"}
    if service is not None:
        said = service.model_dump(mode="json")
    form = {name: _text(said.get(name)) for name in TEXTS}
    form |= {name: _pretty(said.get(name) or []) for name in NESTED}
    form["apply_steps"] = "\n".join(said.get("apply_steps") or ())
    has, lacks = said.get("has") or (), said.get("lacks") or ()
    form |= {
        f"eq-{word}": "yes" if word in has else "no" if word in lacks else "" for word in vocabulary.AMENITIES
    }
    form |= {f"need-{word}": "yes" if word in (said.get("needs") or ()) else "" for word in vocabulary.NEEDS}
    form["demo"] = "yes" if said.get("demo") else ""
    return form


def given_form(sent: Mapping[str, str]) -> Form:
    """Return what somebody sent as a form's texts; boxes that are not ticked are not sent at all."""
    return {name: sent.get(name, "").replace("\r\n", "\n").strip() for name in to_form(None)}


def from_form(service_id: str, form: Form, base: Form, stored: Service | None) -> tuple[Service | None, Form]:
    """Return a form as a record, or what is wrong by field.

    Parameters
    ----------
    service_id
        Whose it is.
    form, base
        As sent, and as it was handed out: hours in words count where only they were changed.
    stored
        The record that the form was made of, if there was one.
    """
    fields: dict[str, Any] = {"id": service_id}
    wrong: Form = {}
    for name in TEXTS:
        if form[name]:
            fields[name] = _number(name, form[name], wrong)
    for name in NESTED:
        fields[name] = _json(name, form[name], wrong)
    fields["apply_steps"] = [line.strip() for line in form["apply_steps"].splitlines() if line.strip()]
    fields["has"] = [word for word in vocabulary.AMENITIES if form[f"eq-{word}"] == "yes"]
    fields["lacks"] = [word for word in vocabulary.AMENITIES if form[f"eq-{word}"] == "no"]
    fields["needs"] = [word for word in vocabulary.NEEDS if form[f"need-{word}"]]
    fields["demo"] = bool(form["demo"])
    if form["hours_text"] != base["hours_text"] and form["hours"] == base["hours"]:
        fields["hours"] = read_hours(form["hours_text"]).osm if form["hours_text"] else None
    if form["source_lon"] or form["source_lat"]:
        fields.setdefault("source_datum", None)
    elif (
        stored is not None
        and stored.source_lon is None
        and stored.lon is not None
        and not form["stops"].strip("[] \n")
    ):
        # A record that came with a position and without what it was derived from keeps it.
        fields |= {"lon": stored.lon, "lat": stored.lat}
    else:
        fields.pop("source_datum", None)
    if wrong:
        return None, wrong
    try:
        return Service.model_validate(fields).placed(), {}
    except ValidationError as invalid:
        return None, _explained(invalid)


def merged(mine: Form, base: Form, theirs: Form) -> tuple[Form, list[tuple[str, str, str, str, bool]]]:
    """Return a form after somebody else saved: my changes over theirs, and what differs, field by field.

    What differs is (field, before, theirs, mine, both changed it). Nothing of mine is lost: where both
    changed a field, mine stands in the form and theirs beside it.
    """
    form, rows = dict(mine), []
    grouped = {name: group for group in GROUPS for name in group}
    for name in mine:
        group = grouped.get(name, (name,))
        changed_mine = any(mine[one] != base[one] for one in group)
        changed_theirs = any(theirs[one] != base[one] for one in group)
        if not changed_mine:
            form[name] = theirs[name]
        if mine[name] != base[name] or theirs[name] != base[name]:
            rows.append((name, base[name], theirs[name], mine[name], changed_mine and changed_theirs))
    return form, rows


def label(name: str) -> str:
    """Return what a form's field is called."""
    head, _, word = name.partition("-")
    if head == "eq":
        return f"设施：{vocabulary.AMENITIES[word].zh}"
    return f"六有：{vocabulary.NEEDS[word].zh}" if head == "need" else FIELDS.get(name, name)


def shown(name: str, text: str) -> str:
    """Return a form's text as the other editor should read it."""
    if name.startswith("eq-"):
        return {"yes": "有", "no": "没有", "": "不清楚"}[text if text in {"yes", "no"} else ""]
    if name.startswith("need-") or name == "demo":
        return "是" if text else "否"
    return text or "（空）"


def _text(value: Any) -> str:  # noqa: ANN401  whatever a record holds
    if value is None:
        return ""
    # repr() reads as the same number again.
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _pretty(value: list[dict[str, Any]]) -> str:
    kept = [{k: v for k, v in one.items() if v is not None and v is not False} for one in value]
    return json.dumps(kept, ensure_ascii=False, indent=1) if kept else ""


def _number(name: str, text: str, wrong: Form) -> Any:  # noqa: ANN401
    try:
        if name in _NUMBERS:
            return float(text)
        return int(text) if name in _COUNTS else text
    except ValueError:
        wrong[name] = "要写整数" if name in _COUNTS else "要写数字，像 121.54429"
        return None


def _json(name: str, text: str, wrong: Form) -> Any:  # noqa: ANN401
    if not text:
        return []
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        at = f"第 {error.lineno} 行" if isinstance(error, json.JSONDecodeError) else ""
        wrong[name] = f"{at}读不懂：要写成 [{{…}}, {{…}}]"
        return []
    if not isinstance(value, list):
        wrong[name] = "外面要有方括号：[{…}, {…}]"
        return []
    return value


def _explained(invalid: ValidationError) -> Form:
    wrong: Form = {}
    for fault in invalid.errors(include_url=False):
        path = [str(part) for part in fault["loc"]]
        cause = fault.get("ctx", {}).get("error")
        message = fault["msg"].removeprefix("Value error, ")
        text = (
            cause.text.zh
            if isinstance(cause, InputError)
            else _WRONG.get(fault["type"], _RULES.get(message, message))
        )
        name = path[0] if path else "name" if "rent" not in message else "rent_min"
        where = (
            f"第 {int(path[1]) + 1} 项 {'.'.join(path[2:])}：" if len(path) > 1 and path[1].isdigit() else ""
        )
        wrong.setdefault(name if path else _whole(message), f"{where}{text}")
    return wrong


def _whole(message: str) -> str:
    """Return the field beside which something about the record as a whole is said."""
    for word, field in (
        ("rent", "rent_min"),
        ("stops", "stops"),
        ("position", "source_lon"),
        ("source_", "source_datum"),
    ):
        if word in message:
            return field
    return "name"
