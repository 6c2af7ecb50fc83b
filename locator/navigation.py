"""Links that open a phone's map app at a service, each with the datum that the app expects."""

from __future__ import annotations

from urllib.parse import quote

from locator._errors import Text
from locator.datum import Datum, convert

_SOURCE = "locator"
# As their users call them, in the order of how many use them.
APPS = {
    "amap": Text("高德地图", "Amap"),
    "baidu": Text("百度地图", "Baidu Map"),
    "tencent": Text("腾讯地图", "Tencent Map"),
    "apple": Text("苹果地图", "Apple Maps"),
    "geo": Text("手机地图", "Phone's map"),
}


def links(name: str, lon: float | None, lat: float | None, published: Datum = Datum.WGS84) -> dict[str, str]:
    """Return links by app for a WGS-84 position; none without a position.

    Sources: the URI documentation of each app (Amap and Tencent take GCJ-02, Baidu BD-09, geo: WGS-84
    by RFC 5870). Apple's map of the mainland is drawn in GCJ-02, and so it reads what it is given.
    Where another datum is `published` there is no geo: link, which could only be WGS-84.
    """
    if lon is None or lat is None:
        return {}
    title = quote(name[:60], safe="")
    glon, glat = convert(lon, lat, "wgs84", "gcj02")
    blon, blat = convert(lon, lat, "wgs84", "bd09")
    found = {
        "amap": f"https://uri.amap.com/navigation?to={glon:.6f},{glat:.6f},{title}&mode=ride&coordinate=gaode&src={_SOURCE}",
        "baidu": f"https://api.map.baidu.com/marker?location={blat:.6f},{blon:.6f}&title={title}&content={title}"
        f"&coord_type=bd09ll&output=html&src={_SOURCE}",
        "tencent": f"https://apis.map.qq.com/uri/v1/marker?marker=coord:{glat:.6f},{glon:.6f};title:{title}"
        f"&coord_type=2&referer={_SOURCE}",
        "apple": f"https://maps.apple.com/?daddr={glat:.6f},{glon:.6f}&q={title}",
    }
    if published is Datum.WGS84:
        found["geo"] = f"geo:{lat:.6f},{lon:.6f}"
    return found


def lon_lat_gcj02(lon: float | None, lat: float | None) -> str:
    """Return a WGS-84 position as "lon,lat" in GCJ-02, which WeChat's own map takes; empty without one."""
    if lon is None or lat is None:
        return ""
    glon, glat = convert(lon, lat, "wgs84", "gcj02")
    return f"{glon:.6f},{glat:.6f}"
