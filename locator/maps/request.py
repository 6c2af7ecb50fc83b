"""What a picture is asked for with: the state of a page, and how the picture is to look."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from locator._errors import InputError, Text
from locator.datum import Datum
from locator.maps.captions import MAX_TITLE, default_title
from locator.maps.paint import THEMES
from locator.maps.picture import Look
from locator.maps.svg_text import clean
from locator.question import PARAMETERS, Question, ask

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

LEAST_WIDTH, MOST_WIDTH, MOST_SCALE = 320, 1500, 3


class PictureRequest(NamedTuple):
    """A checked request for a picture; `place` is what the page calls the asker's position."""

    question: Question
    look: Look
    scale: int
    place: str


def picture_request(
    values: Mapping[str, str], now: datetime, published: Datum = Datum.WGS84
) -> PictureRequest:
    """Return the request that some parameters pose; those that nobody knows are passed over, as pages do.

    Parameters
    ----------
    values
        The parameters of the nearest contract, and `title`, `width`, `scale`, `theme`, `place`.
    now
        What `at` means when it is not given; the picture then stands for the whole minute.
    published
        As in `ask`.

    Raises
    ------
    InputError
        With every faulty parameter in its `errors`.
    """
    given = {name: value.strip() for name, value in values.items() if value and value.strip()}
    errors: list[InputError] = []
    width = _whole(given, "width", 750, LEAST_WIDTH, MOST_WIDTH, errors)
    scale = _whole(given, "scale", 1, 1, MOST_SCALE, errors)
    theme = given.get("theme", THEMES[0])
    if theme not in THEMES:
        errors.append(
            _mistake("theme", theme, f"只能是 {'、'.join(THEMES)}", f"must be {' or '.join(THEMES)}")
        )
    question = None
    try:
        contract = {name: value for name, value in given.items() if name in PARAMETERS}
        question = ask(contract, now.replace(second=0, microsecond=0), published=published)
    except InputError as error:
        errors += error.errors
    if errors or question is None:
        raise InputError.together(errors)
    place = clean(given.get("place", ""))[:MAX_TITLE]
    title = clean(given.get("title", ""))[:MAX_TITLE] or default_title(question, place)
    return PictureRequest(question, Look(title, width, theme), scale, place)


def _whole(
    given: Mapping[str, str], name: str, default: int, low: int, high: int, errors: list[InputError]
) -> int:
    text = given.get(name, str(default))
    if re.fullmatch(r"[0-9]{1,6}", text) and low <= int(text) <= high:
        return int(text)
    errors.append(
        _mistake(name, text, f"要是 {low}–{high} 的整数", f"must be a whole number from {low} to {high}")
    )
    return default


def _mistake(name: str, got: str, zh: str, en: str) -> InputError:
    shown = got[:80]
    return InputError(name, shown, Text(f"{name} {zh}，收到的是 {shown!r}", f"{name} {en}, got {shown!r}"))
