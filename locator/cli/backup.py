"""A store into one file, and out of it again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from locator._errors import Text
from locator.cli.shared import JSON, STORE, language, main, opened_store, spoken

if TYPE_CHECKING:
    from locator.store.backup import Manifest

# Beside the store there are also sessions' keys, locks and uploads on their way: those stay where they are.
_RESULT = re.compile(r"plans/[0-9a-f]{16}(-[0-9.]{1,60})?/(files/)?[0-9A-Za-z_][0-9A-Za-z_.-]{0,80}")
_PASSING = {"state.json", "lock", "cancel"}
_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@main.command()
@_FILE
@STORE
@JSON
@spoken
def backup(file: Path, store: str | None, as_json: bool) -> None:
    """Write the whole store into a new FILE, whatever is being asked and changed meanwhile."""
    from locator.store.backup import back_up

    opened = opened_store(store)
    try:
        manifest = back_up(opened, file, _results(opened.url))
    finally:
        opened.close()
    _report(file, manifest, as_json)


@main.command()
@_FILE
@click.option("--store", metavar="URL", help="The store to make of it; must not be there yet.")
@click.option("--dry-run", is_flag=True, help="Only check that FILE is whole.")
@JSON
@spoken
def restore(file: Path, store: str | None, dry_run: bool, as_json: bool) -> None:
    """Make a new store of a FILE that `locator backup` wrote; a store that is there is never overwritten."""
    from locator.store.restoring import check
    from locator.store.restoring import restore as make

    if (store is None) != dry_run:
        raise click.UsageError("give either --store URL or --dry-run")
    held = check(file) if store is None else make(file, store)
    if store is not None:
        _put_results(store, held.files)
    _report(file, held.manifest, as_json)


def _results(store_url: str) -> dict[str, Path]:
    """Return the planner's results beside a store, by the names they have in a backup."""
    from locator.web.steward.private import desk_folder

    folder = desk_folder(store_url)
    done = {path.parent for path in folder.glob("plans/*/result.json")}
    files = {path.relative_to(folder).as_posix(): path for run in done for path in run.rglob("*")}
    return {
        name: path
        for name, path in sorted(files.items())
        if path.is_file() and path.name not in _PASSING and _RESULT.fullmatch(name)
    }


def _put_results(store_url: str, files: dict[str, bytes]) -> None:
    from locator.web.steward.private import desk_folder, made

    folder = made(desk_folder(store_url))
    for name, content in files.items():
        path = folder / name
        # A name that no backup of ours has is nothing to write; the same question on the same data has the same answer.
        if not _RESULT.fullmatch(name) or path.exists():
            continue
        for parent in reversed(path.relative_to(folder).parents):
            made(folder / parent)
        path.write_bytes(content)
        path.chmod(0o600)


def _report(file: Path, manifest: Manifest, as_json: bool) -> None:
    rows = {name: table.rows for name, table in manifest.tables.items()}
    if as_json:
        click.echo(
            msgspec.json.encode(
                {
                    "file": str(file),
                    "bytes": file.stat().st_size,
                    "made_at": manifest.made_at,
                    "locator": manifest.locator,
                    "database": manifest.database,
                    "format": manifest.format,
                    "version": manifest.version,
                    "rows": rows,
                }
            )
        )
        return
    services, version = rows["services"], manifest.version
    said = Text(
        f"{file}：{services} 条服务，第 {version} 次修改，{manifest.made_at}",
        f"{file}: {services} services, change {version}, {manifest.made_at}",
    )
    click.echo(said.of(language()))
