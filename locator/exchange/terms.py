"""The house's vocabularies as HSDS taxonomies and terms, and ids that stay the same from one export to the next."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid5

from locator import vocabulary
from locator._errors import Text
from locator.datum import Datum
from locator.publication import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Row = dict[str, Any]
# Every id is made from it and from the record's own: the same service has the same UUID in every export.
_HOUSE = UUID("5f2c3c9e-6b0a-5d7e-9a51-3f0a4be1c7d2")


class Taxonomy(NamedTuple):
    """One vocabulary: what it is about, and its words by code."""

    about: Text
    words: Mapping[str, Text]


TAXONOMIES: Mapping[str, Taxonomy] = {
    "kind": Taxonomy(
        Text("服务的种类", "Kinds of service"), {code: k.label for code, k in vocabulary.KINDS.items()}
    ),
    "amenity": Taxonomy(
        Text("设施；value 是 yes 或 no", "Equipment; `value` is yes or no"), vocabulary.AMENITIES
    ),
    "need": Taxonomy(Text("六有", "The six needs"), vocabulary.NEEDS),
    "identifier": Taxonomy(
        Text("编号；值在 value 里", "Identifiers, in `value`"),
        {
            "id": Text("本站编号", "id in this catalog"),
            "code": Text("主管单位的编码", "code of the office in charge"),
        },
    ),
    "figure": Taxonomy(
        Text("数字；值在 value 里", "Figures, in `value`"),
        {
            "capacity": Text("容量", "capacity, people"),
            "stars": Text("星级，0–5", "stars, 0-5"),
            "vacancies": Text("空房", "vacant rooms"),
        },
    ),
    "position": Taxonomy(
        Text(
            "不是 WGS-84 的位置：value 里是“经度,纬度”",
            'Positions that are not WGS-84: `value` holds "lon,lat"',
        ),
        {datum.value: Text(name, name) for datum, name in NAMES.items() if datum is not Datum.WGS84},
    ),
}


def own_id(*parts: object) -> str:
    """Return the UUID (version 5) of something, named by what it belongs to and what it is."""
    # A service id holds no blank, so no two names run together.
    return str(uuid5(_HOUSE, " ".join(map(str, parts))))


@cache
def term_id(taxonomy: str, code: str) -> str:
    """Return the id of a taxonomy's term."""
    return own_id("term", taxonomy, code)


def taxonomies() -> Iterator[Row]:
    """Yield the rows of the table `taxonomy`."""
    for name, taxonomy in TAXONOMIES.items():
        yield {"id": own_id("taxonomy", name), "name": name, "description": _both(taxonomy.about)}


def terms() -> Iterator[Row]:
    """Yield the rows of the table `taxonomy_term`."""
    for taxonomy in TAXONOMIES:
        for code in TAXONOMIES[taxonomy].words:
            yield term(taxonomy, code)


def term(taxonomy: str, code: str) -> Row:
    """Return the row of one term."""
    word = TAXONOMIES[taxonomy].words[code]
    return {
        "id": term_id(taxonomy, code), "code": code, "name": word.zh, "description": word.en, "language": "zh",
        "taxonomy": taxonomy, "taxonomy_id": own_id("taxonomy", taxonomy),
    }  # fmt: skip


@cache
def _by_id() -> dict[str, Row]:
    return {row["id"]: row for row in terms()}


def term_of(own: str) -> Row:
    """Return the row of the term with an id."""
    return _by_id()[own]


def attribute(entity: str, link: str, taxonomy: str, code: str, value: str | None = None) -> Row:
    """Return the row that links a row of a table to a term."""
    return {
        "id": own_id("attribute", link, taxonomy, code), "link_id": link, "link_entity": entity,
        "link_type": taxonomy, "taxonomy_term_id": term_id(taxonomy, code), "value": value,
        "label": _both(TAXONOMIES[taxonomy].words[code]),
    }  # fmt: skip


def _both(text: Text) -> str:
    return text.zh if text.zh == text.en else f"{text.zh} / {text.en}"
