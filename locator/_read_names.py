"""Reads services from its input and writes the index of their names to its output: `python -m locator._read_names`.

In a process of its own: it takes seconds of the interpreter, and leaves much that is not given back.
"""

from __future__ import annotations

import io
import os
import sys

import msgspec

from locator.pinyin_index import NameIndex

_NICE = 10  # whoever asks goes first


class _Named(msgspec.Struct):
    name: str
    address: str | None = None


def read(records: bytes) -> NameIndex:
    """Return the index of some services' names and addresses; their records are one JSON array."""
    named = msgspec.json.decode(records, type=list[_Named])
    return NameIndex.of([one.name for one in named], [one.address or "" for one in named])


def main() -> None:
    """Read records, write the index."""
    os.nice(_NICE)
    made = read(sys.stdin.buffer.read())
    whole = io.BytesIO()  # a pipe cannot be sought in
    made.save(whole)
    sys.stdout.buffer.write(whole.getbuffer())


if __name__ == "__main__":
    main()
