"""Made-up towns and askers for the oracle: every kind of hours, offers, homes, mobile stops, odd days."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

from locator import Offer, Service, Stop
from locator.timeline import SHANGHAI
from locator.vocabulary import NEEDS

DISTRICTS = ("310110", "310106", None)
KINDS = ("station", "canteen", "housing")
AMENITIES = ("microwave", "charging", "toilet")
GROUPS = ("rider", "guard", "courier")
MIDDLE = (121.5, 31.2)
HOURS = (
    None,
    "24/7",
    "08:00-20:00",
    "Mo-Fr 08:00-20:00; PH off",
    "Mo-Fr 09:00-12:00,14:00-18:00; PH off",
    "Tu-Su 09:00-17:00; Mo off",
    "10:30-13:30,16:00-19:00",
    "20:00-04:00",
    "Mo-Fr 22:00-06:00; PH off",
    "Fr,Sa 22:00-03:00; PH 18:00-24:00",
    "PH,Sa,Su 10:00-16:00",
    "Tu-Fr 13:00-21:00; Sa-Su 09:00-21:00",
    "Mo-Fr 09:00-17:00; SH 09:00-12:00",
    "10:00-14:00 unknown",
    "08:00-12:00, 14:00-18:00 unknown",
    '08:00-20:00 "ring twice"',
    '"by appointment"',
    "24/7 unknown",
    "2026 Nov 20-2026 Nov 26 10:00-16:00",
    "08:00-20:00; 2027 Feb 01-20 off",
    "Jan-Jun 08:00-18:00; Jul-Dec 07:00-23:00",
    "00:00-02:00,05:00-24:00",
)
WINDOWS = (
    None,
    "24/7",
    "13:00-14:00",
    "11:00-23:00",
    "Mo-Fr 10:30-14:30; PH off",
    "22:00-02:00",
    "09:00-21:00 unknown",
)
RULES = (
    {"percent_off": 30},
    {"percent_off": 50},
    {"minus_cny": 2},
    {"fixed_cny": 9.9},
    {"voucher_cny": 5.6},
    {},
)
# Plain weeks, festivals with their make-up days, and days of years that nobody has announced.
DAYS = (
    "2026-11-23", "2026-11-27", "2026-02-13", "2026-02-14", "2026-02-16", "2026-02-23", "2026-02-28", "2026-10-08",
    "2026-10-10", "2025-05-05", "2026-12-25", "2026-12-31", "2027-02-04", "2027-02-06", "2027-02-13", "2027-03-17",
)  # fmt: skip


def town(seed: int) -> list[Service]:
    """Return 30-80 services in id order, some of them at one spot, planned, or with no position."""
    r = random.Random(seed)
    spots = [_near(r) for _ in range(50)]
    return [_service(r, f"s{i:03d}", r.choice(spots)) for i in range(r.randint(30, 80))]


def _near(r: random.Random) -> tuple[float, float]:
    return MIDDLE[0] + r.gauss(0, 0.03), MIDDLE[1] + r.gauss(0, 0.03)


def _service(r: random.Random, service_id: str, spot: tuple[float, float]) -> Service:
    rent = r.choice((None, None, 400, 700, 900))
    fields: dict[str, Any] = {
        "id": service_id,
        "kind": r.choice(KINDS),
        "name": "x",
        "district": r.choice(DISTRICTS),
        "status": r.choice(("active",) * 14 + ("planned", "suspended")),
        "has": tuple(a for a in AMENITIES if r.random() < 0.7),
        "needs": tuple(r.sample(list(NEEDS), r.choice((0, 1, 2)))),
        "offers": tuple(_offer(r) for _ in range(r.choice((0, 1, 1, 2)))),
        "rent_min": rent,
        "rent_max": None if rent is None else rent + r.choice((0, 200)),
        "vacancies": r.choice((None, 0, 3)),
    }
    where = r.random()
    if where < 0.25:
        fields["stops"] = tuple(_stop(r) for _ in range(r.randint(1, 3)))
    elif where < 0.95:
        fields |= {"lon": spot[0], "lat": spot[1], "hours": r.choice(HOURS)}
    return Service(**fields)


def _offer(r: random.Random) -> Offer:
    first, last = _dates(r)
    return Offer(
        title="x",
        groups=(r.choice((*GROUPS, "anyone")),),
        hours=r.choice(WINDOWS),
        min_spend=r.choice((None, None, None, 15, 30)),
        valid_from=first,
        valid_to=last,
        **r.choice(RULES),
    )


def _stop(r: random.Random) -> Stop:
    (lon, lat), (first, last) = _near(r), _dates(r)
    return Stop(lon=lon, lat=lat, hours=r.choice(HOURS), valid_from=first, valid_to=last)


def _dates(r: random.Random) -> tuple[date | None, date | None]:
    if r.random() < 0.5:
        return None, None
    day = date.fromisoformat(r.choice(DAYS)) + timedelta(days=r.randint(-2, 2))
    return r.choice(((day, None), (None, day), (day, day + timedelta(days=r.randint(0, 5)))))


def _moment(r: random.Random) -> timedelta:
    """Return a time of the day: any, or shortly before doors open and close; often a whole minute."""
    hour = r.choice((8, 10, 11, 13, 14, 18, 20, 22))
    minute = r.choice((r.randrange(24 * 60), 60 * hour - r.randrange(25)))
    return timedelta(minutes=minute, seconds=r.choice((0, 0, 17, 59)))


def question(r: random.Random, days: tuple[str, ...]) -> dict[str, Any]:
    """Return the parameters of one asker; every filter is there at times, and leaves something over at times."""
    lon, lat = _near(r)
    midnight = datetime.fromisoformat(r.choice(days)).replace(tzinfo=SHANGHAI)
    bound = r.choice(("neither", "minutes", "metres", "both"))
    least, most = r.choice((*((None, None),) * 4, (500, None), (None, 800), (500, 1000)))
    return {
        "lon": lon,
        "lat": lat,
        "at": midnight + _moment(r),
        "datum": r.choice(("wgs84", "gcj02", "bd09")),
        "kind": r.choice(((), (), KINDS[1:], KINDS[:1])),
        "needs_amenity": r.choice(((), (), (), AMENITIES[:1], AMENITIES[1:])),
        "group": r.choice(((), ("rider",), ("guard", "courier"))),
        "needs": r.choice(((), (), ("learn", "rest", "save", "help"))),
        "open": r.choice(("any", "now", "arrival")),
        "stay": r.choice((0, 0, 25, 90)),
        "offer": r.choice(("any", "any", "now")),
        "mode": r.choice(("walk", "ride", "drive")),
        "max_minutes": r.choice((15, 60, 300)) if bound in {"minutes", "both"} else None,
        "max_m": r.choice((3_000, 8_000)) if bound in {"metres", "both"} else None,
        "sort": r.choice(("soonest", "distance", "price", "rent")),
        "limit": r.choice((1, 3, 10, 50)),
        "district": r.choice((*(None,) * 5, DISTRICTS[0])),
        "rent_min": least,
        "rent_max": most,
        "vacancies": r.choice((*(None,) * 6, 0, 1)),
    }
