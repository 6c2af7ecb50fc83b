"""Pictures for pages that allow no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator._errors import Text
from locator.maps.captions import MAX_TITLE
from locator.maps.paint import THEMES
from locator.maps.poster import SIZES
from locator.maps.request import LEAST_WIDTH, MOST_SCALE, MOST_WIDTH
from locator.question import PARAMETERS
from locator.web.openapi.asking import NOT_MODIFIED
from locator.web.openapi.operations import binary, get
from locator.web.openapi.parameters import SERVICE_ID, contract, parameter
from locator.web.openapi.shapes import STRING, Shape, one_of

if TYPE_CHECKING:
    from collections.abc import Mapping

TAG = "pictures"
_PNG, _SVG, _PDF = "image/png", "image/svg+xml", "application/pdf"
_WHAT = Text(
    "参数和 nearest 一样，再加标题、大小、明暗。不给 at 就是这一分钟的样子。不认识的参数不管。",
    "The parameters of nearest, and a title, sizes and a theme. Without `at` it stands for the current minute. "
    "Parameters that are not listed here are passed over.",
)


def paths() -> Mapping[str, Shape]:
    """Return the operations by path."""
    return {
        "/map.png": _map("mapPng", Text("地图，PNG", "A map as PNG"), _PNG),
        "/map.svg": _map("mapSvg", Text("地图，SVG", "A map as SVG"), _SVG),
        "/s/{service_id}/qr.svg": _code(),
        "/s/{service_id}/poster.pdf": _poster(),
    }


def schemas() -> Mapping[str, Shape]:
    """Return nothing: pictures have no schema."""
    return {}


def _map(operation: str, summary: Text, media: str) -> Shape:
    own = [
        parameter("title", STRING, Text(f"标题，{MAX_TITLE} 个字以内的部分", f"A title; the first {MAX_TITLE} characters count")),
        parameter("width", _whole(LEAST_WIDTH, MOST_WIDTH, 750), Text("宽", "Width, pixels at scale 1")),
        parameter("scale", _whole(1, MOST_SCALE, 1), Text("放大几倍", "Pixels a unit")),
        parameter("theme", {**one_of(*THEMES), "default": THEMES[0]}, Text("明或暗", "Light or dark")),
        parameter("place", STRING, Text("这个位置叫什么", "What the asker's position is called")),
    ]  # fmt: skip
    return get(
        operation,
        TAG,
        summary,
        _WHAT,
        parameters=[*contract(PARAMETERS), *own],
        responses={"200": binary(media, Text("图", "The picture")), "304": NOT_MODIFIED},
        fails=(400, 503),
    )


def _code() -> Shape:
    return get(
        "serviceCode",
        TAG,
        Text("一个服务的二维码", "A service's QR code"),
        Text("扫了到它的页面。", "It leads to the service's page."),
        parameters=[SERVICE_ID],
        responses={"200": binary(_SVG, Text("二维码", "The code")), "304": NOT_MODIFIED},
        fails=(404,),
    )


def _poster() -> Shape:
    size = parameter("size", {**one_of(*SIZES), "default": "A4"}, Text("纸多大", "The paper's size"))
    return get(
        "servicePoster",
        TAG,
        Text("一个服务门口的海报", "The poster for a service's door"),
        Text("打印用的 PDF。", "A PDF to print."),
        parameters=[SERVICE_ID, size],
        responses={"200": binary(_PDF, Text("海报", "The poster")), "304": NOT_MODIFIED},
        fails=(400, 404, 503),
    )


def _whole(least: int, most: int, default: int) -> Shape:
    return {"type": "integer", "minimum": least, "maximum": most, "default": default}
