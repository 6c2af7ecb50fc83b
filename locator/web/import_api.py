"""POST /api/v1/imports: files in for programs, by a token; the answer is that of `locator import --json`."""

from __future__ import annotations

import json
import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from locator._errors import InputError, Text
from locator.ingest.importing import import_file
from locator.ingest.readers import SUFFIXES
from locator.store.accounts import user_of_token
from locator.web.language import language
from locator.web.operations import note_import
from locator.web.problems import problem
from locator.web.steward.desk import desk
from locator.web.steward.people import may_write
from locator.web.steward.uploads import harmless

if TYPE_CHECKING:
    from locator.store.accounts import User

blueprint = Blueprint("import_api", __name__)
_MULTIPART = 64 * 1024
FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": False}


@blueprint.post("/api/v1/imports")
def imports() -> Response:
    """Import the file of a multipart form; `dry_run` only says what would change."""
    # Before the file is read: a stranger cannot make us take in 30 MB.
    user = _bearer()
    if user is None:
        text = Text("要带令牌：Authorization: Bearer …", "send a token: Authorization: Bearer ...")
        return problem(401, text, WWW_Authenticate="Bearer")
    if not may_write(user.role):
        return problem(403, Text(f"{user.name} 只能看", f"{user.name} may only read"))
    if request.mimetype != "multipart/form-data":
        return problem(
            415,
            Text("要发 multipart/form-data，文件放在 file 里", "send multipart/form-data with a part `file`"),
        )
    request.max_content_length = desk().most_bytes + _MULTIPART
    sent = request.files.get("file")
    if sent is None:
        raise InputError("file", None, Text("没有 file 这一部分", "there is no part `file`"))
    name = harmless(sent.filename or "")
    if Path(name).suffix.lower() not in SUFFIXES:
        known = "、".join(sorted(SUFFIXES))
        return problem(415, Text(f"不认识 {name}，可以用 {known}", f"{name} is none of {known}"))
    dry_run = _flag("dry_run")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        sent.save(path)
        report = import_file(
            path, desk().store, datum=request.form.get("datum") or "auto", kind=request.form.get("kind") or None,
            who=user.name, why=(request.form.get("why") or f"导入 {name}")[:400], dry_run=dry_run,
        )  # fmt: skip
    if not dry_run:
        note_import(report)
    # Refused as a whole: the file was understood, and nothing was written.
    status = HTTPStatus.OK if report.refused is None else HTTPStatus.UNPROCESSABLE_ENTITY
    body = json.dumps(report.to_json(language()), ensure_ascii=False)
    return Response(body, status, mimetype="application/json", headers={"Cache-Control": "no-store"})


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> Response:
    most = desk().most_bytes // (1024 * 1024)
    return problem(413, Text(f"一个文件最多 {most} MB", f"a file has at most {most} MB"))


def _bearer() -> User | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return None
    return user_of_token(desk().store, token.strip())


def _flag(name: str) -> bool:
    said = request.form.get(name, "").strip().lower()
    if said not in FLAGS:
        raise InputError(name, said, Text(f"{name} 写 true 或 false", f"{name} must be true or false"))
    return FLAGS[said]
