"""The Folium map of an answer.

Folium writes the map's script, and that script holds nothing but our own constants. What users
wrote (names, addresses) travels beside it as JSON and is set as text by static/map.js: inside a
script template even an escaped `${...}` would run.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template

from locator import vocabulary
from locator._errors import Text
from locator.datum import convert
from locator.districts import outlines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from locator.cards import Card
    from locator.maps.basemaps import Basemap
    from locator.question import Question

JsonObject = dict[str, Any]
# Where a map without anything to show looks: the centre of the mainland.
_CENTRE = (34.5, 109.0)
_OUTLINES = Text("区界", "districts")


class MapParts(NamedTuple):
    """A rendered map, to be placed in a page of ours: the element, and the script that fills it."""

    html: str
    script: str


class _Answer(MacroElement):
    """Hands Folium's map and layers over to the script that draws: static/map.js, or another."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        {{ this.drawer }}.draw({{ this._parent.get_name() }}, {
            tiles: [{% for layer in this.tiles %}{{ layer.get_name() }}{{ "," if not loop.last }}{% endfor %}],
            families: { {%- for name, layer in this.families.items() %}{{ name|tojson }}: {{ layer.get_name() }}{{ "," if not loop.last }}{% endfor -%} },
            outline: {{ this.outline.get_name() }}
        });
        {% endmacro %}
        """
    )

    def __init__(
        self,
        tiles: Sequence[folium.TileLayer],
        families: dict[str, folium.FeatureGroup],
        outline: folium.FeatureGroup,
        drawer: str,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id = "answer", "map"
        self.drawer = drawer
        self.tiles, self.families, self.outline = tiles, families, outline


@lru_cache(maxsize=8)
def map_parts(basemap: Basemap, language: str = "zh", drawer: str = "locatorMap") -> MapParts:
    """Return the map for a backdrop. It is the same for every answer, so it is rendered once.

    `drawer` is the object of our scripts whose `draw` gets the map and its layers.
    """
    drawn = folium.Map(location=_CENTRE, zoom_start=4, tiles=None, zoom_control=False)
    # On the instance: the class's lists would leak into every other map of the process.
    drawn.default_js, drawn.default_css = [], []
    drawn._id = "map"
    tiles = [_tile_layer(basemap, i, template) for i, template in enumerate(basemap.tiles)]
    families = {
        family: folium.FeatureGroup(name=label.of(language), overlay=True)
        for family, label in vocabulary.FAMILIES.items()
    }
    outline = folium.FeatureGroup(name=_OUTLINES.of(language), overlay=True)
    for i, layer in enumerate([*tiles, outline, *families.values()]):
        layer._id = f"layer{i}"
        layer.add_to(drawn)
    control = folium.LayerControl(position="topright", collapsed=True)
    control._id = "layers"
    control.add_to(drawn)
    _Answer(tiles, families, outline, drawer).add_to(drawn)
    figure = cast("Figure", drawn.get_root())
    for child in list(figure._children.values()):
        child.render()
    return MapParts(_rendered(figure.html), _rendered(figure.script))


def map_data(
    cards: Iterable[Card],
    question: Question,
    basemap: Basemap,
    *,
    districts: Iterable[str] = (),
    labels: Iterable[tuple[str, float, float]] = (),
) -> JsonObject:
    """Return what static/map.js draws, positions in the backdrop's datum.

    Parameters
    ----------
    cards
        The hits to show, in the order of the list.
    question
        Whose asker is drawn.
    districts
        District codes; the outlines of their cities are drawn behind.
    labels
        (name, lon, lat) of towns, WGS-84, written on the outline where no tiles say where one is.
    """
    shown = [_marker(c, basemap) for c in cards if c.hit.lon is not None]
    asker = None
    if question.lon is not None and question.lat is not None:
        lon, lat = convert(question.lon, question.lat, question.datum, basemap.datum)
        asker = {"lon": round(lon, 6), "lat": round(lat, 6)}
    cities = sorted({code[:4] for code in districts})
    return {
        "datum": basemap.datum.value,
        "asker": asker,
        "services": shown,
        "cities": cities,
        "labels": [_label(name, lon, lat, basemap) for name, lon, lat in labels],
        "note": basemap.attribution,
    }


def outline_collection(city: str, basemap: Basemap) -> JsonObject:
    """Return the outlines of a city's districts as GeoJSON in the backdrop's datum."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": code, "name": name},
                "geometry": {"type": g["type"], "coordinates": _converted(g["coordinates"], basemap)},
            }
            for code, name, g in outlines(city)
        ],
    }


def json_for_script(value: object) -> str:
    """Return JSON that can stand inside a script element: no character that HTML would read."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for bad in "<>&\u2028\u2029":
        text = text.replace(bad, f"\\u{ord(bad):04x}")
    return text


def _tile_layer(basemap: Basemap, number: int, template: str) -> folium.TileLayer:
    options: JsonObject = {"subdomains": basemap.subdomains} if basemap.subdomains else {}
    return folium.TileLayer(
        tiles=template,
        attr=basemap.attribution or " ",
        name=basemap.label,
        overlay=number > 0,
        control=number == 0,
        max_zoom=19,
        max_native_zoom=basemap.max_zoom,
        **options,
    )


def _marker(card: Card, basemap: Basemap) -> JsonObject:
    hit = card.hit
    lon, lat = convert(hit.lon or 0.0, hit.lat or 0.0, "wgs84", basemap.datum)
    plain, stress, _ = card.staying
    return {
        "id": hit.service.id,
        "name": hit.service.name,
        "lon": round(lon, 6),
        "lat": round(lat, 6),
        "family": card.family,
        "glyph": card.glyph,
        "state": card.door.state,
        "door": card.door.label,
        "kind": card.kind,
        "minutes": card.minutes,
        "going": card.going.replace("|", " · "),
        "staying": " · ".join(part for part in (plain, stress) if part),
        "distance": card.distance,
        "address": hit.service.address or "",
        "deals": [f"{d.tag} {d.window} {d.note}" for d in card.deals],
        "demo": hit.service.demo,
    }


def _label(name: str, lon: float, lat: float, basemap: Basemap) -> JsonObject:
    lon, lat = convert(lon, lat, "wgs84", basemap.datum)
    return {"name": name, "lon": round(lon, 5), "lat": round(lat, 5)}


def _converted(coordinates: Any, basemap: Basemap) -> Any:  # noqa: ANN401
    if isinstance(coordinates[0][0], int | float):
        lon, lat = convert([c[0] for c in coordinates], [c[1] for c in coordinates], "wgs84", basemap.datum)
        # A metre is more than these coarse outlines are good for.
        return [[round(x, 5), round(y, 5)] for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    return [_converted(part, basemap) for part in coordinates]


def _rendered(element: Element) -> str:
    return "\n".join(child.render() for child in element._children.values())
