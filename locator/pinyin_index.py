"""Names found as people type them: Chinese, pinyin (dinghai), initials (dhl) or both mixed (dinghl)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
_TYPED = re.compile(r"[a-z][a-z0-9]*")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_MOST_CHARACTERS = 40
# So many bytes of a line are sorted: enough for what people type before they choose.
_HEAD = 24


def folded(text: str) -> str:
    """Return a text as it is compared: one width, lower case, no blanks."""
    return re.sub(r"[\s'·]+", "", unicodedata.normalize("NFKC", text)).lower()[:_MOST_CHARACTERS]


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


class NameIndex:
    """Names in a fixed order, to be found by any part of them.

    Parameters
    ----------
    names
        What is looked up, by Chinese, pinyin and initials.
    also
        What is looked up by itself only, beside each name: its address.

    Pinyin is worked out by `learn`, which takes some seconds for a country of names; until then, and
    while it runs, only the characters themselves are found.
    """

    def __init__(self, names: Sequence[str], also: Iterable[str] = ()) -> None:
        self._names = names
        self._plain = _Lines([folded(name) for name in names])
        self._also = _Lines([folded(text) for text in also])
        self._sounds: tuple[_Lines, _Lines, _Lines] | None = None

    def learn(self) -> None:
        """Work out how the names are read."""
        read = [syllables(folded(name)) for name in self._names]
        # In the cased lines a capital is where a syllable starts.
        self._sounds = (
            _Lines(["".join(each) for each in read]),
            _Lines(["".join(sound[0] for sound in each) for each in read]),
            _Lines(["".join(sound.capitalize() for sound in each) for each in read]),
        )

    def find(self, text: str, limit: int, *, mixed: bool = False) -> list[int]:
        """Return the numbers of the first names that hold a text; those that begin with it come first.

        Parameters
        ----------
        text
            As typed.
        limit
            How many at most.
        mixed
            Whether pinyin and initials may stand in one word (dinghl): slow for many names.
        """
        wanted = folded(text)
        if not wanted:
            return []
        found: dict[int, None] = {}
        for numbers in self._ways(wanted, mixed=mixed):
            # Some ways find the same names again: one more for each that is known.
            for number in islice(numbers, limit + len(found)):
                found[number] = None
            if len(found) >= limit:
                break
        return list(found)[:limit]

    def _ways(self, wanted: str, *, mixed: bool) -> Iterator[Iterable[int]]:
        if self._sounds is not None and _TYPED.fullmatch(wanted):
            full, initials, cased = self._sounds
            yield initials.starting(wanted)
            yield full.starting(wanted)
            yield initials.holding(wanted)
            yield (number for number, at in full.hits(wanted) if cased.text[at : at + 1].isupper())
            if mixed:
                yield cased.matching(_mixed(wanted))
            return  # latin letters of a name stand among its sounds
        yield self._plain.starting(wanted)
        yield self._plain.holding(wanted)
        if _CHINESE.search(wanted):
            yield self._also.holding(wanted)


class _Lines:
    """Lines in one text, so that all are searched in one go: as bytes, for which that is quickest."""

    def __init__(self, lines: Sequence[str]) -> None:
        encoded = [line.encode() for line in lines]
        self.text = b"\n".join([*encoded, b""])
        self._ends = np.cumsum(np.fromiter((len(line) + 1 for line in encoded), np.int64, len(lines)))
        heads = np.array([line[:_HEAD] for line in encoded], f"S{_HEAD}")
        self._order = np.argsort(heads, kind="stable")
        self._heads = heads[self._order]

    def hits(self, wanted: str) -> Iterator[tuple[int, int]]:
        """Yield (line, position) of each occurrence."""
        needle = wanted.encode()
        at = self.text.find(needle)
        while at >= 0:
            yield self._line(at), at
            at = self.text.find(needle, at + 1)

    def starting(self, wanted: str) -> Iterable[int]:
        """Return the lines that begin with a text, in their own order."""
        needle = wanted.encode()
        head = needle[:_HEAD]
        first = np.searchsorted(self._heads, np.array(head, self._heads.dtype), "left")
        last = np.searchsorted(self._heads, np.array(head.ljust(_HEAD, b"\xff"), self._heads.dtype), "right")
        found = np.sort(self._order[first:last]).tolist()
        return found if len(needle) <= _HEAD else [one for one in found if self._begins(one, needle)]

    def holding(self, wanted: str) -> Iterator[int]:
        """Yield the lines that hold a text."""
        needle = wanted.encode()
        at = self.text.find(needle)
        while at >= 0:
            number = self._line(at)
            yield number
            at = self.text.find(needle, int(self._ends[number]))

    def matching(self, pattern: re.Pattern[bytes]) -> Iterator[int]:
        """Yield the lines that match, some of them perhaps twice."""
        return (self._line(match.start()) for match in pattern.finditer(self.text))

    def _begins(self, number: int, needle: bytes) -> bool:
        start = int(self._ends[number - 1]) if number else 0
        return self.text.startswith(needle, start)

    def _line(self, at: int) -> int:
        return int(np.searchsorted(self._ends, at, "right"))


def _mixed(wanted: str) -> re.Pattern[bytes]:
    """Return what finds letters of which each goes on in its syllable or begins a later one's next."""
    first, rest = wanted[0], wanted[1:]
    joined = first.upper() + "".join(f"(?:{one}|[a-z]*{one.upper()})" for one in rest)
    return re.compile(joined.encode())


@cache
def _sound(character: str) -> str:
    """Return one character's syllable; empty for punctuation."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415  a quarter of a second that only searchers need

    if character in _CHARACTERS:
        return _CHARACTERS[character]
    if character.isascii():
        return character if character.isalnum() else ""
    said = str(lazy_pinyin(character, v_to_u=False, errors="ignore")[:1] or "")
    return "".join(_LATIN.findall(said.lower()))


@cache
def _readings() -> Mapping[str, tuple[str, ...]]:
    """Return the phrases in which some character is read otherwise than by itself."""
    from pypinyin.constants import PHRASES_DICT  # noqa: PLC0415
    from pypinyin.contrib.tone_convert import to_normal  # noqa: PLC0415

    plain = cache(to_normal)
    found = {}
    for phrase, readings in PHRASES_DICT.items():
        if len(phrase) <= _LONGEST and len(readings) == len(phrase):
            read = tuple("".join(_LATIN.findall(plain(each[0]))) for each in readings)
            if all(read) and read != tuple(map(_sound, phrase)):
                found[phrase] = read
    found.update({phrase: tuple(said.split()) for phrase, said in _PHRASES.items()})
    return found
