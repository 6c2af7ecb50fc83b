"""Services as rows of HSDS 3.1, table by table, and as its nested JSON.

What nobody knows is left out: no hours, no schedule. The specification's latitude and longitude are WGS-84; where
another datum is published they stay empty, and the position is an attribute that names its datum.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from locator import vocabulary
from locator._errors import Text
from locator.benefits import price_text
from locator.datum import Datum
from locator.districts import city_name, district_name, province_name
from locator.exchange.schedules import Dates, both, schedules_of
from locator.exchange.terms import Row, attribute, own_id, taxonomies, term_of, terms
from locator.publication import position

if TYPE_CHECKING:
    from locator.service import Offer, Service

Rows = Iterator[tuple[str, Row]]
UNKNOWN = "unknown"
STATUSES = {
    "active": "active",
    "planned": "inactive",
    "suspended": "temporarily closed",
    "closed": "defunct",
}
_NO_SOURCE = Text("来源没有登记", "source not on record")
_SOURCE_ONLY = Text(
    "这些记录写明的来源；谁在办这些服务，没有登记",
    "named as the source of these records; who runs the services is not on record",
)
_DEMO = Text("示例数据，不是真的地方", "example data, no real place")
_HOURS_IN_WORDS = Text("开放时间的原话", "opening hours as worded")
_MONTHLY = Text("每月", "a month")


def shared() -> Rows:
    """Yield (table, row) of what belongs to no service: the vocabularies."""
    yield from (("taxonomy", row) for row in taxonomies())
    yield from (("taxonomy_term", row) for row in terms())


def organization_of(service: Service) -> Row:
    """Return the organization that names a service."""
    name = service.source or both(_NO_SOURCE)
    return {"id": own_id("organization", name), "name": name, "description": both(_SOURCE_ONLY)}


def rows_of(service: Service, published: Datum, *, demo: bool = False) -> Rows:
    """Yield (table, row) of all that is known of a service, but its organization's own row.

    Parameters
    ----------
    service
        The record.
    published
        The datum of publication.
    demo
        Whether invented offers come along.
    """
    own = own_id("service", service.id)
    yield "service", _service(service, own)
    if service.phone:
        yield (
            "phone",
            {"id": own_id("phone", service.id), "service_id": own, "number": service.phone, "type": "voice"},
        )
    for number, row in enumerate(schedules_of(service.hours)):
        yield "schedule", {"id": own_id("schedule", service.id, number), "service_id": own, **row}
    for number, offer in enumerate(service.offers):
        if demo or not offer.demo:
            yield (
                "cost_option",
                {"id": own_id("offer", service.id, number), "service_id": own, **_offer(offer)},
            )
    yield from _rents(service, own)
    yield from (("attribute", row) for row in _attributes(service, own))
    yield from _places(service, own, published)


def nested(service: Service, published: Datum, *, demo: bool = False) -> Row:
    """Return a service as HSDS's JSON: with its organization, and everything else inside what it belongs to."""
    kept: dict[str, list[Row]] = {}
    for table, row in rows_of(service, published, demo=demo):
        kept.setdefault(table, []).append({name: value for name, value in row.items() if value is not None})
    for row in kept.get("attribute", ()):
        row["taxonomy_term"] = term_of(row.pop("taxonomy_term_id"))
    (whole,) = kept["service"]
    del whole["organization_id"]
    whole["organization"] = organization_of(service)
    locations = {row["id"]: row for row in kept.get("location", ())}
    links = {row["id"]: row for row in kept.get("service_at_location", ())}
    for link in links.values():
        link["location"] = locations[link.pop("location_id")]
    owners = {whole["id"]: whole, **locations, **links}
    inside = (
        ("service_at_location", "service_at_locations", ("service_id",)),
        ("address", "addresses", ("location_id",)),
        ("phone", "phones", ("service_id",)),
        ("schedule", "schedules", ("service_id", "service_at_location_id")),
        ("cost_option", "cost_options", ("service_id",)),
        ("attribute", "attributes", ("link_id",)),
    )
    for table, member, keys in inside:
        for row in kept.get(table, ()):
            owner = next(row.pop(key) for key in keys if key in row)
            owners[owner].setdefault(member, []).append(row)
    return whole


def _service(service: Service, own: str) -> Row:
    steps = "\n".join(service.apply_steps) or None
    return {
        "id": own, "organization_id": organization_of(service)["id"], "name": service.name,
        "description": _description(service), "url": service.apply_url or service.source_url,
        "status": STATUSES[service.status], "application_process": steps,
        "assured_date": service.verified_on.isoformat() if service.verified_on else None,
        "alert": both(_DEMO) if service.demo else None,
    }  # fmt: skip


def _description(service: Service) -> str:
    kind = both(vocabulary.KINDS[service.kind].label)
    return f"{kind}\n{both(_HOURS_IN_WORDS)}: {service.hours_text}" if service.hours_text else kind


def _offer(offer: Offer) -> Row:
    groups = [vocabulary.GROUPS[group] for group in offer.groups]
    price = price_text(offer)
    return {
        "option": f"{offer.title}（{'、'.join(g.zh for g in groups)} / {', '.join(g.en for g in groups)}）",
        "currency": "CNY" if offer.fixed_cny is not None else None,
        "amount": offer.fixed_cny,
        "amount_description": both(price) + (f"; opening_hours {offer.hours}" if offer.hours else ""),
        "valid_from": offer.valid_from.isoformat() if offer.valid_from else None,
        "valid_to": offer.valid_to.isoformat() if offer.valid_to else None,
    }


def _rents(service: Service, own: str) -> Rows:
    words = Text("最低月租", "lowest rent"), Text("最高月租", "highest rent")
    for amount, said in zip((service.rent_min, service.rent_max), words, strict=True):
        if amount is not None:
            yield "cost_option", {
                "id": own_id("rent", service.id, said.en), "service_id": own, "option": both(said),
                "currency": "CNY", "amount": amount, "amount_description": both(_MONTHLY),
            }  # fmt: skip


def _attributes(service: Service, own: str) -> Iterator[Row]:
    said: list[tuple[str, str, str | None]] = [("kind", service.kind, None), ("identifier", "id", service.id)]
    said += [("identifier", "code", service.code)] if service.code else []
    said += [("amenity", code, "yes") for code in service.has]
    said += [("amenity", code, "no") for code in service.lacks]
    said += [("need", code, None) for code in service.needs]
    for name in ("capacity", "stars", "vacancies"):
        figure = getattr(service, name)
        said += [("figure", name, str(figure))] if figure is not None else []
    for taxonomy, code, value in said:
        yield attribute("service", own, taxonomy, code, value)


def _places(service: Service, own: str, published: Datum) -> Rows:
    """Yield the rows of where a service is: one place, several stops, or none that anybody knows."""
    if not service.stops:
        if service.lon is not None or service.address:
            yield from _place(service, own, "place", service.name, (service.lon, service.lat), published)
        if service.address:
            yield "address", _address(service, own_id("location", service.id, "place"))
        return
    for number, stop in enumerate(service.stops):
        link = own_id("link", service.id, number)
        where = stop.lon, stop.lat
        yield from _place(service, own, number, stop.name or service.name, where, published)
        held = Dates(stop.valid_from, stop.valid_to)
        for rule, row in enumerate(schedules_of(stop.hours, held)):
            yield "schedule", {
                "id": own_id("schedule", service.id, "stop", number, rule), "service_at_location_id": link, **row
            }  # fmt: skip


def _place(
    service: Service,
    own: str,
    which: object,
    name: str,
    where: tuple[float | None, float | None],
    published: Datum,
) -> Rows:
    location = own_id("location", service.id, which)
    row: Row = {"id": location, "location_type": "physical", "name": name}
    lon, lat = where
    placed = lon is not None and lat is not None
    if placed and published is Datum.WGS84:
        row |= {"latitude": lat, "longitude": lon}
    yield "location", row
    if lon is not None and lat is not None and published is not Datum.WGS84:
        x, y = position(lon, lat, published)
        yield "attribute", attribute("location", location, "position", published.value, f"{x},{y}")
    link = own_id("link", service.id, which)
    yield "service_at_location", {"id": link, "service_id": own, "location_id": location}


def _address(service: Service, location: str) -> Row:
    code = service.district
    return {
        "id": own_id("address", service.id), "location_id": location, "address_1": service.address,
        "region": district_name(code), "city": city_name(code) or UNKNOWN,
        "state_province": (province_name(code) if code else None) or UNKNOWN, "postal_code": UNKNOWN,
        "country": "CN", "address_type": "physical",
    }  # fmt: skip
