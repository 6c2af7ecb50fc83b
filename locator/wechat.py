"""What WeChat's JS-SDK wants of a server: a signature of the page's address, and why there is none.

Source: "JS-SDK使用权限签名算法" and the table of return codes in WeChat's documentation for official
accounts (developers.weixin.qq.com/doc/offiaccount). Nothing here asks anybody: `_wechat_calls` does.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple
from urllib.parse import urlsplit

from locator._errors import ConfigurationError, InputError, LocatorError, Text

JS_APIS = ("getLocation", "openLocation", "updateAppMessageShareData", "updateTimelineShareData")
SDK_URL = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js"
_PORTS = {"http": 80, "https": 443}
_MAX_URL = 2048
_VERIFY_PREFIX = "MP_verify_"


class Reason(NamedTuple):
    """Why WeChat gives no ticket, and how long it is not worth asking again."""

    text: Text
    pause_s: float


# Codes of our own, beside WeChat's: all of theirs are -1 or from 40000 up.
AWAY, GARBLED, SLOW, UNKEPT, UNSET, OTHER = range(1, 7)
# The access token is no longer good: a new one helps.
STALE_TOKEN = frozenset({40001, 40014, 42001})
_TOKEN = Reason(
    Text(
        "微信说口令（access_token）失效，换了新的也不行", "WeChat refuses the access token, and a new one too"
    ),
    600,
)
_REASONS = {
    AWAY: Reason(Text("连不上微信的服务器", "WeChat's server cannot be reached"), 20),
    GARBLED: Reason(Text("微信的服务器答非所问", "WeChat's server answered nonsense"), 60),
    SLOW: Reason(
        Text("正在向微信取票，过两秒再试", "a ticket is being fetched: try again in two seconds"), 2
    ),
    UNKEPT: Reason(Text("取到的票存不下来", "the ticket cannot be kept on disk"), 60),
    UNSET: Reason(Text("本站还没有接公众号", "this site has no WeChat account"), 3600),
    OTHER: Reason(Text("微信不给签名用的票", "WeChat gives no ticket"), 60),
    -1: Reason(Text("微信的服务器忙", "WeChat's server is busy"), 10),
    40001: _TOKEN,
    40014: _TOKEN,
    42001: _TOKEN,
    40013: Reason(Text("公众号的 AppID 不对", "the AppID is not valid"), 60),
    40125: Reason(Text("公众号的 AppSecret 不对", "the AppSecret is not valid"), 60),
    40243: Reason(Text("公众号的 AppSecret 被冻结了", "the AppSecret is frozen"), 60),
    40164: Reason(
        Text(
            "这台服务器的 IP 不在公众号的 IP 白名单里",
            "this server's IP is not in the account's IP whitelist",
        ),
        60,
    ),
    45009: Reason(Text("今天向微信取票的次数用完了", "today's quota of calls to WeChat is used up"), 600),
    45011: Reason(Text("向微信取票太频繁", "WeChat was asked too often"), 60),
    48001: Reason(Text("这个公众号没有用网页接口的权限", "the account may not use the JS-SDK"), 600),
}


class WeChatError(LocatorError):
    """WeChat gives no ticket now; says why, and when to ask again."""

    def __init__(self, code: int, retry_after_s: float | None = None) -> None:
        reason = reason_of(code)
        super().__init__(reason.text)
        self.code = code
        self.retry_after_s = reason.pause_s if retry_after_s is None else retry_after_s


def reason_of(code: int) -> Reason:
    """Return what a return code of WeChat's, or one of ours, means."""
    if code in _REASONS:
        return _REASONS[code]
    other = _REASONS[OTHER]
    return Reason(Text(f"{other.text.zh}（{code}）", f"{other.text.en} ({code})"), other.pause_s)


def signature(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """Return the signature that `wx.config` wants for a page.

    Parameters
    ----------
    ticket
        The account's jsapi_ticket.
    nonce
        Any string; the page repeats it as nonceStr.
    timestamp
        Seconds since 1970; the page repeats it.
    url
        The address of the page; what follows # is not signed.
    """
    page = url.partition("#")[0]
    words = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={page}"
    return hashlib.sha1(words.encode()).hexdigest()  # noqa: S324  the algorithm is WeChat's choice


def origin_of(url: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port of an http(s) address; None for anything else or with a user in it."""
    if not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme]


def own_page(url: str, origins: tuple[str, ...]) -> str:
    """Return the address of one of our own pages, without what follows #.

    Parameters
    ----------
    url
        What somebody asks a signature for.
    origins
        Addresses on our own hosts.

    Raises
    ------
    InputError
        No address, or one on another host: a signature would lend that page our account.
    """
    origin = origin_of(url) if len(url) <= _MAX_URL else None
    if origin is None:
        raise InputError(
            "url",
            url,
            Text(
                "url 要写页面的完整地址，不超过 2048 个字", "url must be a page's whole address, 2048 at most"
            ),
        )
    if origin not in {origin_of(own) for own in origins}:
        raise InputError(
            "url",
            url,
            Text("url 不是本站的页面，不给签名", "url is not a page of this site: it is not signed"),
        )
    return url.partition("#")[0]


def verify_files(setting: str | None) -> dict[str, str]:
    """Return the ownership files that WeChat looks for, by name.

    Parameters
    ----------
    setting
        Items with a comma or space between: "MP_verify_abc.txt=abc" (any .txt name), or just "abc" for that.

    Raises
    ------
    ConfigurationError
        An item that no file of WeChat's looks like.
    """
    files = {}
    for item in (setting or "").replace(",", " ").split():
        name, _, content = item.partition("=")
        content = content or name.removesuffix(".txt").removeprefix(_VERIFY_PREFIX)
        if "=" not in item:
            name = _VERIFY_PREFIX + content
        name = f"{name.removesuffix('.txt')}.txt"
        stem = name.removesuffix(".txt").replace("_", "").replace("-", "")
        if not (stem.isascii() and stem.isalnum() and content.isascii()):
            raise ConfigurationError(
                Text(
                    f"LOCATOR_WECHAT_VERIFY 里的 {item!r} 看不懂，要写成 MP_verify_xxx.txt=内容",
                    f"LOCATOR_WECHAT_VERIFY: {item!r} is not MP_verify_xxx.txt=content",
                )
            )
        files[name] = content
    return files
