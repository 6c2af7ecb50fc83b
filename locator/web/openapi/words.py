"""The vocabularies as schemas: a code, and what people read for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator import vocabulary
from locator._errors import Text
from locator.datum import Datum
from locator.publication import may_publish
from locator.web.openapi.shapes import Shape, one_of, ref

if TYPE_CHECKING:
    from collections.abc import Mapping

_DATUMS = {
    Datum.WGS84: Text("GPS 的坐标", "what GPS gives"),
    Datum.GCJ02: Text("国内地图（高德、腾讯）的坐标", "maps published in mainland China (Amap, Tencent)"),
    Datum.BD09: Text("百度地图的坐标", "Baidu's maps"),
}
VOCABULARIES: Mapping[str, tuple[Mapping[str, Text], Text]] = {
    "Datum": (
        {str(code): label for code, label in _DATUMS.items()},
        Text("坐标系", "The datum of positions"),
    ),
    "Kind": (
        {code: kind.label for code, kind in vocabulary.KINDS.items()},
        Text("服务的种类", "Kinds of service"),
    ),
    "Amenity": (vocabulary.AMENITIES, Text("设施", "Equipment")),
    "Group": (vocabulary.GROUPS, Text("劳动者群体", "Groups of workers")),
    "Need": (vocabulary.NEEDS, Text("六有", "The six needs")),
    "Topic": (vocabulary.TOPICS, Text("活动的种类", "What events are about")),
    "Mode": (vocabulary.MODES, Text("怎么走", "How one moves")),
    "Status": (vocabulary.STATUSES, Text("门开着没有", "Whether the door is open")),
    "PositionQuality": (vocabulary.POSITION_QUALITIES, Text("位置从哪来", "Where a position comes from")),
}
_NAME_OF = {id(codes): name for name, (codes, _) in VOCABULARIES.items()} | {id(vocabulary.KINDS): "Kind"}


def schema_of(codes: Mapping[str, object]) -> Shape:
    """Return the reference to a vocabulary of `locator.vocabulary`."""
    return ref(_NAME_OF[id(codes)])


def datum_schema(published: Datum) -> Shape:
    """Return the datums that may be asked for where one is published."""
    known, title = VOCABULARIES["Datum"]
    return _schema(
        {code: label for code, label in known.items() if may_publish(Datum(code), published)}, title
    )


def schemas() -> Mapping[str, Shape]:
    """Return every vocabulary by its name, its codes explained."""
    return {name: _schema(codes, title) for name, (codes, title) in VOCABULARIES.items()}


def _schema(codes: Mapping[str, Text], title: Text) -> Shape:
    lines = [Text(f"`{code}` {label.zh}", f"`{code}` {label.en}") for code, label in codes.items()]
    whole = Text(
        f"{title.zh}：" + "；".join(line.zh for line in lines),
        f"{title.en}: " + "; ".join(line.en for line in lines),
    )
    return {**one_of(*codes), "description": whole}
