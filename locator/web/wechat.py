"""What WeChat asks of a site: signatures for its pages, files that prove whose it is, cards to share."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import urljoin

from flask import Blueprint, Response, abort, current_app, jsonify, request

from locator._errors import ConfigurationError, Text
from locator._wechat_calls import WeChatServer
from locator._wechat_tickets import Tickets, cache_file
from locator.wechat import JS_APIS, SDK_URL, UNSET, WeChatError, origin_of, own_page, signature, verify_files

if TYPE_CHECKING:
    from locator._settings import Settings

blueprint = Blueprint("wechat", __name__)


@dataclass(frozen=True)
class Account:
    """The official account that this site belongs to; without tickets the site has none."""

    appid: str
    tickets: Tickets | None
    public_url: str | None
    files: dict[str, str]


def account_of(settings: Settings, store_url: str) -> Account:
    """Return the account that the settings name.

    Raises
    ------
    ConfigurationError
        Half an account, or an address that is none.
    """
    appid, secret = settings.wechat_appid or "", settings.wechat_secret or ""
    if bool(appid) != bool(secret):
        raise ConfigurationError(
            Text(
                "LOCATOR_WECHAT_APPID 和 LOCATOR_WECHAT_SECRET 要一起设置",
                "LOCATOR_WECHAT_APPID and LOCATOR_WECHAT_SECRET must be set together",
            )
        )
    if settings.public_url is not None and origin_of(settings.public_url) is None:
        raise ConfigurationError(
            Text(
                f"LOCATOR_PUBLIC_URL 要写完整地址，如 https://map.example.org，收到 {settings.public_url!r}",
                f"LOCATOR_PUBLIC_URL must be an address like https://map.example.org, got {settings.public_url!r}",
            )
        )
    tickets = None
    if appid:
        tickets = Tickets(WeChatServer(settings.wechat_api, appid, secret), cache_file(store_url))
    return Account(appid, tickets, settings.public_url, verify_files(settings.wechat_verify))


def in_wechat() -> bool:
    """Whether this request comes from WeChat's own browser, to a site that has an account."""
    return _account().tickets is not None and "MicroMessenger/" in request.user_agent.string


def policy_sources() -> tuple[str, tuple[str, ...]]:
    """Return what a page's policy allows in WeChat beyond what it allows elsewhere.

    One script by its whole address, and the frames of the scheme by which that script talks to the app
    on older phones. Images stay as they are: the script reports the page's address, and with it where
    the asker stands, to WeChat by an image, which must not leave.
    """
    return (f" {SDK_URL}", ("frame-src weixin:",)) if in_wechat() else ("", ())


@blueprint.get("/wechat/signature")
def sign() -> Response:
    """Answer with what `wx.config` wants for one of our pages."""
    account = _account()
    page = own_page(request.args.get("url", ""), _origins(account))
    if account.tickets is None:
        raise WeChatError(UNSET)
    ticket, nonce, timestamp = account.tickets.get(), secrets.token_hex(8), int(time.time())
    response = jsonify(
        appId=account.appid,
        timestamp=timestamp,
        nonceStr=nonce,
        signature=signature(ticket, nonce, timestamp, page),
        jsApiList=JS_APIS,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/MP_verify_<code>.txt")
def verify(code: str) -> Response:
    """Send a file by which WeChat knows that this host is the account's."""
    return named(f"MP_verify_{code}")


@blueprint.get("/<name>.txt")
def named(name: str) -> Response:
    """Send a file by which WeChat knows that this host is a mini-program's."""
    content = _account().files.get(f"{name}.txt")
    if content is None:
        abort(404)
    return Response(content, mimetype="text/plain", headers={"Cache-Control": "no-cache"})


def absolute(path: str) -> str:
    """Return the whole address of a page or picture of ours, as others must write it."""
    return urljoin(_account().public_url or request.url_root, path)


@blueprint.app_context_processor
def _for_pages() -> dict[str, object]:
    return {"in_wechat": in_wechat(), "wechat_sdk": SDK_URL, "absolute": absolute}


def _origins(account: Account) -> tuple[str, ...]:
    """Return addresses on our own hosts: the one the operator names, else the one we were asked by."""
    if account.public_url is not None:
        return (account.public_url,)
    # Behind a proxy that ends TLS we are asked by http for a page that is https.
    return (f"https://{request.host}", f"http://{request.host}")


def _account() -> Account:
    return cast("Account", current_app.extensions["locator.wechat"])
