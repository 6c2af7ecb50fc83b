"""The yearly notice: four real years rebuilt from their facts, and everything that is refused."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from locator import Catalog, ConfigurationError, InputError, Service, Timeline, nearest
from locator._settings import Settings
from locator.cli import main
from locator.holiday_table import add_year
from locator.holidays import Announced, Holidays, holidays, read_table, statutory, use
from locator.notices import read_notice
from locator.records import to_record
from locator.timeline import SHANGHAI
from locator.web import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

NOTICES = {
    2023: """关于2023年部分节假日安排的通知
        一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。
        二、春节：1月21日至27日放假调休，共7天。1月28日（星期六）、1月29日（星期日）上班。
        三、清明节：4月5日放假，共1天。
        四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。
        五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。
        六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。
        节假日期间，要安排好值班和安全。
        国务院办公厅
        2022年12月8日
        （此件公开发布）""",
    2024: """现将2024年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
        一、元旦：1月1日放假，与周末连休。
        二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位安排职工在除夕（2月9日）休息。
        三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
        四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
        五、端午节：6月10日放假，与周末连休。
        六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
        七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。""",
    2025: """一、元旦：1月1日（周三）放假1天，不调休。
        二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
        三、清明节：4月4日（周五）至6日（周日）放假，共3天。
        四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
        五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
        六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。""",
    2026: """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
        二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
        三、清明节：4月4日（周六）至6日（周一）放假，共3天。
        四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
        五、端午节：6月19日（周五）至21日（周日）放假，共3天。
        六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
        七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。""",
}
# A year as it might be announced: made up, but true to calendar and law.
IN_2027 = """一、元旦：1月1日（周五）至3日（周日）放假，共3天。
    二、春节：2月5日（农历除夕、周五）至11日（农历正月初六、周四）放假调休，共7天。2月20日（周六）上班。
    三、清明节：4月3日（周六）至5日（周一）放假，共3天。
    四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。
    五、端午节：6月9日（周三）放假1天，不调休。
    六、中秋节：9月15日（周三）放假1天，不调休。
    七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。"""


@pytest.fixture(autouse=True)
def _bundled_again(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("LOCATOR_HOLIDAYS", raising=False)
    yield
    use(None)


@pytest.mark.parametrize("year", NOTICES)
def test_the_four_notices_give_the_bundled_table(year: int) -> None:
    bundled = [row for row in holidays().announced if row.notice == year]
    assert read_notice(NOTICES[year], year) == bundled


@pytest.mark.parametrize("year", NOTICES)
def test_line_breaks_blanks_and_half_width_signs_change_nothing(year: int) -> None:
    text = NOTICES[year]
    loose = text.translate(str.maketrans("：（），", ":(),")).replace("月", " 月 ").replace("至", "-")
    assert read_notice(loose, year) == read_notice(text.replace("\n", ""), year) == read_notice(text, year)
    assert read_notice(text.replace("。2月", "，2月"), year) == read_notice(text, year)


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ("2月15日（农历腊月二十八、周日）", "2月15日（农历腊月二十八、周六）", "2026-02-15 is a Sunday"),
        ("1月4日（周日）上班", "1月4日（星期六）上班", "2026-01-04 is a Sunday"),
        ("农历正月初七", "农历正月初八", "2026-02-23 is 正月初七 by the moon"),
        ("5日（周二）放假调休，共5天", "5日（周二）放假调休，共6天", "is 5 days, the notice says 6"),
        ("放假，共3天", "放假四天，共3天", "the notice says 4"),
        ("七、国庆节：", "七、校庆：", "the notice lacks National Day"),
        ("6月19日（周五）", "6月31日", "there is no day '6月31日'"),
        ("6月19日（周五）至21日（周日）放假，共3天", "6月20日（周六）至21日（周日）放假，共2天", "2026-06-19 is off by law"),
        ("10月1日（周四）至7日（周三）", "10月7日（周三）至1日（周四）", "runs backwards"),
        ("5月9日（周六）上班", "5月8日（周五）上班", "2026-05-08 is no weekend day"),
        ("5月9日（周六）上班", "8月8日（周六）上班", "too far from Labour Day"),
        ("2月14日（周六）、2月28日（周六）上班", "2月28日（周六）上班", "is a sentence missing"),
        ("5月9日（周六）上班", "5月4日（周一）可以补休", "not understood"),
        ("9月20日（周日）", "1月4日（周日）、9月20日（周日）", "too far from National Day"),
        ("三、清明节：", "三、劳动节：", "Labour Day is there twice"),
        ("一、元旦：", "2025年元旦。一、元旦：", "the notice of 2025, not of 2026"),
    ],
)  # fmt: skip
def test_what_does_not_agree_is_refused_with_the_reason(right: str, wrong: str, why: str) -> None:
    assert right in NOTICES[2026]
    with pytest.raises(InputError, match=why):
        read_notice(NOTICES[2026].replace(right, wrong, 1), 2026)


@pytest.mark.parametrize("number", range(7))
def test_a_notice_without_one_of_the_festivals_is_refused(number: int) -> None:
    lines = NOTICES[2026].splitlines()
    with pytest.raises(InputError, match="the notice lacks"):
        read_notice("\n".join(lines[:number] + lines[number + 1 :]), 2026)


def test_a_day_that_two_festivals_claim_is_refused() -> None:
    text = NOTICES[2026].replace(
        "中秋节：9月25日（周五）至27日（周日）放假，共3天", "中秋节：9月25日至27日放假。9月27日放假"
    )
    with pytest.raises(InputError, match="2026-09-27 is named twice"):
        read_notice(text, 2026)


def test_a_weekend_that_is_not_there_is_refused() -> None:
    text = NOTICES[2025].replace("放假1天，不调休", "放假，与周末连休", 1)
    with pytest.raises(InputError, match="no weekend stands beside 2025-01-01"):
        read_notice(text, 2025)


@pytest.mark.parametrize("text", ["", "今天天气很好。", "假期：1月1日放假。"])
def test_what_is_no_notice_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="the notice lacks"):
        read_notice(text, 2026)


def test_every_weekday_slip_is_found() -> None:
    """Whichever weekday is replaced by whichever other: none slips through."""
    text = NOTICES[2026]
    places = [i for i, sign in enumerate(text) if sign == "周"]
    assert len(places) >= 20
    for place in places:
        for other in set("一二三四五六日") - {text[place + 1]}:
            with pytest.raises(InputError, match="is a "):
                read_notice(text[: place + 1] + other + text[place + 2 :], 2026)


def test_a_year_is_added_once_and_then_nothing_changes(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    assert add_year(IN_2027, 2027, path, holidays())
    written = path.read_bytes()
    assert {row.notice for row in read_table(path).announced} == {2027}
    assert not add_year(IN_2027, 2027, path, holidays())
    assert path.read_bytes() == written
    assert [p.name for p in tmp_path.iterdir()] == ["own.csv"]


def test_a_year_that_is_there_with_other_days_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    add_year(IN_2027, 2027, path, holidays())
    written = path.read_bytes()
    other = IN_2027.replace("2月20日（周六）", "2月27日（周六）")
    with pytest.raises(InputError, match="differs on 2027-02-20, 2027-02-27"):
        add_year(other, 2027, path, holidays())
    assert path.read_bytes() == written


def test_a_bundled_year_is_not_said_again(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    assert not add_year(NOTICES[2026], 2026, path, holidays())
    assert not path.exists()


def test_a_day_of_another_years_notice_is_refused(tmp_path: Path) -> None:
    known = Holidays([Announced(date(2027, 1, 2), "workday", "元旦", 2028)])
    with pytest.raises(InputError, match="2027-01-02 is in the notice of 2028"):
        add_year(IN_2027, 2027, tmp_path / "own.csv", known)


def test_a_table_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written"):
        add_year(IN_2027, 2027, tmp_path / "nowhere" / "own.csv", holidays())


def test_what_was_unknown_is_known_once_the_year_is_added(tmp_path: Path) -> None:
    saturday, hours = datetime(2027, 2, 20, 12, tzinfo=SHANGHAI), Timeline("Mo-Fr 08:00-20:00; PH off")
    assert hours.status(saturday) == "unknown"
    add_year(IN_2027, 2027, tmp_path / "own.csv", holidays())
    use(tmp_path / "own.csv")
    assert hours.status(saturday) == "open"
    assert hours.status(saturday.replace(day=13)) == "closed"
    assert hours.status(datetime(2026, 2, 14, 12, tzinfo=SHANGHAI)) == "open"


def call(*words: str, lang: str = "en_US.UTF-8", **environ: str) -> Result:
    result = CliRunner().invoke(main, ["holidays", *words], env={"LANG": lang, **environ})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_the_command_adds_a_year_and_shows_it(tmp_path: Path) -> None:
    notice, own = tmp_path / "notice.txt", tmp_path / "own.csv"
    notice.write_text(IN_2027, encoding="gb18030")
    before = json.loads(call("show", "2027", "--json").output)
    assert before["announced"] is False
    assert {day["date"] for day in before["days"]} == {str(day) for day in statutory(2027)}
    assert call("add", "2027", str(notice), LOCATOR_HOLIDAYS=str(own)).output == f"{own}: 2027\n"
    assert "nothing changed" in call("add", "2027", str(notice), LOCATOR_HOLIDAYS=str(own)).output
    after = json.loads(call("show", "2027", "--json", LOCATOR_HOLIDAYS=str(own)).output)
    assert after["announced"] is True
    assert {"date": "2027-02-20", "day": "work", "festival": "春节"} in after["days"]
    shown = call("show", "2027", LOCATOR_HOLIDAYS=str(own)).output
    assert "2027-02-20 周六  上班  春节" in shown
    assert "已公布" in shown


def test_a_catalog_goes_by_the_table_in_use_when_it_is_opened(tmp_path: Path) -> None:
    at, own = datetime(2027, 2, 20, 12, tzinfo=SHANGHAI), tmp_path / "own.csv"
    office = Service(id="a", kind="station", name="x", lon=121.5, lat=31.2, hours="Mo-Fr 08:00-20:00; PH off")

    def told() -> tuple[list[str], list[str]]:
        found = nearest(Catalog.from_rows(1, "", [("a", to_record(office))]), 121.5, 31.2, at=at, open="now")
        return [hit.id for hit in found.features], [hit.id for hit in found.unknown]

    assert told() == ([], ["a"])
    add_year(IN_2027, 2027, own, holidays())
    use(own)
    assert told() == (["a"], [])


def test_an_application_with_a_damaged_table_does_not_start(tmp_path: Path, store_url: str) -> None:
    own = tmp_path / "own.csv"
    own.write_text("date,day,festival,notice\n2027-02-30,off,春节,2027\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"own\.csv"):
        create_app(settings=Settings(store=store_url, basemap="outline", holidays=str(own)))


def test_the_command_writes_the_table_that_it_is_given(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    result = CliRunner().invoke(main, ["holidays", "add", "2027", "-", "--table", str(own)], input=IN_2027)
    assert (result.exit_code, read_table(own).years) == (0, {2027})


def test_the_command_says_in_one_sentence_what_is_wrong(tmp_path: Path) -> None:
    notice = tmp_path / "notice.txt"
    notice.write_text(IN_2027.replace("2月20日（周六）", "2月20日（周日）"), encoding="utf-8")
    refused = call("add", "2027", str(notice), "--table", str(tmp_path / "own.csv"), lang="zh_CN.UTF-8")
    assert (refused.exit_code, refused.stderr) == (2, "2027-02-20 是周六，不是周日\n")
    notice.write_bytes(b"\xff\xff\x00")
    assert "GB18030" in call("add", "2027", str(notice)).stderr
    missing = call("show", "2027", LOCATOR_HOLIDAYS=str(tmp_path / "none.csv"))
    assert missing.exit_code == 2
    assert "none.csv" in missing.stderr
