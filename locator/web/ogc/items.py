"""Features as GeoJSON: a page of a collection, or one feature."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np
import shapely

from locator._errors import Text
from locator.web.ogc.links import GEOJSON, HTML, JSON, SCHEMA, Site
from locator.web.ogc.query import Query, token_of
from locator.web.ogc.selecting import matched
from locator.web.ogc.tables import PointTable, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from locator.web.ogc.collections import Collection
    from locator.web.ogc.crs import Crs

_NEXT, _FIRST = Text("下一页", "next page"), Text("第一页", "first page")
_COLLECTION, _SERVICE = Text("所在的集合", "the collection"), Text("这处服务的全部资料", "the whole record")
_SCHEMA = Text("要素的结构", "what a feature holds")
_PAGE = Text("给人看的页面", "the page for people")


def page(
    table: Table, collection: Collection, query: Query, site: Site, given: Mapping[str, str]
) -> dict[str, Any]:
    """Return a page of features.

    Pages go by id: each starts after the last id of the one before, in whatever state the data are by then. So
    no feature that is there throughout is repeated or left out, whatever is edited meanwhile.

    Raises
    ------
    InputError
        A filter or a property parameter that makes no sense.
    """
    rows = matched(table, collection, query)
    start = int(np.searchsorted(rows, table.first_after(query.after)))
    shown = rows[start : start + query.limit]
    path = f"/collections/{collection.id}/items"
    args = {name: value for name, value in given.items() if name not in {"f", "lang"}}
    links = site.itself(path, GEOJSON, args)
    others = {name: value for name, value in args.items() if name != "after"}
    if start + len(shown) < len(rows):
        token = token_of(table.tag, table.ids[int(shown[-1])])
        links.append(site.link("next", path, GEOJSON, _NEXT, {**others, "after": token}))
    if query.after is not None:
        links.append(site.link("first", path, GEOJSON, _FIRST, others))
    links.append(site.link("collection", f"/collections/{collection.id}", JSON, _COLLECTION))
    return {
        "type": "FeatureCollection",
        **said_datum(site),
        "timeStamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numberMatched": len(rows),
        "numberReturned": len(shown),
        "links": links,
        "features": features(table, shown, query.crs),
    }


def feature(
    table: Table, collection: Collection, feature_id: str, crs: Crs, site: Site, given: Mapping[str, str]
) -> dict[str, Any]:
    """Return one feature.

    Raises
    ------
    NotFoundError
        There is none of that id.
    """
    row = table.row_of(feature_id)
    (found,) = features(table, np.array([row]), crs)
    args = {name: value for name, value in given.items() if name not in {"f", "lang"}}
    links = site.itself(f"/collections/{collection.id}/items/{feature_id}", GEOJSON, args)
    links.append(site.link("collection", f"/collections/{collection.id}", JSON, _COLLECTION))
    links.append(site.link("describedby", f"/collections/{collection.id}/schema/feature", SCHEMA, _SCHEMA))
    service = found["properties"].get("service", feature_id if collection.id == "services" else None)
    if service is not None:
        base = site.root.removesuffix("/ogc")
        for rel, path, kind, title in (
            ("related", f"/api/v1/services/{service}", JSON, _SERVICE),
            ("related", f"/s/{service}", HTML, _PAGE),
        ):
            links.append({"rel": rel, "href": base + path, "type": kind, "title": site.said(title)})
    return {**found, **said_datum(site), "links": links}


def said_datum(site: Site) -> dict[str, str]:
    """Return the member that names the datum where it is not what the reference system says."""
    return {} if site.datum == "wgs84" else {"datum": site.datum}


def features(table: Table, rows: NDArray[np.int64], crs: Crs) -> list[dict[str, Any]]:
    """Return some rows as features, in a reference system and its axis order."""
    geometries = _points(table, rows, crs) if isinstance(table, PointTable) else _outlines(table, rows, crs)
    numbers = rows.tolist()
    return [
        {"type": "Feature", "id": table.ids[row], "geometry": geometry, "properties": properties}
        for row, geometry, properties in zip(numbers, geometries, table.properties(numbers), strict=True)
    ]


def _points(table: PointTable, rows: NDArray[np.int64], crs: Crs) -> list[dict[str, Any] | None]:
    position = table.position()[rows]
    there = np.isfinite(position[:, 0]).tolist()
    coordinates = crs.of(position).round(crs.decimals).tolist()
    return [
        {"type": "Point", "coordinates": at} if known else None
        for known, at in zip(there, coordinates, strict=True)
    ]


def _outlines(table: Table, rows: NDArray[np.int64], crs: Crs) -> list[msgspec.Raw]:
    shapes = shapely.transform(table.column("geometry")[rows], lambda at: crs.of(at).round(crs.decimals))
    return [msgspec.Raw(text.encode()) for text in cast("list[str]", shapely.to_geojson(shapes).tolist())]
