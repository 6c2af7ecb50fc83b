"""What filters cost: whole questions in process, from the texts of a URL to JSON, with none of them and with all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from locator import Catalog, Offer
from locator.answers import encode
from locator.index import warm
from locator.question import ask
from locator.records import to_record
from locator.search import answer
from locator.synthetic import invent
from locator.timeline import SHANGHAI
from locator.vocabulary import NEEDS
from tests.benchmarks.timing import in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator

# A Monday, in the hour of the offers; and the same day in the week of an unannounced festival.
_AT = datetime(2026, 11, 23, 13, 5, tzinfo=SHANGHAI)
_FESTIVAL = datetime(2027, 2, 13, 13, 5, tzinfo=SHANGHAI)
_JITTER_DEG = 0.01
# Districts of one city each, dealt out by position: what counts is how many there are, not where.
_DISTRICTS = tuple(f"{city}{n:02d}" for city in ("3101", "1101") for n in (1, 5, 6, 7, 9, 12, 13, 14, 15))
_MORE_OFFERS = 0.3
_OFFER = Offer(title="x", groups=("rider",), hours="13:00-14:00", percent_off=30, demo=True)
_MEAL = {
    "datum": "gcj02",
    "kind": "canteen,restaurant,station",
    "needs_amenity": "drinking-water",
    "group": "rider",
    "needs": "save,rest",
    "open": "arrival",
    "stay": "15",
    "offer": "now",
    "mode": "ride",
    "max_minutes": "55",
    "max_m": "12000",
}
QUESTIONS: dict[str, dict[str, Any]] = {
    "no filter": {"at": _AT},
    "all filters, soonest": {"at": _AT, **_MEAL},
    "all filters, cheapest": {"at": _AT, **_MEAL, "sort": "price"},
    "all filters, festival": {"at": _FESTIVAL, **_MEAL},
    "all filters, a home": {
        "at": _AT,
        **_MEAL,
        "kind": "housing",
        "offer": "any",
        "rent_min": "400",
        "rent_max": "900",
        "vacancies": "1",
        "sort": "rent",
    },
}
UNFILTERED = "no filter"


@dataclass(frozen=True)
class Size:
    """How much of everything: a full run, or a smoke test."""

    services: int = 200_000
    queries: int = 5_000
    budget_s: float = 4.0


QUICK = Size(services=5_000, queries=200, budget_s=0.5)


def run(size: Size) -> dict[str, Any]:
    """Return what each question costs, and how much it finds."""
    warm()
    print(f"filters: {size.services:,} services", flush=True)
    catalog = Catalog.from_rows(1, "", sorted(_records(size.services)))
    askers = _askers(catalog, size.queries)
    asks = {
        name: partial(_ask, catalog, values, {} if name == UNFILTERED else askers)
        for name, values in QUESTIONS.items()
    }
    return {
        "services": size.services,
        "timed": in_turns(asks, list(askers), size.queries, size.budget_s),
        "found": {name: _found(one, list(askers)[:500]) for name, one in asks.items()},
    }


def _ask(
    catalog: Catalog,
    values: dict[str, Any],
    districts: dict[tuple[float, float], str],
    lon: float,
    lat: float,
) -> bytes:
    # As texts, the way a URL gives them.
    asked = {"lon": str(lon), "lat": str(lat), "limit": "10", **values}
    if districts:
        asked["district"] = districts[lon, lat]
    return encode(answer(catalog, ask(asked, _AT)))


def _found(one: Any, askers: list[tuple[float, float]]) -> dict[str, float]:
    answers = [json.loads(one(*asker)) for asker in askers]
    return {part: float(np.mean([len(found[part]) for found in answers])) for part in ("features", "unknown")}


def _records(services: int) -> Iterator[tuple[str, bytes]]:
    """Yield the invented country with what it leaves out: needs, districts, rents, and more offers."""
    rng = np.random.default_rng(5)
    needs = list(NEEDS)
    for service in invent(services, 1):
        more: dict[str, Any] = {
            "needs": tuple(sorted({needs[i] for i in rng.integers(0, len(needs), 2)})),
            "district": _district(service.lon or 0.0, service.lat or 0.0),
        }
        if not service.offers and rng.random() < _MORE_OFFERS:
            more["offers"] = (_OFFER,)
        if service.kind == "housing":
            rent = float(rng.integers(3, 14) * 100)
            more |= {"rent_min": rent, "rent_max": rent + 200.0, "vacancies": int(rng.integers(0, 5))}
        yield service.id, to_record(service.model_copy(update=more))


def _district(lon: float, lat: float) -> str:
    return _DISTRICTS[(int(lon * 2) * 7 + int(lat * 2)) % len(_DISTRICTS)]


def _askers(catalog: Catalog, many: int) -> dict[tuple[float, float], str]:
    """Return people near services, and the district that each asks for."""
    rng = np.random.default_rng(9)
    places = rng.integers(0, len(catalog.lon), 2 * many)
    found = {}
    for place in places.tolist():
        lon, lat = float(catalog.lon[place]), float(catalog.lat[place])
        east, north = rng.normal(0.0, _JITTER_DEG, 2).tolist()
        found[lon + east, lat + north] = catalog.district[int(catalog.owner[place])] or ""
    return found
