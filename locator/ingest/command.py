"""What `locator import` does beside parsing its words: opening the store, the mapping, the progress bar."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from locator._errors import InputError, Text
from locator.ingest.importing import import_file
from locator.ingest.report import write_rejects
from locator.store import Store, open_or_seed

if TYPE_CHECKING:
    from locator.ingest.report import ImportReport

_SQLITE = "sqlite:///"


def run(
    file: Path,
    url: str | None,
    *,
    who: str | None,
    why: str | None = None,
    mapping: Path | None = None,
    rejects: Path | None = None,
    dry_run: bool = False,
    **options: Any,  # noqa: ANN401  datum and kind, as `import_file` takes them
) -> ImportReport:
    """Import a file and write its rejects, with a progress bar on a terminal; return the report.

    Raises
    ------
    InputError
        The file, the mapping or the name for the rejects cannot be used.
    """
    if rejects is not None:
        _check_rejects(rejects)
    columns = _mapping(mapping) if mapping is not None else None
    store = _store(url, dry_run=dry_run)
    with click.progressbar(length=1000, label=file.name, file=sys.stderr) as bar:

        def show(done: int, whole: int) -> None:
            bar.update(max(0, 1000 * done // max(whole, 1) - bar.pos))

        report = import_file(
            file, store, mapping=columns, who=(who or "import")[:80], why=(why or f"导入 {file.name}")[:400],
            dry_run=dry_run, progress=show, **options,
        )  # fmt: skip
    if rejects is not None:
        _write(report, rejects)
    return report


def _store(url: str | None, *, dry_run: bool) -> Store | None:
    """Open a store; a file that is not there yet is made, empty, unless nothing is to be written."""
    path = (
        None if url is None or ("://" in url and not url.startswith(_SQLITE)) else url.removeprefix(_SQLITE)
    )
    if url is None or path is None or Path(path).exists():
        return open_or_seed(url)
    if dry_run:
        return None
    Store(url).create([], "made by an import")
    return Store.open(url)


def _mapping(path: Path) -> dict[str, str | None]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str | None])
    except (OSError, msgspec.DecodeError, RecursionError) as error:
        raise InputError(
            "mapping",
            path.name,
            Text(
                f"{path.name} 要写成 JSON：{{“他们的列名”: “我们的字段”或 null}}",
                f'{path.name} must be JSON: {{"their column": "our field" or null}} ({error})',
            ),
        ) from error


def _check_rejects(path: Path) -> None:
    if path.suffix.lower() != ".xlsx" or not path.parent.is_dir():
        text = Text(
            f"--rejects 要写成已有文件夹里的 .xlsx 文件，收到 {path}",
            f"--rejects takes an .xlsx file in a folder that exists, got {path}",
        )
        raise InputError("rejects", str(path), text)


def _write(report: ImportReport, path: Path) -> None:
    try:
        count = write_rejects(report, path)
    except OSError as error:
        raise InputError("rejects", str(path), Text(f"写不了 {path}", f"{path}: {error.strerror}")) from error
    click.echo(f"{path}: {count} 行", err=True)
