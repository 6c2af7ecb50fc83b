"""Files between being sent and being written: kept privately for a day, with what was decided about them."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from typing import TYPE_CHECKING

import msgspec

from locator._errors import InputError, NotFoundError, Text
from locator.web.steward.private import made

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.datastructures import FileStorage

KEPT_S = 24 * 3600
_MOST_OF_ONE = 20
_ID = re.compile(r"[0-9A-Za-z_-]{20,40}")
_LONGEST_NAME = 80
_GONE = Text(
    "这份上传不在了（只留一天），请再传一次", "this upload is gone (it is kept for a day): send it again"
)


class Decided(msgspec.Struct):
    """What is known of an upload beside its bytes; `done` is the last save made from it."""

    name: str
    user: str
    at: float
    datum: str = "auto"
    kind: str = ""
    mended: dict[int, dict[str, str]] = msgspec.field(default_factory=dict)
    done: int | None = None


class Upload:
    """One upload: its file, and what was decided about it."""

    def __init__(self, folder: Path, decided: Decided) -> None:
        self.folder, self.decided = folder, decided
        self.id = folder.name

    @property
    def path(self) -> Path:
        """Where the file is; its name is the sender's, made harmless."""
        return self.folder / "file" / self.decided.name

    def keep(self) -> None:
        """Write down what was decided."""
        self._put("decided", msgspec.json.encode(self.decided))

    def remember(self, text: bytes) -> None:
        """Keep a preview for the next time it is asked for."""
        self._put("preview", text)

    def remembered(self) -> bytes | None:
        """Return the preview that was kept last, if any."""
        try:
            return (self.folder / "preview").read_bytes()
        except FileNotFoundError:
            return None

    def drop(self) -> None:
        """Forget the file and all about it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _put(self, name: str, content: bytes) -> None:
        # Whole or not at all: another worker may be reading it.
        draft = self.folder / f"{name}-{secrets.token_hex(4)}"
        draft.write_bytes(content)
        draft.replace(self.folder / name)


class Uploads:
    """All uploads of a desk, each seen by whoever sent it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, sent: FileStorage, user: str) -> Upload:
        """Keep a file that somebody sent.

        Raises
        ------
        InputError
            There is no file.
        """
        name = harmless(sent.filename or "")
        self._sweep(user)
        folder = made(self._folder) / secrets.token_urlsafe(18)
        made(folder / "file")
        os.chmod(folder, 0o700)  # noqa: PTH101  `mkdir` gives parents the usual mode
        upload = Upload(folder, Decided(name, user, time.time()))
        sent.save(upload.path)
        upload.keep()
        return upload

    def get(self, upload_id: str, user: str) -> Upload:
        """Return somebody's upload.

        Raises
        ------
        NotFoundError
            It is not there, no longer, or somebody else's.
        """
        folder = self._folder / upload_id
        decided = _decided(folder) if _ID.fullmatch(upload_id) else None
        if decided is None or decided.user != user or time.time() - decided.at > KEPT_S:
            raise NotFoundError(_GONE)
        return Upload(folder, decided)

    def of(self, user: str) -> list[Upload]:
        """Return somebody's uploads, newest first."""
        if not self._folder.is_dir():
            return []
        all_kept = [Upload(folder, said) for folder in self._folder.iterdir() if (said := _decided(folder))]
        mine = [
            one for one in all_kept if one.decided.user == user and time.time() - one.decided.at <= KEPT_S
        ]
        return sorted(mine, key=lambda one: -one.decided.at)

    def _sweep(self, user: str) -> None:
        """Remove what is too old, and the oldest of somebody who sends very many."""
        if not self._folder.is_dir():
            return
        for folder in self._folder.iterdir():
            decided = _decided(folder)
            at = decided.at if decided is not None else folder.stat().st_mtime
            if time.time() - at > KEPT_S:
                shutil.rmtree(folder, ignore_errors=True)
        for upload in self.of(user)[_MOST_OF_ONE - 1 :]:
            upload.drop()


def harmless(name: str) -> str:
    """Return a file's name as one that stays in its folder: its last part, without signs that mean something.

    Raises
    ------
    InputError
        There is none.
    """
    last = re.split(r"[/\\]", name)[-1]
    kept = re.sub(r"[^\w.()（）+-]", "_", last).lstrip(".")
    stem, dot, suffix = kept.rpartition(".")
    if not stem or not suffix:
        raise InputError(
            "file", None, Text("先选一个文件（.csv、.xlsx 等）", "choose a file (.csv, .xlsx ...)")
        )
    return f"{stem[:_LONGEST_NAME]}{dot}{suffix[:12]}"


def _decided(folder: Path) -> Decided | None:
    try:
        return msgspec.json.decode((folder / "decided").read_bytes(), type=Decided)
    except (OSError, msgspec.DecodeError):
        return None
