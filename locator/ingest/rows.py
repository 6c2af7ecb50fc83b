"""One row as a record: what its cells say laid over what the store knows; a blank cell erases nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from locator import vocabulary
from locator._errors import InputError, Text
from locator.hours_text import HoursRead, read_hours
from locator.ingest.equipment import read_equipment, yes_or_no
from locator.ingest.known import id_of
from locator.ingest.problems import Problem, rejected, warned
from locator.ingest.values import READERS, kind_in, read_kind, read_rents, read_text
from locator.price_words import parse_price
from locator.service import Service
from locator.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from locator.ingest.columns import Columns
    from locator.ingest.readers import Table

# Cells that say that nobody filled them in.
BLANK = frozenset(
    {
        "",
        "-",
        "--",
        "—",
        "/",
        "\\",
        "无数据",
        "不详",
        "未知",
        "null",
        "NULL",
        "None",
        "nan",
        "NaN",
        "N/A",
        "n/a",
        "#N/A",
    }
)
_CACHED = 50_000
_MAX_HOURS_TEXT = 400
_NO_NAME = Text("没有名称", "there is no name"), Text("补上名称", "give the name")
_NO_KIND = (
    Text("看不出是哪一类场所", "it is unclear what kind of site this is"),
    Text(
        "加一列“类型”（驿站、食堂……），或选定没写类型的行算哪一类（命令行用 --kind）",
        "add a column 类型, or choose what rows without one are (--kind)",
    ),
)


class Draft(NamedTuple):
    """A row's id and fields, as far as its own cells say them; `fields` is None if the row is out."""

    id: str
    fields: dict[str, Any] | None
    problems: list[Problem]


class RowReader:
    """Reads rows of one table; the same text is read only once.

    Parameters
    ----------
    table, columns
        The cells and which field each column is.
    kind
        Of rows that do not say theirs.
    counted
        Fields (id, code) that only count the rows and so identify nothing.
    """

    def __init__(self, table: Table, columns: Columns, kind: str | None, counted: frozenset[str]) -> None:
        self._names = table.columns
        self._at = {field: place for field, place in columns.fields.items() if field not in counted}
        self._amenities = columns.amenities
        self._kind = kind
        self._hint = kind_in(columns.kind_hint or "")
        self._plain = [(field, self._at[field], READERS[field]) for field in READERS if field in self._at]
        self._caches: dict[str, dict[str, Any]] = {}

    def text(self, cells: list[str], field: str) -> str:
        """Return a row's cell for a field, "" where nothing is said."""
        place = self._at.get(field)
        cell = cells[place] if place is not None else ""
        return "" if cell in BLANK else cell

    def read(self, number: int, cells: list[str], district: str | None, zone: str | None) -> Draft:
        """Return what a row's cells say, without its position."""
        problems: list[Problem] = []
        fields: dict[str, Any] = {}
        for field, place, reader in self._plain:
            cell = cells[place]
            if cell in BLANK:
                continue
            value = cell if reader is read_text else self._once(field, cell, reader)
            if isinstance(value, InputError):
                problems.append(warned(number, self._names[place], cell, value.text, _LEFT_UNKNOWN))
            else:
                fields[field] = value
        if district is not None:
            fields["district"] = district
        if zone is not None:
            fields.setdefault("town", zone)
        self._read_words(number, cells, fields, problems)
        if not fields.get("name"):
            problems.append(rejected(number, self._column("name"), "", *_NO_NAME))
            return Draft("", None, problems)
        kind = self._kind_of(cells, fields["name"])
        if kind is None:
            value = self.text(cells, "kind") or fields["name"]
            problems.append(rejected(number, self._column("kind", "name"), value, *_NO_KIND))
            return Draft("", None, problems)
        fields["kind"] = kind
        parts = kind, fields["name"], fields.get("address"), district
        own = id_of(self.text(cells, "id"), fields.get("code"), *parts)
        return Draft(own, fields, problems)

    def _column(self, *fields: str) -> str:
        return next((self._names[self._at[field]] for field in fields if field in self._at), fields[0])

    def _kind_of(self, cells: list[str], name: str) -> str | None:
        said = self.text(cells, "kind")
        kind = read_kind(said) if said else None
        return kind or self._kind or self._once("_kind", name, kind_in) or self._hint

    def _once(self, name: str, cell: str, reader: Callable[[str], Any]) -> Any:  # noqa: ANN401
        """Return what a reader makes of a cell, or the InputError it raised, kept for the next such cell."""
        cache = self._caches.setdefault(name, {})
        if cell in cache:
            return cache[cell]
        try:
            value = reader(cell)
        except InputError as error:
            value = error
        if len(cache) < _CACHED:
            cache[cell] = value
        return value

    def _read_words(
        self, number: int, cells: list[str], fields: dict[str, Any], problems: list[Problem]
    ) -> None:
        """Read what takes more than one field: equipment, hours, rents, offers in words."""
        self._read_equipment(number, cells, fields, problems)
        self._read_hours(number, cells, fields, problems)
        rent = self.text(cells, "rent")
        if rent:
            found = self._once("rent", rent, read_rents)
            if isinstance(found, InputError):
                problems.append(warned(number, self._column("rent"), rent, found.text, _LEFT_UNKNOWN))
            else:
                fields.setdefault("rent_min", found[0])
                fields.setdefault("rent_max", found[1])
        offer = self.text(cells, "offer_text")
        if offer and "offers" not in fields:
            rule = self._once("offer", offer, parse_price)
            if isinstance(rule, InputError):
                text = Text(
                    f"优惠记下了原话，{rule.text.zh}", f"the offer is kept in its words; {rule.text.en}"
                )
                problems.append(warned(number, self._column("offer_text"), offer, text))
                rule = {}
            fields["offers"] = [{"title": offer, **rule}]

    def _read_equipment(
        self, number: int, cells: list[str], fields: dict[str, Any], problems: list[Problem]
    ) -> None:
        for field, absent in (("equipment", False), ("lacks_text", True)):
            said = self.text(cells, field)
            if not said:
                continue
            read = read_equipment(said)
            # In a column of what is missing the words name what is not there.
            has, lacks = ((), (*read.has, *read.lacks)) if absent else (read.has, read.lacks)
            fields["has"] = [*fields.get("has", ()), *has]
            fields["lacks"] = [*fields.get("lacks", ()), *lacks]
            if read.unknown:
                words = "、".join(read.unknown)[:80]
                text = Text(f"设施里没看懂：{words}", f"equipment not understood: {words}")
                problems.append(warned(number, self._column(field), words, text, _LEFT_UNKNOWN))
        for amenity, place in self._amenities.items():
            there = None if cells[place] in BLANK else yes_or_no(cells[place])
            if there is not None:
                field = "has" if there else "lacks"
                fields[field] = [*fields.get(field, ()), amenity]
            elif cells[place] not in BLANK:
                text = Text(f"看不懂“{cells[place][:20]}”", f"{cells[place][:20]!r} is not understood")
                problems.append(
                    warned(number, self._names[place], cells[place], text, Text("写有或无", "write 有 or 无"))
                )

    def _read_hours(
        self, number: int, cells: list[str], fields: dict[str, Any], problems: list[Problem]
    ) -> None:
        said = self.text(cells, "hours_text")
        if not said and self.text(cells, "opens") and self.text(cells, "closes"):
            said = f"{self.text(cells, 'opens')}-{self.text(cells, 'closes')}"
        if said:
            fields["hours_text"] = said[:_MAX_HOURS_TEXT]
        osm = self.text(cells, "hours")
        if osm:
            found = self._once("hours", osm, _expression)
            if not isinstance(found, InputError):
                fields["hours"] = found
                return
            # Words in the column for expressions are words all the same.
            said = said or osm
            fields["hours_text"] = said[:_MAX_HOURS_TEXT]
        if said:
            read: HoursRead = self._once("hours_text", said, _hours_in_words)
            fields["_hours_read"] = read.osm
            if read.understood != "complete" and read.reason is not None:
                column = self._column("hours_text", "opens", "hours")
                zh, en = (
                    ("按读懂的记", "kept as understood")
                    if read.osm
                    else ("时间记为不清楚", "hours stay unknown")
                )
                text = Text(f"{read.reason.zh}；{zh}", f"{read.reason.en}; {en}")
                problems.append(
                    warned(
                        number,
                        column,
                        said,
                        text,
                        Text("例：周一至周日 8:00-20:00", "e.g. Mo-Su 08:00-20:00"),
                    )
                )


_LEFT_UNKNOWN = Text("改好再导入；这一项先空着", "mend it and import again; it stays unknown till then")


def _expression(text: str) -> str:
    timeline(text)
    return text


def _hours_in_words(text: str) -> HoursRead:
    """Return hours said in words, or as an expression."""
    read = read_hours(text)
    if read.understood == "complete":
        return read
    try:
        timeline(text)
    except InputError:
        return read
    return HoursRead(text, text, "complete")


def laid_over(stored: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Return a stored record's fields with a row's laid over them."""
    fields = dict(fields)
    read = fields.pop("_hours_read", None)
    same_words = stored.get("hours_text") is not None and stored.get("hours_text") == fields.get("hours_text")
    # Somebody may have put these very words into an expression by hand: that stays.
    if "hours" not in fields and "hours_text" in fields and not same_words:
        fields["hours"] = read
    if "has" in fields or "lacks" in fields:
        has = set(fields.get("has", stored.get("has", ())))
        lacks = set(fields.get("lacks", ())) | (set(stored.get("lacks", ())) - has)
        said = has & set(fields.get("lacks", ()))
        order = vocabulary.AMENITIES
        # Said to be there and not there in one row: nobody knows.
        fields["has"] = [a for a in order if a in has - lacks]
        fields["lacks"] = [a for a in order if a in lacks - said]
    return {**stored, **fields}


# What a record leaves out: a field's default, in JSON's own types.
_DEFAULTS = {
    name: [] if field.default == () else field.default for name, field in Service.model_fields.items()
}


def says_the_same(stored: dict[str, Any], merged: dict[str, Any]) -> bool:
    """Return whether merged fields say what the stored record says already."""
    return all(value == stored.get(name, _DEFAULTS.get(name)) for name, value in merged.items())


def service_of(number: int, merged: dict[str, Any], columns: dict[str, str]) -> Service | list[Problem]:
    """Return merged fields as a service, or why they are none; `columns` says where a field stood."""
    try:
        return Service.model_validate(merged)
    except ValidationError as invalid:
        problems = []
        for fault in invalid.errors(include_url=False):
            field = str(fault["loc"][0]) if fault["loc"] else ""
            cause = fault.get("ctx", {}).get("error")
            text = cause.text if isinstance(cause, InputError) else _explained(fault["type"], fault["msg"])
            how = Text("改好再导入", "mend it and import again")
            value = "" if not field else fault["input"]
            problems.append(rejected(number, columns.get(field, field), value, text, how))
        return problems


def _explained(kind: str, message: str) -> Text:
    zh = {
        "string_too_long": "太长",
        "string_pattern_mismatch": "写法不对",
        "greater_than_equal": "太小",
        "less_than_equal": "太大",
        "extra_forbidden": "没有这个字段",
        "missing": "缺少必填的内容",
    }.get(kind, f"不对（{message.removeprefix('Value error, ')}）")
    return Text(zh, message.removeprefix("Value error, "))
