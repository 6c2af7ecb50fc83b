"""Station codes (编码) by a pattern: is a code well formed, is it taken, which is the next free one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from locator import vocabulary
from locator._errors import ConfigurationError, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locator.service import Service

DEFAULT_PATTERN = "{district}-{kind:station=YZ,canteen=ST,housing=JZ,legal-aid=FY}-{number:04}"
_PART = re.compile(r"\{(?:(district|city|province)|kind(?::([^{}]*))?|number(?::0?(\d))?)\}")
_OTHER_KIND, _PROVINCE, _CITY = "QT", 2, 4
_NAME = re.compile(r"[A-Za-z0-9]{1,8}")


class Advice(NamedTuple):
    """A service whose code is missing or faulty: what is wrong (None: it has none), and the next free one."""

    service: Service
    problem: Text | None
    proposed: str | None


class Pattern:
    """How codes of a region look, as in "{district}-{kind:station=YZ}-{number:04}".

    Parameters
    ----------
    template
        Plain text with {province}, {city} or {district} (the first 2, 4, all 6 digits of the district code),
        {kind:station=YZ,...} (letters for each kind, QT for those not named) and one {number:04} (running, so
        many digits at least) at the end.

    Raises
    ------
    ConfigurationError
        Something else in braces, or not just one number, or not at the end.
    """

    def __init__(self, template: str) -> None:
        self.template = template
        self._parts = list(_PART.finditer(template))
        literal = _PART.sub("", template)
        numbers = [part for part in self._parts if part.group().startswith("{number")]
        if "{" in literal or "}" in literal or len(numbers) != 1 or not template.endswith(numbers[0].group()):
            raise ConfigurationError(
                Text(
                    f"LOCATOR_CODE_PATTERN {template!r} 里只能有 {{province}} {{city}} {{district}} {{kind:…}}，最后是一个 {{number:04}}",
                    f"LOCATOR_CODE_PATTERN {template!r} may hold {{province}} {{city}} {{district}} {{kind:...}} and must end with one {{number:04}}",
                )
            )
        self._width = int(numbers[0][3] or 1)
        self._letters = dict(
            pair
            for part in self._parts
            if part.group().startswith("{kind")
            for pair in _letters(part[2] or "")
        )

    def stem(self, service: Service) -> str | None:
        """Return what a service's code begins with; None if its district is needed and unknown."""
        if service.district is None and any(part[1] for part in self._parts):
            return None
        digits = service.district or ""
        words = {"province": digits[:_PROVINCE], "city": digits[:_CITY], "district": digits}

        def word(part: re.Match[str]) -> str:
            if part[1]:
                return words[part[1]]
            return "" if part.group().startswith("{number") else self._letters.get(service.kind, _OTHER_KIND)

        return _PART.sub(word, self.template)

    def code(self, stem: str, number: int) -> str:
        """Return the code of a number under a stem."""
        return f"{stem}{number:0{self._width}d}"

    def number(self, code: str, stem: str) -> int | None:
        """Return the running number of a code, or None if it is not one under this stem."""
        digits = code.removeprefix(stem)
        if not code.startswith(stem) or not re.fullmatch(r"[0-9]{1,9}", digits):
            return None
        found = int(digits)
        return found if found and self.code(stem, found) == code else None


def code_advice(services: Iterable[Service], pattern: Pattern) -> list[Advice]:
    """Return what to do about codes, in id order: one entry for each service without a sound code of its own.

    A code that several share stays with the first by id. Closed services keep their code taken and need none.
    Proposals never repeat each other: the lowest number above all taken ones under the stem, so that a code
    once given is not given again.
    """
    ordered = sorted(services, key=lambda service: service.id)
    holders: dict[str, str] = {}
    for service in ordered:
        if service.code:
            holders.setdefault(service.code, service.id)
    stems = {service.id: pattern.stem(service) for service in ordered}
    last: dict[str, int] = {}
    known = {stem for stem in stems.values() if stem is not None}
    for code in holders:
        for start in (code[:cut] for cut in range(len(code)) if code[:cut] in known):
            last[start] = max(last.get(start, 0), pattern.number(code, start) or 0)
    found = []
    for service in ordered:
        stem = stems[service.id]
        problem = _problem(service, stem, holders, pattern)
        if service.status == "closed" or (service.code and problem is None):
            continue
        if stem is not None:
            last[stem] = last.get(stem, 0) + 1
        found.append(Advice(service, problem, None if stem is None else pattern.code(stem, last[stem])))
    return found


def _problem(service: Service, stem: str | None, holders: dict[str, str], pattern: Pattern) -> Text | None:
    code = service.code
    if not code:
        return None if stem is not None else Text("没有区县，编不了码", "without a district there is no code")
    if holders[code] != service.id:
        return Text(f"{code} 已经是 {holders[code]} 的", f"{code} is that of {holders[code]} already")
    if stem is None:
        return Text(f"没有区县，{code} 核对不了", f"without a district {code} cannot be checked")
    if pattern.number(code, stem) is None:
        return Text(
            f"{code} 不合编码规则，应以 {stem} 开头",
            f"{code} does not fit the pattern: it should begin with {stem}",
        )
    return None


def _letters(text: str) -> list[tuple[str, str]]:
    pairs = []
    for part in filter(None, text.split(",")):
        kind, _, letters = part.partition("=")
        if kind not in vocabulary.KINDS or not _NAME.fullmatch(letters):
            raise ConfigurationError(
                Text(
                    f"LOCATOR_CODE_PATTERN 里的 {part!r} 要写成 种类=字母",
                    f"{part!r} in LOCATOR_CODE_PATTERN must be KIND=LETTERS",
                )
            )
        pairs.append((kind, letters))
    return pairs
