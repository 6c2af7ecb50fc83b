"""Settings: environment variables LOCATOR_*, read once at start."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from locator._errors import ConfigurationError, InputError, Text
from locator.datum import Datum, datum_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

# A QR code of a longer one, with a state behind it, is read by no phone from a page.
_MAX_URL = 120


@dataclass(frozen=True)
class Settings:
    """What an operator can set; each field is the variable LOCATOR_ + its name in capitals."""

    store: str | None = field(default=None, repr=False)  # of PostgreSQL, it holds a password
    basemap: str | None = None
    basemap_datum: str | None = None
    basemap_attribution: str = ""
    tianditu_key: str | None = field(default=None, repr=False)
    holidays: str | None = None
    network: str | None = None
    demand: str | None = None
    demand_datum: str | None = None
    demand_of: str | None = None
    demand_source: str | None = None
    code_pattern: str | None = None
    public_url: str | None = None
    embed_origins: str = ""
    rate_limit: str = "20/hour"
    rate_limit_storage: str = field(default="memory", repr=False)  # an address may hold a password
    proxies: str = "0"
    wechat_appid: str | None = None
    wechat_secret: str | None = field(default=None, repr=False)
    wechat_api: str = "https://api.weixin.qq.com"
    wechat_verify: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    max_upload: str = "30"
    publish_datum: str | None = None
    log_format: str = "text"
    log_requests: str = "off"
    metrics: str = "private"
    metrics_token: str | None = field(default=None, repr=False)
    stale_after: str | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Return the settings that an environment gives; empty variables count as not set."""
        given = {name: environ.get(variable_of(name), "") for name in cls.__dataclass_fields__}
        return cls(**{name: value for name, value in given.items() if value})


def public_url(settings: Settings) -> str | None:
    """Return the address that others reach the site by, without a slash at its end; None if nobody said.

    Raises
    ------
    ConfigurationError
        It is no http or https address.
    """
    said = settings.public_url
    if said is None:
        return None
    if len(said) > _MAX_URL or not re.fullmatch(r"https?://[\w.\-\[\]:]+(/[\w.~%/\-]*)?", said, re.ASCII):
        raise ConfigurationError(
            Text(
                f"LOCATOR_PUBLIC_URL 要写成 https://ditu.example 这样；收到 {said[:80]!r}",
                f"LOCATOR_PUBLIC_URL must read like https://ditu.example, got {said[:80]!r}",
            )
        )
    return said.rstrip("/")


def embed_origins(settings: Settings) -> tuple[str, ...]:
    """Return the origins whose pages may frame /embed, beside our own; "*" stands for all.

    Raises
    ------
    ConfigurationError
        One that is no origin: a policy with it would be read as something else.
    """
    said = tuple(dict.fromkeys(re.split(r"[\s,]+", settings.embed_origins.strip())))
    named = tuple(origin for origin in said if origin not in {"", "self", "'self'"})
    for origin in named:
        if origin != "*" and not re.fullmatch(
            r"https?://(?:\*\.)?[\w\-]+(?:\.[\w\-]+)*(?::\d{1,5})?", origin, re.ASCII
        ):
            shown = origin[:80]
            raise ConfigurationError(
                Text(
                    f"LOCATOR_EMBED_ORIGINS 里每个都要写成 https://example.org 这样，或只写 *；收到 {shown!r}",
                    f"LOCATOR_EMBED_ORIGINS takes origins like https://example.org, or *; got {shown!r}",
                )
            )
    return ("*",) if "*" in named else named


def proxy_count(settings: Settings) -> int:
    """Return how many proxies of ours stand in front, each of which adds to `X-Forwarded-For`.

    Raises
    ------
    ConfigurationError
        It is no number from 0 to 9.
    """
    said = settings.proxies
    if not re.fullmatch(r"[0-9]", said):
        raise ConfigurationError(
            Text(
                f"LOCATOR_PROXIES 要是 0–9 的数；收到 {said[:20]!r}",
                f"LOCATOR_PROXIES must be a number from 0 to 9, got {said[:20]!r}",
            )
        )
    return int(said)


def publish_datum(settings: Settings) -> Datum:
    """Return the datum that positions are published in; WGS-84 unless somebody said otherwise.

    Raises
    ------
    ConfigurationError
        It is none of the three datums.
    """
    said = settings.publish_datum
    try:
        return Datum.WGS84 if said is None else datum_of(said, "LOCATOR_PUBLISH_DATUM")
    except InputError as error:
        raise ConfigurationError(error.text) from None


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"LOCATOR_{name.upper()}"
