"""Record the examples of the API's description anew: `python tests/openapi/record_examples.py` in the checkout."""

from __future__ import annotations

import io
import json
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

from openapi_support import HOST, LIST, address, operation  # noqa: E402

from locator._settings import Settings  # noqa: E402
from locator.store import Store, sample_services  # noqa: E402
from locator.store.accounts import add_user, make_token  # noqa: E402
from locator.web import create_app  # noqa: E402
from locator.web.openapi import document, examples  # noqa: E402

TARGET = HERE.parent.parent / "locator/web/openapi/examples.json"
AT = "2026-11-23T13:05"
REQUESTS: dict[str, list[tuple[str, str, dict[str, object]]]] = {
    "nearest": [
        ("骑手附近、到了还开着、至少能待 20 分钟的", "Open on arrival for a rider, with 20 minutes left",
         {"lon": 121.54, "lat": 31.2754, "group": ["rider"], "open": "arrival", "stay": 20, "limit": 1, "words": "en", "at": AT}),
        ("一个区县里的食堂，不给位置", "The canteens of a district, without a position",
         {"district": "310110", "kind": ["canteen"], "limit": 1, "at": AT, "datum": "gcj02"}),
    ],
    "along": [("两个点之间", "Between two drop-offs",
               {"path": "121.54,31.27;121.55,31.28", "open": "arrival", "kind": ["housing", "station"], "limit": 1, "at": AT})],
    "events": [("七天里杨浦区的值班", "Duty days in a district within a week",
                {"district": "310110", "days": 7, "topic": ["duty"], "limit": 1, "at": AT})],
    "services": [("方框里的食堂", "Canteens in a box",
                  {"bbox": [121.53, 31.26, 121.55, 31.28], "kind": ["canteen"], "limit": 1, "at": AT})],
    "service": [("一个食堂", "A canteen", {"service_id": "yp-canteen-001"})],
    "suggest": [("打了两个字", "Two characters typed", {"q": "杨浦", "mode": "walk"})],
    "offlineDistrict": [("杨浦区", "A district", {"code": "310110"})],
    "offlineServices": [("两个", "Two of them", {"ids": ["yp-canteen-001", "demo-counsel-001"]})],
    "mapPng": [("一个区县", "A district", {"district": "310110", "kind": ["canteen"], "at": AT, "width": 600})],
    "mapSvg": [("一个区县", "A district", {"district": "310110", "kind": ["canteen"], "at": AT, "width": 600})],
    "serviceCode": [("一个食堂", "A canteen", {"service_id": "yp-canteen-001"})],
    "servicePoster": [("A6", "A6", {"service_id": "yp-canteen-001", "size": "A6"})],
    "oembed": [("一个服务的页面", "A service's page", {"url": f"{HOST}/s/yp-canteen-001", "maxwidth": 480})],
    "outline": [("上海", "Shanghai", {"city": "3101"})],
    "readyz": [("能答题", "It can answer", {})],
    "healthz": [("好着", "All is well", {})],
}  # fmt: skip
# Pictures are no text, and these are long.
_UNTOLD = {"mapPng", "mapSvg", "serviceCode", "servicePoster", "outline", "offlineDistrict"}


def main() -> None:
    TARGET.write_text("{}", encoding="utf-8")
    found: dict[str, list[dict[str, object]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/sample.db")
        store.create(list(sample_services()), "sample")
        client = create_app({}, Settings(store=store.url, basemap="outline")).test_client()
        for name, requests in REQUESTS.items():
            one = operation(name)
            for zh, en, values in requests:
                answer = client.get(address(one, values), base_url=HOST)
                assert answer.status_code == 200, (name, answer.text)
                told = None if name in _UNTOLD else answer.get_json(force=True)
                found.setdefault(name, []).append({"title": [zh, en], "values": values, "answer": told})
        add_user(store, "nightly", "correct horse battery", "editor")
        sent = client.post(
            "/api/v1/imports",
            data={"file": (io.BytesIO(LIST.encode()), "list.csv"), "dry_run": "true"},
            headers={
                "Authorization": f"Bearer {make_token(store, 'nightly', 'examples')}",
                "Accept-Language": "en",
            },
        )
        found["imports"] = [
            {
                "title": ["两行，一行退回", "Two rows, one handed back"],
                "values": {},
                "answer": sent.get_json(),
            }
        ]
    TARGET.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    document.cache_clear()
    examples.recorded.cache_clear()


if __name__ == "__main__":
    main()
