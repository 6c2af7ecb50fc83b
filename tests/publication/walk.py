"""A visit to every address of a site that can be read without logging in, as far as its links lead."""

from __future__ import annotations

import re
import time
from collections import Counter, deque
from datetime import datetime
from html import unescape
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from publication.world import AT, DISTRICT, HERE
from werkzeug.exceptions import HTTPException

from locator.datum import convert
from locator.maps.assets import asset_tag, static_tag
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

_SITE = "http://localhost"
# Of one view with many addresses, so many; of those that only differ in style or language, fewer would do.
_MOST_OF_ONE = 14
_LINK = re.compile(
    r"""(?:href|src|action|data-[a-z-]+)=["']([^"'#\s]+)|"(?:href|url|[a-z_]+_url)":\s*"([^"]+)\""""
)


class Visit(NamedTuple):
    endpoint: str
    address: str
    status: int
    body: bytes
    headers: str


def seeds(app: Flask, datum: str) -> list[str]:
    """Return addresses to begin with: those that no link leads to, and one for each view that stands alone."""
    lon, lat = (f"{degrees:.6f}" for degrees in convert(*HERE, "wgs84", datum))
    here, when = f"lon={lon}&lat={lat}", f"at={AT}"
    box = ",".join(
        f"{x:.3f}" for x in (float(lon) - 0.1, float(lat) - 0.1, float(lon) + 0.1, float(lat) + 0.1)
    )
    path = f"{lon},{lat};{float(lon) + 0.01:.6f},{float(lat) + 0.01:.6f}"
    ids = ("from-gcj", "from-wgs", "from-bd", "doubled", "mobile", "home", "canteen", "unplaced")
    listed = [
        f"/?{here}&{when}", f"/?{here}&{when}&lang=en", f"/?{here}&open=arrival&by=needs", f"/?{here}&kind=legal&max_m=10",
        f"/?district={DISTRICT}&{when}", "/?q=%E4%BA%94%E8%A7%92%E5%9C%BA", "/?q=from", f"/y/{DISTRICT}",
        f"/api/v1/nearest?{here}", f"/api/v1/nearest?{here}&{when}", f"/api/v1/nearest?{here}&{when}&datum={datum}&words=zh",
        f"/api/v1/nearest?district={DISTRICT}", f"/api/v1/nearest?{here}&open=arrival&stay=600&{when}",
        f"/api/v1/along?path={path}", f"/api/v1/along?path={path}&{when}&open=arrival", f"/along?path={path}&{when}",
        "/along?p=%E4%BA%94%E8%A7%92%E5%9C%BA&p=from-bd", "/along?p=from&p=from-bd",
        "/api/v1/services", f"/api/v1/services?bbox={box}&{when}", "/api/v1/services?q=from", "/api/v1/suggest?q=from",
        "/api/v1/suggest?q=%E4%BA%94%E8%A7%92%E5%9C%BA", f"/api/v1/events?{here}&{when}", f"/api/v1/events?{when}", f"/events?{here}&{when}",
        f"/events?{when}", f"/api/v1/district/{DISTRICT}/offline.json", f"/api/v1/offline.json?ids={','.join(ids)}",
        f"/embed?{here}&{when}&list=1", f"/embed?district={DISTRICT}", "/embed?service=from-wgs", f"/embed/new?{here}", f"/embed/new?district={DISTRICT}",
        f"/oembed?url={_SITE}/%3F{here.replace('&', '%26').replace('=', '%3D')}", f"/oembed?url={_SITE}/s/from-wgs",
        f"/map.png?{here}&{when}", f"/map.svg?{here}&{when}", f"/map.svg?district={DISTRICT}&{when}", f"/outline/{DISTRICT[:4]}.json",
        f"/assets/{asset_tag()}/leaflet.js", f"/scripts/{static_tag()}/en/page.js", "/static/page.js", "/icon-192.png",
        "/MP_verify_abcdefgh.txt", "/steward/hours?text=8-20", "/steward/records/from-wgs", "/steward/records/from-wgs/history",
        "/steward/recheck/from-wgs", "/steward/imports/0123456789abcdef", "/steward/imports/0123456789abcdef/rejects.xlsx",
        "/steward/imports/0123456789abcdef/rows/1",
    ]  # fmt: skip
    now = f"{datetime.now(SHANGHAI):%Y-%m-%dT%H:%M:%S}"
    for name in ids:
        listed += [
            f"/s/{name}?{when}", f"/api/v1/services/{name}", f"/api/v1/services/{name}?as_of={now}",
            f"/s/{name}/poster.pdf", f"/s/{name}/qr.svg", f"/s/{name}/wrong", f"/s/{name}/wrong?thanks=1",
        ]  # fmt: skip
    alone = [
        rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments
    ]
    return [*listed, *alone, *_planned(app)]


def _planned(app: Flask) -> list[str]:
    """Return the addresses of a plan, worked out; moving huts writes positions into sentences."""
    client = app.test_client()
    plan = client.get(f"/plan?boundary={DISTRICT}&week=2026-11-23&may=any&actions=5").headers["Location"]
    for _ in range(900):
        if (told := client.get(f"{plan}/state.json").get_json())["status"] not in {"running", "waiting"}:
            break
        time.sleep(0.1)
    assert told["status"] == "done", told
    files = (
        "cells.json",
        "map.png",
        "plan.json",
        "report",
        "report.pdf",
        "state.json",
        "gaps.gpkg",
        "gaps.csv",
        "plan.xlsx",
    )
    return [plan, *(f"{plan}/{file}" for file in files), f"{plan}?done=1"]


def walk(app: Flask, datum: str) -> Iterator[Visit]:
    """Yield a visit to every address that the seeds and the links from there lead to."""
    client = app.test_client()
    adapter = app.url_map.bind("localhost")
    waiting, known, many = deque(seeds(app, datum)), set(), Counter()
    begun = len(waiting)
    while waiting:
        address = waiting.popleft()
        begun -= 1
        try:
            endpoint, _ = adapter.match(urlsplit(address).path, method="GET")
        except HTTPException:
            continue
        # What the list names is visited, however much of the kind there is.
        if address in known or (begun < 0 and many[endpoint] >= _MOST_OF_ONE):
            continue
        known.add(address)
        many[endpoint] += 1
        answer = client.get(address, headers={"Accept": "text/html,*/*"}, buffered=True)
        body = answer.get_data()
        answer.close()
        yield Visit(endpoint, address, answer.status_code, body, str(answer.headers))
        links = [answer.headers.get("Location", ""), *_links(body, answer.mimetype)]
        waiting.extend(link for link in (_local(address, link) for link in links) if link)


def _links(body: bytes, mimetype: str) -> list[str]:
    if "html" not in mimetype and "json" not in mimetype:
        return []
    return [unescape(one or other) for one, other in _LINK.findall(body.decode("utf-8", "replace"))]


def _local(address: str, link: str) -> str | None:
    if not link or link.startswith(("geo:", "tel:", "data:", "mailto:")):
        return None
    whole = urlsplit(urljoin(_SITE + address, link))
    if whole.netloc != "localhost":
        return None
    return whole.path + (f"?{whole.query}" if whole.query else "")
