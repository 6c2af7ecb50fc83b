"""Services as OpenStreetMap would tag them: GeoJSON whose properties are tags, for a mapper's editor.

A tag says only what is known. What OpenStreetMap does not map, or has no settled tag for, is left out and counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from locator._errors import Text

if TYPE_CHECKING:
    from locator.service import Service

Tags = dict[str, str]
_FACILITY = {"amenity": "social_facility", "social_facility": "outreach"}
KINDS: dict[str, Tags] = {
    "station": _FACILITY,
    "driver-home": _FACILITY,
    "safety-station": _FACILITY,
    "community-site": {"amenity": "community_centre"},
    "canteen": {"amenity": "canteen"},
    "restaurant": {"amenity": "restaurant"},
    "lodging": {"tourism": "hostel"},
    "hotel": {"tourism": "hotel"},
    "legal-aid": {"office": "lawyer"},
    "reception": {"office": "union"},
    "counselling": {"healthcare": "counselling"},
    "childcare": {"amenity": "childcare"},
    "study-room": {"amenity": "library"},
    "classroom": {"amenity": "training"},
    "culture": {"amenity": "community_centre"},
    "haircut": {"shop": "hairdresser"},
    "shop": {"shop": "yes"},
}
# {equipment: (key, value where it is there)}; what is known to be missing is "no".
AMENITIES = {
    "air-conditioning": ("air_conditioning", "yes"),
    "drinking-water": ("drinking_water", "yes"),
    "toilet": ("toilets", "yes"),
    "shower": ("shower", "yes"),
    "wifi": ("internet_access", "wlan"),
    "microwave": ("microwave", "yes"),
}
# OpenStreetMap holds no longer value; half of one would say something else.
LONGEST = 255
DEMO = Text("示例数据", "invented examples")
_NOT_ACTIVE = Text("没有在开（在建、暂停、关闭）", "not in operation (planned, suspended, closed)")
_NO_TAG = Text("OSM 没有公认标签的种类", "of a kind without a settled OSM tag")
_MOBILE = Text("流动的", "mobile")
_UNPLACED = Text("没有位置", "without a position")


def left_out(service: Service) -> Text | None:
    """Return why a service is no OpenStreetMap object, None if it is one."""
    if service.status != "active":
        return _NOT_ACTIVE
    if service.kind not in KINDS:
        return _NO_TAG
    if service.stops:
        return _MOBILE
    return _UNPLACED if service.lon is None else None


def tags_of(service: Service) -> Tags:
    """Return what is known of a service as OpenStreetMap tags."""
    said = {
        "name": service.name,
        "opening_hours": service.hours,
        "phone": service.phone,
        "addr:full": service.address,
        "website": service.apply_url,
        "ref": service.code,
        "capacity": None if service.capacity is None else str(service.capacity),
        "check_date": service.verified_on.isoformat() if service.verified_on else None,
        "source": service.source,
    }
    there = {key: value for code, (key, value) in AMENITIES.items() if code in service.has}
    missing = {key: "no" for code, (key, _) in AMENITIES.items() if code in service.lacks}
    tags = {**KINDS[service.kind], **{k: v for k, v in said.items() if v}, **there, **missing}
    return {key: value for key, value in tags.items() if len(value) <= LONGEST}


def feature_of(service: Service) -> dict[str, Any]:
    """Return a placed service as a GeoJSON feature in WGS-84.

    An invented one, where somebody wants it, cannot be taken for a real one: `demo` is "yes".
    """
    tags = tags_of(service) | ({"demo": "yes"} if service.demo else {})
    point = {"type": "Point", "coordinates": [service.lon, service.lat]}
    return {"type": "Feature", "id": service.id, "properties": tags, "geometry": point}
