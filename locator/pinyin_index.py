"""Names found as people type them: Chinese, pinyin (dinghai), initials (dhl) or both mixed (dinghl)."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from locator.pinyin import syllables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

_TYPED = re.compile(r"[a-z][a-z0-9]*")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_MOST_CHARACTERS = 40
# So many bytes of a line are sorted: enough for what people type before they choose.
_HEAD = 24
# Only of these anybody wants to know how they begin.
_BEGUN = frozenset({"plain", "full", "initials"})
_PARTS = ("text", "ends", "order", "heads")


def folded(text: str) -> str:
    """Return a text as it is compared: one width, lower case, no blanks."""
    return re.sub(r"[\s'·]+", "", unicodedata.normalize("NFKC", text)).lower()[:_MOST_CHARACTERS]


class NameIndex:
    """Names in a fixed order, to be found by any part of them.

    Made by `of` from names, or by `load` from a file.
    """

    def __init__(self, lines: Mapping[str, _Lines]) -> None:
        self._lines = lines

    @classmethod
    def of(cls, names: Sequence[str], also: Iterable[str] = ()) -> NameIndex:
        """Return an index of some names.

        Parameters
        ----------
        names
            What is looked up, by Chinese, pinyin and initials.
        also
            What is looked up by itself only, beside each name: its address.
        """
        plain = [folded(name) for name in names]
        read = [syllables(name) for name in plain]
        lines = {
            "plain": plain,
            "also": [folded(text) for text in also],
            "full": ["".join(each) for each in read],
            "initials": ["".join(sound[0] for sound in each) for each in read],
            # A capital is where a syllable starts.
            "cased": ["".join(sound.capitalize() for sound in each) for each in read],
        }
        return cls({name: _Lines.of(each, begun=name in _BEGUN) for name, each in lines.items()})

    def save(self, file: IO[bytes]) -> None:
        """Write the index, for `load`."""
        columns = {
            f"{name}.{part}": column for name, lines in self._lines.items() for part, column in lines.parts()
        }
        np.savez(file, allow_pickle=False, **columns)

    @classmethod
    def load(cls, file: IO[bytes]) -> NameIndex:
        """Return an index that was saved: reading a country of names takes ten times as long."""
        with np.load(file, allow_pickle=False) as columns:
            names = sorted({key.partition(".")[0] for key in columns})
            return cls({name: _Lines(*(columns[f"{name}.{part}"] for part in _PARTS)) for name in names})

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
        if _TYPED.fullmatch(wanted):
            full, initials, cased = (self._lines[name] for name in ("full", "initials", "cased"))
            yield initials.starting(wanted)
            yield full.starting(wanted)
            yield initials.holding(wanted)
            yield (number for number, at in full.hits(wanted) if cased.text[at : at + 1].isupper())
            if mixed:
                yield cased.matching(_mixed(wanted))
            return  # latin letters of a name stand among its sounds
        yield self._lines["plain"].starting(wanted)
        yield self._lines["plain"].holding(wanted)
        if _CHINESE.search(wanted):
            yield self._lines["also"].holding(wanted)


class _Lines:
    """Lines in one text, so that all are searched in one go: as bytes, for which that is quickest."""

    def __init__(
        self,
        text: NDArray[np.uint8],
        ends: NDArray[np.int32],
        order: NDArray[np.int32],
        heads: NDArray[np.bytes_],
    ) -> None:
        self.text = text.tobytes()
        self._ends, self._order, self._heads = ends, order, heads

    @classmethod
    def of(cls, lines: Sequence[str], *, begun: bool) -> _Lines:
        """Return some lines in one, which can be asked for beginnings, too, if `begun`."""
        encoded = [line.encode() for line in lines]
        text = np.frombuffer(b"\n".join([*encoded, b""]), np.uint8)
        ends = np.cumsum(
            np.fromiter((len(line) + 1 for line in encoded), np.int32, len(lines)), dtype=np.int32
        )
        heads = np.array([line[:_HEAD] for line in encoded] if begun else [], f"S{_HEAD}")
        order = np.argsort(heads, kind="stable").astype(np.int32)
        return cls(text, ends, order, heads[order])

    def parts(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield what the lines are made of, by name."""
        yield from zip(
            _PARTS, (np.frombuffer(self.text, np.uint8), self._ends, self._order, self._heads), strict=True
        )

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
