"""along() against a brute force that knows nothing of trees, windows or moments: minute by minute, leg by leg."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pyproj import Geod
from tests_support import catalog_of

from locator import Catalog, InputError, Offer, Service, Stop, along, convert
from locator.records import to_record
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from pathlib import Path

    from locator.along import Detour, RunAnswer

GEOD = Geod(ellps="WGS84")
CASES, WORLDS = 2000, 50
DAY, DAYS = 1440, 8
CLOSED, OPEN, UNKNOWN = 0, 1, 2
SPEEDS = {"walk": 4.5, "ride": 15.0, "drive": 25.0}
WEEK, WORKDAYS, WEEKEND = range(7), range(5), range(5, 7)
# Days of the week, minutes after midnight (the second may be tomorrow's), and what it is then.
HOURS: dict[str | None, list[tuple[range, int, int, int]]] = {
    None: [(WEEK, 0, DAY, UNKNOWN)],
    "24/7": [(WEEK, 0, DAY, OPEN)],
    "13:00-14:00": [(WEEK, 780, 840, OPEN)],
    "08:00-13:10": [(WEEK, 480, 790, OPEN)],
    "08:00-12:00,14:00-18:00": [(WEEK, 480, 720, OPEN), (WEEK, 840, 1080, OPEN)],
    "13:20-20:00": [(WEEK, 800, 1200, OPEN)],
    "22:00-06:00": [(WEEK, 1320, 1800, OPEN)],
    "Mo-Fr 09:00-17:00": [(WORKDAYS, 540, 1020, OPEN)],
    "Sa,Su 10:00-20:00": [(WEEKEND, 600, 1200, OPEN)],
    "10:00-16:00 unknown": [(WEEK, 600, 960, UNKNOWN)],
    "Mo-Su 06:00-12:30, Mo-Su 12:30-15:00 unknown": [(WEEK, 360, 750, OPEN), (WEEK, 750, 900, UNKNOWN)],
}
WINDOWS = ["13:00-14:00", "24/7", "08:00-12:00,14:00-18:00", None, "10:00-16:00 unknown"]


def minutes_of(hours: str | None, first: date | None, last: date | None, day: date) -> np.ndarray:
    """Return the status of each minute from a midnight on."""
    found = np.full(DAYS * DAY, CLOSED)
    for number in range(-1, DAYS):
        for weekdays, start, end, status in HOURS[hours]:
            if (day + timedelta(days=number)).weekday() in weekdays:
                found[max(0, number * DAY + start) : max(0, number * DAY + end)] = status
    for number in range(DAYS):
        today = day + timedelta(days=number)
        if (first and today < first) or (last and today > last):
            found[number * DAY : (number + 1) * DAY] = CLOSED
    return found


def runs_of(usable: np.ndarray) -> list[list[int]]:
    """Return from which minute to which it is usable."""
    return np.flatnonzero(np.diff(np.concatenate([[False], usable, [False]]))).reshape(-1, 2).tolist()


def inside(runs: list[list[int]], arrival: float, stay: float) -> tuple[float, float]:
    """Return when one gets in with so many minutes left, and when it closes then; infinity = not at all."""
    for start, end in runs:
        enters = max(start, arrival)
        if enters < end and end - enters >= stay:
            return enters, end
    return math.inf, math.inf


@dataclass
class Spot:
    service: Service
    number: int
    lon: float
    lat: float
    hours: str | None
    first: date | None
    last: date | None


def spots_of(services: list[Service]) -> list[Spot]:
    spots = []
    for service in sorted(services, key=lambda s: s.id):
        if service.status != "active":
            continue
        stops = service.stops or ([Stop(lon=service.lon, lat=service.lat, hours=service.hours)])
        spots += [
            Spot(service, i, s.lon, s.lat, s.hours, s.valid_from, s.valid_to) for i, s in enumerate(stops)
        ]
    return spots


class Oracle:
    """Everything that is asked of a run, by trying each place in each leg at each minute."""

    def __init__(self, services: list[Service], path: list[tuple[float, float]], asked: dict[str, Any]):
        self.asked, self.at = asked, asked["at"]
        self.known: dict[tuple[str, int, bool], list[list[int]]] = {}
        self.midnight = self.at.replace(hour=0, minute=0, second=0)
        self.depart = (self.at - self.midnight) / timedelta(minutes=1)
        self.spots = spots_of(services)
        self.spots_of: dict[str, list[Spot]] = {}
        for spot in self.spots:
            self.spots_of.setdefault(spot.service.id, []).append(spot)
        self.table = {
            key: minutes_of(*key, self.midnight.date())
            for key in {(s.hours, s.first, s.last) for s in self.spots}
            | {(o.hours, o.valid_from, o.valid_to) for s in self.spots for o in s.service.offers}
        }
        n, m = len(path), len(self.spots)
        lon, lat = convert(*np.array(path).T, asked["datum"], "wgs84")
        there = np.repeat([[s.lon, s.lat] for s in self.spots], n, axis=0).reshape(m * n, 2)
        self.metres = GEOD.inv(np.tile(lon, m), np.tile(lat, m), *there.T)[2].reshape(m, n)
        self.legs = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]
        self.per_m = 1.3 * 0.06 / SPEEDS[asked["mode"]]

    def status(self, spot: Spot, minute: float) -> int:
        return int(self.table[spot.hours, spot.first, spot.last][math.floor(minute)])

    def offers(self, spot: Spot, allowed: set[int]) -> np.ndarray:
        found = np.zeros(DAYS * DAY, bool)
        for offer in spot.service.offers:
            if not self.asked["group"] or {"anyone", *self.asked["group"]} & set(offer.groups):
                key = offer.hours, offer.valid_from, offer.valid_to
                found |= np.isin(self.table[key], list(allowed))
        return found

    def usable(self, spot: Spot, allowed: set[int]) -> list[list[int]]:
        """Return when a place is open and, if one is asked for, an offer holds there."""
        key = spot.service.id, spot.number, UNKNOWN in allowed
        if key not in self.known:
            hours = {OPEN, UNKNOWN} if self.asked["open"] == "any" else allowed
            found = np.isin(self.table[spot.hours, spot.first, spot.last], list(hours))
            if self.asked["offer"] == "now":
                found &= self.offers(spot, allowed)
            self.known[key] = runs_of(found)
        return self.known[key]

    def stands(self, spot: Spot, minute: float) -> bool:
        """Tell whether a mobile service is here: where it is open, else wherever it still comes."""
        mine = self.spots_of[spot.service.id]
        if len(mine) == 1:
            return True
        open_ones = [s for s in mine if self.status(s, minute) == OPEN]
        day = (self.midnight + timedelta(minutes=minute)).date()
        coming = [s for s in mine if s.last is None or s.last >= day]
        return spot in (open_ones or coming or mine)

    def passes(self, s: Service) -> bool:
        a = self.asked
        rents = [rent for rent in (s.rent_min, s.rent_max) if rent is not None]
        return (
            (not a["kind"] or s.kind in a["kind"])
            and set(a["needs_amenity"]) <= set(s.has)
            and (not a["needs"] or bool(set(a["needs"]) & set(s.needs)))
            and a["district"] in {None, s.district}
            and (a["rent_max"] is None or (bool(rents) and min(rents) <= a["rent_max"]))
            and (a["vacancies"] is None or (s.vacancies is not None and s.vacancies >= a["vacancies"]))
        )

    def cost(self, spot: Spot, metres: np.ndarray, leg: int, allowed: set[int]) -> tuple[float, float] | None:
        """Return the minutes and metres that a visit adds, if it qualifies."""
        a = self.asked
        added_m = max(0.0, metres[leg] + metres[leg + 1] - self.legs[leg])
        arrival = self.depart + (sum(self.legs[:leg]) + metres[leg]) * self.per_m
        cost = added_m * self.per_m
        if a["open"] == "any" and a["offer"] == "any":
            if not self.stands(spot, arrival):
                return None
        else:
            usable = self.usable(spot, allowed)
            wait = inside(usable, arrival, a["stay"])[0] - arrival
            waits = a["open"] == "arrival" and a["offer"] == "any"
            if wait > ((math.inf if a["max_minutes"] else 60) if waits else 0) or wait == math.inf:
                return None
            cost += wait
        if cost > (a["max_minutes"] or math.inf) or added_m > (a["max_m"] or math.inf):
            return None
        return cost, added_m

    def ranked(self, allowed: set[int]) -> list[tuple[float, str, Spot, int, float]]:
        best: dict[str, tuple[float, str, Spot, int, float]] = {}
        for spot, metres in zip(self.spots, self.metres, strict=True):
            if not self.passes(spot.service):
                continue
            for leg in range(len(self.legs)):
                found = self.cost(spot, metres, leg, allowed)
                name = spot.service.id
                if found and (name not in best or found[0] < best[name][0]):
                    best[name] = (found[0], name, spot, leg, found[1])
        return sorted(best.values(), key=lambda b: b[:2])

    def check(self, found: RunAnswer) -> None:
        sure = self.ranked({OPEN})
        limit = self.asked["limit"]
        self._same(found.features, sure[:limit])
        known = {s[1] for s in sure}
        maybe = [] if self.asked["open"] == "any" else self.ranked({OPEN, UNKNOWN})
        self._same(found.unknown, [m for m in maybe if m[1] not in known][:limit])

    def _same(self, detours: tuple[Detour, ...], expected: list[tuple[float, str, Spot, int, float]]) -> None:
        assert [d.hit.id for d in detours] == [e[1] for e in expected]
        for detour, (cost, _, spot, leg, added_m) in zip(detours, expected, strict=True):
            assert detour.detour_min == pytest.approx(cost, abs=1e-6)
            assert detour.detour_m == pytest.approx(added_m, abs=1e-4)
            assert detour.leg == leg
            hit = detour.hit
            assert (hit.lon, hit.lat) == (spot.lon, spot.lat)
            metres = self.metres[self.spots.index(spot)]
            travel = (sum(self.legs[:leg]) + metres[leg]) * self.per_m
            assert hit.travel_s == pytest.approx(60 * travel, abs=1e-3)
            self._told(detour, spot, self.depart + travel)

    def _told(self, detour: Detour, spot: Spot, arrival: float) -> None:
        """Compare what is said of hours and offers with the minute of arrival."""
        hit = detour.hit
        assert ["closed", "open", "unknown"].index(hit.status) == self.status(spot, arrival)
        usable = self.table[spot.hours, spot.first, spot.last] == OPEN
        enters, closes = inside(runs_of(usable), arrival, self.asked["stay"])
        if enters < (DAYS - 1) * DAY:
            assert (hit.usable_from - self.midnight).total_seconds() == pytest.approx(60 * enters, abs=1e-2)
        if closes < (DAYS - 1) * DAY:
            assert (hit.usable_until - self.midnight).total_seconds() == 60 * closes
        for now in hit.offers:
            offer, groups = now.offer, self.asked["group"]
            at = int(self.table[offer.hours, offer.valid_from, offer.valid_to][math.floor(arrival)])
            mine = not groups or bool({"anyone", *groups} & set(offer.groups))
            assert now.applies == (False if not mine else {OPEN: True, CLOSED: False, UNKNOWN: None}[at])


def one_of(random: np.random.Generator, choices: list[Any]) -> Any:
    return choices[int(random.integers(len(choices)))]


def invented(random: np.random.Generator, number: int, around: tuple[float, float]) -> Service:
    lon, lat = around[0] + random.normal(0, 0.05), around[1] + random.normal(0, 0.04)
    hours = list(HOURS)
    fields: dict[str, Any] = {
        "id": f"s{number:03d}",
        "kind": one_of(random, ["station", "canteen", "housing"]),
        "name": "甲",
        "district": one_of(random, ["310110", "310106", None]),
        "status": one_of(random, ["active"] * 9 + ["closed"]),
        "has": one_of(random, [(), ("microwave",), ("microwave", "charging")]),
        "needs": one_of(random, [(), ("rest",), ("help", "save")]),
        "rent_min": one_of(random, [None, None, 500, 900]),
        "vacancies": one_of(random, [None, 0, 3]),
    }
    if random.random() < 0.4:
        fields["offers"] = [
            Offer(
                title="优惠",
                groups=one_of(random, [("anyone",), ("rider",), ("guard", "sanitation")]),
                hours=one_of(random, WINDOWS),
                valid_to=one_of(random, [None, None, date(2026, 11, 24)]),
            )
            for _ in range(int(random.integers(1, 3)))
        ]
    if random.random() < 0.2:
        fields["stops"] = [
            Stop(
                lon=lon + random.normal(0, 0.03),
                lat=lat + random.normal(0, 0.03),
                hours=one_of(random, hours),
                valid_from=one_of(random, [None, None, date(2026, 11, 25)]),
                valid_to=one_of(random, [None, None, date(2026, 11, 24)]),
            )
            for _ in range(int(random.integers(1, 4)))
        ]
    else:
        fields |= {"lon": lon, "lat": lat, "hours": one_of(random, hours)}
    return Service.model_validate(fields)


def world(random: np.random.Generator) -> tuple[list[Service], Catalog, tuple[float, float]]:
    """Return services and a catalog of them; half the time some of them lie in a delta beside the index."""
    around = (random.uniform(80, 125), random.uniform(20, 45))
    count = int(random.integers(1, 100))
    services = {s.id: s for s in (invented(random, i, around) for i in range(count))}
    # Some at the very same spot, with the very same hours: only the id decides.
    for i in range(count, count + count // 8):
        twin = one_of(random, list(services.values()))
        services[f"s{i:03d}"] = twin.model_copy(update={"id": f"s{i:03d}"})
    catalog = Catalog.from_rows(1, "tests", [(i, to_record(s)) for i, s in sorted(services.items())])
    if random.random() < 0.5:
        edits = {
            f"s{i:03d}": invented(random, i, around) for i in random.integers(0, count + 20, 12).tolist()
        }
        services |= edits
        catalog = catalog.changed(2, "tests", [(i, to_record(s)) for i, s in sorted(edits.items())])
    return list(services.values()), catalog, around


def question(random: np.random.Generator) -> dict[str, Any]:
    bounds = [(None, None), (None, None), (15.0, None), (400.0, None), (None, 3000.0), (45.0, 2000.0)]
    max_minutes, max_m = one_of(random, bounds)
    day, minute, second = (int(random.integers(*r)) for r in ((23, 30), (0, DAY), (0, 60)))
    return {
        "at": datetime(2026, 11, day, minute // 60, minute % 60, second, tzinfo=SHANGHAI),
        "datum": one_of(random, ["wgs84", "gcj02", "bd09"]),
        "kind": one_of(random, [[], [], [], [], ["canteen"], ["station", "housing"]]),
        "needs_amenity": one_of(random, [[], [], [], [], ["microwave"], ["microwave", "charging"]]),
        "needs": one_of(random, [[], [], [], [], ["rest"], ["help", "rest"]]),
        "group": one_of(random, [[], ["rider"], ["guard", "member"]]),
        "open": one_of(random, ["any", "now", "arrival", "arrival"]),
        "offer": one_of(random, ["any", "any", "now"]),
        "stay": one_of(random, [0.0, 0.0, 10.0, 45.5]),
        "mode": one_of(random, ["walk", "ride", "drive"]),
        "max_minutes": max_minutes,
        "max_m": max_m,
        "limit": one_of(random, [1, 3, 10, 50]),
        "district": one_of(random, [*[None] * 8, "310110"]),
        "rent_max": one_of(random, [*[None] * 8, 600.0]),
        "vacancies": one_of(random, [*[None] * 8, 1]),
    }


def drop_offs(
    random: np.random.Generator, around: tuple[float, float], datum: str
) -> list[tuple[float, float]]:
    count = one_of(random, [2, 3, 5, 10, 20])
    lon, lat = around[0] + random.normal(0, 0.04, count), around[1] + random.normal(0, 0.04, count)
    lon, lat = convert(lon, lat, "wgs84", datum)
    points = list(zip(lon.tolist(), lat.tolist(), strict=True))
    if random.random() < 0.2:  # the same door twice in a row
        points[1] = points[0]
    return points


@pytest.mark.parametrize("seed", range(WORLDS))
def test_along_equals_brute_force_over_all_services_and_legs(seed: int) -> None:
    random = np.random.default_rng(seed)
    services, catalog, around = world(random)
    for _ in range(CASES // WORLDS):
        asked = question(random)
        path = drop_offs(random, around, asked["datum"])
        found = along(catalog, path, **asked)
        if asked["max_minutes"] is None and asked["max_m"] is None:
            asked["max_minutes"] = 60.0
        Oracle(services, path, asked).check(found)


MONDAY = datetime(2026, 11, 23, 13, 5, tzinfo=SHANGHAI)
LEG = [(121.5, 31.2), (121.55, 31.2)]


def station(name: str, lon: float, lat: float, hours: str | None = "24/7") -> Service:
    return Service(id=name, kind="station", name=name, lon=lon, lat=lat, hours=hours)


def ids(found: tuple[Detour, ...]) -> list[str]:
    return [d.hit.id for d in found]


def test_what_lies_on_the_way_adds_nothing_and_the_nearest_to_the_start_may_add_more(tmp_path: Path) -> None:
    own = catalog_of([station("beside", 121.5, 31.204), station("on-the-way", 121.53, 31.2)], tmp_path)
    found = along(own, LEG, at=MONDAY).features
    assert ids(found) == ["on-the-way", "beside"]
    assert found[0].detour_min < 0.01 < found[1].detour_min


def test_a_service_that_closes_before_it_is_reached_is_not_usable(tmp_path: Path) -> None:
    # 2.9 km by e-bike take 15 minutes: open when the courier sets out, shut when they come by.
    own = catalog_of([station("shut", 121.53, 31.2, "08:00-13:15"), station("open", 121.53, 31.21)], tmp_path)
    for wanted in ("now", "arrival"):
        assert ids(along(own, LEG, at=MONDAY, open=wanted).features) == ["open"]
    assert [d.hit.status for d in along(own, LEG, at=MONDAY).features] == ["closed", "open"]


def test_a_service_that_opens_meanwhile_is_open_now_for_who_reaches_it_then(tmp_path: Path) -> None:
    own = catalog_of([station("later", 121.53, 31.2, "13:10-20:00")], tmp_path)
    (found,) = along(own, LEG, at=MONDAY, open="now").features
    assert (found.hit.status, found.hit.usable_from) == ("open", found.hit.arrive_at)


def test_waiting_for_the_door_counts_as_added_minutes(tmp_path: Path) -> None:
    own = catalog_of(
        [station("waits", 121.53, 31.2, "13:40-20:00"), station("aside", 121.53, 31.206)], tmp_path
    )
    found = along(own, LEG, at=MONDAY, open="arrival").features
    assert ids(found) == ["aside", "waits"]
    opens = MONDAY.replace(hour=13, minute=40)
    assert found[1].hit.usable_from == opens
    waited = (opens - found[1].hit.arrive_at) / timedelta(minutes=1)
    assert found[1].detour_min == pytest.approx(waited, abs=0.01)
    assert ids(along(own, LEG, at=MONDAY, open="arrival", max_minutes=waited - 0.1).features) == ["aside"]
    assert ids(along(own, LEG, at=MONDAY, open="any").features) == ["waits", "aside"]


def test_the_stay_has_to_fit_before_closing(tmp_path: Path) -> None:
    own = catalog_of([station("brief", 121.53, 31.2, "08:00-13:40")], tmp_path)
    arrive = along(own, LEG, at=MONDAY).features[0].hit.arrive_at
    left = (MONDAY.replace(hour=13, minute=40) - arrive) / timedelta(minutes=1)
    assert ids(along(own, LEG, at=MONDAY, open="now", stay=left - 0.01).features) == ["brief"]
    assert along(own, LEG, at=MONDAY, open="now", stay=left + 0.01).features == ()


def test_a_service_passed_twice_is_visited_once_when_it_is_open(tmp_path: Path) -> None:
    path = [(121.5, 31.2), (121.54, 31.2), (121.5, 31.2)]
    own = catalog_of(
        [station("shuts", 121.51, 31.2, "08:00-13:15"), station("opens", 121.51, 31.2, "13:25-20:00")],
        tmp_path,
    )
    out = along(own, path, at=MONDAY).features
    assert [(d.hit.id, d.leg) for d in out] == [("opens", 0), ("shuts", 0)]
    found = along(own, path, at=MONDAY, open="now").features
    assert sorted((d.hit.id, d.leg) for d in found) == [("opens", 1), ("shuts", 0)]


def test_a_mobile_service_is_met_where_it_stands_by_then(tmp_path: Path) -> None:
    stops = (Stop(lon=121.51, lat=31.2, hours="08:00-13:08"), Stop(lon=121.54, lat=31.2, hours="13:00-20:00"))
    own = catalog_of([Service(id="m", kind="station", name="流动", stops=stops)], tmp_path)
    (found,) = along(own, LEG, at=MONDAY).features
    assert (found.hit.lon, found.hit.status) == (121.54, "open")
    early = along(own, LEG, at=MONDAY.replace(hour=12)).features
    assert [d.hit.lon for d in early] == [121.51]


def test_ties_go_by_id(tmp_path: Path) -> None:
    own = catalog_of([station(name, 121.53, 31.21) for name in ("c", "a", "b")], tmp_path)
    assert ids(along(own, LEG, at=MONDAY, limit=2).features) == ["a", "b"]


def test_drop_offs_at_one_door_are_a_round_trip(tmp_path: Path) -> None:
    own = catalog_of([station("near", 121.505, 31.2)], tmp_path)
    (found,) = along(own, [(121.5, 31.2)] * 5, at=MONDAY).features
    _, _, metres = GEOD.inv(121.5, 31.2, 121.505, 31.2)
    assert (found.leg, found.detour_m) == (0, pytest.approx(2 * metres, abs=1e-6))
    at_the_door = catalog_of([station("here", 121.5, 31.2)], tmp_path / "..")
    assert along(at_the_door, [(121.5, 31.2)] * 20, at=MONDAY).features[0].detour_min == 0


def test_the_bound_includes_its_edge(tmp_path: Path) -> None:
    own = catalog_of([station("near", 121.53, 31.21)], tmp_path)
    edge = along(own, LEG, at=MONDAY).features[0].detour_m
    assert ids(along(own, LEG, at=MONDAY, max_m=edge).features) == ["near"]
    assert along(own, LEG, at=MONDAY, max_m=edge - 1e-6).features == ()


def test_a_run_across_the_country_finds_what_brute_force_finds() -> None:
    random = np.random.default_rng(7)
    services = [
        station(f"s{i:04d}", *where)
        for i, where in enumerate(
            zip(random.uniform(80, 130, 1500), random.uniform(20, 48, 1500), strict=True)
        )
    ]
    own = Catalog.from_rows(1, "tests", [(s.id, to_record(s)) for s in services])
    for _ in range(20):
        path = list(zip(random.uniform(80, 130, 6).tolist(), random.uniform(20, 48, 6).tolist(), strict=True))
        asked = {
            "datum": "wgs84",
            "mode": "drive",
            "max_minutes": 600.0,
            "limit": 10,
            "open": "any",
            "offer": "any",
        }
        found = along(own, path, at=MONDAY, **asked).features
        plain = dict.fromkeys(("kind", "needs_amenity", "needs", "group"), ()) | dict.fromkeys(
            ("district", "rent_max", "vacancies", "max_m")
        )
        best = Oracle(services, path, asked | plain | {"at": MONDAY}).ranked({OPEN})[:10]
        assert [(d.hit.id, d.leg) for d in found] == [(b[1], b[3]) for b in best]
        assert [d.detour_min for d in found] == pytest.approx([b[0] for b in best], abs=1e-6)


@pytest.mark.parametrize("count", [0, 1, 21])
def test_too_few_and_too_many_drop_offs_are_refused(catalog: Catalog, count: int) -> None:
    with pytest.raises(InputError, match=f"2-20 points, got {count}") as caught:
        along(catalog, [(121.5, 31.2)] * count, at=MONDAY)
    assert caught.value.field == "path"


def test_every_faulty_drop_off_is_named_by_its_number_beside_the_other_faults(catalog: Catalog) -> None:
    with pytest.raises(InputError) as caught:
        along(catalog, "121.5,31.2;31.2,121.5;x,1;121.5", at=MONDAY, sort="price", lon=3, mode="fly")
    told = [(e.field, str(e)) for e in caught.value.errors]
    assert [field for field, _ in told] == ["path", "path", "path", "lon", "sort", "mode"]
    assert [f"point {n}" in text for n, (_, text) in zip((2, 3, 4), told, strict=False)] == [True] * 3
    assert "swapped" in told[0][1]


def test_two_and_twenty_drop_offs_are_taken(catalog: Catalog) -> None:
    for count in (2, 20):
        assert along(catalog, [(121.54, 31.27 + i / 500) for i in range(count)], at=MONDAY).features
