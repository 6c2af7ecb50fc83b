"""Settings: environment variables LOCATOR_*, read once at start."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self


@dataclass(frozen=True)
class Settings:
    """What an operator can set; each field is the variable LOCATOR_ + its name in capitals."""

    store: str | None = None
    basemap: str = "osm"
    basemap_datum: str | None = None
    basemap_attribution: str = ""
    tianditu_key: str | None = None
    public_url: str | None = None
    wechat_appid: str | None = None
    wechat_secret: str | None = field(default=None, repr=False)
    wechat_api: str = "https://api.weixin.qq.com"
    wechat_verify: str | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Return the settings that an environment gives; empty variables count as not set."""
        given = {name: environ.get(variable_of(name), "") for name in cls.__dataclass_fields__}
        return cls(**{name: value for name, value in given.items() if value})


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"LOCATOR_{name.upper()}"
