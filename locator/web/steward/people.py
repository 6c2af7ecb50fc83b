"""Who is at the desk: log in, log out, and what each role may do."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user

from locator._errors import InputError
from locator.store.accounts import change_user, check_login, find_user, stamp_of
from locator.store.sessions import end_session, is_ended
from locator.web.steward.desk import desk

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

    from locator.store.accounts import Role, User

blueprint = Blueprint("people", __name__)
ROLE_WORDS = {"reader": "只看", "editor": "编辑", "admin": "管理员"}
_OPEN = {"steward.people.log_in"}
# Everybody's own business, whatever their role.
_OWN = {"steward.people.log_out", "steward.people.new_password"}
# However busy somebody is, after so long they say again who they are.
LONGEST_SESSION_S = 7 * 24 * 3600
_TOO_MANY = "试了太多次，过15分钟再来。"


class Person:
    """Somebody who is logged in; the session ends when their password changes."""

    is_authenticated, is_active, is_anonymous = True, True, False

    def __init__(self, user: User, stamp: str) -> None:
        self.name, self.role = user.name, user.role
        self._id = f"{stamp}:{user.name}"

    def get_id(self) -> str:
        """Return what the session keeps."""
        return self._id


def install(app: Flask) -> None:
    """Let the application know who is logged in.

    `init_app` is not called: it would look at the session for every courier's page, and nobody is
    remembered here beyond a session.
    """
    manager = LoginManager()
    manager.user_loader(_person)
    app.login_manager = manager  # type: ignore[attr-defined]


def _person(session_id: str) -> Person | None:
    stamp, _, name = session_id.partition(":")
    store = desk().store
    if time.time() - session.get("since", 0) > LONGEST_SESSION_S or is_ended(store, session.get("sid", "")):
        return None
    user = find_user(store, name)
    return Person(user, stamp) if user is not None and stamp_of(store, name) == stamp else None


def me() -> Person:
    """Return who is at the desk."""
    return cast("Person", g.person)


def known() -> Person | None:
    """Return who is at the desk, without asking the store; None for nobody, or while nobody was asked for."""
    return cast("Person | None", g.get("person"))


def may_write(role: Role) -> bool:
    """Return whether a role may change anything."""
    return role in {"editor", "admin"}


def check_person() -> Response | tuple[str, int] | None:
    """Send away whoever is not logged in, and readers who want to write."""
    if request.endpoint in _OPEN:
        return None
    if not current_user.is_authenticated:
        if request.method == "GET":
            return redirect(url_for("steward.people.log_in", next=request.full_path.rstrip("?")))
        return refused(401, "登录过期了，什么都没有写入", "重新登录后再填一次；填过的在下面，可以抄下来。")
    g.person = current_user
    if request.method == "POST" and request.endpoint not in _OWN and not may_write(me().role):
        return refused(403, "你只能看，不能改", "要改数据，请管理员给你编辑的权限。")
    return None


def refused(status: int, title: str, text: str, *, again: bool = False) -> tuple[str, int]:
    """Return a page that says why nothing was written and shows what was typed; `again` offers to send it again."""
    page = render_template("steward/kept.html", title=title, text=text, typed=typed(), again=again)
    return page, status


def typed() -> list[tuple[str, str]]:
    """Return what somebody typed into a form, in its order, without secrets."""
    secret = {"csrf_token", "password", "current"}
    return [(name, value) for name, value in request.form.items(multi=True) if name not in secret]


@blueprint.route("/login", methods=["GET", "POST"])
def log_in() -> str | tuple[str, int] | Response:
    """Ask for name and password."""
    target = request.values.get("next", "")
    if request.method == "GET":
        return render_template("steward/login.html", next=target, name="", said="")
    name, password = request.form.get("name", "").strip()[:80], request.form.get("password", "")
    attempts, store = desk().attempts, desk().store
    address = request.remote_addr or ""
    if not attempts.take(name, address):
        return render_template("steward/login.html", next=target, name=name, said=_TOO_MANY), 429
    user = check_login(store, name, password)
    if user is None:
        said = "名字或密码不对。"
        return render_template("steward/login.html", next=target, name=name, said=said), 401
    attempts.forget(name, address)
    _begin(user)
    # Only to ourselves: an address that begins with two slashes is another host.
    own = target.startswith(url_for("steward.imports.home")) and "\\" not in target and target.isprintable()
    return redirect(target if own else url_for("steward.imports.home"))


@blueprint.post("/logout")
def log_out() -> Response:
    """End the session, wherever its cookie may have been copied to."""
    session_id, since = session.get("sid"), session.get("since", 0)
    logout_user()
    session.clear()
    if session_id:
        end_session(desk().store, session_id, datetime.fromtimestamp(since + LONGEST_SESSION_S, UTC))
    return redirect(url_for("steward.people.log_in"))


@blueprint.route("/password", methods=["GET", "POST"])
def new_password() -> str | tuple[str, int] | Response:
    """Let somebody choose a new password; their other sessions end."""
    if request.method == "GET":
        return render_template("steward/password.html", said="", saved=request.args.get("saved"))
    name, store, attempts = me().name, desk().store, desk().attempts
    address = request.remote_addr or ""
    if not attempts.take(name, address):
        return render_template("steward/password.html", said=_TOO_MANY), 429
    user = check_login(store, name, request.form.get("current", ""))
    if user is None:
        return render_template("steward/password.html", said="现在的密码不对。"), 401
    attempts.forget(name, address)
    try:
        change_user(store, name, password=request.form.get("password", ""))
    except InputError as error:
        return render_template("steward/password.html", said=error.text.zh), 400
    _begin(user)
    return redirect(url_for("steward.people.new_password", saved=1))


def _begin(user: User) -> None:
    """Begin a session in which nothing of an earlier one stays."""
    session.clear()
    session.permanent = True
    session["sid"], session["since"] = secrets.token_urlsafe(16), int(time.time())
    login_user(Person(user, stamp_of(desk().store, user.name)))
