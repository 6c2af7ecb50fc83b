"""One record: shown, its history, and undoing."""

from __future__ import annotations

import json

import click

from locator._errors import NotFoundError, Text
from locator.cli.shared import AS_OF, JSON, STORE, main, opened_store, past, published, spoken


@main.command()
@click.argument("service_id", metavar="ID")
@AS_OF
@STORE
@JSON
@spoken
def show(service_id: str, as_of: str | None, store: str | None, as_json: bool) -> None:
    """Show one service whole."""
    from locator.publication import record as record_in

    then, opened = past(as_of), opened_store(store)
    service = opened.get(service_id) if then is None else opened.record_as_of(service_id, then)
    datum = published()
    record = service.model_dump(mode="json") if datum == "wgs84" else record_in(service, datum)
    if as_json:
        click.echo(json.dumps(record, ensure_ascii=False))
        return
    for name, value in record.items():
        if value is not None and value != []:
            click.echo(
                f"{name:>16}  {json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value}"
            )


@main.command()
@click.argument("service_id", metavar="ID")
@STORE
@JSON
@spoken
def history(service_id: str, store: str | None, as_json: bool) -> None:
    """List the changes of one service, oldest first: who, when, why, and what."""
    changes = opened_store(store).history(service_id)
    if not changes:
        raise NotFoundError(Text(f"没有编号为 {service_id} 的服务", f"no service has the id {service_id}"))
    for change in changes:
        fields = {name: {"before": old, "after": new} for name, (old, new) in change.fields().items()}
        kind = "created" if change.before is None else "updated" if change.after else "removed"
        if as_json:
            said = {**change._asdict(), "before": None, "after": None, "change": kind, "fields": fields}
            click.echo(
                json.dumps(
                    {k: v for k, v in said.items() if k not in {"before", "after"}}, ensure_ascii=False
                )
            )
            continue
        words = {"created": "新增", "updated": "修改", "removed": "移除"}
        click.echo(f"{change.revision:>8}  {change.at}  {words[kind]}  {change.who}  {change.why}")
        for name, pair in fields.items() if kind == "updated" else ():
            old, new = (json.dumps(value, ensure_ascii=False) for value in pair.values())
            click.echo(f"          {name}: {old} -> {new}")


@main.command()
@click.argument("revision", type=click.IntRange(1))
@click.option("--batch", "whole", is_flag=True, help="The whole save that REVISION was part of.")
@click.option("--who", help="For the history [default: your name on this machine].")
@click.option("--why", help="For the history.")
@STORE
@spoken
def undo(revision: int, whole: bool, who: str | None, why: str | None, store: str | None) -> None:
    """Put back what was before REVISION (see history), as a new revision."""
    import getpass

    opened = opened_store(store)
    batch = opened.batch_of(revision) if whole else None
    done = opened.undo(
        None if whole else revision, batch=batch, who=who or getpass.getuser(), why=why or f"撤销 {revision}"
    )
    click.echo(f"新增 {len(done.created)}，修改 {len(done.updated)}，移除 {len(done.removed)}", err=True)
