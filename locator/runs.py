"""What a courier asks who has several drop-offs ahead: the run, checked, and the parameters that go with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from locator._errors import InputError, Text
from locator.datum import Datum, check_position
from locator.question import PARAMETERS, Question, ask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    Point = tuple[float, float]

LEAST_POINTS, MOST_POINTS = 2, 20
# A run's order is its own, and it starts at its first drop-off.
RUN_PARAMETERS = ("path", *(name for name in PARAMETERS if name not in {"lon", "lat", "sort"}))


@dataclass(frozen=True)
class Run:
    """A checked run: drop-offs in order, (lon, lat) in the question's datum, and the filters.

    The question's position is the first drop-off.
    """

    path: tuple[Point, ...]
    question: Question


def run_of(values: Mapping[str, object], now: datetime, published: Datum = Datum.WGS84) -> Run:
    """Return the run that some values describe, as `ask` does for a question.

    Raises
    ------
    InputError
        With every faulty parameter, and every faulty drop-off, in its `errors`.
    """
    errors: list[InputError] = []
    path: list[Point] = []
    try:
        path = path_of(values.get("path"))
    except InputError as error:
        errors += error.errors
    others = {name: value for name, value in values.items() if name != "path"}
    for name in ("lon", "lat", "sort"):
        if others.pop(name, None) not in {None, ""}:
            errors.append(_not_here(name))
    lon, lat = path[0] if path else (0.0, 0.0)
    try:
        question = ask({**others, "lon": lon, "lat": lat}, now, published=published)
    except InputError as error:
        errors += error.errors
    if errors:
        raise InputError.together(errors)
    return Run(tuple(path), question.but(sort="detour_min"))


def path_of(value: object) -> list[Point]:
    """Return the drop-offs of "lon,lat;lon,lat" or of pairs of degrees.

    Raises
    ------
    InputError
        Too few or too many, or drop-offs that are no positions: counted from 1.
    """
    parts: Sequence[object] = []
    if isinstance(value, str):
        parts = [part.strip() for part in value.strip().strip(";").split(";")] if value.strip(" ;") else []
    elif value is not None:
        parts = list(value)  # type: ignore[call-overload]
    if not LEAST_POINTS <= len(parts) <= MOST_POINTS:
        raise InputError(
            "path",
            len(parts),
            Text(
                f"path 要有 {LEAST_POINTS}–{MOST_POINTS} 个点，收到 {len(parts)} 个，写成 lon,lat;lon,lat",
                f"path must have {LEAST_POINTS}-{MOST_POINTS} points, got {len(parts)}: write lon,lat;lon,lat",
            ),
        )
    errors: list[InputError] = []
    path: list[Point] = []
    for number, part in enumerate(parts, 1):
        try:
            path.append(_point(part))
        except InputError as error:
            errors.append(_faulty(number, part, error))
    if errors:
        raise InputError.together(errors)
    return path


def _point(part: object) -> Point:
    pair = part.split(",") if isinstance(part, str) else part
    try:
        lon, lat = (float(number) for number in pair)  # type: ignore[attr-defined]
    except (TypeError, ValueError, OverflowError):
        raise InputError("path", part, Text("要写成 lon,lat", "must be lon,lat")) from None
    check_position(lon, lat)
    return lon, lat


def _faulty(number: int, part: object, error: InputError) -> InputError:
    shown = (part if isinstance(part, str) else repr(part))[:80]
    return InputError(
        "path",
        shown,
        Text(
            f"path 第 {number} 个点：{error.text.zh}，收到的是 {shown!r}",
            f"path, point {number}: {error.text.en}, got {shown!r}",
        ),
    )


def _not_here(name: str) -> InputError:
    if name == "sort":
        return InputError(
            name,
            None,
            Text(
                "沿路找总是按多花的时间排，不用给 sort",
                "along always sorts by the minutes added: leave out sort",
            ),
        )
    return InputError(
        name,
        None,
        Text(
            f"沿路找从 path 的第一个点出发，不用给 {name}",
            f"a run starts at its first point: leave out {name}",
        ),
    )
