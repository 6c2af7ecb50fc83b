"""The state of a page as URL parameters: page, embed, image and JSON answer the same ones alike."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from locator.datum import Datum
from locator.question import PARAMETERS, ask

if TYPE_CHECKING:
    from locator.question import Question

# What the defaults of other parameters depend on.
_DECIDING = ("lon", "lat", "district", "open", "max_m")


def state_of(question: Question, published: Datum = Datum.WGS84) -> dict[str, str]:
    """Return the parameters that pose a question again, without those at their default and without the time.

    Beside a position its datum is named unless it is WGS-84, whatever is published: the address outlives the setting.
    """
    deciding = {name: getattr(question, name) for name in _DECIDING}
    plain = ask(deciding, question.at, anywhere=True)
    values = {name: getattr(question, name) for name in PARAMETERS if name != "at"}
    if question.lon is None and question.datum is published:
        del values["datum"]
    return {
        name: _written(value)
        for name, value in values.items()
        if value is not None and (value != getattr(plain, name) or (name in _DECIDING and value != "any"))
    }


def query_of(question: Question, published: Datum = Datum.WGS84) -> str:
    """Return the same as a query string; commas stay readable."""
    return urlencode(state_of(question, published), safe=",")


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    # repr() is the shortest text that reads as the same number.
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
