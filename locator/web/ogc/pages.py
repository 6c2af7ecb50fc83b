"""The same documents as pages for people: what stands on them, ready for one template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from locator._errors import Text
from locator.districts import district_name
from locator.web.ogc.collections import COLLECTIONS, Collection
from locator.web.ogc.documents import TITLE, text_of, title_of, word_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from locator.web.ogc.links import Site

_ALL, _NEXT, _START = (
    Text("集合", "collections"),
    Text("下一页", "Next page"),
    Text("从头看", "Back to the first"),
)
_AS_JSON, _COUNT = Text("看 JSON", "As JSON"), Text("共 {0} 条，这里 {1} 条", "{1} of {0}")
_FILTER = Text("条件（CQL2），如 {0}", "Condition (CQL2), such as {0}")
_SHOW, _NONE = Text("筛选", "Filter"), Text("没有符合的。", "Nothing matches.")
_POSITION, _UNKNOWN = Text("位置", "Position"), Text("不清楚", "unknown")
_EXAMPLES = {
    "services": "kind = 'canteen'", "offers": "minus_cny > 1", "events": "topic = 'lawyer'",
    "districts": "name LIKE '杨浦%'", "gaps": "minutes = 15",
}  # fmt: skip
_MOST_CONFORMANCE = "http://www.opengis.net/spec/"


class Entry(NamedTuple):
    """A line of a list: what it is called, what is said of it, where it leads, and whether it is invented."""

    name: str
    text: str
    href: str
    demo: bool = False


class Fact(NamedTuple):
    """A field and what it says, and where that leads, "" for nowhere."""

    name: str
    value: str
    href: str = ""


class Filter(NamedTuple):
    """The form above a list: where it leads, its label, what stands in it, and what it carries on."""

    action: str
    label: str
    value: str
    button: str
    kept: dict[str, str]


class Page(NamedTuple):
    """A page; `path` leads back, as (label, address)."""

    title: str
    text: str
    path: list[tuple[str, str]]
    entries: list[Entry]
    facts: list[Fact]
    nav: list[tuple[str, str]]
    note: str = ""
    form: Filter | None = None


def landing(made: dict[str, Any], site: Site) -> Page:
    """Return the landing page."""
    entries = [_entry(one, site) for one in COLLECTIONS.values()]
    wanted = {"service-doc", "conformance"}
    entries += [
        Entry(link["title"], "", link["href"].replace("f=json", "f=html"))
        for link in made["links"]
        if link["rel"] in wanted
    ]
    return _page(made, site, made["title"], made["description"], entries)


def conformance(made: dict[str, Any], site: Site) -> Page:
    """Return the classes that are conformed to."""
    facts = [Fact("", uri.removeprefix(_MOST_CONFORMANCE)) for uri in made["conformsTo"]]
    return _page(made, site, _link_title(made, site, Text("符合哪些标准", "Conformance")), "", facts=facts)


def api(made: dict[str, Any], site: Site) -> Page:
    """Return the operations."""
    entries = [
        Entry(f"GET {path}", operation["get"]["summary"], site.root.removesuffix("/ogc") + path)
        if "{" not in path
        else Entry(f"GET {path}", operation["get"]["summary"], "")
        for path, operation in made["paths"].items()
    ]
    return _page(made, site, made["info"]["title"], made["info"]["description"], entries)


def collections(made: dict[str, Any], site: Site) -> Page:
    """Return the list of collections."""
    entries = [_entry(one, site) for one in COLLECTIONS.values()]
    return _page(made, site, site.said(Text("集合", "Collections")), "", entries)


def collection(made: dict[str, Any], site: Site) -> Page:
    """Return a collection."""
    entries = [
        Entry(link["title"], "", link["href"].replace("f=json", "f=html"))
        for link in made["links"]
        if link["rel"] not in {"self", "alternate", "describedby"} and "f=html" not in link["href"]
    ]
    extent = made["extent"]
    facts = [Fact("CRS", uri) for uri in made["crs"]]
    if "spatial" in extent:
        facts.append(Fact("bbox", ", ".join(f"{edge:g}" for edge in extent["spatial"]["bbox"][0])))
    if "temporal" in extent:
        facts.append(Fact("datetime", " / ".join(end or ".." for end in extent["temporal"]["interval"][0])))
    return _page(made, site, made["title"], made["description"], entries, facts)


def schema(made: dict[str, Any], site: Site) -> Page:
    """Return the fields of a collection."""
    facts = [Fact(name, _field(said)) for name, said in made["properties"].items()]
    return _page(made, site, made["title"], made["description"], facts=facts)


def features(made: dict[str, Any], one: Collection, given: Mapping[str, str], site: Site) -> Page:
    """Return a page of features."""
    entries = [_line(feature, one, site) for feature in made["features"]]
    count = site.said(_COUNT).format(made["numberMatched"], made["numberReturned"])
    titled = {"next": _NEXT, "first": _START}
    nav = [
        (site.said(titled[link["rel"]]), link["href"].replace("f=json", "f=html"))
        for link in made["links"]
        if link["rel"] in titled
    ]
    example = _EXAMPLES.get(one.id, "id LIKE 'a%'")
    kept = {name: value for name, value in {**given, "f": "html"}.items() if name not in {"filter", "after"}}
    form = Filter(
        f"{site.root}/collections/{one.id}/items",
        site.said(_FILTER).format(example),
        given.get("filter", ""),
        site.said(_SHOW),
        kept,
    )
    page = _page(
        made,
        site,
        site.said(title_of(one.title, site.datum)),
        site.said(text_of(one.text, site.datum)),
        entries,
    )
    return page._replace(
        nav=[*nav, *page.nav], note=count if entries else site.said(_NONE), form=form, path=_path(site, one)
    )


def feature(made: dict[str, Any], one: Collection, site: Site) -> Page:
    """Return one feature."""
    facts = []
    for field in one.fields[1:]:
        value = made["properties"][field.name]
        said = _said(field.name, value, site)
        facts.append(
            Fact(site.said(field.text), said, said if said.startswith(("http://", "https://")) else "")
        )
    point = made["geometry"]
    if isinstance(point, dict):
        facts.append(
            Fact(site.said(_POSITION), ", ".join(f"{number:.6f}" for number in point["coordinates"]))
        )
    entries = [Entry(link["title"], "", link["href"]) for link in made["links"] if link["rel"] == "related"]
    name = made["properties"].get("name") or made["properties"].get("title") or str(made["id"])
    page = _page(made, site, name, site.said(text_of(Text("", ""), site.datum)).strip(), entries, facts)
    return page._replace(path=_path(site, one))


def _page(
    made: dict[str, Any],
    site: Site,
    title: str,
    text: str,
    entries: Iterable[Entry] = (),
    facts: Iterable[Fact] = (),
) -> Page:
    own = next((link["href"] for link in made.get("links", []) if link["rel"] == "self"), "")
    nav = [(site.said(_AS_JSON), own)] if own else []
    return Page(title, text, _path(site), list(entries), list(facts), nav)


def _path(site: Site, one: Collection | None = None) -> list[tuple[str, str]]:
    html = {"f": "html"}
    path = [(site.said(TITLE), site.url("", html)), (site.said(_ALL), site.url("/collections", html))]
    return path if one is None else [*path, (site.said(one.title), site.url(f"/collections/{one.id}", html))]


def _entry(one: Collection, site: Site) -> Entry:
    href = site.url(f"/collections/{one.id}/items", {"f": "html"})
    return Entry(site.said(title_of(one.title, site.datum)), site.said(one.text), href)


def _line(feature: Mapping[str, Any], one: Collection, site: Site) -> Entry:
    properties = feature["properties"]
    name = (
        properties.get("title") or properties.get("name") or properties.get("service_name") or feature["id"]
    )
    about = [
        _said(field, properties[field], site)
        for field in ("kind", "topic", "start", "service_name", "address", "city", "place", "district")
        if properties.get(field) is not None and properties.get(field) != name
    ]
    href = site.url(f"/collections/{one.id}/items/{feature['id']}", {"f": "html"})
    return Entry(str(name), " · ".join(about), href, bool(properties.get("demo")))


def _said(field: str, value: Any, site: Site) -> str:  # noqa: ANN401  whatever a feature says
    if value is None:
        return site.said(_UNKNOWN)
    if isinstance(value, bool):
        return site.said(Text("是", "yes") if value else Text("否", "no"))
    if isinstance(value, tuple | list):
        return site.said(Text("、", ", ")).join(word_of(field, word, site) for word in value) or "—"
    if field in {"district", "boundary"}:
        return f"{district_name(value) or ''} {value}".strip()
    return word_of(field, value, site) if isinstance(value, str) else f"{value}"


def _field(said: Mapping[str, Any]) -> str:
    kind = said.get("type", said.get("format", ""))
    kinds = kind if isinstance(kind, str) else kind[0]
    words = said.get("enum") or said.get("items", {}).get("enum") or []
    listed = ", ".join(word for word in words if word is not None)
    return " · ".join(part for part in (said.get("title", ""), said.get("format", kinds), listed) if part)


def _link_title(_made: dict[str, Any], site: Site, text: Text) -> str:
    return site.said(text)
