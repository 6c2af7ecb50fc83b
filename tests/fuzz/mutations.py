"""Damage: valid texts and files, changed a little, as slips, transfers and enemies change them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

# What has broken parsers before: odd digits, odd blanks, signs of other scripts, limits of numbers.
ODD = (
    "", " ", "\u3000", "\u00a0", "\u200b", "\ufeff", "\x00", "\n", "\r\n", "\t", ",", "，", ";", "；", "、", "-", "—", "~", "至", ":", "：",
    "0", "-0", "1e999", "-1e308", "nan", "inf", "NaN", "99999999999999999999", "٣", "९", "²", "½", "①", "㊀", "𝟗", "十", "〇", "百",
    "(", ")", "（", "[", "]", "{", "}", "<", ">", '"', "'", "”", "\\", "/", "|", "%", "%00", "&", "=", "+", "'=1+1", "${x}", "{{7*7}}",
    "İ", "ß", "ﬀ", "\u0301", "\u202e", "\U0001f600", "\ud800", "长" * 60, "9" * 60, "null", "true", "[]", "{}", "周", "日", "月", "年",
)  # fmt: skip
_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_BYTES = (
    b"\x00",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"-1",
    b"1e999",
    b"nan",
    b'"',
    b"\n",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\x81",
    b"{",
    b"[",
    b"<",
    b"&x;",
)
_MOST_BYTES = 200_000


@st.composite
def near(draw: st.DrawFn, seeds: Sequence[str] | st.SearchStrategy[str], words: Sequence[str] = ()) -> str:
    """Return a valid text after some changes: pieces taken out, put in, doubled, or taken from another text."""
    valid = seeds if isinstance(seeds, st.SearchStrategy) else st.sampled_from(list(seeds))
    text = draw(valid)
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 6)))
        other = draw(valid)
        cut = draw(st.integers(0, len(other)))
        put = st.sampled_from(["", text[start:end] * 2, other[cut : cut + 8], *ODD, *words])
        text = text[:start] + draw(st.one_of(put, st.text(max_size=3))) + text[end:]
    return text


def damaged(chance: random.Random, raw: bytes, words: Sequence[bytes] = ()) -> bytes:
    """Return bytes after one to four changes."""
    out = bytearray(raw)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        _change(chance, out, words)
    return bytes(out[:_MOST_BYTES])


def _change(chance: random.Random, out: bytearray, words: Sequence[bytes]) -> None:
    at = chance.randrange(len(out) + 1)
    length = chance.choice((1, 1, 2, 4, 8, 40, 400))
    how = chance.randrange(8)
    if how == 0 and at < len(out):
        out[at] ^= 1 << chance.randrange(8)
    elif how == 1:
        del out[at : at + length]
    elif how == 2:
        out[at:at] = out[at : at + length]
    elif how == 3:
        out[at : at + length] = chance.randbytes(min(length, 8))
    elif how == 4:
        put = chance.choice([*_BYTES, *words])
        out[at : at + chance.choice((0, len(put)))] = put
    elif how == 5:
        number = struct.pack(chance.choice(("<I", ">I")), chance.choice(_NUMBERS))
        out[at : at + 4] = number
    elif how == 6:
        start = chance.randrange(len(out) + 1)
        out[at : at + length] = out[start : start + length]
    else:
        del out[at:]


def damaged_inside(chance: random.Random, raw: bytes, words: Sequence[bytes] = ()) -> bytes:
    """Return a packed file one member of which is damaged; the packing itself stays sound, or nothing inside is ever read."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            members = {item.filename: packed.read(item) for item in packed.infolist()}
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return damaged(chance, raw, words)
    if not members or chance.random() < 0.1:
        return damaged(chance, raw, words)
    name = chance.choice(sorted(members))
    members[name] = damaged(chance, members[name], words)
    if chance.random() < 0.05:
        del members[chance.choice(sorted(members))]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()
