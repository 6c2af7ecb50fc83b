"""The steward's desk, /steward: files in, records, the state of the data, what to look at again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, current_app, render_template, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import RequestEntityTooLarge

from locator._errors import ConflictError, InputError, NotFoundError, StoreError
from locator.vocabulary import KINDS, POSITION_QUALITIES
from locator.web.steward import checks, editing, imports, mending, people, rechecks, records
from locator.web.steward.attempts import Attempts
from locator.web.steward.desk import Desk, Findings, desk, waiting
from locator.web.steward.people import ROLE_WORDS, check_person, known, may_write, refused
from locator.web.steward.private import desk_folder, most_bytes, secret_key
from locator.web.steward.records import local
from locator.web.steward.uploads import Uploads

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from locator._settings import Settings
    from locator.store import Store

blueprint = Blueprint("steward", __name__, url_prefix="/steward")
for _room in (people, imports, mending, records, editing, checks, rechecks):
    blueprint.register_blueprint(_room.blueprint)
_csrf = CSRFProtect()
# Without a request; whoever keeps working stays, up to a week (people.LONGEST_SESSION_S).
_SESSION = timedelta(hours=12)
_COOKIE, _SECURE_COOKIE = "locator_desk", "__Secure-locator_desk"
# A record's form, with its offers and stops, is far smaller.
_MOST_FORM = 2 * 1024 * 1024
_MULTIPART = 64 * 1024


class _Sessions(SecureCookieSessionInterface):
    """Session cookies that never travel in the clear where the site is reached by https."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure or _by_https(app.extensions["locator.public_url"])


def _by_https(public_url: str | None) -> bool:
    return (public_url or "").startswith("https://")


def install(app: Flask, settings: Settings, store: Store) -> None:
    """Set an application up for the desk.

    Raises
    ------
    ConfigurationError
        A setting that makes no sense.
    """
    folder = desk_folder(store.url)
    uploads, attempts = Uploads(folder / "uploads"), Attempts(folder / "attempts")
    app.extensions["locator.desk"] = Desk(store, uploads, attempts, Findings(), most_bytes(settings))
    app.secret_key = secret_key(settings, folder)
    app.session_interface = _Sessions()
    app.config.from_mapping(
        # A browser takes a cookie of the second name by https only. `__Host-` would want the path /, and no
        # courier's page is to carry a steward's session.
        SESSION_COOKIE_NAME=_SECURE_COOKIE if _by_https(settings.public_url) else _COOKIE,
        SESSION_COOKIE_PATH="/steward",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=_SESSION,
        # Only the desk has forms that change anything for somebody who is logged in.
        WTF_CSRF_CHECK_DEFAULT=False,
        # A form that stood open for an afternoon must still be taken.
        WTF_CSRF_TIME_LIMIT=None,
    )
    _csrf.init_app(app)
    people.install(app)


@blueprint.before_request
def _check() -> AnyResponse | tuple[str, int] | None:
    file = request.endpoint == "steward.imports.upload"
    request.max_content_length = desk().most_bytes + _MULTIPART if file else _MOST_FORM
    request.max_form_memory_size = _MOST_FORM
    _csrf.protect()
    return check_person()


@blueprint.after_request
def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.context_processor
def _for_pages() -> dict[str, object]:
    person = known()
    return {
        "me": person,
        "role_words": ROLE_WORDS,
        "may_write": person is not None and may_write(person.role),
        "waiting": waiting,
        "local": local,
        "kind_choices": [(code, kind.label.zh) for code, kind in KINDS.items()],
        "quality_choices": [(code, label.zh) for code, label in POSITION_QUALITIES.items()],
    }


@blueprint.errorhandler(CSRFError)
def _from_csrf(_error: CSRFError) -> tuple[str, int]:
    return refused(400, "这张表单过期了，什么都没有写入", "回到原来那页再填一次；填过的在下面，可以抄下来。")


@blueprint.errorhandler(RequestEntityTooLarge)
def _from_size(_error: RequestEntityTooLarge) -> tuple[str, int]:
    most = desk().most_bytes // (1024 * 1024)
    title = "发来的太大，什么都没有写入"
    text = f"一个文件最多 {most} MB：分成几个再传，或者请管理员调大 LOCATOR_MAX_UPLOAD。"
    return render_template("steward/kept.html", title=title, text=text, typed=[], again=False), 413


@blueprint.errorhandler(StoreError)
def _from_store(error: StoreError) -> tuple[str, int]:
    current_app.logger.error("%s", error)
    writing = request.method == "POST"
    # Whoever could not even be recognised has written nothing either.
    said = "存储连不上，什么都没有写入" if writing and error.text.zh == "存储连不上" else error.text.zh
    text = "过一会儿再试；填过的都在下面。" if writing else "过一会儿再试。"
    # Nobody is asked who is at the desk: that, too, stands in the store.
    return refused(503, said, text, again=writing and not request.files)


@blueprint.errorhandler(ConflictError)
def _from_conflict(error: ConflictError) -> tuple[str, int]:
    return refused(409, error.text.zh, "看看别人改了什么，再决定要不要重来；填过的在下面。")


@blueprint.errorhandler(InputError)
def _from_input(error: InputError) -> tuple[str, int]:
    return refused(400, error.text.zh, "什么都没有写入。")


@blueprint.errorhandler(NotFoundError)
def _from_missing(error: NotFoundError) -> tuple[str, int]:
    return refused(404, error.text.zh, "")
