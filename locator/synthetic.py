"""An invented country of services, for benchmarks and demonstrations: clustered, realistic, all `demo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from locator import vocabulary
from locator.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

# Towns lie where people do: the mainland east of the line from Heihe to Tengchong, thinly west of it.
_EAST, _WEST = (103.0, 122.5, 22.0, 42.0), (80.0, 103.0, 28.0, 45.0)
_WEST_SHARE = 0.08
_SERVICES_PER_TOWN = 60
# A street office's radius: half its services lie within this many metres of the middle.
_SPREAD_M = 2500.0
_KIND_SHARES = {
    "station": 0.62, "canteen": 0.16, "restaurant": 0.05, "haircut": 0.03, "repair": 0.03, "legal-aid": 0.02,
    "housing": 0.02, "study-room": 0.02, "nursing-room": 0.02, "driver-home": 0.01, "counselling": 0.01, "fair": 0.01,
}  # fmt: skip
# Of 186,100 stations at the end of 2024 about 6 % were open round the clock, and many publish no hours.
_UNKNOWN_HOURS, _ROUND_THE_CLOCK = 0.3, 0.06
_OFFER_SHARE = {"canteen": 0.25, "restaurant": 0.4, "haircut": 0.3}
_AMENITY_SHARES = {
    "seating": 0.8, "air-conditioning": 0.7, "drinking-water": 0.75, "charging": 0.65, "microwave": 0.5, "toilet": 0.3,
    "first-aid": 0.4, "wifi": 0.35, "fridge": 0.2, "television": 0.15, "books": 0.2, "shower": 0.03, "bed": 0.01,
    "lockers": 0.05, "water-cupboard": 0.02, "nursing": 0.001,
}  # fmt: skip
_NAMES = ("人民路", "建设路", "解放路", "中山路", "新华路", "和平路", "长江路", "黄河路", "文化路", "胜利路")


def invent(services: int, seed: int) -> Iterator[Service]:
    """Yield so many invented services; the same seed gives the same ones.

    Parameters
    ----------
    services
        How many, 1 or more.
    seed
        Of numpy's default generator.
    """
    random = np.random.default_rng(seed)
    town = _towns(random, services)
    lon, lat = _positions(random, town)
    hours = _hours(random)
    kinds = random.choice(list(_KIND_SHARES), services, p=list(_KIND_SHARES.values()))
    clock = np.where(random.random(services) < _UNKNOWN_HOURS, -1, random.integers(0, len(hours), services))
    clock = np.where((random.random(services) < _ROUND_THE_CLOCK) & (clock >= 0), len(hours), clock)
    there = random.random((services, len(_AMENITY_SHARES))) < list(_AMENITY_SHARES.values())
    looked = random.random(services) > _UNKNOWN_HOURS
    dealt = random.random(services)
    for i in range(services):
        kind = str(kinds[i])
        label = vocabulary.KINDS[kind].label.zh
        fields: dict[str, Any] = {
            "id": f"syn-{i:07d}",
            "kind": kind,
            "name": f"{_NAMES[i % len(_NAMES)]}{label}{i}号（示例）",
            "address": f"{_NAMES[(i // 7) % len(_NAMES)]}{i % 900 + 1}号（示例地址）",
            "lon": round(float(lon[i]), 6),
            "lat": round(float(lat[i]), 6),
            "position_quality": "approximate",
            "hours": None if clock[i] < 0 else [*hours, "24/7"][clock[i]],
            "source": "示例，由程序生成",
            "demo": True,
        }
        if looked[i]:
            fields["has"] = tuple(
                a for a, is_there in zip(_AMENITY_SHARES, there[i], strict=True) if is_there
            )
            fields["capacity"] = 4 + i % 40
        if dealt[i] < _OFFER_SHARE.get(kind, 0.0):
            fields["offers"] = (_OFFERS[i % len(_OFFERS)],)
        yield Service.model_validate(fields)


_OFFERS: tuple[dict[str, object], ...] = (
    {"title": "骑手时段七折", "groups": ("rider", "sanitation", "guard"), "hours": "13:00-14:00", "percent_off": 30, "demo": True},
    {"title": "会员每餐减2元", "groups": ("member",), "hours": "10:30-14:30", "minus_cny": 2, "per_day": 1, "demo": True},
    {"title": "工作餐9.9元", "groups": ("anyone",), "hours": "13:30-14:30", "fixed_cny": 9.9, "demo": True},
)  # fmt: skip


def _towns(random: np.random.Generator, services: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the middle of each service's town: large towns and many small ones. Shape (services, 2)."""
    count = max(1, services // _SERVICES_PER_TOWN)
    west = random.random(count) < _WEST_SHARE
    box = np.where(west[:, None], _WEST, _EAST)
    middles = np.column_stack([random.uniform(box[:, 0], box[:, 1]), random.uniform(box[:, 2], box[:, 3])])
    weights = 1 / np.arange(1, count + 1) ** 0.6
    picked: np.ndarray[Any, np.dtype[np.float64]] = middles[
        random.choice(count, services, p=weights / weights.sum())
    ]
    return picked


def _positions(
    random: np.random.Generator, town: np.ndarray[Any, np.dtype[np.float64]]
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.float64]]]:
    away = _SPREAD_M * random.lognormal(0, 0.8, len(town))
    angle = random.uniform(0, 2 * np.pi, len(town))
    north, east = (
        away * np.sin(angle) / 111_000,
        away * np.cos(angle) / (111_000 * np.cos(np.radians(town[:, 1]))),
    )
    return town[:, 0] + east, town[:, 1] + north


def _hours(random: np.random.Generator) -> list[str]:
    """Return some hundreds of plausible opening hours."""
    found: set[str] = set()
    while len(found) < 300:  # noqa: PLR2004  what a province's lists hold, about
        opens, closes = int(random.integers(10, 20)) * 30, int(random.integers(33, 47)) * 30
        days = str(random.choice(["", "Mo-Fr ", "Mo-Sa ", "Tu-Su "]))
        noon = random.random() < 0.4  # noqa: PLR2004  share that shuts at midday
        spans = (
            f"{_clock(opens)}-12:00,14:00-{_clock(closes)}" if noon else f"{_clock(opens)}-{_clock(closes)}"
        )
        found.add(days + spans)
    return sorted(found)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
