"""What a request for features asks, checked: every faulty parameter is told at once."""

from __future__ import annotations

import base64
import binascii
import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from locator._errors import InputError, Text
from locator.web.ogc.crs import Crs, crs_of
from locator.web.ogc.times import Span, span_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from locator.web.ogc.collections import Collection

    Box = tuple[float, float, float, float]

DEFAULT_LIMIT, MOST = 100, 10_000
Language = Literal["cql2-text", "cql2-json"]
LANGUAGES: tuple[Language, ...] = ("cql2-text", "cql2-json")
# Every resource takes these.
COMMON = ("f", "lang")
OWN = ("limit", "bbox", "bbox-crs", "datetime", "crs", "filter", "filter-lang", "filter-crs", "after")
_FLAT, _HIGH = 4, 6
_MOST_LAT, _MOST_LON = 90.0, 360.0
_MOST_FILTER = 20_000


@dataclass(frozen=True)
class Query:
    """A checked request for features of a collection.

    `box` is west, south, east, north in published degrees; `equal` holds the property parameters; `after`
    is the id that the page before ended with.
    """

    limit: int
    after: str | None
    box: Box | None
    span: Span | None
    equal: tuple[tuple[str, str], ...]
    filter: str | None
    filter_lang: Language
    filter_crs: Crs
    crs: Crs

    @property
    def selection(self) -> tuple[object, ...]:
        """What decides which features are matched, whatever the page."""
        return self.box, self.span, self.equal, self.filter, self.filter_lang, self.filter_crs


def query_of(collection: Collection, given: Mapping[str, str], datum: str) -> Query:
    """Return the request that some parameters make.

    Raises
    ------
    InputError
        With every faulty parameter in its `errors`; one that is not known is faulty, too.
    """
    errors: list[InputError] = []

    def read(make: Callable[[], Any]) -> Any:  # noqa: ANN401  whatever it makes
        try:
            return make()
        except InputError as error:
            errors.extend(error.errors)
            return None

    properties = [name for name in given if name in collection.by_name]
    read(partial(check_known, given, (*COMMON, *OWN, *collection.by_name)))
    box_crs = read(partial(crs_of, "bbox-crs", given.get("bbox-crs"), datum))
    query = Query(
        limit=read(partial(_limit, given.get("limit"))),
        after=read(partial(_last_id, given.get("after"))),
        box=read(partial(_box, given.get("bbox"), box_crs)) if box_crs else None,
        span=read(partial(span_of, given["datetime"])) if given.get("datetime") else None,
        equal=tuple((name, given[name]) for name in properties),
        filter=read(partial(_filter, given.get("filter"))),
        filter_lang=read(partial(_language, given.get("filter-lang"))),
        filter_crs=read(partial(crs_of, "filter-crs", given.get("filter-crs"), datum)),
        crs=read(partial(crs_of, "crs", given.get("crs"), datum)),
    )
    if errors:
        raise InputError.together(errors)
    return query


def check_known(given: Mapping[str, str], known: tuple[str, ...]) -> None:
    """Refuse parameters that mean nothing here: a misspelt filter would quietly select everything.

    Raises
    ------
    InputError
        With each of them in its `errors`.
    """
    errors = []
    for name in given:
        if name not in known:
            shown = name[:40]
            text = Text(
                f"没有 {shown!r} 这个参数，可以用：{', '.join(known)}",
                f"there is no parameter {shown!r} here; there are {', '.join(known)}",
            )
            errors.append(InputError(shown, given[name][:80], text))
    if errors:
        raise InputError.together(errors)


def token_of(tag: str, last_id: str) -> str:
    """Return what the next page begins after: an id, and the state of the data that it was seen in."""
    return base64.urlsafe_b64encode(f"{tag}/{last_id}".encode()).rstrip(b"=").decode()


def _last_id(token: str | None) -> str | None:
    if not token:
        return None
    try:
        whole = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        whole = ""
    _, slash, last_id = whole.partition("/")
    if not slash or not last_id:
        shown = token[:80]
        text = Text(
            f"after 只能照 next 链接里的原样用，收到 {shown!r}",
            f"after must be as it stands in a next link, got {shown!r}",
        )
        raise InputError("after", shown, text)
    return last_id


def _limit(said: str | None) -> int:
    if not said:
        return DEFAULT_LIMIT
    text = said.strip()
    if not text.isascii() or not text.isdigit() or int(text[:9]) < 1:
        shown = said[:40]
        raise InputError(
            "limit",
            shown,
            Text(
                f"limit 要是 1–{MOST} 的整数，收到 {shown!r}",
                f"limit must be a whole number 1-{MOST}, got {shown!r}",
            ),
        )
    return min(int(text[:9]), MOST)  # more is not wrong by the standard: it gets what there is to get


def _filter(said: str | None) -> str | None:
    if said is not None and len(said) > _MOST_FILTER:
        text = Text(
            f"filter 最长 {_MOST_FILTER} 个字符", f"filter may have {_MOST_FILTER} characters at most"
        )
        raise InputError("filter", said[:80], text)
    return said or None


def _language(said: str | None) -> Language:
    language = (said or LANGUAGES[0]).strip().lower()
    for known in LANGUAGES:
        if language == known:
            return known
    shown, listed = language[:40], ", ".join(LANGUAGES)
    text = Text(
        f"filter-lang 只能是 {listed}，收到 {shown!r}", f"filter-lang must be one of {listed}, got {shown!r}"
    )
    raise InputError("filter-lang", shown, text)


def _box(said: str | None, crs: Crs) -> Box | None:
    if not said:
        return None
    try:
        numbers = [float(part) for part in said.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in {_FLAT, _HIGH} or not all(map(math.isfinite, numbers)):
        shown = said[:80]
        raise InputError(
            "bbox",
            shown,
            Text(
                f"bbox 要是 4 个（或带高程 6 个）数，用逗号隔开，收到 {shown!r}",
                f"bbox must be 4 numbers (6 with heights) with commas between, got {shown!r}",
            ),
        )
    half = len(numbers) // 2
    corners = crs.degrees(np.array([numbers[:2], numbers[half : half + 2]], np.float64))
    (west, south), (east, north) = corners.tolist()
    _check_box(said[:80], (west, south, east, north), crs)
    return west, south, east, north


def _check_box(shown: str, box: Box, crs: Crs) -> None:
    west, south, east, north = box
    order = "lat,lon,lat,lon" if crs.lat_first else "lon,lat,lon,lat"
    if max(abs(south), abs(north)) > _MOST_LAT or max(abs(west), abs(east)) > _MOST_LON:
        raise InputError(
            "bbox",
            shown,
            Text(
                f"bbox {shown} 超出了经纬度的范围：这里的次序是 {order}",
                f"bbox {shown} is out of range: its order here is {order}",
            ),
        )
    if south > north:
        raise InputError(
            "bbox",
            shown,
            Text(
                f"bbox 南界高于北界：{shown}（次序是 {order}）",
                f"bbox has south beyond north: {shown} (order {order})",
            ),
        )
