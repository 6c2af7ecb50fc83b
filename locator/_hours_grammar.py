"""The grammar of Chinese opening hours: even text as clauses, in which every word has found its place."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from lark import Lark, Transformer
from lark.exceptions import VisitError

from locator._errors import Text
from locator._hours_words import DAYS

DAY_MIN, NOON = 24 * 60, 12
ALL = tuple(range(7))
# Beside the weekdays: public holidays, "on the other days", a working day in the law's sense, and a
# holiday in everyday words, which may or may not mean weekends, too.
PH, REST, WORKING, LOOSE = 7, 8, 9, 10
_LATE, _EARLY = 17 * 60, 9 * 60
_AFTERNOON = {"下午", "傍晚", "午间", "中午"}
_EVENING = {"晚上", "晚间", "夜间", "夜间开放", "晚"}

_GRAMMAR = r"""
start: clause+
trailing: (span+ pause? days)+ -> behind
clause: days span+ pause? -> timed
      | span+ pause? -> bare
      | days OUT span+ -> excepted
      | days OFF -> off
      | days OUT OFF -> off_but
      | OFFDAY days -> off
      | days OUT -> out
      | BUT days OUT -> out
      | BUT days -> out
      | INCL days -> included
      | days USUAL -> usual
      | days NOTICE -> notice
pause: OFF -> last_is_pause
     | LUNCH -> last_is_pause
     | LUNCH span -> pause
days: day+
day: DAY DASH DAY -> day_range
   | DAY -> one_day
   | WORD -> word
span: time DASH time -> hours
    | ALLDAY -> all_day
time: PERIOD? CLOCK

DAY: /周[一二三四五六日]/
WORD.2: /每天|每日|天天|一周七天|(?:法定)?工作日|平日|平时|双休日|周末|(?:国家)?法定(?:节)?假日|国家节假日|国定假日|节假日|公众假期|其余(?:时间|日期|时段)?|其[他它](?:时间|日期|时段)/
CLOCK: /\d{1,2}:[0-5]\d|\d{1,2}[点时](?:半|整|[0-5]?\d分?)?/
PERIOD: /凌晨|清晨|早上|早晨|上午|早|中午|午间|下午|傍晚|晚上|晚间|夜间开放|夜间|晚|次日/
DASH: /-|至|到/
ALLDAY: /全天(?:开放|营业)?/
OFF: /闭馆|休馆|休息|不开放|不营业|关闭|闭园|歇业|停业|关门|不对外/
OFFDAY.2: /(?:闭馆|休馆|休息)日\s*:?/
OUT.2: /除外|以外|之外|外/
BUT: /除了?|不含|不包括/
INCL: /包含|包括|含/
USUAL: /照常(?:开放|营业)?|正常开放|不休息?|无休/
NOTICE.2: /(?:时间)?(?:另行|另外)(?:通知|公告|安排)/
LUNCH: /午休|休息时间/
FILL: /开放|营业|[\s,、;。.:()\[\]\/|及和与的为均都]+|[逢每](?![天日个月])/
%ignore FILL
"""


class UnclearError(Exception):
    """What was read does not hold together."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(zh, en)


class Clause(NamedTuple):
    """One thing said: hours on some days (`timed`, `bare`, `excepted`), or closing, exceptions, notice.

    `days` are numbers from Monday = 0 on, and the codes of this module; None: nothing was said of days.
    """

    what: str
    days: tuple[int, ...] | None
    spans: tuple[tuple[int, int], ...] = ()
    evening: bool = False


def clauses_of(said: str, start: str = "start") -> list[Clause]:
    """Return the clauses of a text in even spelling.

    Parameters
    ----------
    said
        From `_hours_words.evened`.
    start
        "start", or "trailing": the days stand behind their hours.

    Raises
    ------
    lark.UnexpectedInput
        A word that has no place in the grammar.
    UnclearError
        The words have, but do not fit together.
    """
    try:
        read: list[Clause] = _Reader().transform(_parser().parse(said, start=start))
    except VisitError as error:
        if isinstance(error.orig_exc, UnclearError):
            raise error.orig_exc from None
        raise
    return read


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", start=["start", "trailing"])


class _Span(NamedTuple):
    start: int
    end: int
    period: str


class _Days(NamedTuple):
    numbers: tuple[int, ...]


class _Pause(NamedTuple):
    """A break; without a span it is the last span before it."""

    span: _Span | None


class _Reader(Transformer[Any, Any]):
    """Turns a parse into clauses."""

    def start(self, clauses: list[Clause]) -> list[Clause]:
        return clauses

    def behind(self, parts: list[Any]) -> list[Clause]:
        """Return a clause for each run of hours and the days behind them."""
        clauses, held = [], []
        for part in parts:
            held.append(part)
            if isinstance(part, _Days):
                clauses.append(_made("timed", held))
                held = []
        return clauses

    def time(self, parts: list[Any]) -> tuple[str, int]:
        clock = str(parts[-1]).rstrip("分整")
        hour, _, minute = clock.replace("点", ":").replace("时", ":").partition(":")
        minutes = 60 * int(hour) + (30 if minute == "半" else int(minute or 0))
        if minutes > DAY_MIN:
            raise UnclearError(f"没有 {clock} 这个钟点", f"{clock} is no time of day")
        return (str(parts[0]) if len(parts) > 1 else ""), minutes

    def hours(self, parts: list[Any]) -> _Span:
        (period, start), _, (later, end) = parts
        start = _on_the_clock(period, start)
        inherited = later or (period if period in {"下午", "傍晚", *_EVENING} else "")
        end = _on_the_clock(inherited, end)
        if end <= start and (later == "凌晨" or (start >= _LATE and 0 <= end <= _EARLY)):
            end += DAY_MIN
        if not start < end <= start + DAY_MIN:
            raise UnclearError(
                "关门早过开门，是不是十二小时制？", "it closes before it opens: a 12-hour clock?"
            )
        return _Span(start, end, period)

    def all_day(self, _parts: list[Any]) -> _Span:
        return _Span(0, DAY_MIN, "")

    def last_is_pause(self, _parts: list[Any]) -> _Pause:
        return _Pause(None)

    def pause(self, parts: list[Any]) -> _Pause:
        return _Pause(parts[-1])

    def day_range(self, parts: list[Any]) -> tuple[int, ...]:
        first, last = (DAYS.index(str(p)[1]) for p in (parts[0], parts[2]))
        return tuple((first + i) % 7 for i in range((last - first) % 7 + 1))

    def one_day(self, parts: list[Any]) -> tuple[int, ...]:
        return (DAYS.index(str(parts[0])[1]),)

    def word(self, parts: list[Any]) -> tuple[int, ...]:
        said = str(parts[0])
        if said.startswith("其"):
            return (REST,)
        if said.endswith("工作日"):
            return (*range(5), WORKING)
        if said in {"平日", "平时"}:
            return tuple(range(5))
        if said in {"双休日", "周末"}:
            return (5, 6)
        if said == "节假日":
            return (PH, LOOSE)
        return (PH,) if "假" in said else ALL

    def days(self, parts: list[tuple[int, ...]]) -> _Days:
        return _Days(tuple(day for part in parts for day in part))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  Lark looks its rules up by name
        if name in _CLAUSES:
            return lambda parts: _made(name, parts)
        raise AttributeError(name)


_CLAUSES = {"timed", "bare", "excepted", "off", "off_but", "out", "included", "usual", "notice"}


def _made(what: str, parts: list[Any]) -> Clause:
    days = next((part.numbers for part in parts if isinstance(part, _Days)), None)
    spans = [part for part in parts if isinstance(part, _Span)]
    pause = next((part for part in parts if isinstance(part, _Pause)), None)
    gap = None
    if pause is not None:
        gap = pause.span or spans.pop()
        if not spans:
            raise UnclearError("只写了休息的时间", "only a break is given")
    if any(right.start < left.end for left, right in pairwise(spans)):
        raise UnclearError("时段不按先后，是不是十二小时制？", "the hours are not in order: a 12-hour clock?")
    times = [(span.start, span.end) for span in spans]
    if gap is not None:
        times = _without(times, (gap.start, gap.end))
    evening = bool(spans) and spans[0].period in _EVENING - {"晚"}
    return Clause(what, days, tuple(times), evening)


def _on_the_clock(period: str, minutes: int) -> int:
    """Return minutes after midnight on a 24-hour clock."""
    hour = minutes // 60
    if period == "次日":
        return minutes + DAY_MIN
    if period in _AFTERNOON and 1 <= hour < NOON and not (period == "中午" and hour >= 10):  # noqa: PLR2004
        return minutes + DAY_MIN // 2
    if period in _EVENING:
        if hour < 5 or hour == NOON:  # noqa: PLR2004  "to 2 at night" is tomorrow
            return minutes + (DAY_MIN if hour != NOON else DAY_MIN // 2)
        return minutes + (DAY_MIN // 2 if hour < NOON else 0)
    return minutes


def _without(spans: list[tuple[int, int]], gap: tuple[int, int]) -> list[tuple[int, int]]:
    left = []
    for start, end in spans:
        left += [span for span in ((start, min(end, gap[0])), (max(start, gap[1]), end)) if span[0] < span[1]]
    if left == spans:
        raise UnclearError("休息的时间不在开放时间里", "the break is not within the hours")
    return left
