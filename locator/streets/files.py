"""The file that a street network is kept in: small, versioned, with a checksum. WGS-84."""

from __future__ import annotations

import hashlib
import io
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from locator._errors import InputError, Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FORMAT, _VERSION = "locator-streets", 1
# OpenStreetMap's own resolution, about a centimetre.
_PER_DEGREE = 1e7
_PER_KMH = 10.0
_COLUMNS = {"lon": "i4", "lat": "i4", "start": "i4", "end": "i4", "metres": "f4", "tenths_kmh": "u2"}
# numpy reads the head of a column as Python, and raises what that raises.
_FAULTS = (
    ValueError, TypeError, LookupError, EOFError, MemoryError, OverflowError, RuntimeError, SyntaxError,
    tokenize.TokenError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
_ABOUT = ("format", "version", "checksum", "modes", "source")


class Streets(NamedTuple):
    """Straight pieces of street between points, for some modes.

    `lon` and `lat` are 1e-7 degrees of WGS-84, int32, shape (points,). Piece i leads from point start[i] to
    end[i] over metres[i]; tenths_kmh[m, 0, i] is the speed of modes[m] along it and tenths_kmh[m, 1, i]
    against it, tenths of km/h, 0 = not that way. `source` names the file that was read.
    """

    lon: NDArray[np.int32]
    lat: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    metres: NDArray[np.float32]
    tenths_kmh: NDArray[np.uint16]
    modes: tuple[str, ...]
    source: str

    @property
    def degrees(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lon and lat of the points, degrees."""
        return self.lon / _PER_DEGREE, self.lat / _PER_DEGREE


def whole(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return degrees as the file holds them."""
    return tuple(np.rint(part * _PER_DEGREE).astype(np.int32) for part in (lon, lat))  # type: ignore[return-value]


def tenths(kmh: NDArray[np.float64]) -> NDArray[np.uint16]:
    """Return speeds as the file holds them; none that is above 0 becomes 0."""
    return np.where(kmh > 0, np.maximum(np.rint(kmh * _PER_KMH), 1), 0).astype(np.uint16)


def save(streets: Streets, path: Path) -> None:
    """Write a network; a file that is there is only replaced by a whole one."""
    columns: dict[str, Any] = {name: np.ascontiguousarray(getattr(streets, name)) for name in _COLUMNS}
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        format=np.array(_FORMAT),
        version=np.array(_VERSION),
        checksum=np.array(_checksum(columns)),
        modes=np.array(streets.modes),
        source=np.array(streets.source),
        **columns,
    )
    half = path.with_name(path.name + ".part")
    try:
        half.write_bytes(buffer.getbuffer())
        half.replace(path)
    except OSError as error:
        raise _unusable(
            path, f"写不进去：{error.strerror}", f"cannot be written: {error.strerror}"
        ) from error


def load(path: str | Path) -> Streets:
    """Return the network of a file.

    Raises
    ------
    InputError
        It is missing, is no network of the locator, is of another version, or is damaged.
    """
    path = Path(path)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            if not {*_COLUMNS, *_ABOUT} <= set(held.files):
                raise _foreign(path)
            read = {name: held[name] for name in (*_COLUMNS, *_ABOUT)}
        # What is no array comes as bytes.
        known = all(isinstance(value, np.ndarray) for value in read.values())
        version = int(read["version"]) if known else 0
    except OSError as error:
        raise _unusable(path, f"打不开：{error.strerror}", f"cannot be opened: {error.strerror}") from error
    except InputError:
        raise
    except _FAULTS as error:
        raise _foreign(path) from error
    if not known or str(read["format"]) != _FORMAT:
        raise _foreign(path)
    if version != _VERSION:
        raise _unusable(
            path,
            f"是第 {version} 版的，这里读第 {_VERSION} 版：请重新做一次（locator network build）",
            f"has version {version}, this reads {_VERSION}: make it anew (locator network build)",
        )
    columns = {name: read[name] for name in _COLUMNS}
    if str(read["checksum"]) != _checksum(columns) or not _fits(columns, len(read["modes"])):
        raise _unusable(
            path,
            "损坏了：请重新做一次（locator network build）",
            "is damaged: make it anew (locator network build)",
        )
    return Streets(**columns, modes=tuple(read["modes"].tolist()), source=str(read["source"]))


def _fits(columns: dict[str, NDArray[Any]], modes: int) -> bool:
    points, pieces = columns["lon"].size, columns["start"].size
    ends = [columns[name] for name in ("start", "end")]
    return (
        all(columns[name].dtype == np.dtype(kind) for name, kind in _COLUMNS.items())
        and columns["lon"].shape == (points,)
        and columns["start"].shape == (pieces,)
        and columns["lat"].shape == (points,)
        and columns["metres"].shape == columns["end"].shape == (pieces,)
        and columns["tenths_kmh"].shape == (modes, 2, pieces)
        and all(pieces == 0 or (int(e.min()) >= 0 and int(e.max()) < points) for e in ends)
    )


def _checksum(columns: dict[str, NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for name in _COLUMNS:
        digest.update(f"{name} {columns[name].dtype.str} {columns[name].shape}".encode())
        digest.update(columns[name].tobytes())
    return digest.hexdigest()


def _foreign(path: Path) -> InputError:
    return _unusable(
        path,
        "不是本系统的路网文件：请用 locator network build 做一个",
        "is no street network of the locator: make one with locator network build",
    )


def _unusable(path: Path, zh: str, en: str) -> InputError:
    return InputError("network", str(path), Text(f"路网文件 {path} {zh}", f"the street network {path} {en}"))
