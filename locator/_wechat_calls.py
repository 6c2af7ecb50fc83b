"""The two calls to WeChat's server: an access token for the account, a jsapi_ticket for the token."""

from __future__ import annotations

import json
import logging
import re
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import NamedTuple
from urllib.parse import urlencode

from locator._errors import ConfigurationError, Text
from locator.wechat import AWAY, GARBLED, WeChatError, origin_of

_log = logging.getLogger(__name__)
_TIMEOUT_S = 4.0
_MOST_BYTES = 65_536
_LONGEST_S = 7200.0  # what WeChat gives; a slip of theirs must not be kept for a year
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class Lease(NamedTuple):
    """A secret and for how many seconds it holds."""

    value: str
    lasts_s: float


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Secrets go to the host that the operator named, and to no other."""

    def redirect_request(self, *_: object) -> None:
        return None


class WeChatServer:
    """Asks WeChat on behalf of one account.

    Parameters
    ----------
    api
        Base address of the server: https, or http on this machine (a fake one).
    appid, secret
        The account's.

    Raises
    ------
    ConfigurationError
        An address that would carry the secret in the clear.
    """

    def __init__(self, api: str, appid: str, secret: str) -> None:
        origin = origin_of(api)
        if origin is None or (origin[0] != "https" and origin[1] not in _LOOPBACK):
            raise ConfigurationError(
                Text(
                    f"LOCATOR_WECHAT_API 要写 https:// 开头的地址，收到 {api!r}",
                    f"LOCATOR_WECHAT_API must be an https:// address, got {api!r}",
                )
            )
        self.api, self.appid, self._secret = api.rstrip("/"), appid, secret
        self._open = urllib.request.build_opener(_NoRedirects()).open

    def token(self, *, anew: bool) -> Lease:
        """Return an access token; `anew` makes WeChat throw away the one in force.

        stable_token, not token: several servers of one account may ask without voiding each other's
        token, and the secret stands in the body, not in an address that somebody may log.

        Raises
        ------
        WeChatError
            WeChat refuses or cannot be reached.
        """
        asked = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self._secret,
            "force_refresh": anew,
        }
        return self._lease("/cgi-bin/stable_token", "access_token", json.dumps(asked).encode())

    def ticket(self, token: str) -> Lease:
        """Return a jsapi_ticket.

        Raises
        ------
        WeChatError
            WeChat refuses or cannot be reached.
        """
        query = urlencode({"access_token": token, "type": "jsapi"})
        return self._lease(f"/cgi-bin/ticket/getticket?{query}", "ticket")

    def _lease(self, path: str, member: str, body: bytes | None = None) -> Lease:
        request = urllib.request.Request(  # noqa: S310  the scheme was checked at the start
            self.api + path, data=body, headers={"Content-Type": "application/json"}
        )
        try:
            with self._open(request, timeout=_TIMEOUT_S) as response:
                text = response.read(_MOST_BYTES)
        except (OSError, HTTPException) as error:  # URLError and time-outs are OSErrors
            # Its words may hold the address, which holds the token: only its kind is written down.
            cause = getattr(error, "reason", None) or error
            if isinstance(error, urllib.error.HTTPError):
                error.close()
                cause = error
            _log.warning("WeChat %s: %s", path.partition("?")[0], type(cause).__name__)
            raise WeChatError(AWAY) from None
        return _read(path.partition("?")[0], member, text)


def _read(path: str, member: str, text: bytes) -> Lease:
    try:
        said = json.loads(text)
        code = int(said.get("errcode", 0))
        value, lasts_s = said.get(member), float(said.get("expires_in", 0))
    except (ValueError, TypeError, AttributeError, OverflowError):
        code, value, lasts_s = GARBLED, None, 0.0
    if not code and not (isinstance(value, str) and value and lasts_s > 0):
        code = GARBLED
    if code:
        # WeChat names the address it saw; the operator needs it for the whitelist.
        seen = re.search(rb"invalid ip ([0-9a-fA-F.:]{3,45})", text)
        _log.warning("WeChat %s: errcode %d%s", path, code, f", IP {seen[1].decode()}" if seen else "")
        raise WeChatError(code)
    return Lease(str(value), min(lasts_s, _LONGEST_S))
