"""Who may use the steward's desk: people with a password, and tokens for programs."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from sqlalchemy import insert, select, update
from werkzeug.security import check_password_hash, generate_password_hash

from locator._errors import InputError, NotFoundError, Text
from locator.store.passwords import METHOD, hashed
from locator.store.tables import WHO_CHARS, api_tokens, users

if TYPE_CHECKING:
    from locator.store.store import Store

Role = Literal["reader", "editor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
# No password is longer, nor was one before 128 became the limit.
_LONGEST_TRIED = 200
_TOKEN_BYTES = 32
# Checked when nobody has the name, so that the time it takes does not tell who exists.
_NOBODYS_HASH = generate_password_hash(secrets.token_hex(_TOKEN_BYTES), METHOD)


class User(NamedTuple):
    """Somebody who may log in, if `active`."""

    name: str
    role: Role
    active: bool


class Token(NamedTuple):
    """What is known of a token, which is not the token: its hash, whose it is, what for, and when (UTC, ISO 8601)."""

    hash: str
    user_name: str
    label: str
    created: str
    last_used: str | None
    revoked: str | None


def add_user(store: Store, name: str, password: str, role: Role) -> User:
    """Add somebody.

    Raises
    ------
    InputError
        A name that is taken or no name, a password that is too short or easily guessed, a role that there is not.
    """
    _check_words("name", name)
    _check_role(role)
    row = {"name": name, "password_hash": hashed(password, name), "role": role, "active": True}
    with store.writing() as connection:
        if connection.execute(select(users.c.name).where(users.c.name == name)).first():
            raise InputError(
                "name", name, Text(f"已经有叫 {name} 的人", f"there is somebody named {name} already")
            )
        connection.execute(insert(users), row)
    return User(name, role, active=True)


def list_users(store: Store) -> list[User]:
    """Return everybody, by name."""
    with store.reading() as connection:
        rows = connection.execute(select(users.c.name, users.c.role, users.c.active).order_by(users.c.name))
        return [User(row.name, row.role, row.active) for row in rows]


def find_user(store: Store, name: str) -> User | None:
    """Return somebody who may log in; None if there is nobody of that name or no longer."""
    query = select(users.c.name, users.c.role, users.c.active).where(users.c.name == name, users.c.active)
    with store.reading() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else User(row.name, row.role, row.active)


def stamp_of(store: Store, name: str) -> str:
    """Return what changes when somebody's password does, so that a session can end with it; "" for nobody."""
    with store.reading() as connection:
        kept = connection.execute(select(users.c.password_hash).where(users.c.name == name)).scalar()
    return _token_hash(kept)[:16] if kept else ""


def check_login(store: Store, name: str, password: str) -> User | None:
    """Return who logs in with a name and a password; None if they do not fit, whichever of the two it is."""
    with store.reading() as connection:
        kept = connection.execute(select(users).where(users.c.name == name)).one_or_none()
    fits = check_password_hash(kept.password_hash if kept else _NOBODYS_HASH, password[:_LONGEST_TRIED])
    return User(kept.name, kept.role, active=True) if kept and fits and kept.active else None


def change_user(
    store: Store,
    name: str,
    *,
    password: str | None = None,
    role: Role | None = None,
    active: bool | None = None,
) -> None:
    """Change what is given of somebody.

    Raises
    ------
    InputError
        A password that is too short or easily guessed, or a role that there is not.
    NotFoundError
        Nobody has this name.
    """
    changed: dict[str, object] = {}
    if password is not None:
        changed["password_hash"] = hashed(password, name)
    if role is not None:
        _check_role(role)
        changed["role"] = role
    if active is not None:
        changed["active"] = active
    with store.writing() as connection:
        if not connection.execute(select(users.c.name).where(users.c.name == name)).first():
            raise NotFoundError(Text(f"没有叫 {name[:80]} 的人", f"nobody is named {name[:80]}"))
        if changed:
            connection.execute(update(users).where(users.c.name == name).values(**changed))


def make_token(store: Store, user_name: str, label: str) -> str:
    """Return a new token of somebody; it is shown this once, and only its hash is kept.

    Raises
    ------
    NotFoundError
        Nobody who may log in has this name.
    """
    _check_words("label", label)
    if find_user(store, user_name) is None:
        raise NotFoundError(Text(f"没有叫 {user_name[:80]} 的人", f"nobody is named {user_name[:80]}"))
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row = {"hash": _token_hash(token), "user_name": user_name, "label": label, "created": _now()}
    with store.writing() as connection:
        connection.execute(insert(api_tokens), row)
    return token


def user_of_token(store: Store, token: str) -> User | None:
    """Return whose token this is, and note that it was used; None if it is none, revoked, or of somebody gone."""
    kept = _token_hash(token)
    query = select(users).join(api_tokens, api_tokens.c.user_name == users.c.name)
    query = query.where(api_tokens.c.hash == kept, api_tokens.c.revoked.is_(None), users.c.active)
    with store.writing() as connection:
        row = connection.execute(query).one_or_none()
        if row is not None:
            connection.execute(update(api_tokens).where(api_tokens.c.hash == kept).values(last_used=_now()))
    return None if row is None else User(row.name, row.role, active=True)


def list_tokens(store: Store, user_name: str) -> list[Token]:
    """Return what is known of somebody's tokens, oldest first."""
    query = select(api_tokens).where(api_tokens.c.user_name == user_name).order_by(api_tokens.c.created)
    with store.reading() as connection:
        return [Token(*row) for row in connection.execute(query)]


def revoke_token(store: Store, token_hash: str) -> None:
    """Make a token useless; a second time changes nothing."""
    found = update(api_tokens).where(api_tokens.c.hash == token_hash, api_tokens.c.revoked.is_(None))
    with store.writing() as connection:
        connection.execute(found.values(revoked=_now()))


def _token_hash(token: str) -> str:
    # 32 random bytes cannot be guessed, so that nothing slower is needed.
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _check_words(field: str, value: str) -> None:
    if not value.strip() or len(value) > WHO_CHARS or not value.isprintable():
        raise InputError(
            field,
            value[:80],
            Text(f"{field} 要写 1–{WHO_CHARS} 个字", f"{field} must have 1-{WHO_CHARS} characters"),
        )


def _check_role(role: str) -> None:
    if role not in ROLES:
        known = ", ".join(ROLES)
        raise InputError("role", role, Text(f"role 只能是 {known}", f"role must be one of {known}"))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
