"""The tables of HSDS 3.1 that the export fills, column by column, and the data package that describes them.

Source: Open Referral, Human Services Data Specification 3.1, https://docs.openreferral.org. Columns that are never
filled stand here all the same: who loads the package by the specification finds them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

VERSION = "3.1"
PROFILE = "https://docs.openreferral.org/en/v3.1.2/hsds/schema_reference.html"


class Table(NamedTuple):
    """One table: its file, its columns, which of them every row has, and the tables that some lead to."""

    path: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    leads_to: dict[str, str]
    description: str


def _table(path: str, columns: str, required: str, description: str, **leads_to: str) -> Table:
    return Table(path, tuple(columns.split()), ("id", *required.split()), leads_to, description)


TABLES = {
    "organization": _table(
        "organizations.csv",
        "id name alternate_name description email website tax_status tax_id year_incorporated legal_status logo uri "
        "parent_organization_id",
        "name description",
        "Who names the services: the source of their records.",
    ),
    "service": _table(
        "services.csv",
        "id organization_id program_id name alternate_name description url email status interpretation_services "
        "application_process fees_description wait_time fees accreditations eligibility_description minimum_age "
        "maximum_age assured_date assurer_email licenses alert last_modified",
        "organization_id name status",
        "What a worker can use.",
        organization_id="organization",
    ),
    "service_at_location": _table(
        "service_at_location.csv",
        "id service_id location_id description",
        "service_id location_id",
        "Which service is where.",
        service_id="service",
        location_id="location",
    ),
    "location": _table(
        "locations.csv",
        "id location_type url organization_id name alternate_name description transportation latitude longitude "
        "external_identifier external_identifier_type",
        "location_type",
        "Places, and the stops of mobile services.",
        organization_id="organization",
    ),
    "phone": _table(
        "phones.csv",
        "id location_id service_id organization_id contact_id service_at_location_id number extension type description",
        "number",
        "Telephone numbers as supplied.",
        location_id="location",
        service_id="service",
        organization_id="organization",
        service_at_location_id="service_at_location",
    ),
    "address": _table(
        "addresses.csv",
        "id location_id attention address_1 address_2 city region state_province postal_code country address_type",
        "address_1 city state_province postal_code country address_type",
        "Addresses; what nobody knows but the specification demands is the word unknown.",
        location_id="location",
    ),
    "schedule": _table(
        "schedules.csv",
        "id service_id location_id service_at_location_id valid_from valid_to dtstart timezone until count wkst freq "
        "interval byday byweekno bymonthday byyearday description opens_at closes_at schedule_link attending_type notes",
        "",
        "When services are open (RFC 5545); a service whose hours nobody knows has none.",
        service_id="service",
        location_id="location",
        service_at_location_id="service_at_location",
    ),
    "cost_option": _table(
        "cost_options.csv",
        "id service_id valid_from valid_to option currency amount amount_description",
        "service_id",
        "Offers to workers, and rents.",
        service_id="service",
    ),
    "attribute": _table(
        "attributes.csv",
        "id link_id taxonomy_term_id link_type link_entity value label",
        "link_id taxonomy_term_id link_entity",
        "Kinds, equipment (yes or no; unknown has no row), needs, identifiers, figures.",
        taxonomy_term_id="taxonomy_term",
    ),
    "taxonomy": _table("taxonomies.csv", "id name description uri version", "name description", "The vocabularies."),
    "taxonomy_term": _table(
        "taxonomy_terms.csv",
        "id code name description parent_id taxonomy language taxonomy_id term_uri",
        "name description",
        "Their words.",
        parent_id="taxonomy_term",
        taxonomy_id="taxonomy",
    ),
    "meta_table_description": _table(
        "meta_table_descriptions.csv", "id name language character_set", "", "Language and encoding of each table."
    ),
}  # fmt: skip
_NUMBERS = {
    "year_incorporated", "minimum_age", "maximum_age", "latitude", "longitude", "extension", "timezone", "count",
    "interval", "amount",
}  # fmt: skip
_DATES = {"assured_date", "valid_from", "valid_to", "dtstart", "until"}
_FORMATS = {"email": "email", "assurer_email": "email"} | dict.fromkeys(
    ("website", "url", "uri", "term_uri", "schedule_link"), "uri"
)
_ENUMS = {
    ("service", "status"): ["active", "inactive", "defunct", "temporarily closed"],
    ("location", "location_type"): ["physical", "postal", "virtual"],
    ("address", "address_type"): ["physical", "postal", "virtual"],
    ("schedule", "freq"): ["WEEKLY", "MONTHLY"],
    ("schedule", "wkst"): ["MO", "TU", "WE", "TH", "FR", "SA", "SU"],
}


def package(title: str) -> dict[str, Any]:
    """Return the datapackage.json (Frictionless tabular data package) of the tables."""
    return {
        "name": "human_services_data",
        "title": title,
        "profile": "tabular-data-package",
        "version": VERSION,
        "homepage": PROFILE,
        "resources": [_resource(name, table) for name, table in TABLES.items()],
    }


def _resource(name: str, table: Table) -> dict[str, Any]:
    keys = [
        {"fields": column, "reference": {"resource": other, "fields": "id"}}
        for column, other in table.leads_to.items()
    ]
    return {
        "name": name,
        "path": table.path,
        "description": table.description,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(name, column, table) for column in table.columns],
            "primaryKey": "id",
            "missingValues": [""],
            **({"foreignKeys": keys} if keys else {}),
        },
    }


def _field(name: str, column: str, table: Table) -> dict[str, Any]:
    kind = "number" if column in _NUMBERS else "date" if column in _DATES else "string"
    is_key = column == "id" or column.endswith("_id")
    said = {"format": "uuid"} if is_key else {"format": _FORMATS[column]} if column in _FORMATS else {}
    constraints: dict[str, Any] = {"required": column in table.required}
    if column == "id":
        constraints["unique"] = True
    if (name, column) in _ENUMS:
        constraints["enum"] = _ENUMS[name, column]
    return {"name": column, "type": kind, **said, "constraints": constraints}
