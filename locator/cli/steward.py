"""Who may use the steward's desk: people, passwords, tokens."""

from __future__ import annotations

import sys

import click
import msgspec

from locator._errors import InputError, Text
from locator.cli.shared import JSON, STORE, main, opened_store, spoken
from locator.store.accounts import ROLES, Role

_ROLE = click.option("--role", type=click.Choice(ROLES), default="editor", show_default=True)


@main.group()
def steward() -> None:
    """Say who may use the desk at /steward."""


@steward.command()
@click.argument("name")
@_ROLE
@STORE
@spoken
def add(name: str, role: Role, store: str | None) -> None:
    """Add NAME; the password is asked for, or read from stdin."""
    from locator.store.accounts import add_user

    opened = opened_store(store)
    user = add_user(opened, name, _password(), role)
    click.echo(f"{user.name} {user.role}")


@steward.command("list")
@STORE
@JSON
@spoken
def list_(store: str | None, as_json: bool) -> None:
    """List everybody, and what is known of their tokens."""
    from locator.store.accounts import list_tokens, list_users

    opened = opened_store(store)
    for user in list_users(opened):
        tokens = [token for token in list_tokens(opened, user.name) if token.revoked is None]
        if as_json:
            known = [{"label": t.label, "created": t.created, "last_used": t.last_used} for t in tokens]
            click.echo(msgspec.json.encode(user._asdict() | {"tokens": known}))
        else:
            click.echo(f"{user.name}  {user.role}  {'在用' if user.active else '停用'}  令牌 {len(tokens)}")


@steward.command()
@click.argument("name")
@STORE
@spoken
def disable(name: str, store: str | None) -> None:
    """Let NAME log in no more; sessions and tokens end, too."""
    from locator.store.accounts import change_user

    change_user(opened_store(store), name, active=False)


@steward.command()
@click.argument("name")
@STORE
@spoken
def enable(name: str, store: str | None) -> None:
    """Let NAME log in again."""
    from locator.store.accounts import change_user

    change_user(opened_store(store), name, active=True)


@steward.command()
@click.argument("name")
@STORE
@spoken
def password(name: str, store: str | None) -> None:
    """Give NAME a new password; open sessions end."""
    from locator.store.accounts import change_user

    change_user(opened_store(store), name, password=_password())


@steward.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True)
@STORE
@spoken
def role(name: str, role: Role, store: str | None) -> None:
    """Give NAME another role."""
    from locator.store.accounts import change_user

    change_user(opened_store(store), name, role=role)


@steward.command()
@click.argument("name")
@click.option("--label", metavar="TEXT", default="导入", show_default=True, help="What it is for.")
@click.option("--revoke", is_flag=True, help="Make all tokens of that label useless instead.")
@STORE
@spoken
def token(name: str, label: str, revoke: bool, store: str | None) -> None:
    """Make a token for NAME's programs; it is shown this once."""
    from locator.store.accounts import list_tokens, make_token, revoke_token

    opened = opened_store(store)
    if not revoke:
        click.echo(make_token(opened, name, label))
        return
    gone = [one for one in list_tokens(opened, name) if one.label == label and one.revoked is None]
    for one in gone:
        revoke_token(opened, one.hash)
    click.echo(f"{len(gone)}", err=True)


def _password() -> str:
    """Return a password typed twice on a terminal, or the first line of stdin."""
    if sys.stdin.isatty():
        return str(click.prompt("密码", hide_input=True, confirmation_prompt="再输一遍"))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise InputError("password", None, Text("stdin 里没有密码", "there is no password on stdin"))
    return line
