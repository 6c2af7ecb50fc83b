"""What may leave the house: one datum of publication, and how positions are written in it.

Inside, everything is computed on WGS-84 and the numbers as supplied are kept. Some operators may not publish
WGS-84 positions of mainland China: then each outlet asks here what to write. GCJ-02 and BD-09 are both shifted,
so a site that publishes one may answer in the other, and in WGS-84 never.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from locator._errors import InputError, Text
from locator.datum import Datum, convert, datum_of

if TYPE_CHECKING:
    from shapely import Geometry

    from locator.service import Service

JsonObject = dict[str, Any]
_Shape = TypeVar("_Shape", bound="Geometry")
NAMES = {Datum.WGS84: "WGS-84", Datum.GCJ02: "GCJ-02", Datum.BD09: "BD-09"}
_SUPPLIED = ("source_lon", "source_lat", "source_datum")


def may_publish(datum: Datum, published: Datum) -> bool:
    """Tell whether positions may be given in a datum where another is the datum of publication."""
    return published is Datum.WGS84 or datum is not Datum.WGS84


def refusal(published: Datum, field: str = "datum") -> InputError:
    """Return the error for whoever wants WGS-84 where it is not published."""
    name = NAMES[published]
    return InputError(
        field,
        Datum.WGS84.value,
        Text(
            f"本站只公布 {name} 坐标（LOCATOR_PUBLISH_DATUM），{field} 只能是 gcj02 或 bd09，先换算再问",
            f"this site publishes positions in {name} only (LOCATOR_PUBLISH_DATUM): {field} must be gcj02 or bd09,"
            " convert what you send",
        ),
    )


def check_wgs84(published: Datum, what: str) -> None:
    """Raise if something that is WGS-84 by its definition is to be made where that is not published.

    Parameters
    ----------
    published
        The datum of publication.
    what
        The format's name: "OpenStreetMap".

    Raises
    ------
    InputError
        Another datum than WGS-84 is published.
    """
    if published is not Datum.WGS84:
        name = NAMES[published]
        raise InputError(
            "format",
            what,
            Text(
                f"{what} 只收 WGS-84 坐标，而本站只公布 {name}（LOCATOR_PUBLISH_DATUM），所以不导出",
                f"{what} takes WGS-84 positions only, and this site publishes {name} (LOCATOR_PUBLISH_DATUM): not exported",
            ),
        )


def datum_for(name: str | None, published: Datum, field: str = "datum") -> Datum:
    """Return the datum that somebody asks to be answered in; nothing said means that of publication.

    Raises
    ------
    InputError
        An unknown datum, or one that is not published.
    """
    if name is None or not name.strip():
        return published
    datum = datum_of(name, field)
    if not may_publish(datum, published):
        raise refusal(published, field)
    return datum


def position(lon: float, lat: float, datum: Datum, digits: int = 8) -> tuple[float, float]:
    """Return a WGS-84 position in a datum, degrees rounded to some decimals."""
    x, y = convert(float(lon), float(lat), Datum.WGS84, datum)
    return round(x, digits), round(y, digits)


def record(service: Service, datum: Datum) -> JsonObject:
    """Return a record as JSON with its positions in a datum, which the member `datum` names.

    `source_lon`, `source_lat`, `source_datum` are null unless they are in that datum themselves: side by side
    with a shifted position they would tell the true one.
    """
    found: JsonObject = service.model_dump(mode="json")
    for place in (found, *found["stops"]):
        if place["lon"] is not None and place["lat"] is not None:
            place["lon"], place["lat"] = position(place["lon"], place["lat"], datum)
        # A stop too: the import must not take it for WGS-84.
        place["datum"] = datum.value
    if found["source_datum"] != datum:
        found |= dict.fromkeys(_SUPPLIED)
    return found


def shape(geometry: _Shape, datum: Datum) -> _Shape:
    """Return a WGS-84 geometry in a datum, lon before lat."""
    import numpy as np  # noqa: PLC0415  who asks for positions only need not load what draws areas
    import shapely  # noqa: PLC0415

    if datum is Datum.WGS84:
        return geometry
    moved: _Shape = shapely.transform(
        geometry, lambda xy: np.column_stack(convert(xy[:, 0].copy(), xy[:, 1].copy(), Datum.WGS84, datum))
    )
    return moved


def crs(datum: Datum) -> int | None:
    """Return the EPSG code that a file may name for a datum: the shifted ones have none, and must not be taken for WGS-84."""
    return 4326 if datum is Datum.WGS84 else None
