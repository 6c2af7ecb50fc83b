"""Maps of answers: Folium draws them, users' words reach them only as JSON."""

from locator.maps.basemaps import Basemap, basemap_of
from locator.maps.check_map import check_page
from locator.maps.folium_map import MapParts, map_data, map_parts
from locator.maps.standalone import standalone_page

__all__ = ["Basemap", "MapParts", "basemap_of", "check_page", "map_data", "map_parts", "standalone_page"]
