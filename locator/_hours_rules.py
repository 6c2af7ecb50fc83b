"""Clauses of Chinese opening hours as the rules of one OSM expression, or why they do not hold together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from locator._hours_grammar import ALL, DAY_MIN, LOOSE, PH, REST, WORKING, Clause, UnclearError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Days = tuple[int, ...]
    Minutes = list[tuple[int, int]]

_NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH")
_WEEKEND = (5, 6)
OPEN_WEEKENDS = "节假日算不算周末没写"


@dataclass
class Week:
    """A week (and the holidays in it) as it was told: hours by days, closing days, days nobody knows."""

    opens: dict[Days, Minutes] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    unknown: dict[int, str] = field(default_factory=dict)
    working: bool = False
    holidays_as_usual: bool = False

    def rules(self, season: str = "") -> list[str]:
        """Return the rules, those for holidays last, as a later rule goes before an earlier one."""
        if not self.opens:
            raise UnclearError("只写了哪天不开", "only closing days are given")
        self._check()
        before = f"{season} " if season else ""
        opens = [(days, f"{before}{_day_names(days)} {_hours(spans)}") for days, spans in self.opens.items()]
        own_hours = any(PH in days for days, _ in opens)
        rules = [rule for days, rule in opens if PH not in days]
        # Holidays that have hours of their own have them on closing days, too.
        closed = self.closed - {PH} if own_hours else self.closed
        rules += [f"{before}{_day_names(closed)} off"] if closed else []
        for why in dict.fromkeys(self.unknown.values()):
            days = [day for day, reason in self.unknown.items() if reason == why]
            rules.append(f'{before}{_day_names(days)} unknown "{why}"')
        rules += [rule for days, rule in opens if PH in days]
        return rules

    @property
    def always(self) -> bool:
        """Whether it never closes."""
        return list(self.opens.items()) == [(ALL, [(0, DAY_MIN)])] and not self.closed and not self.unknown

    def _check(self) -> None:
        own = {day for days in self.opens if days != ALL for day in days}
        if own & self.closed and not all(self.closed & set(days) < set(days) for days in self.opens):
            raise UnclearError("同一天又开又关", "one day is both open and closed")
        if self.closed & self.unknown.keys() or (PH in own and PH in {*self.closed, *self.unknown}):
            raise UnclearError("节假日写了两种", "two things are said of one day")


def week_of(clauses: Sequence[Clause]) -> Week:
    """Return the week that some clauses tell.

    Raises
    ------
    UnclearError
        They do not hold together.
    """
    teller = _Teller(clauses)
    for number, clause in enumerate(clauses):
        teller.hear(number, clause)
    return teller.finish()


class _Teller:
    """Puts a week together, clause by clause."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self._clauses = clauses
        self._week = Week()
        self._last: Days | None = None
        self._rest: Clause | None = None
        self._reopened = False
        self._loose = False

    def hear(self, number: int, clause: Clause) -> None:
        days = ALL if clause.days is None else _plain(clause.days)
        before = self._clauses[number - 1].what if number else ""
        if clause.days is not None and WORKING in clause.days:
            self._week.working = True
        if clause.what in {"timed", "bare"}:
            self._hours(clause, days)
        elif clause.what == "excepted":
            self._all_but(clause)
        elif clause.what == "notice":
            self._week.unknown |= dict.fromkeys(days, "另行通知")
        elif clause.what in {"included", "usual"}:
            self._include(days, usual=clause.what == "usual")
        elif clause.what == "off_but" or (clause.what == "out" and before == "off"):
            self._reopen(clause, days)
        elif REST not in (clause.days or ()):  # off, out; "closed on the others" is what silence means, too
            if clause.what == "out" and PH in days and len(days) > 1 and not self._week.opens:
                raise UnclearError("不知道除外的是哪天", "it is unclear which days are excepted")
            self._week.closed.update(days)

    def _hours(self, clause: Clause, days: Days) -> None:
        if clause.days is not None and REST in clause.days:
            if self._rest is not None or days:
                raise UnclearError("其余是哪几天没写清", "it is unclear which days are the others")
            self._rest = clause
            return
        if clause.what == "bare" and (self._week.opens or self._rest):
            raise UnclearError("后面的时间不知道是哪天的", "it is unclear on which days the later hours hold")
        self._loose |= clause.days is not None and LOOSE in clause.days
        self._open(days, clause)

    def finish(self) -> Week:
        week = self._week
        if self._rest is not None:
            named = {day for days in week.opens for day in days} | week.closed | week.unknown.keys()
            others = tuple(day for day in ALL if day not in named)
            if not others:
                raise UnclearError("其余是哪几天没写清", "it is unclear which days are the others")
            self._open(others, self._rest)
        if self._reopened:
            if len(week.opens) != 1:
                raise UnclearError("例外的日子怎么开没写清", "it is unclear what holds on the exceptions")
            week.opens[PH,] = list(next(iter(week.opens.values())))
        said = {day for days in week.opens for day in days} | week.closed | week.unknown.keys()
        if self._loose:
            week.unknown |= {day: OPEN_WEEKENDS for day in _WEEKEND if day not in said}
        if week.working and PH not in said and not week.holidays_as_usual:
            week.closed.add(PH)
        return week

    def _open(self, days: Days, clause: Clause) -> None:
        spans, opens = list(clause.spans), self._week.opens
        self._last = days
        for other, theirs in opens.items():
            if not set(other) & set(days):
                continue
            apart = all(e <= s2 or e2 <= s for s, e in spans for s2, e2 in theirs)
            if other == days and apart:
                opens[other] = sorted(theirs + spans)
                return
            if set(days) < set(other) and apart and clause.evening:
                opens[days] = sorted(theirs + spans)
                return
            if not set(days) < set(other) or apart:
                raise UnclearError("同一天写了两种时间", "two different hours are given for one day")
        opens[days] = spans

    def _all_but(self, clause: Clause) -> None:
        """Open on days of which some are excepted: holidays, those named twice, or all that are named."""
        named = [day for day in clause.days or () if day <= PH]
        out = {PH} if PH in named else {day for day in named if named.count(day) > 1} or set(named)
        days = tuple(sorted(set(named) - out)) or ALL
        self._open(days, clause)
        self._week.closed |= out

    def _include(self, days: Days, *, usual: bool) -> None:
        """Let the days of the last hours include others ("holidays, too")."""
        week = self._week
        if self._last is None:
            raise UnclearError("不知道包括在哪个时间里", "it is unclear in which hours they are included")
        if PH in days:
            week.holidays_as_usual = True
            if not usual and not set(ALL) <= set(self._last):
                week.opens[PH,] = list(week.opens[self._last])
        more = tuple(day for day in days if day != PH and day not in self._last)
        if more:
            spans = week.opens.pop(self._last)
            self._last = tuple(sorted({*self._last, *more}))
            week.opens[self._last] = spans

    def _reopen(self, clause: Clause, days: Days) -> None:
        """Keep holidays out of a closing day ("closed on Mondays, holidays excepted")."""
        closed = set(days) - {PH} if clause.what == "off_but" else set[int]()
        if PH not in days or (clause.what == "out" and len(days) > 1):
            raise UnclearError("例外的日子怎么开没写清", "it is unclear what holds on the exceptions")
        self._week.closed |= closed
        self._reopened = True


def _plain(days: Days) -> Days:
    return tuple(sorted({day for day in days if day <= PH}))


def _day_names(days: Iterable[int]) -> str:
    """Return days as a list of runs: Mo-Fr, Sa,Su, Tu,PH."""
    found = sorted(set(days))
    week, names = [d for d in found if d < PH], []
    while week:
        run = 1
        while run < len(week) and week[run] == week[0] + run:
            run += 1
        first, last = _NAMES[week[0]], _NAMES[week[run - 1]]
        names.append(first if run == 1 else first + ("," if week[1] == week[run - 1] else "-") + last)
        week = week[run:]
    return ",".join(names + (["PH"] if PH in found else []))


def _hours(spans: Minutes) -> str:
    return ",".join(
        f"{_clock(start)}-{_clock(end - DAY_MIN if end > DAY_MIN else end)}" for start, end in spans
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
