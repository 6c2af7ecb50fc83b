"""A file into the store: what is good comes in, what is bad comes back, and twice is once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import openpyxl
import pytest
from click.testing import CliRunner

from locator import InputError, StoreError
from locator.cli import main
from locator.ingest.importing import import_file
from locator.ingest.report import write_rejects
from locator.store import Store, sample_services
from locator.tabular import write as write_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from locator.ingest.report import ImportReport

    Bring = Callable[..., ImportReport]
    Write = Callable[..., Path]

HEADER = [
    "序号",
    "驿站编码",
    "驿站名称",
    "所属区县",
    "详细地址",
    "经度",
    "纬度",
    "开放时间",
    "服务设施",
    "联系电话",
    "星级",
    "备注",
]
GOOD = [
    "1",
    "YP-001",
    "一号驿站",
    "杨浦区",
    "平凉路1890号",
    "121.5443",
    "31.2732",
    "周一至周五 8:00-20:00",
    "空调、微波炉、饮水机、无厕所",
    "021-65430000",
    "三星级",
    "靠近地铁",
]


def row(**changes: str) -> list[str]:
    places = {
        "code": 1,
        "name": 2,
        "district": 3,
        "address": 4,
        "lon": 5,
        "lat": 6,
        "hours": 7,
        "equipment": 8,
        "phone": 9,
        "stars": 10,
    }
    made = list(GOOD)
    for name, value in changes.items():
        made[places[name]] = value
    return made


def records(store: Store) -> dict[str, dict[str, object]]:
    return {own: json.loads(record) for own, record in store.snapshot()[2]}


def test_a_street_offices_sheet_becomes_records(store: Store, bring: Bring, write: Write) -> None:
    report = bring(write([HEADER, GOOD], encoding="gb18030"), datum="gcj02")
    assert (report.rows, report.accepted, report.created) == (1, 1, 1)
    assert report.ignored == ["备注"]
    kept = store.get("YP-001")
    assert (kept.kind, kept.name, kept.district, kept.stars, kept.code) == (
        "station",
        "一号驿站",
        "310110",
        3,
        "YP-001",
    )
    assert kept.hours == "Mo-Fr 08:00-20:00"
    assert kept.hours_text == "周一至周五 8:00-20:00"
    assert kept.has == ("air-conditioning", "microwave", "drinking-water")
    assert kept.lacks == ("toilet",)
    assert (kept.source_lon, kept.source_lat, kept.source_datum) == (121.5443, 31.2732, "gcj02")
    assert abs(kept.lon - 121.54) < 0.001
    assert [c.who for c in store.history("YP-001")] == ["王"]


def test_the_same_file_twice_changes_nothing(store: Store, bring: Bring, write: Write) -> None:
    path = write(
        [
            HEADER,
            GOOD,
            row(code="", name="二号驿站"),
            row(code="YP-003", name="三号食堂", equipment="", hours=""),
        ]
    )
    assert bring(path, datum="gcj02").created == 3
    before = store.snapshot()
    again = bring(path, datum="gcj02")
    assert (again.created, again.updated, again.unchanged) == (0, 0, 3)
    assert store.snapshot() == before


def test_good_rows_come_in_although_others_are_bad(store: Store, bring: Bring, write: Write) -> None:
    rows = [
        HEADER, GOOD, row(code="YP-002", name=""), row(code="YP-003", lon="东边"), row(code="YP-004", lon="1215443"),
        row(code="YP-005", stars="很多"), row(code="YP-006", hours="看情况"), row(code="YP-007", equipment="空调、按摩椅"),
        row(code="YP-008", lat=""), row(code="YP-009", lon="13530000", lat="3660000"), row(code="YP-010", phone="1" * 80),
        row(code="YP-011", name="某处", address="x"), row(code="YP-012", lon="0", lat="0"),
    ]  # fmt: skip
    report = bring(write(rows), datum="gcj02")
    told = {(p.row, p.column, p.outcome) for p in report.problems}
    assert told == {
        (2, "驿站名称", "rejected"), (3, "经度", "rejected"), (4, "经度", "rejected"), (5, "星级", "warned"),
        (6, "开放时间", "warned"), (7, "服务设施", "warned"), (8, "纬度", "rejected"), (9, "经度", "rejected"),
        (10, "联系电话", "rejected"), (12, "经度", "warned"),
    }  # fmt: skip
    assert all(p.reason.zh and p.reason.en for p in report.problems)
    assert (report.rows, report.accepted, report.warned, report.rejected) == (12, 2, 4, 6)
    assert set(records(store)) == {"YP-001", "YP-005", "YP-006", "YP-007", "YP-011", "YP-012"}
    assert store.get("YP-006").hours is None
    assert store.get("YP-007").has == ("air-conditioning",)
    assert store.get("YP-012").lon is None


def test_the_heading_says_the_kind_only_where_the_name_does_not(
    bring: Bring, write: Write, store: Store
) -> None:
    bring(write([["驿站名称", "地址"], ["平凉路店", "a"], ["平凉路食堂", "b"]]))
    assert sorted(str(r["kind"]) for r in records(store).values()) == ["canteen", "station"]
    report = bring(write([["名称", "地址"], ["平凉路店", "c"]]))
    assert (report.rejected, "--kind" in report.problems[0].suggestion.zh) == (1, True)
    assert bring(write([["名称", "地址"], ["平凉路店", "c"]]), kind="haircut").created == 1
    with pytest.raises(InputError, match="kind"):
        bring(write([["名称", "地址"], ["平凉路店", "c"]]), kind="castle")


def test_a_blank_cell_and_a_missing_column_erase_nothing(store: Store, bring: Bring, write: Write) -> None:
    bring(write([HEADER, GOOD]), datum="gcj02")
    before = store.get("YP-001")
    blank = bring(write([HEADER, ["1", "YP-001", "一号驿站", *[""] * 9]]))
    assert (blank.unchanged, store.get("YP-001")) == (1, before)
    bring(write([["编码", "名称", "地址", "电话"], ["YP-001", "一号驿站", "", "110"]]))
    assert store.get("YP-001") == before.model_copy(update={"phone": "110"})


def test_hours_that_somebody_put_right_by_hand_stay(store: Store, bring: Bring, write: Write) -> None:
    path = write([HEADER, row(hours="工作日开放")])
    bring(path, datum="gcj02")
    assert store.get("YP-001").hours is None
    mended = store.get("YP-001").model_copy(update={"hours": "Mo-Fr 09:00-17:00; PH off"})
    store.save([mended], who="王", why="电话核实")
    assert bring(path, datum="gcj02").unchanged == 1
    bring(write([HEADER, row(hours="每天 9:00-18:00")]), datum="gcj02")
    assert "09:00-18:00" in store.get("YP-001").hours


def test_osm_expressions_are_taken_as_they_are(store: Store, bring: Bring, write: Write) -> None:
    bring(
        write(
            [
                ["name", "address", "kind", "hours"],
                ["A", "x", "station", "Mo-Fr 08:00-12:00,13:00-18:00; PH off"],
            ]
        )
    )
    assert next(iter(records(store).values()))["hours"] == "Mo-Fr 08:00-12:00,13:00-18:00; PH off"


def test_yes_and_no_columns_are_equipment(store: Store, bring: Bring, write: Write) -> None:
    bring(
        write(
            [["驿站名称", "地址", "空调", "微波炉", "是否有厕所", "Wi-Fi"], ["a", "b", "有", "√", "无", ""]]
        )
    )
    (kept,) = records(store).values()
    assert (kept["has"], kept["lacks"]) == (["air-conditioning", "microwave"], ["toilet"])


def test_a_mapping_goes_before_the_words(store: Store, bring: Bring, write: Write) -> None:
    path = write([["甲", "名称", "乙"], ["一号驿站", "内部名", "某路1号"]])
    bring(path, mapping={"甲": "name", "名称": None, "乙": "address"})
    (kept,) = records(store).values()
    assert (kept["name"], kept["address"]) == ("一号驿站", "某路1号")
    for wrong in ({"丙": "name", "甲": "name", "乙": "address"}, {"甲": "colour"}):
        with pytest.raises(InputError, match=r"丙|colour"):
            bring(path, mapping=wrong)


def test_a_file_without_place_or_name_is_one_error(store: Store, bring: Bring, write: Write) -> None:
    for rows in ([["名称", "电话"], ["a", "1"]], [["地址", "电话"], ["a", "1"]]):
        with pytest.raises(InputError, match="--mapping"):
            bring(write(rows))
    assert store.version() == 0


def test_rows_of_one_place_are_told(bring: Bring, write: Write) -> None:
    report = bring(write([HEADER, GOOD, row(), row(phone="110")]), datum="gcj02")
    assert [(p.row, p.outcome) for p in report.problems] == [(2, "warned"), (3, "rejected")]
    assert report.created == 1


def test_a_code_of_another_place_is_not_overwritten(store: Store, bring: Bring, write: Write) -> None:
    bring(write([HEADER, GOOD]), datum="gcj02")
    report = bring(write([HEADER, row(name="别处驿站", district="静安区", lon="", lat="")]))
    assert (report.rejected, store.get("YP-001").name) == (1, "一号驿站")


def test_numbers_that_only_count_rows_identify_nothing(store: Store, bring: Bring, write: Write) -> None:
    bring(write([["编号", "驿站名称", "地址"], ["1", "a", "x"], ["2", "b", "y"]]))
    bring(write([["编号", "驿站名称", "地址"], ["1", "c", "x"], ["2", "d", "y"]]))
    assert len(records(store)) == 4


def test_a_dry_run_shows_the_difference_and_writes_nothing(store: Store, bring: Bring, write: Write) -> None:
    bring(write([HEADER, GOOD]), datum="gcj02")
    before = store.snapshot()
    report = bring(
        write([HEADER, row(phone="110"), row(code="YP-002", name="二号驿站")]), datum="gcj02", dry_run=True
    )
    assert [(c.id, c.action, c.fields) for c in report.changes] == [
        ("YP-001", "updated", ("phone",)), ("YP-002", "created", ()),
    ]  # fmt: skip
    assert store.snapshot() == before


def test_what_changed_during_an_import_is_not_overwritten(
    store: Store, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write([HEADER, GOOD])
    import_file(path, store, datum="gcj02", who="a", why="b")
    real = store.snapshot

    def meanwhile() -> object:
        found = real()
        store.save([store.get("YP-001").model_copy(update={"phone": "119"})], who="李", why="改电话")
        return found

    monkeypatch.setattr(store, "snapshot", meanwhile)
    with pytest.raises(StoreError, match="changed during"):
        import_file(write([HEADER, row(phone="110")]), store, datum="gcj02", who="a", why="b")
    assert store.get("YP-001").phone == "119"


HOSTILE = [
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "http://example.org",
    "{=1}",
    "<b>",
    "长" * 290,
]


def test_rejects_can_be_mended_and_imported_again(
    store: Store, bring: Bring, write: Write, tmp_path: Path
) -> None:
    rows = [HEADER, GOOD, row(code="YP-002", lon="东边"), row(code="YP-003", name="", phone="=1+1")]
    report = bring(write(rows, encoding="gb18030"), datum="gcj02")
    path = tmp_path / "rejects.xlsx"
    assert write_rejects(report, path) == 2
    book = openpyxl.load_workbook(path)
    sheet = book.active
    header = [cell.value for cell in sheet[1]]
    assert header == [n for n in HEADER if n != "序号"] + ["坐标系", "问题", "建议"]
    assert "东边" in sheet.cell(2, header.index("问题") + 1).value
    sheet.cell(2, header.index("经度") + 1).value = 121.5453
    sheet.cell(2, header.index("坐标系") + 1).value = "gcj02"
    sheet.cell(3, header.index("驿站名称") + 1).value = "三号驿站"
    book.save(path)
    again = bring(path)
    assert (again.rows, again.accepted, again.created) == (2, 2, 2)
    assert again.ignored == ["备注"]
    assert store.get("YP-003").phone == "=1+1"
    assert store.get("YP-002").source_lon == 121.5453


def test_no_cell_of_the_rejects_is_a_formula(bring: Bring, write: Write, tmp_path: Path) -> None:
    report = bring(write([["名称", "地址", "备注"], *[[text, text, text] for text in HOSTILE]]))
    assert report.rejected == len(HOSTILE)
    write_rejects(report, tmp_path / "r.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx").active
    for line, text in enumerate(HOSTILE, 2):
        for place in (1, 2, 3):
            cell = sheet.cell(line, place)
            assert (cell.data_type, cell.value, cell.hyperlink) == ("s", text.strip(), None)


@pytest.mark.parametrize("name", ["all.gpkg", "all.geojson", "all.parquet", "all.csv", "all.xlsx"])
def test_an_export_of_everything_imported_again_changes_nothing(tmp_path: Path, name: str) -> None:
    store = Store(f"sqlite:///{tmp_path}/sample.db")
    store.create(sample_services(), "sample")
    services = list(sample_services())
    path = tmp_path / name
    if name in {"all.csv", "all.xlsx"}:
        from locator.tabular import to_frame

        frame = to_frame(services).drop(columns="geometry")
        if name == "all.csv":
            frame.to_csv(path, index=False, encoding="utf-8-sig")
        else:
            frame.to_excel(path, index=False)
    else:
        write_table(services, path)
    report = import_file(path, store, who="a", why="b")
    assert (report.created, report.updated, report.rejected) == (0, 0, 0), report.to_text()
    assert report.unchanged == len(services)
    # And the same file makes the same store anew.
    other = Store(f"sqlite:///{tmp_path}/other.db")
    other.create([], "empty")
    import_file(path, other, who="a", why="b")
    assert other.snapshot()[2] == store.snapshot()[2]


def call(*words: object) -> object:
    return CliRunner().invoke(main, ["import", *map(str, words)], env={"LANG": "zh_CN.UTF-8"})


def test_the_command_makes_a_store_reports_and_exits(tmp_path: Path, write: Write) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    path = write([HEADER, GOOD, row(code="YP-002", name="")])
    dry = call(path, "--store", url, "--datum", "gcj02", "--dry-run")
    assert (dry.exit_code, (tmp_path / "new.db").exists()) == (0, False)
    assert "将新增 1" in dry.stdout
    done = call(
        path, "--store", url, "--datum", "gcj02", "--json", "--rejects", tmp_path / "r.xlsx", "--who", "王"
    )
    assert done.exit_code == 0
    report = json.loads(done.stdout)
    assert {n: report[n] for n in ("rows", "accepted", "warned", "rejected", "unchanged", "created", "updated")} == {
        "rows": 2, "accepted": 1, "warned": 0, "rejected": 1, "unchanged": 0, "created": 1, "updated": 0,
    }  # fmt: skip
    assert report["datum"]["verdict"] == "gcj02"
    assert report["datum"]["disagreeing_rows"] == []
    assert 0 <= report["datum"]["margin"] <= 1
    (problem,) = report["problems"]
    assert set(problem) == {"row", "column", "value", "outcome", "reason", "suggestion"}
    assert (problem["row"], problem["outcome"]) == (2, "rejected")
    assert (tmp_path / "r.xlsx").is_file()
    assert [c.who for c in Store.open(url).history("YP-001")] == ["王"]


def test_the_command_exits_2_when_nothing_can_be_done(tmp_path: Path, write: Write) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    (tmp_path / "m.json").write_text("[]")
    for words in (
        [tmp_path / "missing.csv"], [write([["a", "b"], ["c", "d"]])], [write([HEADER, GOOD])],
        [write([HEADER, GOOD]), "--datum", "mars"], [write([HEADER, GOOD]), "--mapping", tmp_path / "m.json"],
        [write([HEADER, GOOD]), "--rejects", "r.csv"], [write([HEADER, GOOD]), "--kind", "castle"],
    ):  # fmt: skip
        done = call(*words, "--store", url)
        assert done.exit_code == 2, done.output
        assert done.stderr.strip()
        assert "Traceback" not in done.output
    assert Store.open(url).version() == 0


def test_what_may_be_one_place_is_listed_and_not_merged(
    bring: Callable[..., ImportReport], write: Callable[..., Path]
) -> None:
    header: list[object] = ["编码", "名称", "类型", "经度", "纬度", "坐标系"]
    bring(write([header, ["A1", "定海路街道户外职工爱心接力站", "驿站", 121.5401, 31.2701, "wgs84"]]))
    report = bring(
        write(
            [
                header,
                ["B1", "定海路户外职工爱心接力站", "驿站", 121.5402, 31.2701, "wgs84"],
                ["B2", "长海路驿站", "驿站", 121.5302, 31.3001, "wgs84"],
            ],
            "more.csv",
        )
    )
    assert report.created == 2
    pairs = report.to_json("zh")["duplicates"]
    assert [(pair["id"], pair["with"]) for pair in pairs] == [("A1", "B1")]
    assert pairs[0]["score"] >= 0.7
    assert "可能是同一处" in report.to_text()
