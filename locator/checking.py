"""The state of the data: what is wrong, missing, stale or doubled, service by service, with what to do.

Nothing is changed here, and unknown is told apart from wrong. Closed services are left alone.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from locator import vocabulary
from locator._checking_hours import Clock, coming, opens, opens_in
from locator._checks import CHECKS, stale_after_days
from locator._errors import Text
from locator.districts import city_name, district_name, metres_outside
from locator.ingest.duplicates import find_twins

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from locator.service import Offer, Service

# The outlines are coarse; nearer to a border than this says nothing.
TOLERANCE_M = 100.0
_SAID = {code: (one.severity, one.suggestion._asdict()) for code, one in CHECKS.items()}


class Finding(NamedTuple):
    """One thing about one service: a code of `CHECKS`, whose service, what in words."""

    code: str
    service: Service
    detail: Text

    def as_json(self) -> dict[str, Any]:
        """Return the finding as `locator check --json` prints it."""
        severity, suggestion = _SAID[self.code]
        return {
            "code": self.code,
            "severity": severity,
            "id": self.service.id,
            "name": self.service.name,
            "detail": {"zh": self.detail.zh, "en": self.detail.en},
            "suggestion": suggestion,
        }


class State(NamedTuple):
    """All findings on so many services at an instant, worst first."""

    at: datetime
    services: int
    findings: tuple[Finding, ...]

    def summary(self) -> list[dict[str, Any]]:
        """Return for each check how many findings there are, on how many services, and the share of all."""
        counts = Counter(finding.code for finding in self.findings)
        touched = Counter(code for code, _ in {(f.code, f.service.id) for f in self.findings})
        return [
            {
                "code": code,
                "severity": check.severity,
                "title": check.title._asdict(),
                "findings": counts[code],
                "services": touched[code],
                "share": round(touched[code] / self.services, 4) if self.services else 0.0,
            }
            for code, check in CHECKS.items()
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the whole state as `locator check --json` prints it."""
        return {
            "at": self.at.isoformat(),
            "services": self.services,
            "summary": self.summary(),
            "findings": [finding.as_json() for finding in self.findings],
        }


def check(services: Iterable[Service], at: datetime) -> State:
    """Return the state of some services.

    Parameters
    ----------
    services
        All that are to be compared with each other.
    at
        When, with an offset: what is past, stale or coming depends on it.
    """
    alive = [service for service in services if service.status != "closed"]
    clock = Clock(at)
    found = [finding for service in alive for finding in _of_one(service, clock)]
    found += _outside(alive)
    found += _twins(alive)
    order = {code: place for place, code in enumerate(CHECKS)}
    found.sort(key=lambda finding: (order[finding.code], finding.service.id, finding.detail))
    return State(at, len(alive), tuple(found))


def _of_one(service: Service, clock: Clock) -> Iterator[Finding]:
    for code, detail in (
        *_position(service),
        *_hours(service, clock),
        *_equipment(service),
        *_verification(service, clock),
        *_vacancies(service),
        *(said for offer in service.offers for said in _offer(offer, service, clock)),
        *_invented(service),
    ):
        yield Finding(code, service, detail)


Said = list[tuple[str, Text]]


def _position(service: Service) -> Said:
    if service.stops:
        return []
    if service.lon is None:
        return [("no-position", Text("没有位置，谁也搜不到", "it has no position, so no search finds it"))]
    if service.position_quality == "approximate":
        return [("approximate-position", Text("只有大概位置", "its position is approximate"))]
    return []


def _hours(service: Service, clock: Clock) -> Said:
    if service.stops:
        return _stops(service, clock)
    if service.hours is None:
        return [("unknown-hours", _unknown_hours(service.hours_text))]
    if not opens(service.hours, clock):
        return [("never-open", _never(service.hours))]
    return []


def _stops(service: Service, clock: Clock) -> Said:
    ahead = [stop for stop in service.stops if coming(stop, clock)]
    if not ahead:
        last = max(stop.valid_to for stop in service.stops if stop.valid_to is not None)
        return [("no-stop", Text(f"停靠点到 {last} 为止，之后没有了", f"its last stop ended on {last}"))]
    if any(stop.hours is None for stop in ahead):
        return [("unknown-hours", Text("有停靠点不知道几点开", "the hours of a stop are not known"))]
    if not any(opens_in(stop.hours, stop.valid_from, stop.valid_to, clock) for stop in ahead):
        return [("never-open", _never("; ".join(stop.hours or "" for stop in ahead)))]
    return []


def _unknown_hours(said: str | None) -> Text:
    if said:
        return Text(f"开放时间读不懂：{said}", f"its hours could not be read: {said}")
    return Text("不知道几点开", "its hours are not known")


def _never(hours: str) -> Text:
    return Text(f"两周内一次也不开：{hours}", f"it does not open within a fortnight: {hours}")


def _equipment(service: Service) -> Said:
    if service.has or service.lacks:
        return []
    return [("unknown-equipment", Text("设施都不清楚", "none of its equipment is known"))]


def _verification(service: Service, clock: Clock) -> Said:
    if service.verified_on is None:
        return [("never-verified", Text("从没核实过", "it has never been verified"))]
    age, limit = (clock.today - service.verified_on).days, stale_after_days(service.kind)
    if age <= limit:
        return []
    kind = vocabulary.KINDS[service.kind].label
    return [
        (
            "stale",
            Text(
                f"{service.verified_on} 核实的，已经 {age} 天；{kind.zh}每 {limit} 天要核实一次",
                f"verified on {service.verified_on}, {age} days ago; a {kind.en} needs it every {limit} days",
            ),
        )
    ]


def _vacancies(service: Service) -> Said:
    if service.vacancies is None or service.verified_on is not None:
        return []
    count = service.vacancies
    return [
        (
            "undated-vacancies",
            Text(f"空房 {count} 间，不知道哪天的", f"{count} vacancies, as of nobody knows when"),
        )
    ]


def _offer(offer: Offer, service: Service, clock: Clock) -> Said:
    title, starts, ends = offer.title, offer.valid_from, offer.valid_to
    if starts is not None and ends is not None and starts > ends:
        why = Text(f"{starts} 才开始，{ends} 就结束", f"it starts on {starts} and ends on {ends}")
    elif ends is not None and ends < clock.today:
        return [("offer-over", Text(f"“{title}”到 {ends} 为止", f'"{title}" ended on {ends}'))]
    elif not opens_in(offer.hours, starts, ends, clock):
        why = Text("有效期里没有一个时段能用", "no hour within its dates can be used")
    elif not service.stops and not opens_in(offer.hours, starts, ends, clock, service.hours):
        why = Text("优惠时段里门总关着", "the door is shut whenever it holds")
    else:
        return []
    return [("offer-never", Text(f"“{title}”：{why.zh}", f'"{title}": {why.en}'))]


def _invented(service: Service) -> Said:
    if service.demo:
        return [("demo", Text("为演示编的，不是真地方", "invented for the demonstration"))]
    count = sum(offer.demo for offer in service.offers) + sum(event.demo for event in service.events)
    return [("demo", Text(f"其中 {count} 项是编的", f"{count} of its entries are invented"))] if count else []


def _outside(services: Sequence[Service]) -> list[Finding]:
    """Return the services, or their stops, that lie outside the district they name."""
    where = [
        (service, place.lon, place.lat)
        for service in services
        if service.district is not None
        for place in (service.stops or (service,))
        if place.lon is not None and place.lat is not None
    ]
    lon, lat = (np.array([row[i] for row in where], np.float64) for i in (1, 2))
    metres = metres_outside(lon, lat, [service.district for service, _, _ in where])
    far: dict[str, tuple[float, Service]] = {}
    for row in np.flatnonzero(metres > TOLERANCE_M).tolist():
        service = where[row][0]
        far[service.id] = max(
            far.get(service.id, (0.0, service)), (float(metres[row]), service), key=lambda x: x[0]
        )
    return [Finding("outside-district", service, _far(service, away)) for away, service in far.values()]


def _far(service: Service, metres: float) -> Text:
    name = f"{city_name(service.district) or ''}{district_name(service.district) or ''}"
    km = metres / 1000
    away = (f"{metres:.0f} 米", f"{metres:.0f} m") if km < 1 else (f"{km:.1f} 公里", f"{km:.1f} km")
    return Text(f"在{name}界外 {away[0]}", f"{away[1]} outside {name} ({service.district})")


def _twins(services: Sequence[Service]) -> Iterator[Finding]:
    known = {service.id: service for service in services}
    for twin in find_twins(services):
        a, b = known[twin.a_id], known[twin.b_id]
        score = f"{twin.score:.2f}"
        for one, other in ((a, b), (b, a)):
            said = Text(
                f"可能和 {other.id}（{other.name}）是同一处，得分 {score}：{twin.reasons.zh}",
                f"may be the same as {other.id} ({other.name}), score {score}: {twin.reasons.en}",
            )
            yield Finding("duplicate", one, said)
