"""How Chinese names are read: syllables without tones, with the names of places that dictionaries read otherwise."""

from __future__ import annotations

import re
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# What the dictionaries read otherwise, or not at all: names of places, and words of our own trade.
_PHRASES = {
    "长宁": "chang ning", "长阳": "chang yang", "长海": "chang hai", "长白": "chang bai", "长江": "chang jiang",
    "长乐": "chang le", "长兴": "chang xing", "长治": "chang zhi", "长寿": "chang shou", "长征": "chang zheng",
    "长风": "chang feng", "长桥": "chang qiao", "长葛": "chang ge", "长垣": "chang yuan", "长岭": "chang ling",
    "殷行": "yin hang", "闵行": "min hang", "重庆": "chong qing", "厦门": "xia men", "大柏树": "da bai shu",
    "乐清": "yue qing", "乐亭": "lao ting", "单县": "shan xian", "莘县": "shen xian", "莘庄": "xin zhuang",
    "六安": "lu an", "六合": "lu he", "中牟": "zhong mu", "牟平": "mu ping", "洪洞": "hong tong", "荥阳": "xing yang",
    "荥经": "ying jing", "浚县": "xun xian", "蔚县": "yu xian", "黄陂": "huang pi", "大埔": "da bu", "铅山": "yan shan",
    "东阿": "dong e", "尉犁": "yu li", "繁峙": "fan shi", "甪直": "lu zhi", "盱眙": "xu yi", "渑池": "mian chi",
    "涡阳": "guo yang", "会稽": "kuai ji", "吴堡": "wu bu", "砀山": "dang shan", "朝阳": "chao yang",
    "骑行": "qi xing", "家长": "jia zhang", "站长": "zhan zhang", "长者": "zhang zhe", "便宜": "pian yi",
    "都会": "du hui", "大厦": "da sha", "调解": "tiao jie",
}  # fmt: skip
# In names of places; the dictionary's first reading is another.
_CHARACTERS = {"长": "chang", "朝": "chao", "地": "di", "弄": "nong", "柏": "bai", "堡": "bao", "甪": "lu"}
_LONGEST = 4
_LATIN = re.compile(r"[a-z]+")


def syllables(name: str) -> list[str]:
    """Return a name's syllables without tones: 定海路 -> ding, hai, lu; each latin letter or digit is one."""
    readings, at = _readings(), 0
    found: list[str] = []
    while at < len(name):
        for size in range(min(_LONGEST, len(name) - at), 1, -1):
            reading = readings.get(name[at : at + size])
            if reading is not None:
                found += reading
                at += size
                break
        else:
            sound = _sound(name[at])
            found += [sound] if sound else []
            at += 1
    return found


@cache
def _sound(character: str) -> str:
    """Return one character's syllable; empty for punctuation."""
    if character in _CHARACTERS:
        return _CHARACTERS[character]
    if character.isascii():
        return character if character.isalnum() else ""
    said = str(_dictionaries().lazy_pinyin(character, v_to_u=False, errors="ignore")[:1] or "")
    return "".join(_LATIN.findall(said.lower()))


@cache
def _readings() -> Mapping[str, tuple[str, ...]]:
    """Return the phrases in which some character is read otherwise than by itself."""
    dictionaries = _dictionaries()
    plain = cache(dictionaries.to_normal)
    found = {}
    for phrase, readings in dictionaries.phrases.items():
        if len(phrase) <= _LONGEST and len(readings) == len(phrase):
            read = tuple("".join(_LATIN.findall(plain(each[0]))) for each in readings)
            if all(read) and read != tuple(map(_sound, phrase)):
                found[phrase] = read
    found.update({phrase: tuple(said.split()) for phrase, said in _PHRASES.items()})
    return found


class _Dictionaries(NamedTuple):
    """What is used of pypinyin."""

    lazy_pinyin: Callable[..., list[str]]
    phrases: Mapping[str, list[list[str]]]
    to_normal: Callable[[str], str]


# Its modules import each other in circles: two threads that begin at different ends wait for each other, and
# what Python does about that leaves them half loaded for good.
_loading = Lock()


def _dictionaries() -> _Dictionaries:
    """Return the dictionaries, which take a quarter of a second that only searchers need."""
    with _loading:
        from pypinyin import lazy_pinyin  # noqa: PLC0415
        from pypinyin.constants import PHRASES_DICT  # noqa: PLC0415
        from pypinyin.contrib.tone_convert import to_normal  # noqa: PLC0415

    return _Dictionaries(lazy_pinyin, PHRASES_DICT, to_normal)
