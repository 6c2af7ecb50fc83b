"""Backdrops, each with the datum it is drawn in: what lies on top is converted to that datum."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from locator._errors import ConfigurationError, Text
from locator._settings import publish_datum
from locator.datum import Datum, datum_of
from locator.publication import NAMES, may_publish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from locator._settings import Settings


@dataclass(frozen=True)
class Basemap:
    """A backdrop: tile templates drawn one over the other (none = the districts' outlines), and their datum."""

    key: str
    label: str
    datum: Datum
    tiles: tuple[str, ...] = ()
    attribution: str = ""
    subdomains: str = ""
    max_zoom: int = 18

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins that tiles come from, for the Content-Security-Policy."""
        found = []
        for template in self.tiles:
            origin = re.sub(r"^(https?://[^/]+).*$", r"\1", template)
            found += [origin.replace("{s}", s) for s in self.subdomains] if "{s}" in origin else [origin]
        return tuple(found)


_TIANDITU = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk="
)
_KNOWN: Mapping[str, Basemap] = {
    "osm": Basemap(
        "osm", "OpenStreetMap", Datum.WGS84,
        ("https://tile.openstreetmap.org/{z}/{x}/{y}.png",), "© OpenStreetMap 贡献者", max_zoom=19,
    ),
    "outline": Basemap("outline", "区界示意", Datum.WGS84, attribution="区界示意图，不作划界依据"),
    "gaode": Basemap(
        "gaode", "高德地图", Datum.GCJ02,
        ("https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}",),
        "© 高德地图", subdomains="1234",
    ),
    "tianditu": Basemap(
        "tianditu", "天地图", Datum.WGS84,
        tuple(_TIANDITU.format(layer=layer) for layer in ("vec", "cva")), "© 天地图", subdomains="01234567",
    ),
}  # fmt: skip


def basemap_of(settings: Settings) -> Basemap:
    """Return the backdrop that the settings ask for: one of those known, or an own XYZ template.

    What lies on top is drawn in its datum, so that must be one that may be published; the attribution then names it.

    Raises
    ------
    ConfigurationError
        An unknown name, tianditu without a key, a template whose datum nobody declared, or a datum that is not published.
    """
    published = publish_datum(settings)
    if published is Datum.WGS84:
        return _asked_for(settings.basemap or "osm", settings)
    # Nobody chose: of the backdrops that may be used, the one that tells no other host who looks where.
    found = _asked_for(settings.basemap or "outline", settings)
    if not found.tiles:
        found = replace(found, datum=published)
    if not may_publish(found.datum, published):
        raise _off(found, published)
    return replace(found, attribution=f"{found.attribution} · {NAMES[found.datum]}".removeprefix(" · "))


def _off(basemap: Basemap, published: Datum) -> ConfigurationError:
    name, wanted = basemap.key, NAMES[published]
    return ConfigurationError(
        Text(
            f"LOCATOR_PUBLISH_DATUM 是 {wanted}，底图 {name} 却是 WGS-84 的，上面的点会露出 WGS-84 位置："
            "LOCATOR_BASEMAP 用 outline、gaode 或 GCJ-02 的自备底图",
            f"LOCATOR_PUBLISH_DATUM is {wanted}, but the basemap {name} is drawn in WGS-84, and so would be the"
            " positions on it: set LOCATOR_BASEMAP to outline, gaode or an own one in GCJ-02",
        )
    )


def _asked_for(name: str, settings: Settings) -> Basemap:
    if name == "tianditu":
        return _with_key(_KNOWN[name], settings.tianditu_key)
    if name in _KNOWN:
        return _KNOWN[name]
    if not re.fullmatch(r"https?://[^\s'\"<>;,]+", name) or not all(p in name for p in ("{z}", "{x}", "{y}")):
        names = "、".join(_KNOWN)
        raise ConfigurationError(
            Text(
                f"LOCATOR_BASEMAP 只能是 {names}，或带 {{z}} {{x}} {{y}} 的网址；收到 {name!r}",
                f"LOCATOR_BASEMAP must be one of {', '.join(_KNOWN)} or a URL with {{z}} {{x}} {{y}}, got {name!r}",
            )
        )
    if settings.basemap_datum is None:
        raise ConfigurationError(
            Text(
                "自备底图要写明坐标系：LOCATOR_BASEMAP_DATUM=wgs84、gcj02 或 bd09，否则点会偏几百米",
                "an own basemap must declare its datum in LOCATOR_BASEMAP_DATUM: points would be hundreds of metres off",
            )
        )
    datum = datum_of(settings.basemap_datum, "LOCATOR_BASEMAP_DATUM")
    if datum is Datum.BD09:
        raise ConfigurationError(
            Text(
                "百度的瓦片不是通用切法，不能当 XYZ 底图",
                "Baidu's tiles are not an XYZ grid and cannot be used as one",
            )
        )
    return Basemap("own", "底图", datum, (name,), settings.basemap_attribution, subdomains="abc")


def _with_key(basemap: Basemap, key: str | None) -> Basemap:
    if not key or not re.fullmatch(r"[0-9A-Za-z]{8,64}", key):
        raise ConfigurationError(
            Text("天地图要密钥：LOCATOR_TIANDITU_KEY", "tianditu needs a key in LOCATOR_TIANDITU_KEY")
        )
    tiles = tuple(template + key for template in basemap.tiles)
    return Basemap(basemap.key, basemap.label, basemap.datum, tiles, basemap.attribution, basemap.subdomains)
