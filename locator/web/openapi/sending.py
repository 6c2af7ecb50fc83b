"""Lists that programs send in."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from locator._errors import Text
from locator.exchange.record_schema import ADDRESS
from locator.ingest.forensics import CANDIDATES
from locator.ingest.problems import Outcome
from locator.web.import_api import FLAGS
from locator.web.openapi.asking import NOT_MODIFIED
from locator.web.openapi.errors import errors
from locator.web.openapi.operations import answer, get
from locator.web.openapi.shapes import (
    BOOLEAN,
    COUNT,
    INTEGER,
    NUMBER,
    STRING,
    Shape,
    array,
    const,
    one_of,
    or_null,
    ref,
    thing,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

TAG = "send"
TOKEN = "token"  # noqa: S105  the name of a scheme
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COUNTS = ("rows", "accepted", "warned", "rejected", "unchanged", "created", "updated")


def paths() -> Mapping[str, Shape]:
    """Return the operation by path."""
    summary = Text("送一张表进来", "Send a list in")
    what = Text(
        "每行要么接受、要么带提醒接受、要么退回，一次写入。说不准坐标系时什么都不写（422）。令牌由 `locator steward token` 发。",
        "Every row is accepted, accepted with a warning, or handed back, in one save. Where the datum cannot be told "
        "nothing is written (422). The token comes from `locator steward token`.",
    )
    operation = {
        "operationId": "imports",
        "tags": [TAG],
        "summary": summary,
        "description": what,
        "security": [{TOKEN: []}],
        "requestBody": {"required": True, "content": {"multipart/form-data": _form()}},
        "responses": {
            "200": answer("ImportReport", Text("每行怎么样了", "What became of each row"), operation="imports"),
            "422": answer("ImportReport", Text("说不准坐标系，什么都没写", "The datum could not be told; nothing was written")),
            **errors(400, 401, 403, 413, 415, 503),
        },
    }  # fmt: skip
    return {"/api/v1/imports": {"post": operation}, ADDRESS: _record_schema()}


def security_schemes() -> Mapping[str, Shape]:
    """Return how programs show who they are."""
    what = Text(
        "令牌，由 `locator steward token NAME --label nightly` 发",
        "A token of `locator steward token NAME --label nightly`",
    )
    return {TOKEN: {"type": "http", "scheme": "bearer", "description": what}}


def schemas() -> Mapping[str, Shape]:
    """Return what it takes and answers."""
    counts = dict.fromkeys(_COUNTS, COUNT)
    problem = {
        "row": told(COUNT, "第几行，第一行数据是 1", "Which row, the first of data is 1"),
        "column": STRING,
        "value": STRING,
        "outcome": one_of(*get_args(Outcome)),
        "reason": STRING,
        "suggestion": STRING,
    }
    report = {
        **counts,
        "datum": ref("DatumFound"),
        "problems": array(ref("RowProblem")),
        "changes": told(array(ref("RecordChange")), "前 1000 个改动", "The first 1,000 changes"),
        "duplicates": told(
            {"type": ["array", "null"], "items": ref("Twin")}, "可能重复的；null 是太多，没比", "What may be double; null = too many to compare"
        ),
        "columns": told({"type": "object", "additionalProperties": STRING}, "哪一列是什么", "Which column was taken for what"),
        "ignored_columns": array(STRING),
        "dry_run": BOOLEAN,
        "batch": told({"type": ["integer", "null"]}, "哪一次写入，可以撤销", "The save, which can be undone"),
        "refused": told(or_null(STRING), "为什么什么都没写", "Why nothing was written"),
    }  # fmt: skip
    change = {"row": COUNT, "id": STRING, "name": STRING, "action": STRING, "fields": array(STRING)}
    twin = {"id": STRING, "with": STRING, "score": NUMBER, "reason": STRING, "distance_m": or_null(NUMBER)}
    return {
        "ImportReport": thing(report),
        "RecordSchema": {
            "type": "object",
            "properties": {"$schema": STRING, "$id": const(ADDRESS), "properties": {"type": "object"}},
            "required": ["$schema", "$id", "properties"],
        },
        "DatumFound": _datum(),
        "RowProblem": thing(problem),
        "RecordChange": thing(change),
        "Twin": thing(twin),
    }


def _record_schema() -> Shape:
    return get(
        "recordSchema",
        TAG,
        Text("一条记录怎么写（JSON Schema）", "How a record is written (JSON Schema)"),
        Text(
            "`.json`（列表）和 `.jsonl`（一行一条）照它写，就能原样导入。中英文都在里面。",
            "Lists (`.json`) and lines (`.jsonl`) of records that follow it import as they stand. In both languages at once.",
        ),
        responses={
            "200": answer(
                "RecordSchema",
                Text("这份 JSON Schema（2020-12）", "The JSON Schema (2020-12)"),
                "application/schema+json",
            ),
            "304": NOT_MODIFIED,
        },
    )


def _datum() -> Shape:
    return thing(
        {
            "verdict": told(STRING, "坐标系，或 ambiguous、mixed", "The datum, or ambiguous, mixed"),
            "margin": NUMBER,
            "disagreeing_rows": array(INTEGER),
            "swapped_rows": array(INTEGER),
            "settled_by": STRING,
            "scores": {"type": "object", "additionalProperties": NUMBER},
            "text": STRING,
        }
    )


def _form() -> Shape:
    file = {"type": "string", "format": "binary"}
    members = {
        "file": told(file, "CSV、xlsx、GeoJSON 等", "CSV, xlsx, GeoJSON and others"),
        "datum": told({**one_of("auto", *CANDIDATES), "default": "auto"}, "坐标系；auto 从数据里判断", "The datum; auto tells it from the rows"),
        "kind": told(ref("Kind"), "没写种类的行是哪种", "The kind of rows that do not say theirs"),
        "why": told({**STRING, "maxLength": 400}, "为什么，记进历史", "Why, for the history"),
        "dry_run": told({**one_of(*(word for word in FLAGS if word)), "default": "false"}, "true 就只说会怎样，不写", "true: only say what would change"),
    }  # fmt: skip
    # What the file is, its name says by its ending; these are the usual ones.
    encoding = {"file": {"contentType": f"text/csv, {_EXCEL}, application/geo+json"}}
    return {
        "schema": {"type": "object", "properties": members, "required": ["file"]},
        "encoding": encoding,
    }
