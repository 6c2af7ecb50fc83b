"""What was asked: the parameters of the nearest contract, checked, with their defaults.

One table serves Python callers, the command line and the URL of every page, embed and image, so
that the same words mean the same everywhere.
"""

from __future__ import annotations

import difflib
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

import msgspec

from locator import vocabulary
from locator._errors import InputError, Text
from locator.datum import Datum, check_position, datum_of
from locator.publication import may_publish, refusal
from locator.readers import Codes, Degrees, Number, OneOf, Whole, instant, refuse
from locator.timeline import check_instant
from locator.travel import CrowFly, crow_fly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

DEFAULT_MINUTES = 60.0
# The longest district name has 15 characters.
MOST_DISTRICT = 20
_MAX_LIMIT = 50
_OF_ONE = frozenset({"lon", "lat", "at"})
_SHARED_CHARACTERS = 100
_MAX_LON, _MAX_LAT = 180.0, 90.0
_MAX_STAY_MIN = 24 * 60
# Farther than the earth is round, later than anybody waits: bounds against overflow, not against wishes.
_MAX_MINUTES = 1e9
_MAX_M = 1e12
_MAX_CNY = 1e9


class Question(msgspec.Struct, frozen=True):
    """A checked question; see the nearest-service contract for what each parameter means."""

    at: datetime
    lon: float | None = None
    lat: float | None = None
    datum: Datum = Datum.WGS84
    kind: tuple[str, ...] = ()
    needs_amenity: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    open: str = "any"
    stay: float = 0.0
    offer: str = "any"
    mode: str = "ride"
    max_minutes: float | None = None
    max_m: float | None = None
    sort: str = "distance"
    limit: int | None = None
    district: str | None = None
    rent_min: float | None = None
    rent_max: float | None = None
    vacancies: int | None = None
    words: str | None = None

    @property
    def travel(self) -> CrowFly:
        """How the asker moves."""
        return crow_fly(self.mode)

    def but(self, **changes: object) -> Self:
        """Return the question with some parameters changed."""
        return msgspec.structs.replace(self, **changes)

    @property
    def reach_m(self) -> float:
        """The outer bound as a straight-line distance, metres; infinite without one."""
        bounds = [float("inf")]
        if self.max_m is not None:
            bounds.append(self.max_m)
        if self.max_minutes is not None:
            bounds.append(self.travel.reach_m(self.max_minutes))
        return min(bounds)


PARAMETERS = Question.__struct_fields__


def ask(
    values: Mapping[str, object], now: datetime, *, anywhere: bool = False, published: Datum = Datum.WGS84
) -> Question:
    """Return the question that some values pose; texts are read, absent and empty ones take the default.

    Parameters
    ----------
    values
        By parameter name: Python values or texts as in a URL.
    now
        What `at` means when it is not given.
    anywhere
        Whether the question may do without a position and a district.
    published
        The datum that answers are published in: what `datum` means when it is not given.

    Raises
    ------
    InputError
        With every faulty parameter in its `errors`.
    """
    texts = tuple(item for item in values.items() if _is_shared(*item))
    settings, faults = _read_texts(texts)
    own, more = _read_items([item for item in values.items() if not _is_shared(*item)])
    errors = [*faults, *more]
    read: dict[str, Any] = {"at": check_instant(now), **settings, **own}
    read["at"] = read["at"].replace(microsecond=0)
    if read.get("rent_min", 0) > read.get("rent_max", _MAX_CNY):
        errors.append(_rents_swapped(read["rent_min"], read["rent_max"]))
    if published is not Datum.WGS84 and not may_publish(read.setdefault("datum", published), published):
        errors.append(refusal(published))
    faulty = {error.field for error in errors}
    if not anywhere or {"lon", "lat"} & values.keys():
        errors += _position_errors(read, faulty)
    if errors:
        raise InputError.together(errors)
    return Question(**_with_defaults(read))


def _is_shared(name: str, value: object) -> bool:
    """Tell whether many may ask with the same text: all but where and when somebody is."""
    return name not in _OF_ONE and type(value) is str and len(value) <= _SHARED_CHARACTERS


@lru_cache(maxsize=1024)
def _read_texts(texts: tuple[tuple[str, str], ...]) -> tuple[dict[str, Any], list[InputError]]:
    # Couriers differ in where they are, hardly in their filters.
    return _read_items(texts)


def _read_items(items: Iterable[tuple[str, object]]) -> tuple[dict[str, Any], list[InputError]]:
    """Return values by parameter, and the errors of those that cannot be read."""
    read: dict[str, Any] = {}
    errors: list[InputError] = []
    for name, value in items:
        if name not in READERS:
            errors.append(_unknown(name))
        elif value is not None and not (isinstance(value, str) and not value.strip()):
            try:
                read[name] = READERS[name](name, value)
            except InputError as error:
                errors.append(error)
    return read, errors


def _with_defaults(read: dict[str, Any]) -> dict[str, Any]:
    placed = "lon" in read
    if placed:
        read.setdefault("limit", 10)
        if "max_m" not in read:
            read.setdefault("max_minutes", DEFAULT_MINUTES)
    read.setdefault("sort", "soonest" if read.get("open") == "arrival" and placed else "distance")
    return read


def _position_errors(read: dict[str, Any], faulty: set[str]) -> list[InputError]:
    missing = [name for name in ("lon", "lat") if name not in read and name not in faulty]
    if missing == ["lon", "lat"] and "district" in read:
        return []
    if missing:
        return [
            InputError(
                name,
                None,
                Text(
                    f"缺 {name}：要么给 lon 和 lat，要么给 district",
                    f"{name} is missing: give lon and lat, or a district",
                ),
            )
            for name in missing
        ]
    if {"lon", "lat"} <= read.keys() and not (abs(read["lon"]) <= _MAX_LON and abs(read["lat"]) <= _MAX_LAT):
        try:
            check_position(read["lon"], read["lat"])
        except InputError as error:
            return [error]
    return []


def _rents_swapped(least: float, most: float) -> InputError:
    return InputError(
        "rent_min",
        least,
        Text(
            f"rent_min {least:g} 比 rent_max {most:g} 还大，是不是写反了？",
            f"rent_min {least:g} is above rent_max {most:g}: are they swapped?",
        ),
    )


def _unknown(name: str) -> InputError:
    near = difflib.get_close_matches(name, PARAMETERS, n=1)
    return InputError(
        name,
        None,
        Text(
            f"没有 {name[:40]!r} 这个参数" + (f"，是不是 {near[0]}？" if near else ""),
            f"there is no parameter {name[:40]!r}" + (f": did you mean {near[0]}?" if near else ""),
        ),
    )


def _district(name: str, value: object) -> str:
    text = str(value).strip()
    if len(text) > MOST_DISTRICT:
        refuse(name, value, "要是区划代码或区县名", "must be a GB/T 2260 code or a district's name")
    return text


# What the parameters are: the API's description is made from this table, too.
READERS: Mapping[str, Callable[[str, object], object]] = {
    "at": instant,
    "lon": Degrees(_MAX_LON),
    "lat": Degrees(_MAX_LAT),
    "datum": lambda name, value: datum_of(str(value), name),
    "kind": Codes(vocabulary.KINDS),
    "needs_amenity": Codes(vocabulary.AMENITIES),
    "group": Codes(vocabulary.GROUPS),
    "needs": Codes(vocabulary.NEEDS),
    "open": OneOf(("any", "now", "arrival")),
    "stay": Number(0, _MAX_STAY_MIN, Text("0–1440 分钟", "0-1440 minutes")),
    "offer": OneOf(("any", "now")),
    "mode": OneOf(tuple(vocabulary.MODES)),
    "max_minutes": Number(0, _MAX_MINUTES, Text("大于 0 的分钟数", "minutes above 0"), above=True),
    "max_m": Number(0, _MAX_M, Text("大于 0 的米数", "metres above 0"), above=True),
    "sort": OneOf(("soonest", "distance", "price", "rent")),
    "limit": Whole(1, _MAX_LIMIT),
    "district": _district,
    "rent_min": Number(0, _MAX_CNY, Text("0 元以上", "0 yuan or more")),
    "rent_max": Number(0, _MAX_CNY, Text("0 元以上", "0 yuan or more")),
    "vacancies": Whole(0, 10_000),
    "words": OneOf(("zh", "en")),
}
