"""A hit in words: what is said at the edges, and what is never said of something unknown."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests_support import catalog_of

from locator import Catalog, Service, Stop, nearest
from locator.cards import Card, breakable, card, clock, duration, length
from locator.facilities import facilities
from locator.hits import Hit
from locator.listing import describe
from locator.question import Question
from locator.records import to_record
from locator.timebar import SPAN, Bar, time_bar
from locator.timeline import SHANGHAI
from locator.vocabulary import CARD_AMENITIES, STATUSES
from locator.week import week_of

if TYPE_CHECKING:
    from pathlib import Path


NOW = datetime(2026, 11, 23, 13, 5, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)


def at(hour: int, minute: int = 0, day: int = 23, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def hit_of(
    hours: str | None,
    *,
    travel_min: float | None = 4,
    now: datetime = NOW,
    group: tuple[str, ...] = (),
    **fields: object,
) -> Hit:
    """Return the hit that a search makes of one service at some minutes' distance."""
    given_fields = {
        "id": "a",
        "kind": "canteen",
        "name": "食堂",
        "hours": hours,
        "lon": 121.54,
        "lat": 31.27,
        **fields,
    }
    service = Service.model_validate(given_fields)
    catalog = Catalog.from_rows(1, "", [(service.id, to_record(service))])
    arrive = now + timedelta(minutes=travel_min or 0)
    if service.lon is None and not service.stops:
        return describe(catalog, 0, now, group)
    moment = catalog.moments.leaving(now, 0.0, group).of(
        int(catalog.profile[0]), int((arrive - now.replace(second=0)) / MINUTE)
    )
    if travel_min is None:
        return Hit(catalog, 0, 0, None, None, now, moment)
    return Hit(catalog, 0, 0, travel_min * 200.0, travel_min * 60.0, now, moment)


def shown(hours: str | None, *, group: tuple[str, ...] = (), **fields: object) -> Card:
    return card(hit_of(hours, group=group, **fields), Question(NOW, group=group))


def words_of(answer: Card) -> str:
    deals = "".join(deal.tag + deal.window + deal.note for deal in answer.deals)
    return "|".join([answer.door.label, answer.going, *answer.staying[:2], deals])


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (at(14, 30), "14:30"),
        (at(0), "00:00"),
        (at(23, 59), "23:59"),
        (at(0, 0, 24), "24:00"),
        (at(0, 1, 24), "明天00:01"),
        (at(8, 0, 24), "明天08:00"),
        (at(0, 0, 25), "周三00:00"),
        (at(8, 0, 25), "周三08:00"),
        (at(8, 0, 29), "周日08:00"),
        (at(8, 0, 30), "11月30日08:00"),
        (at(8, 0, 2, 12), "12月2日08:00"),
        (at(8, 0, 22), "11月22日08:00"),
    ],
)
def test_an_instant_is_said_as_people_say_it(then: datetime, said: str) -> None:
    assert clock(then, NOW) == said


def test_midnight_said_at_one_to_midnight_is_24_00() -> None:
    assert clock(at(0, 0, 24), at(23, 59)) == "24:00"
    assert clock(at(0, 5, 24), at(23, 59)) == "明天00:05"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (-3, "0分钟"), (0, "0分钟"), (0.99, "0分钟"), (1, "1分钟"), (59, "59分钟"), (59.9999999999, "1小时"),
        (60, "1小时"), (61, "1小时1分"), (345, "5小时45分"), (47 * 60 + 59, "47小时59分"), (48 * 60, "2天"),
        (14 * 24 * 60, "14天"),
    ],
)  # fmt: skip
def test_minutes_are_said_as_people_say_them(minutes: float, said: str) -> None:
    assert duration(minutes) == said


@pytest.mark.parametrize(
    ("metres", "said"),
    [
        (0, "10米"), (4, "10米"), (346, "350米"), (994, "990米"), (994.99, "990米"), (995, "1.0公里"), (999, "1.0公里"),
        (1000, "1.0公里"), (1249, "1.2公里"), (9949, "9.9公里"), (9950, "10公里"), (38_400, "38公里"),
    ],
)  # fmt: skip
def test_a_distance_is_said_as_people_say_it(metres: float, said: str) -> None:
    assert length(metres) == said


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_longer_distance_never_reads_shorter(one: float, other: float) -> None:
    def read(text: str) -> float:
        return float(text[:-2]) * 1000 if text.endswith("公里") else float(text[:-1])

    near, far = sorted((one, other))
    assert read(length(near)) <= read(length(far))


@pytest.mark.parametrize(
    ("hours", "travel_min", "state", "label"),
    [
        ("10:00-20:00", 4, "open", "开着"),
        ("24/7", 4, "open", "开着"),
        ("10:00-13:25", 4, "soon", "快关门"),
        ("10:00-13:29", 4, "open", "开着"),
        ("10:00-13:28", 4, "soon", "快关门"),
        ("13:10-20:00", 20, "later", "13:10开"),
        ("13:30-20:00", 4, "later", "13:30开"),
        ("15:05-20:00", 4, "later", "15:05开"),
        ("15:06-20:00", 4, "closed", "关着"),
        ("08:00-10:00", 4, "closed", "关着"),
        ("24/7 off", 4, "closed", "关着"),
        (None, 4, "unknown", "时间不清楚"),
        (None, None, "unknown", "时间不清楚"),
        ("10:00-20:00 unknown", 4, "unknown", "时间不清楚"),
    ],
)
def test_the_door_says_what_one_finds_on_arrival(
    hours: str | None, travel_min: float, state: str, label: str
) -> None:
    assert shown(hours, travel_min=travel_min).door == (state, label)


@pytest.mark.parametrize("hours", [None, "24/7 unknown", "10:00-20:00 unknown"])
@pytest.mark.parametrize("travel_min", [None, 0, 4, 119])
def test_unknown_never_reads_as_open_or_closed(hours: str | None, travel_min: float | None) -> None:
    answer = shown(hours, travel_min=travel_min)
    for claim in (STATUSES["open"].zh, STATUSES["closed"].zh, "开到", "能待", "关门", "24小时"):
        assert claim not in words_of(answer)
    assert not any(segment.what in {"stay", "short", "wait"} for segment in answer.bar.segments)


@pytest.mark.parametrize(
    ("hours", "lines"),
    [
        ("10:00-14:30", ("开到14:30", "能待1小时21分", False)),
        ("10:00-13:25", ("13:25关门", "只能待16分钟", True)),
        ("24/7", ("24小时开", "待多久都行", False)),
        ("10:00-24:00", ("开到24:00", "能待10小时51分", False)),
        ("13:30-20:00", ("等21分钟", "13:30开门", False)),
        ("18:00-20:00", ("18:00开门", "", False)),
        ("08:00-10:00", ("明天08:00开门", "", False)),
        ("24/7 off", ("两星期内不开", "", False)),
        (None, ("到了不一定开门", "", False)),
    ],
)
def test_the_second_line_says_how_long_one_can_stay(hours: str | None, lines: tuple[str, str, bool]) -> None:
    assert shown(hours).staying == lines


def test_the_first_line_says_how_long_it_takes_and_when_one_is_there() -> None:
    assert shown("24/7").going == "骑行4分钟|13:09到"
    assert shown("24/7", travel_min=0.1).going == "骑行1分钟|13:06到"
    assert shown("24/7", travel_min=61).going == "骑行1小时1分|14:06到"


def test_without_an_asker_the_first_line_is_the_address() -> None:
    assert shown("24/7", travel_min=None, address="平凉路1890号").going == "平凉路1890号"
    assert shown("24/7", travel_min=None, lon=None, lat=None).going == "位置不清楚"


def deal_of(offer: dict[str, object], group: tuple[str, ...] = ()) -> tuple[str, str, str]:
    (deal,) = shown("24/7", offers=[{"title": "x", **offer}], group=group).deals
    return deal.tag, deal.window, deal.note


def test_an_offer_says_its_group_price_window_and_what_is_left_of_it() -> None:
    riders = {"groups": ["rider", "guard"], "hours": "13:00-14:00", "percent_off": 30}
    assert deal_of(riders) == ("骑手七折", "13:00–14:00", "到时还剩51分钟")
    assert deal_of(riders, ("guard",)) == ("保安七折", "13:00–14:00", "到时还剩51分钟")
    assert deal_of(riders, ("trucker",))[2] == "限骑手、保安"
    assert deal_of({**riders, "hours": "15:00-16:00"})[2] == "15:00开始"
    assert deal_of({**riders, "hours": "09:00-10:00"})[2] == "今天已结束"
    assert deal_of({**riders, "hours": None})[1:] == ("", "优惠时间不清楚")
    assert deal_of({"hours": "24/7", "minus_cny": 2}) == ("减2元", "", "现在就有")


def test_an_offer_that_is_over_for_good_does_not_say_when_it_starts() -> None:
    over = {"hours": "15:00-16:00", "percent_off": 30, "valid_to": date(2026, 11, 20)}
    assert deal_of(over)[2] == "优惠已结束"


@given(st.text(min_size=1, max_size=200))
def test_a_name_cut_for_line_breaks_joins_back_to_itself(name: str) -> None:
    assert "".join(breakable(name)) == name


@pytest.mark.parametrize(
    "name", ["长" * 200, "路" * 200, "（" * 200, "a\nb\n", "\n", "街道\n路（x", "<b>${x}`", "中心中心"]
)
def test_an_odd_name_cut_for_line_breaks_joins_back_to_itself(name: str) -> None:
    parts = breakable(name)
    assert "".join(parts) == name
    assert all(parts)


def test_a_name_breaks_after_its_street_and_before_a_bracket() -> None:
    parts = shown("24/7", name="定海路街道隆昌路睦邻社区长者食堂（福满佳）").name_parts
    assert parts == ("定海路街道", "隆昌路", "睦邻社区", "长者食堂", "（福满佳）")


def test_equipment_is_there_not_there_or_unknown() -> None:
    known = facilities(hit_of("24/7", has=["seating", "microwave"], lacks=["toilet"]), CARD_AMENITIES)
    assert [facility.state for facility in known] == ["yes", "un", "yes", "un", "un", "no"]


def test_nobody_is_said_to_have_verified_what_nobody_did() -> None:
    assert shown("24/7").verified == "按名单，没人核实过"
    assert shown("24/7", verified_on=date(2026, 11, 18)).verified == "11月18日核实"


def test_a_place_open_now_and_unknown_on_arrival_does_not_read_as_closed(tmp_path: Path) -> None:
    hours = "Mo-Su 10:00-13:07, Mo-Su 13:07-20:00 unknown"
    catalog = catalog_of([hit_of(hours).service], tmp_path)
    answer = nearest(catalog, 121.55, 31.27, at=NOW)
    (hit,) = answer.features
    assert hit.status == "open"
    assert "关着" not in words_of(card(hit, answer.question))


def within_the_bar(bar: Bar) -> bool:
    inside = all(s.left >= 0 and s.width >= 0 and s.left + s.width <= 100 + 1e-9 for s in bar.segments)
    return inside and all(0 <= tick.at < 100 for tick in bar.ticks)


@given(
    now=st.integers(0, 24 * 60 * 60).map(lambda s: NOW + timedelta(seconds=s)),
    hours=st.sampled_from(
        [None, "24/7", "24/7 off", "13:00-14:00", "13:10-13:30", "10:00-20:00 unknown", "08:00-02:00"]
    ),
    travel_min=st.one_of(st.none(), st.floats(0, 300)),
    deal=st.sampled_from(["13:00-14:00", "24/7", None]),
)
def test_the_bar_shows_nothing_beyond_its_ends(
    now: datetime, hours: str | None, travel_min: float | None, deal: str | None
) -> None:
    hit = hit_of(hours, travel_min=travel_min, now=now, offers=[{"title": "x", "hours": deal}])
    assert within_the_bar(time_bar(hit, now))


@pytest.mark.parametrize("travel_s", [0.0, 3.6, 25.2, 46.8, 7196.4, 7199.0, 7200.0, 9000.0])
def test_rounding_never_pushes_the_bar_beyond_its_end(travel_s: float) -> None:
    assert within_the_bar(time_bar(hit_of("24/7", travel_min=travel_s / 60), NOW))


@given(st.integers(0, 7200_000))
def test_stretches_of_the_bar_touch_whatever_the_rounding(milliseconds: int) -> None:
    bar = time_bar(hit_of("24/7", travel_min=milliseconds / 60_000), NOW)
    for left, right in zip(bar.segments, bar.segments[1:], strict=False):
        assert left.left + left.width == pytest.approx(right.left, abs=0.0501)


def test_the_bar_tells_going_waiting_staying_and_deal_apart() -> None:
    hit = hit_of("13:35-20:00", offers=[{"title": "x", "hours": "13:00-14:05"}], travel_min=12)
    assert [tuple(s) for s in time_bar(hit, NOW).segments] == [
        ("go", 0, 10), ("wait", 10, 15), ("stay", 25, 75), ("deal", 10, 40)
    ]  # fmt: skip
    assert [s.what for s in time_bar(hit_of("10:00-13:15"), NOW).segments] == ["go", "short"]
    assert [s.what for s in time_bar(hit_of(None), NOW).segments] == ["go", "maybe"]
    assert [s.what for s in time_bar(hit_of("24/7 off"), NOW).segments] == ["go"]


def test_the_bar_is_ticked_at_whole_hours() -> None:
    assert [tick.label for tick in time_bar(hit_of("24/7"), NOW).ticks] == ["14:00", "15:00"]
    assert [tick.label for tick in time_bar(hit_of("24/7"), at(13)).ticks] == ["14:00"]
    assert timedelta(hours=2) == SPAN


def test_the_week_begins_today_and_names_its_days() -> None:
    (table,) = week_of(hit_of("Mo-Fr 10:30-14:30,22:00-02:00"), NOW)
    assert [day.name for day in table.days] == [f"周{day}" for day in "一二三四五六日"]
    assert [day.today for day in table.days] == [True] + [False] * 6
    assert table.days[0].stretches == ("10:30–14:30", "22:00–24:00")
    assert table.days[5].stretches == ("00:00–02:00",)
    assert table.days[6].stretches == ()


def test_a_day_open_throughout_is_one_whole_bar() -> None:
    (table,) = week_of(hit_of("24/7"), NOW)
    assert {day.stretches for day in table.days} == {("00:00–24:00",)}
    assert {day.bars for day in table.days} == {((0.0, 100.0),)}


def test_a_stretch_that_is_not_sure_says_so_and_draws_no_bar() -> None:
    (table,) = week_of(hit_of("10:00-12:00 unknown"), NOW)
    assert table.days[0].stretches == ("10:00–12:00（不一定）",)
    assert table.days[0].bars == ()


def test_unknown_hours_have_no_week() -> None:
    assert week_of(hit_of(None), NOW) == []


def test_each_stop_of_a_mobile_service_has_its_own_week() -> None:
    stops = [
        Stop(name="广场", lon=121.5, lat=31.2, hours="10:00-12:00"),
        Stop(lon=121.6, lat=31.2, hours="13:00-14:00"),
    ]
    tables = week_of(hit_of(None, lon=None, lat=None, stops=stops), NOW)
    assert [table.place for table in tables] == ["广场", "停靠点"]
    assert tables[1].days[0].stretches == ("13:00–14:00",)


@given(
    st.integers(0, 6 * 24 * 60),
    st.sampled_from(["Mo-Fr 08:00-20:00", "22:00-06:00", "24/7", "Sa off", "10:00-11:00 unknown"]),
)
def test_bars_of_the_week_lie_within_their_day(minute: int, hours: str) -> None:
    now = NOW + minute * MINUTE
    (table,) = week_of(hit_of(hours), now)
    for day in table.days:
        for left, width in day.bars:
            assert 0 <= left < left + width <= 100 + 1e-9


def test_a_door_shut_at_night_and_unknown_by_day_promises_nothing() -> None:
    answer = shown("10:00-20:00 unknown", travel_min=900)
    assert answer.door.state == "closed"
    assert answer.staying[0] == "几点开不清楚"
