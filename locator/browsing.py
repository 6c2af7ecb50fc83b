"""The services in a box, of some kinds, by name: for maps and lists, near to nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from locator._errors import InputError, Text
from locator.datum import check_position, convert
from locator.features import features_of
from locator.listing import describe
from locator.places import rows_named
from locator.records import BITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from locator.catalog import Catalog
    from locator.datum import Datum
    from locator.question import Question

_CORNERS = 4


class Box(NamedTuple):
    """West, south, east, north: WGS-84 degrees."""

    west: float
    south: float
    east: float
    north: float


def box_of(text: str, datum: Datum) -> Box | None:
    """Return the box that "west,south,east,north" means, degrees in a datum; None for an empty text.

    Raises
    ------
    InputError
        Not four numbers, out of range, or upside down.
    """
    if not text.strip():
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise _bad(text) from None
    check_position(west, south)
    check_position(east, north)
    if west > east or south > north:
        raise _bad(text)
    return Box(*convert(west, south, datum, "wgs84"), *convert(east, north, datum, "wgs84"))


def _bad(text: str) -> InputError:
    said = text[:60]
    return InputError(
        "bbox",
        said,
        Text(
            f"bbox 要写成 西,南,东,北 四个度数，收到的是 {said!r}",
            f"bbox must be west,south,east,north in degrees, got {said!r}",
        ),
    )


def browse(catalog: Catalog, question: Question, *, box: Box | None = None, text: str = "") -> bytes:
    """Return a GeoJSON FeatureCollection of the first `limit` services, and how many match in all.

    Parameters
    ----------
    catalog
        Where to look.
    question
        Its `at`, `datum`, `kind`, `group` and `limit` count.
    box
        Only what stands in it at that time.
    text
        Only what has it in its name or address, in Chinese, pinyin or initials; at most 1,000 are looked at.
    """
    rows = _rows(catalog, question, box)
    if text:
        inside = set(rows.tolist())
        rows = np.array([row for row in rows_named(catalog, text) if row in inside], np.int64)
    shown = rows[: question.limit].tolist()
    hits = [describe(catalog, row, question.at, question.group) for row in shown]
    return b"".join(
        (
            b'{"type":"FeatureCollection","datum":"', question.datum.encode(),
            b'","catalog":{"version":%d,"as_of":"%b"}' % (catalog.version, catalog.as_of.encode()),
            b',"at":', msgspec.json.encode(question.at),
            b',"numberMatched":%d,"numberReturned":%d,"features":[' % (len(rows), len(hits)),
            b",".join(features_of(hits, question)), b"]}",
        )
    )  # fmt: skip


def _rows(catalog: Catalog, question: Question, box: Box | None) -> NDArray[np.int64]:
    """Return the rows that pass, in order. A country of positions is compared in less than a millisecond."""
    if box is None:
        # Also what has no position. In JSON an unescaped quote ends a text: this can only be the key.
        keys = [b'"kind":"%b"' % kind.encode() for kind in question.kind]
        all_rows = catalog.rows()
        kept = (row for row in all_rows if not keys or any(key in catalog.public(row) for key in keys))
        return np.fromiter(kept, np.int64)
    lon, lat = catalog.lon, catalog.lat
    here = catalog.standing(question.at) > 0
    here &= (lon >= box.west) & (lon <= box.east) & (lat >= box.south) & (lat <= box.north)
    if question.kind:
        here &= catalog.with_any(sum(BITS[f"kind:{kind}"] for kind in question.kind))
    return np.unique(catalog.owner[here])
