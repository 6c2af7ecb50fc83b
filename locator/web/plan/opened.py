"""What an address of the planner's page opens: a result, with what was ticked, or the run that is still under way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from flask import current_app, request, url_for

from locator._errors import InputError, NotFoundError, Text
from locator.coverage.weeks import HOURS
from locator.web.plan.basis import SAMPLE
from locator.web.plan.question import question_from

if TYPE_CHECKING:
    from locator.web.plan.basis import Told
    from locator.web.plan.jobs import Jobs
    from locator.web.plan.question import PlanQuestion

AGAIN = "again"
_DAY = 24
_GONE = Text(
    "这个结果已经不在了：太久没有人看的会清掉，重新算一次就有",
    "this result is gone: those that nobody looks at are cleared away; ask again",
)


@dataclass(frozen=True, eq=False)
class Opened:
    """A result as somebody looks at it: the whole, the numbers of the remedies ticked, the hour chosen."""

    name: str
    result: dict[str, Any]
    ticked: tuple[int, ...]
    then: dict[str, Any] | None
    hour: int | None
    shows_then: bool

    @property
    def question(self) -> PlanQuestion:
        """What was asked."""
        return question_from({**self.result["asked"]})

    @property
    def demand(self) -> Told:
        """What is said of the demand; results of former versions are all of the sample's."""
        return cast("Told", self.result.get("demand", SAMPLE))

    @property
    def demo(self) -> bool:
        """Whether any of it is made of examples."""
        return self.demand["of"] is None or any(door["demo"] for door in self.result["doors"])

    @property
    def commands(self) -> tuple[str, str]:
        """The two commands that work out the same figures."""
        return self.question.commands(self.demand["options"])

    @property
    def shown(self) -> dict[str, Any]:
        """The state that map and clock show: the week as it is, or once what is ticked is done."""
        return self.then if self.then is not None and self.shows_then else self.result

    @cached_property
    def after(self) -> list[dict[str, Any]]:
        """The coverages once the first remedy, the first two, ... are done."""
        found = [
            jobs().result(f"{self.name}-{'.'.join(map(str, range(1, rank + 1)))}")
            for rank in range(1, len(self.result["plan"]["actions"]) + 1)
        ]
        return [state["coverage"] for state in found if state is not None]

    def args(self, **other: object) -> dict[str, object]:
        """Return the parameters of an address that looks at the same, but for some."""
        mine: dict[str, object] = {
            "name": self.name,
            "done": list(self.ticked),
            "hour": self.hour,
            "show": "then" if self.shows_then else None,
        }
        return {**mine, **other}


def jobs() -> Jobs:
    """Return the application's runs."""
    return cast("Jobs", current_app.extensions["locator.plans"])


def ask_for(question: PlanQuestion) -> str:
    """Return the address that asks a question again."""
    return url_for("plan.ask", **question.args())  # type: ignore[arg-type]


def opened(name: str) -> Opened | str:
    """Return the result that this request is about, or the name of the run to wait for.

    Raises
    ------
    NotFoundError
        There is none.
    InputError
        A remedy or an hour that is none.
    """
    runs = jobs()
    try:
        result, kept = runs.result(name), runs.question(name)
    except KeyError:
        raise NotFoundError(_GONE) from None
    if "-" in name or kept is None:
        raise NotFoundError(_GONE)
    if result is None:
        return name
    ticked = _ticked(len(result["plan"]["actions"]))
    then = None
    if ticked:
        part = f"{name}-{'.'.join(map(str, ticked))}"
        then = runs.result(part)
        if then is None:
            # One that failed is not begun anew by whoever only looks at it.
            if runs.question(part) is None or AGAIN in request.args:
                runs.ask(part, {**kept, "done": ticked})
            return part
    shows_then = then is not None and request.args.get("show") == "then"
    return Opened(name, {**result, "asked": kept["question"]}, tuple(ticked), then, _hour(), shows_then)


def _ticked(most: int) -> list[int]:
    found = set()
    for said in request.args.getlist("done"):
        if not said.isascii() or not said.isdigit() or not 1 <= int(said) <= most:
            shown = said[:20]
            raise InputError(
                "done",
                shown,
                Text(
                    f"办法只有 1–{most} 项，收到的是 {shown!r}", f"the remedies are 1-{most}, got {shown!r}"
                ),
            )
        found.add(int(said))
    return sorted(found)


def _hour() -> int | None:
    """Return the hour of the week that is asked about: `hour` 0-167, or `day` 1-7 with `clock` 0-23; None = all."""
    day, said = request.args.get("day", ""), request.args.get("hour", "")
    clock = request.args.get("clock", "0")
    if day.isascii() and day.isdigit() and clock.isascii() and clock.isdigit():
        said = str((int(day) - 1) * _DAY + min(int(clock), _DAY - 1)) if int(day) else ""
    if not said:
        return None
    if not said.isascii() or not said.isdigit() or int(said) >= HOURS:
        shown = said[:20]
        raise InputError(
            "hour",
            shown,
            Text(f"hour 是 0–{HOURS - 1}，收到的是 {shown!r}", f"hour is 0-{HOURS - 1}, got {shown!r}"),
        )
    return int(said)
