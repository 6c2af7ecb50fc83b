"""Fields and values of a record in plain words, for history, conflicts and the import's preview."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from locator import vocabulary
from locator.districts import district_name
from locator.plain_hours import plain_hours

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIELDS: Mapping[str, str] = {
    "id": "编号", "kind": "类型", "name": "名称", "address": "地址", "district": "区县", "town": "街道",
    "phone": "电话", "lon": "经度（WGS-84）", "lat": "纬度（WGS-84）", "source_lon": "填报的经度",
    "source_lat": "填报的纬度", "source_datum": "填报的坐标系", "position_quality": "位置怎么来的",
    "hours": "开放时间", "hours_text": "开放时间原话", "has": "有", "lacks": "没有", "capacity": "能坐几人",
    "stars": "星级", "code": "驿站编码", "needs": "六有", "rent_min": "最低月租", "rent_max": "最高月租",
    "vacancies": "空房", "apply_url": "申请网址", "apply_steps": "申请步骤", "offers": "优惠", "stops": "停靠点",
    "events": "活动", "status": "状态", "source": "来源", "source_url": "来源网址", "verified_on": "核实日期",
    "demo": "示例",
}  # fmt: skip
STATUSES = {"active": "在用", "planned": "筹备", "suspended": "暂停", "closed": "关了"}
DATUMS = {
    "wgs84": "WGS-84",
    "gcj02": "GCJ-02（高德、腾讯）",
    "bd09": "BD-09（百度）",
    "gcj02-doubled": "GCJ-02 偏移两次",
}
_NOTHING = "（空）"
# The store leaves out what is usual.
_USUAL = {"status": "active", "demo": False}


def said(field: str, value: Any) -> str:  # noqa: ANN401  whatever a record holds
    """Return a field's value in words; JSON only where there are none."""
    value = _USUAL.get(field) if value is None else value
    if value is None or value in ([], ""):
        return _NOTHING
    reader = _READERS.get(field)
    if reader is not None:
        return reader(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "；".join(_item(one) for one in value)
    return str(value)


def _item(value: Any) -> str:  # noqa: ANN401
    if not isinstance(value, dict):
        return str(value)
    head = value.get("title") or value.get("name") or ""
    rest = {
        name: one for name, one in value.items() if name not in {"title", "name"} and one not in (None, [])
    }
    told = "，".join(f"{name} {_plain(one)}" for name, one in rest.items())
    return f"{head}（{told}）" if head and told else head or told


def _plain(value: Any) -> str:  # noqa: ANN401
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _labels(known: Mapping[str, Any]) -> Callable[[Any], str]:
    def read(value: Any) -> str:  # noqa: ANN401
        codes = value if isinstance(value, list) else [value]
        labels = (known.get(code) for code in codes)
        return "、".join(
            getattr(label, "zh", label) or str(code) for label, code in zip(labels, codes, strict=True)
        )

    return read


def _hours(value: Any) -> str:  # noqa: ANN401
    plain = plain_hours(value)
    return f"{plain}（{value}）" if plain else str(value)


def _district(value: Any) -> str:  # noqa: ANN401
    name = district_name(value)
    return f"{name}（{value}）" if name else str(value)


_READERS: Mapping[str, Callable[[Any], str]] = {
    "kind": _labels({code: kind.label for code, kind in vocabulary.KINDS.items()}),
    "has": _labels(vocabulary.AMENITIES),
    "lacks": _labels(vocabulary.AMENITIES),
    "needs": _labels(vocabulary.NEEDS),
    "position_quality": _labels(vocabulary.POSITION_QUALITIES),
    "status": _labels(STATUSES),
    "source_datum": _labels(DATUMS),
    "hours": _hours,
    "district": _district,
}
