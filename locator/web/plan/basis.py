"""Whose demand the planner's page reckons with: the sample's restaurants, or an operator's own table."""

from __future__ import annotations

import hashlib
import logging
import shlex
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypedDict

import numpy as np

from locator import vocabulary
from locator._bundled import bundled
from locator._errors import ConfigurationError, InputError, Text
from locator.coverage.demand_files import read_demand, sample_demand
from locator.coverage.in_districts import by_district
from locator.coverage.rhythms import FLAT, RHYTHMS
from locator.datum import Datum, datum_of

if TYPE_CHECKING:
    from locator._settings import Settings
    from locator.coverage.demand import Demand

_log = logging.getLogger(__name__)
# Whose week it is: the one that a table has itself, or else, of the sample, that of the riders.
OWN, USUAL = "own", "rider"
WHO = "需求表里的人"
_MOST_WORDS = {"LOCATOR_DEMAND": 80, "LOCATOR_DEMAND_OF": 20, "LOCATOR_DEMAND_SOURCE": 120}
_SHOWN = 12


class Told(TypedDict):
    """What a result says of its demand.

    `of` is whom an operator's table counts, None for the sample; `hourly` whether its week is that of the table, hour by
    hour; `options` what names it on the command line.
    """

    of: str | None
    hourly: bool
    noun: str
    weight: str
    caution: str
    source: str
    options: str


class Held(NamedTuple):
    """What there is to choose from: the person-hours in each district by its code, whose weeks, the usual one first."""

    districts: dict[str, float]
    groups: tuple[str, ...]


SAMPLE = Told(
    of=None,
    hourly=False,
    noun="餐馆数",
    weight="{:,.0f} 家餐馆的份量",
    caution="示例数据：餐馆数不等于骑手数，只能区内比。",
    source="杨浦区餐馆数，按 H3 格子数，取自公开的地点表（示例数据；每区封顶 900 家，只能区内比）",
    options="",
)


@dataclass(frozen=True)
class Basis:
    """Where demand comes from.

    `digest` tells one state of it, with all that is said of it, from another; `fingerprint` begins the SHA-256 of the file.
    `path` is None for the sample.
    """

    digest: str
    fingerprint: str
    path: Path | None = None
    datum: Datum = Datum.WGS84
    of: str | None = None
    source: str = ""

    def demand(self, group: str = OWN) -> Demand:
        """Return the demand in the rhythm of a group, or as the table has it.

        Raises
        ------
        InputError
            The table cannot be read, or none of its rows makes sense.
        """
        rhythm = None if group == OWN else group
        return (
            sample_demand(rhythm)
            if self.path is None
            else read_demand(self.path, profile=rhythm, datum=self.datum)
        )

    def told(self, demand: Demand) -> Told:
        """Return what a result says of it."""
        if self.path is None:
            return SAMPLE
        datum = "" if self.datum is Datum.WGS84 else f" --datum {self.datum}"
        return Told(
            of=self.of,
            hourly=_hourly(demand),
            noun=f"需求表的权重（{self.of}）",
            weight="权重 {:,.0f}",
            caution="",
            source=f"{self.of}，{self.source or '出处没有写'}（{self.path.name}，SHA-256 {self.fingerprint}…）",
            # Where it lies on the server is nobody's business.
            options=f"--demand {shlex.quote(self.path.name)}{datum}",
        )


def basis_of(settings: Settings) -> Basis:
    """Return where the demand comes from, in its present state.

    Raises
    ------
    ConfigurationError
        The operator's table is not there, or a setting about it makes no sense.
    """
    if settings.demand is None:
        _check_alone(settings)
        sample = sample_digest()
        return Basis(sample, sample)
    path = Path(settings.demand)
    name = _words("LOCATOR_DEMAND", path.name)
    of = _words("LOCATOR_DEMAND_OF", settings.demand_of or "") or WHO
    source = _words("LOCATOR_DEMAND_SOURCE", settings.demand_source or "")
    try:
        datum = datum_of(settings.demand_datum or Datum.WGS84, "LOCATOR_DEMAND_DATUM")
        held_there = hashlib.sha256(path.read_bytes()).hexdigest()
    except InputError as error:
        raise ConfigurationError(error.text) from None
    except OSError as error:
        said = error.strerror or str(error)
        raise ConfigurationError(
            Text(
                f"LOCATOR_DEMAND 的需求表 {name} 读不了：{said}",
                f"the demand file of LOCATOR_DEMAND, {name}, cannot be read: {said}",
            )
        ) from None
    digest = hashlib.sha256(f"{held_there}\n{of}\n{source}\n{datum}\n{name}".encode()).hexdigest()
    return Basis(digest[:_SHOWN], held_there[:_SHOWN], path, datum, of, source)


def checked(settings: Settings) -> Basis:
    """Return where the demand comes from; an operator's table is read, the sample when somebody asks.

    Raises
    ------
    ConfigurationError
        The operator's table cannot be used, or a setting about it makes no sense.
    """
    basis = basis_of(settings)
    if basis.path is not None:
        held(basis)
    return basis


@lru_cache(maxsize=1)
def sample_digest() -> str:
    """Return what tells one state of the sample from another."""
    return hashlib.sha256((bundled("geodata") / "yangpu_restaurants.csv").read_bytes()).hexdigest()[:_SHOWN]


@lru_cache(maxsize=4)
def held(basis: Basis) -> Held:
    """Return what a basis lets one choose from; read once for each state of a table.

    Raises
    ------
    ConfigurationError
        The operator's table holds nothing that can be reckoned with.
    """
    try:
        demand = basis.demand()
    except InputError as error:
        raise _unusable(error.text.zh, error.text.en) from None
    districts, nowhere = _by_district(demand)
    if basis.path is None:
        return Held(districts, _beginning_with(USUAL))
    _complain(basis.path.name, demand, districts, nowhere)
    return Held(districts, _beginning_with(_usual_of(basis, demand)))


def _check_alone(settings: Settings) -> None:
    """Raise ConfigurationError if something is said of a table that there is none of."""
    for name in ("demand_datum", "demand_of", "demand_source"):
        if getattr(settings, name) is not None:
            said = f"LOCATOR_{name.upper()}"
            raise ConfigurationError(
                Text(f"设了 {said}，可没有设 LOCATOR_DEMAND", f"{said} is set, and LOCATOR_DEMAND is not")
            )


def _words(variable: str, said: str) -> str:
    """Return words on one line; wide and fixed spaces are spaces."""
    most, words = _MOST_WORDS[variable], " ".join(said.split())
    if len(words) > most or not words.isprintable():
        shown = words[:most]
        raise ConfigurationError(
            Text(
                f"{variable} 里的字最多 {most} 个，不能有控制符；收到 {shown!r}",
                f"{variable} has {most} characters at most, none of them a control, got {shown!r}",
            )
        )
    return words


def _unusable(zh: str, en: str) -> ConfigurationError:
    return ConfigurationError(Text(f"LOCATOR_DEMAND：{zh}", f"LOCATOR_DEMAND: {en}"))


def _by_district(demand: Demand) -> tuple[dict[str, float], int]:
    """Return the person-hours in each district that there are any in, most first, and how many points are in none."""
    hours = demand.weight * demand.rhythms.sum(axis=1)[demand.rhythm]
    for _, names, label in by_district(demand):
        inside = label >= 0
        sums = np.bincount(label[inside], hours[inside], len(names))
        found = {name: float(whole) for name, whole in zip(names, sums, strict=True) if whole > 0}
        ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return dict(ordered), int((~inside).sum())
    return {}, len(demand)


def _complain(name: str, demand: Demand, districts: dict[str, float], nowhere: int) -> None:
    if not demand.person_hours:
        raise _unusable(f"{name} 的权重全是 0", f"all weights of {name} are 0")
    if not districts:
        raise _unusable(
            f"{name} 的需求没有一点在任何区里，坐标系（LOCATOR_DEMAND_DATUM）对吗？",
            f"no demand of {name} lies in any district: is LOCATOR_DEMAND_DATUM right?",
        )
    if nowhere:
        _log.warning("%s: %d of %d points of demand lie in no district", name, nowhere, len(demand))
    if demand.faults:
        first = demand.faults[0]
        _log.warning(
            "%s: %d rows of the demand file are left out, the first is row %d: %s",
            name, len(demand.faults), first.row, first.reason.en,
        )  # fmt: skip


def _usual_of(basis: Basis, demand: Demand) -> str:
    """Return whose week a table is read by if nobody says: its own, that of whom it counts, or the same all day."""
    if len(demand.rhythms) > 1 or _hourly(demand):
        return OWN
    return next((name for name in RHYTHMS if name != FLAT and vocabulary.GROUPS[name].zh == basis.of), FLAT)


def _beginning_with(usual: str) -> tuple[str, ...]:
    return (usual, *(name for name in RHYTHMS if name != usual))


def _hourly(demand: Demand) -> bool:
    """Tell whether any rhythm is none of the built-in ones."""
    known = np.stack(list(RHYTHMS.values()))
    return any(not (known == rhythm).all(axis=1).any() for rhythm in demand.rhythms)
