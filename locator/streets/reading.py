"""Street networks from files: OpenStreetMap extracts (.osm.pbf, .osm) and osmnx's GraphML."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from locator._errors import InputError, Text
from locator.streets.assembling import assemble
from locator.streets.rules import MODES

if TYPE_CHECKING:
    from locator.streets.files import Streets

_EXTRACTS = (".osm.pbf", ".osm", ".osm.gz", ".osm.bz2", ".pbf")


def read_streets(path: str | Path, modes: tuple[str, ...] = MODES) -> Streets:
    """Return the streets of a file that some modes may use.

    Parameters
    ----------
    path
        .osm.pbf, .osm (also .gz, .bz2), or .graphml as osmnx saves it in WGS-84.
    modes
        Of walk, ride, drive.

    Raises
    ------
    InputError
        The file is missing, cannot be read, is of another kind, or holds no street for these modes.
    """
    path, wanted = Path(path), tuple(mode for mode in MODES if mode in modes)
    if not path.is_file():
        raise unreadable(path, "找不到", "is not there")
    name = path.name.lower()
    if name.endswith(_EXTRACTS):
        from locator.streets.osm import pieces_of_extract as pieces_of  # noqa: PLC0415  pyosmium, only here
    elif name.endswith(".graphml"):
        from locator.streets.graphml import pieces_of_graph as pieces_of  # noqa: PLC0415
    else:
        raise unreadable(
            path, "要是 .osm.pbf、.osm 或 .graphml 文件", "must be a .osm.pbf, .osm or .graphml file"
        )
    streets = assemble(pieces_of(path, wanted), wanted, path.name)
    if not len(streets.start):
        raise unreadable(
            path, f"里没有 {'、'.join(wanted)} 能走的路", f"holds no street for {', '.join(wanted)}"
        )
    return streets


def unreadable(path: Path, zh: str, en: str) -> InputError:
    """Return the error that says what is wrong with a file."""
    return InputError("file", path.name, Text(f"{path.name} {zh}", f"{path.name} {en}"))
