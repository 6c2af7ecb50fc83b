"""Chinese opening-hours text: rather unknown than wrong."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from locator.cli import main
from locator.hours_text import read_hours
from locator.timeline import SHANGHAI, Timeline
from tests.ground.hours_examples import PUBLISHED, WRITTEN

_DAYS = "一二三四五六日"
# A plain week: no holiday, no make-up workday.
_MONDAY = datetime(2026, 11, 23, tzinfo=SHANGHAI)


@pytest.mark.parametrize(("text", "osm"), [*PUBLISHED, *WRITTEN])
def test_every_text_is_read_as_a_human_eye_read_it(text: str, osm: str | None) -> None:
    read = read_hours(text)
    assert read.osm == osm
    assert (read.understood == "complete") == (read.osm is not None and read.reason is None)
    assert read.osm is not None or read.reason is not None
    if osm is not None:
        Timeline(osm)


def test_all_ninety_published_texts_are_in_the_table() -> None:
    assert len(PUBLISHED) == 90
    determinable = [osm for _, osm in PUBLISHED if osm is not None]
    assert len(determinable) >= 70


def test_the_part_that_was_understood_is_told() -> None:
    read = read_hours("每日9：00-17:30（夜校开课期间除外）")
    assert (read.osm, read.understood, read.part) == (None, "partial", "Mo-Su 09:00-17:30")
    assert read.reason is not None
    assert "夜校" in read.reason.zh


def test_what_was_left_out_is_told() -> None:
    read = read_hours("周二至周日9:00-17:00（16:00停止入场）")
    assert read.understood == "partial"
    assert read.reason is not None
    assert "16:00停止入场" in read.reason.zh


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_and_never_crashes(text: str) -> None:
    read = read_hours(text)
    assert read.osm is None or Timeline(read.osm)


@given(
    st.lists(
        st.sampled_from(
            [
                "周一",
                "至",
                "周日",
                "周末",
                "工作日",
                "节假日",
                "9:00",
                "-",
                "17:00",
                "闭馆",
                "除外",
                "上午",
                "下午2点",
                "5月",
                "10月",
                "全天",
                "（",
                "）",
                "，",
                "；",
                "次日",
                "其余时间",
                "照常",
                "午休",
                "含",
                "除",
                "另行通知",
                "夏季",
                "号",
            ]
        ),
        max_size=14,
    )
)
@settings(max_examples=600, deadline=None)
def test_any_words_in_any_order_are_read_or_refused(words: list[str]) -> None:  # fmt: skip
    read = read_hours("".join(words))
    assert read.osm is None or Timeline(read.osm)


def _minutes(hour: int, minute: int) -> int:
    return 60 * hour + minute


_clocks = st.builds(_minutes, st.integers(5, 23), st.sampled_from([0, 15, 30, 45]))


@st.composite
def _hours(draw: st.DrawFn) -> list[tuple[int, int]]:
    cuts = sorted(draw(st.lists(_clocks, min_size=2, max_size=6, unique=True)))
    return list(zip(cuts[::2], cuts[1::2], strict=False))


@st.composite
def _weeks(draw: st.DrawFn) -> dict[tuple[int, ...], list[tuple[int, int]]]:
    """Disjoint sets of weekdays, each with hours of its own."""
    owner = draw(st.lists(st.integers(0, 3), min_size=7, max_size=7))
    groups = [tuple(day for day in range(7) if owner[day] == number) for number in (1, 2, 3)]
    return {days: draw(_hours()) for days in groups if days}


def _written_clock(draw: st.DrawFn, minutes: int) -> str:
    hour, minute = divmod(minutes, 60)
    half = f"{hour}点半" if minute == 30 else f"{hour}:{minute:02}"
    period = "早上" if hour < 9 else "上午" if hour < 12 else "下午" if 13 <= hour < 18 else "晚上"
    twelve = f"{period}{hour - 12 if hour > 12 else hour}:{minute:02}" if hour != 12 else f"12:{minute:02}"
    plain = f"{hour}点" if not minute else half
    return draw(
        st.sampled_from(
            [f"{hour}:{minute:02}", f"{hour:02}:{minute:02}", f"{hour}：{minute:02}", plain, twelve]
        )
    )


def _written_days(draw: st.DrawFn, days: tuple[int, ...]) -> str:
    week = draw(st.sampled_from(["周", "星期", "礼拜"]))
    listed = draw(st.sampled_from(["、", "，", "和", ""])).join(f"{week}{_DAYS[day]}" for day in days)
    if len(days) > 1 and days == tuple(range(days[0], days[-1] + 1)):
        to = draw(st.sampled_from(["至", "到", "-", "—", "~", "～"]))
        return draw(st.sampled_from([f"{week}{_DAYS[days[0]]}{to}{week}{_DAYS[days[-1]]}", listed]))
    return listed


@st.composite
def _written(draw: st.DrawFn) -> tuple[str, dict[tuple[int, ...], list[tuple[int, int]]]]:
    week = draw(_weeks())
    to = draw(st.sampled_from(["-", "—", "至", "到", "~", "～", "——", "－"]))
    between = draw(st.sampled_from(["，", "、", " ", "；", ","]))
    told = [
        _written_days(draw, days)
        + draw(st.sampled_from(["", " ", "：", "，"]))
        + between.join(f"{_written_clock(draw, s)}{to}{_written_clock(draw, e)}" for s, e in spans)
        for days, spans in week.items()
    ]
    shut = tuple(day for day in range(7) if day not in {d for days in week for d in days})
    if shut and draw(st.booleans()):
        told.insert(
            draw(st.integers(0, len(told))),
            _written_days(draw, shut) + draw(st.sampled_from(["闭馆", "休息", "不开放"])),
        )
    return draw(st.sampled_from(["", "开放时间：", "营业时间:"])) + draw(
        st.sampled_from(["；", "，", " "])
    ).join(told), week


@given(_written())
@settings(max_examples=400, deadline=None)
def test_a_week_written_in_any_habit_is_that_week_or_unknown(
    case: tuple[str, dict[tuple[int, ...], list[tuple[int, int]]]],
) -> None:
    text, week = case
    read = read_hours(text)
    if read.osm is None or not week:
        return
    told = Timeline(read.osm)
    for day in range(7):
        spans = next((spans for days, spans in week.items() if day in days), [])
        for edge in {0, 300, *(e + d for span in spans for e in span for d in (-1, 0))}:
            at = _MONDAY + timedelta(days=day, minutes=edge)
            assert (told.status(at) == "open") == any(s <= edge < e for s, e in spans), (text, read.osm, at)


@given(_written())
@settings(max_examples=300, deadline=None)
def test_most_written_weeks_are_read(case: tuple[str, dict[tuple[int, ...], list[tuple[int, int]]]]) -> None:
    text, week = case
    read = read_hours(text)
    assert not week or read.osm is not None, (text, read.reason)


def test_the_command_prints_one_json_line_a_text() -> None:
    run = CliRunner().invoke(main, ["hours", "--json"], input="周一至周五9点-17点\n随时\n")
    lines = [json.loads(line) for line in run.output.splitlines()]
    assert [line["osm"] for line in lines] == ["Mo-Fr 09:00-17:00", None]
    assert [line["understood"] for line in lines] == ["complete", "none"]
    assert set(lines[0]) == {"text", "osm", "understood", "reason"}
