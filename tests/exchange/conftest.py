"""A store with a bit of everything, and how its exports are made."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from locator.cli import main
from locator.service import Event, Offer, Service, Stop
from locator.store import Store, sample_services

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

ODD = (
    Service(
        id="x-all", kind="canteen", name='=1+1 "食堂",\n二\u2028楼', address="周家嘴路1号", district="310110", phone="+86 21 6543 2100",
        source_lon=121.51, source_lat=31.21, source_datum="bd09", hours="Mo-Fr 10:30-14:00,20:00-02:00; PH off",
        hours_text="周一到周五", has=("microwave", "wifi"), lacks=("toilet",), needs=("rest", "save"), capacity=0, stars=0, code="310110-7",
        offers=(
            Offer(title="七折", groups=("rider",), hours="13:00-14:00", percent_off=30, valid_from=date(2026, 1, 1)),
            Offer(title="套餐", fixed_cny=12.5),
            Offer(title="编的", fixed_cny=1, demo=True),
        ),
        events=(Event(title="电影", topic="film", start="2026-12-01T19:00", end="2026-12-01T21:00"),),
        source="杨浦区总工会", source_url="https://example.org/a", verified_on=date(2026, 11, 2),
    ).placed(),
    Service(
        id="x-mobile", kind="fair", name="流动", status="planned",
        stops=(
            Stop(name="东", lon=121.5, lat=31.2, hours="Mo 10:00-12:00", valid_from=date(2026, 5, 1), valid_to=date(2026, 9, 30)),
            Stop(lon=121.6, lat=31.3),
        ),
    ),
    Service(id="x-bare", kind="station", name="不知在哪"),
    Service(
        id="x-home", kind="housing", name="公寓", address="某路", lon=121.4, lat=31.1, rent_min=0, rent_max=900.5, vacancies=3,
        apply_url="https://example.org/apply", apply_steps=("带身份证", "签字"), status="suspended", hours="24/7",
    ),
    Service(id="x-season", kind="station", name="夏天才开", lon=121.4, lat=31.1, hours='Jun-Sep 08:00-20:00 "下雨不开"'),
    Service(id="x-demo", kind="station", name="编的驿站", lon=121.4, lat=31.1, demo=True),
)  # fmt: skip


@pytest.fixture(scope="session")
def services() -> list[Service]:
    return [*sample_services(), *ODD]


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory, services: list[Service]) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('full')}/full.db"
    Store(url).create(services, "all there is")
    return url


@pytest.fixture
def run(full: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)

    def call(*words: str, code: int = 0, store: str = full) -> Result:
        done = CliRunner().invoke(main, [*words, "--store", store])
        assert done.exit_code == code, done.output
        return done

    return call
