"""What can go wrong, in words a caller can act on, in Chinese and in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from locator.service import Service


class Text(NamedTuple):
    """One short text in both of the house's languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        """Return the English wording, which logs and tracebacks use."""
        return self.en

    def of(self, language: str) -> str:
        """Return the wording for a language tag; everything but Chinese reads English."""
        return self.zh if language.lower().startswith("zh") else self.en


class LocatorError(Exception):
    """The base of every error the locator raises on purpose."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class InputError(LocatorError, ValueError):
    """The caller's mistake: says which field, what was got and what was likely meant."""

    def __init__(self, field: str, got: object, text: Text) -> None:
        super().__init__(text)
        self.field = field
        self.got = got
        self.errors: tuple[InputError, ...] = (self,)

    @classmethod
    def together(cls, errors: list[InputError]) -> InputError:
        """Return one error for several faulty fields, so that all can be mended at once."""
        first = errors[0]
        if len(errors) == 1:
            return first
        text = Text("；".join(e.text.zh for e in errors), "; ".join(e.text.en for e in errors))
        whole = cls(first.field, first.got, text)
        whole.errors = tuple(errors)
        return whole


class NotFoundError(LocatorError, LookupError):
    """What was asked for by name is not in the catalog."""


class StoreError(LocatorError):
    """The store cannot be read or written; what it held before is unharmed."""


class Conflict(NamedTuple):
    """A record that somebody else changed meanwhile: as it is stored (None: removed), who did it, when and why."""

    service_id: str
    version: int
    stored: Service | None
    who: str
    at: str
    why: str


class ConflictError(StoreError):
    """A record is not what its editor had before them; nothing was written."""

    def __init__(self, conflicts: tuple[Conflict, ...]) -> None:
        first, more = conflicts[0], len(conflicts) - 1
        super().__init__(
            Text(
                f"{first.service_id} 在这之间被人改过（{first.who}，{first.at}），什么都没有写入"
                + (f"；另有 {more} 条也是" if more else ""),
                f"{first.service_id} was changed meanwhile (by {first.who}, {first.at}); nothing was saved"
                + (f"; so were {more} more" if more else ""),
            )
        )
        self.conflicts = conflicts


class ConfigurationError(LocatorError, ValueError):
    """A setting does not make sense."""
