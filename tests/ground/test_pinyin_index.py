"""Names are found as people type them, just as by comparing each name in turn."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locator.pinyin import syllables
from locator.pinyin_index import NameIndex, folded

READINGS = {
    "定海路街道": "ding hai lu jie dao",
    "长宁区": "chang ning qu",
    "长阳路": "chang yang lu",
    "重庆": "chong qing",
    "厦门": "xia men",
    "大柏树": "da bai shu",
    "殷行街道": "yin hang jie dao",
    "工商银行": "gong shang yin hang",
    "长者食堂": "zhang zhe shi tang",
    "朝阳区": "chao yang qu",
    "六安": "lu an",
    "番禺": "pan yu",
    "绿地": "lv di",
    "音乐": "yin yue",
    "24小时": "2 4 xiao shi",
}
NAMES = [*READINGS, "定海港路驿站", "KFC 大柏树店", "和平公园（东门）"]


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return NameIndex.of(NAMES, [f"某路{i}号" for i in range(len(NAMES))])


@pytest.mark.parametrize(("name", "read"), READINGS.items())
def test_names_are_read_as_they_are_said(name: str, read: str) -> None:
    assert syllables(name) == read.split()


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("dhl", "定海路街道"),
        ("dinghailu", "定海路街道"),
        ("ding hai", "定海路街道"),
        ("cn", "长宁区"),
        ("CHANGNING", "长宁区"),
        ("海路", "定海路街道"),
        ("kfc", "KFC 大柏树店"),
        ("ＫＦＣ", "KFC 大柏树店"),
        ("dbs", "大柏树"),
        ("xiamen", "厦门"),
        ("lvdi", "绿地"),
        ("东门", "和平公园（东门）"),
        ("某路17号", "和平公园（东门）"),
    ],
)
def test_a_name_is_found_by_characters_pinyin_or_initials(index: NameIndex, typed: str, first: str) -> None:
    assert NAMES[index.find(typed, 5)[0]] == first


def test_pinyin_is_found_only_from_where_a_syllable_starts(index: NameIndex) -> None:
    assert index.find("inghai", 5) == []
    assert [NAMES[i] for i in index.find("hailu", 5)] == ["定海路街道"]


def test_pinyin_and_initials_may_be_mixed(index: NameIndex) -> None:
    assert [NAMES[i] for i in index.find("dinghl", 5, mixed=True)] == ["定海路街道"]
    assert [NAMES[i] for i in index.find("dhaigl", 5, mixed=True)] == ["定海港路驿站"]


def test_a_saved_index_finds_the_same(index: NameIndex) -> None:
    file = io.BytesIO()
    index.save(file)
    file.seek(0)
    loaded = NameIndex.load(file)
    for typed in ("dhl", "定海", "dinghl", "某路3号", "changyang", "zzz"):
        assert loaded.find(typed, 9, mixed=True) == index.find(typed, 9, mixed=True)


_SOME = st.lists(st.text(st.sampled_from("定海路长宁重庆行ab1 （"), max_size=30), max_size=30)


@given(_SOME, st.text(st.sampled_from("定海路长宁重行"), min_size=1, max_size=9), st.integers(1, 8))
def test_characters_are_found_just_as_by_looking_at_each_name(
    names: list[str], typed: str, limit: int
) -> None:
    wanted = folded(typed)
    starting = [i for i, name in enumerate(names) if folded(name).startswith(wanted)]
    holding = [i for i, name in enumerate(names) if wanted in folded(name) and i not in starting]
    assert NameIndex.of(names).find(typed, limit) == [*starting, *holding][:limit]


@given(_SOME, st.text(st.sampled_from("dhlcnqingazox"), min_size=1, max_size=6))
def test_sounds_are_found_just_as_by_looking_at_each_name(names: list[str], typed: str) -> None:
    index = NameIndex.of(names)
    expected = set()
    for i, name in enumerate(names):
        read = syllables(folded(name))
        initials = "".join(sound[0] for sound in read)
        if typed in initials or any("".join(read[k:]).startswith(typed) for k in range(len(read))):
            expected.add(i)
    assert set(index.find(typed, 100)) == expected


# Somebody else asks just while the dictionaries are being loaded.
_MEANWHILE = """
import sys, threading
from locator.pinyin import syllables
said = []
other = threading.Thread(target=lambda: said.append(syllables("定海路")))
class Meanwhile:
    def find_spec(self, name, path, target=None):
        if name == "pypinyin.converter" and other.ident is None:
            other.start()
            other.join(0.5)
sys.meta_path.insert(0, Meanwhile())
said.append(syllables("定海路"))
other.join(30)
print(said == [["ding", "hai", "lu"]] * 2)
"""


def test_two_who_ask_while_the_dictionaries_are_loaded_are_both_answered() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _MEANWHILE], check=False, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr[-2000:]
