"""Demand from files: CSV, GeoPackage, GeoParquet, GeoJSON; points, outlines or H3 cells, faults row by row."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from locator._bundled import bundled
from locator._errors import InputError, Text
from locator.coverage.demand import Demand, Fault, rhythms_of
from locator.coverage.points import Spread, spread_cells, spread_shapes
from locator.coverage.rhythms import FLAT, RHYTHMS, read_rhythm, rhythm
from locator.coverage.weeks import HOURS
from locator.datum import Datum, convert, datum_of
from locator.ingest.frames import damage, read_frame
from locator.ingest.texts import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    Faulty = dict[int, Fault]

# What columns are called in the lists of street offices; the first that is there counts.
_LON = ("lon", "lng", "longitude", "经度")
_LAT = ("lat", "latitude", "纬度")
_CELL = ("cell", "h3", "h3_cell")
_WEIGHT = ("weight", "权重", "人数")
_TOWN = ("town", "street", "街道", "乡镇")
_READ = {*_LON, *_LAT, *_CELL, *_WEIGHT, *_TOWN, "datum", "profile"}
_HOUR = re.compile(r"h\d+")
_MOST_SHOWN = 80
_MAX_LON, _MAX_LAT = 180.0, 90.0


def read_demand(
    source: str | Path,
    *,
    weight: str | None = None,
    profile: str | Path | None = None,
    datum: str = "wgs84",
    tables: Mapping[str, Callable[[], pd.DataFrame]] | None = None,
) -> Demand:
    """Return the demand of a file.

    A row has a position (`lon`, `lat`), or a geometry, or an H3 `cell`; a position counts before the others. Outlines and
    cells become points: the H3 cells (of resolution 10 for a town, coarser for larger outlines) whose middles they
    hold, which share the weight. Its weight is that of the column named, else of `weight`, else 1. Its rhythm is `profile`, else
    that of its columns h0..h167, else that which its column `profile` names, else flat. Rows that make no sense are
    left out, and listed in `faults`.

    Parameters
    ----------
    source
        A file, or the name of one of `tables`.
    weight
        Column of the weight.
    profile
        A built-in rhythm, or a CSV file of one, for all rows.
    datum
        Of positions without a column `datum`.
    tables
        Demand that is kept elsewhere, by name, e.g. couriers' counted needs.

    Raises
    ------
    InputError
        The file cannot be read, lacks a column, or none of its rows makes sense.
    """
    frame = tables[str(source)]() if tables and str(source) in tables else _frame(Path(source))
    name = Path(source).name
    frame.columns = [str(column).strip() for column in frame.columns]
    _check_heads(list(frame.columns), weight)
    column = _weight_column(frame, weight)
    faults: Faulty = {}
    weights = _weights(frame, column, faults)
    rhythms, rhythm_of = _rhythms(frame, profile, faults)
    points = _points(frame, datum, faults)
    good = np.ones(len(frame), np.bool_)
    good[list(faults)] = False
    kept = good[points.row]
    if not kept.any():
        raise _no_rows(name, len(frame), faults)
    row = points.row[kept]
    town = _named(frame, _TOWN)
    return Demand(
        points.lon[kept],
        points.lat[kept],
        weights[row] * points.share[kept],
        rhythm_of[row],
        rhythms,
        row.astype(np.int32),
        shapes=points.shapes,
        town=None if town is None else np.array([_said(v) for v in frame[town]], np.object_)[row],
        faults=tuple(faults[number] for number in sorted(faults)),
        name=name,
    )


def sample_demand(profile: str | Path | None = None) -> Demand:
    """Return the demand that comes with the package: the restaurants of Yangpu, Shanghai, where riders wait.

    Counted by H3 cell (see SOURCES.md in geodata); in the riders' rhythm unless another is given.
    """
    path = bundled("geodata") / "yangpu_restaurants.csv"
    return read_demand(path, weight="restaurants", profile=profile or "rider")


def _frame(path: Path) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415

    kind = path.suffix.lower()
    if kind in {".csv", ".txt"}:
        with damage(path.name, "demand"):
            text = io.StringIO(decode(path.read_bytes())[0])
            return pd.read_csv(text, dtype=str, keep_default_na=False, skipinitialspace=True)
    if kind in {".parquet", ".gpkg", ".geojson", ".json"}:
        return read_frame(path, "demand")
    raise _unreadable(
        path,
        "要是 .csv、.gpkg、.parquet 或 .geojson 文件",
        "must be a .csv, .gpkg, .parquet or .geojson file",
    )


def _unreadable(path: Path, zh: str, en: str) -> InputError:
    return InputError(
        "demand", path.name, Text(f"需求文件 {path.name} {zh}", f"the demand file {path.name} {en}")
    )


def _no_rows(name: str, rows: int, faults: Faulty) -> InputError:
    first = faults[min(faults)] if faults else None
    zh, en = (
        ("", "") if first is None else (f"，第一行错在：{first.reason.zh}", f"; the first: {first.reason.en}")
    )
    return InputError(
        "demand",
        name,
        Text(
            f"需求文件 {name} 的 {rows} 行没有一行能用{zh}",
            f"none of the {rows} rows of the demand file {name} can be used{en}",
        ),
    )


def _check_heads(columns: list[str], weight: str | None) -> None:
    """Raise InputError if a column that is read is there twice; of the others there may be several."""
    twice = next(
        (
            name
            for number, name in enumerate(columns)
            if name in columns[:number] and (name == weight or name.lower() in _READ or _HOUR.fullmatch(name))
        ),
        None,
    )
    if twice is not None:
        shown = twice[:_MOST_SHOWN]
        raise InputError(
            "demand",
            shown,
            Text(f"需求文件有两列都叫 {shown!r}", f"the demand file has two columns called {shown!r}"),
        )


def _named(frame: pd.DataFrame, names: tuple[str, ...]) -> str | None:
    known = {column.lower(): column for column in frame.columns}
    return next((known[name] for name in names if name in known), None)


def _weight_column(frame: pd.DataFrame, asked: str | None) -> str | None:
    if asked is None or asked in frame.columns:
        return asked or _named(frame, _WEIGHT)
    columns = "、".join(frame.columns[:20])
    raise InputError(
        "weight",
        asked,
        Text(
            f"需求文件没有 {asked!r} 这一列，有的是：{columns}",
            f"the demand file has no column {asked!r}; it has {', '.join(frame.columns[:20])}",
        ),
    )


def _said(value: object) -> str:
    return "" if value is None or value != value else str(value).strip()  # noqa: PLR0124  NaN is not itself


def _numbers(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    import pandas as pd  # noqa: PLC0415

    numbers = pd.to_numeric(frame[column], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    return np.array(numbers, np.float64)  # pandas' own may be read-only


def _note(faults: Faulty, row: int, column: str, value: object, zh: str, en: str) -> None:
    """Note the first thing that is wrong with a row."""
    faults.setdefault(row, Fault(row + 1, column, _said(value)[:_MOST_SHOWN], Text(zh, en)))


def _weights(frame: pd.DataFrame, column: str | None, faults: Faulty) -> NDArray[np.float64]:
    if column is None:
        return np.ones(len(frame))
    weights = _numbers(frame, column)
    for row in np.flatnonzero(~(np.isfinite(weights) & (weights >= 0))).tolist():
        _note(
            faults,
            row,
            column,
            frame[column].iloc[row],
            "权重要是 0 以上的数",
            "a weight is a number of 0 or more",
        )
    return weights


def _rhythms(
    frame: pd.DataFrame, profile: str | Path | None, faults: Faulty
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Return the distinct rhythms, and the one of each row."""
    if profile is not None:
        path = Path(profile)
        known = isinstance(profile, str) and (profile in RHYTHMS or not path.suffix)
        week = rhythm(str(profile)) if known else read_rhythm(path)
        return week[None, :].copy(), np.zeros(len(frame), np.int32)
    own = [f"h{hour}" for hour in range(HOURS)]
    if set(own) <= set(frame.columns):
        weeks = np.column_stack([_numbers(frame, column) for column in own])
        for row in np.flatnonzero(~(np.isfinite(weeks) & (weeks >= 0)).all(axis=1)).tolist():
            _note(
                faults, row, "h0..h167", None, "168 个小时的权重要都是 0 以上的数", "168 weights of 0 or more"
            )
        return rhythms_of(np.nan_to_num(weeks))
    if "profile" not in frame.columns:
        return RHYTHMS[FLAT][None, :].copy(), np.zeros(len(frame), np.int32)
    names = [_said(value).lower() or FLAT for value in frame["profile"]]
    order = list(RHYTHMS)
    for row, name in enumerate(names):
        if name not in RHYTHMS:
            _note(
                faults, row, "profile", name, f"没有 {name!r} 这种一周分布", f"there is no profile {name!r}"
            )
    which = np.array([order.index(name) if name in RHYTHMS else 0 for name in names], np.int32)
    return np.stack([RHYTHMS[name] for name in order]), which


def _points(frame: pd.DataFrame, datum: str, faults: Faulty) -> Spread:
    """Return the points of all rows, in WGS-84; rows without any get a fault."""
    lon, lat, cell = (_named(frame, names) for names in (_LON, _LAT, _CELL))
    datums = _datums(frame, datum, faults)

    def note(row: int, column: str, value: object, why: Text) -> None:
        _note(faults, row, column, value, why.zh, why.en)

    if lon and lat:
        return _positions(frame, lon, lat, datums, faults)
    if cell:
        return spread_cells([_said(value) for value in frame[cell]], note)
    if "geometry" in frame.columns and hasattr(frame, "crs"):
        return spread_shapes(np.asarray(frame.geometry.values), datums, note)
    raise InputError(
        "demand",
        list(frame.columns[:20]),
        Text(
            "需求文件要有 lon 和 lat 两列，或者几何图形，或者 cell（H3 格子）一列",
            "the demand file needs columns lon and lat, or geometries, or a column cell of H3 cells",
        ),
    )


def _datums(frame: pd.DataFrame, datum: str, faults: Faulty) -> NDArray[np.object_]:
    default = datum_of(datum)
    found = np.full(len(frame), default, np.object_)
    column = _named(frame, ("datum",))
    for row, value in enumerate(frame[column] if column else ()):
        if _said(value):
            try:
                found[row] = datum_of(_said(value))
            except InputError as error:
                _note(faults, row, "datum", value, error.text.zh, error.text.en)
    return found


def _positions(
    frame: pd.DataFrame, lon: str, lat: str, datums: NDArray[np.object_], faults: Faulty
) -> Spread:
    lons, lats = _numbers(frame, lon), _numbers(frame, lat)
    bad = ~((np.abs(lons) <= _MAX_LON) & (np.abs(lats) <= _MAX_LAT))
    for row in np.flatnonzero(bad).tolist():
        value = f"{_said(frame[lon].iloc[row])}, {_said(frame[lat].iloc[row])}"
        swapped = abs(lats[row]) > _MAX_LAT and abs(lons[row]) <= _MAX_LAT
        hint = ("：经纬度是不是写反了？", ": are lon and lat swapped?") if swapped else ("", "")
        _note(faults, row, f"{lon}, {lat}", value, f"没有可用的位置{hint[0]}", f"no position{hint[1]}")
    lons[bad], lats[bad] = 0.0, 0.0
    for other in (Datum.GCJ02, Datum.BD09):
        mine = datums == other
        if mine.any():
            lons[mine], lats[mine] = convert(lons[mine], lats[mine], other, "wgs84")
    rows = np.arange(len(frame))
    return Spread(lons, lats, np.ones(len(frame)), rows, None)
