"""Log lines as text or JSON; what people sent stands in neither.

A question holds a position, and an exception's own words may repeat it. So a failure that nobody foresaw is told
by its kind and the lines it came through, and the address it happened at by its rule.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

import msgspec
from flask import has_request_context, request

from locator._errors import LocatorError
from locator.web.operations.observed import REQUEST_ID, route_of

if TYPE_CHECKING:
    from types import TracebackType

    from flask import Flask

    Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

# The innermost tell where it broke, the outermost how it was reached; some are enough.
_MOST_FRAMES = 12
_MOST_CAUSES = 4


def configuration(form: str) -> dict[str, Any]:
    """Return what `logging.config.dictConfig` takes, for a format: text or json."""
    formatter = f"{__name__}.{'JsonFormatter' if form == 'json' else 'TextFormatter'}"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "locator.requests": {"level": "INFO"},
            "_granian": {"level": "INFO"},
        },
    }


class TextFormatter(logging.Formatter):
    """A line for people: when, how grave, who says it, what."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatException(self, ei: Raised) -> str:  # noqa: N802  the base class names it
        """Return a failure without the words of its exceptions."""
        return "\n".join(told(ei[1]))


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as an object; a request's members beside the others."""
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context():
            said["route"] = route_of(request.environ)
            said["request_id"] = request.environ.get(REQUEST_ID)
        said |= getattr(record, "members", {})
        if record.exc_info:
            said["exception"] = told(record.exc_info[1])
        return msgspec.json.encode(said).decode()


def told(error: BaseException | None) -> list[str]:
    """Return an exception and its causes, each by its kind and where it went through.

    The words of our own errors stay: they were written to be read, and say what to do.
    """
    lines: list[str] = []
    while error is not None and len(lines) < _MOST_CAUSES:
        frames = extract_tb(error.__traceback__)[-_MOST_FRAMES:]
        where = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
        words = f": {error}" if isinstance(error, LocatorError) else ""
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}{words} at {where}")
        error = error.__cause__ or error.__context__
    return lines


def log_failures(app: Flask) -> None:
    """Let an application tell of a failure by the rule it happened at: Flask itself writes the address."""

    def log_exception(exc_info: Raised) -> None:
        app.logger.error("failed at %s", route_of(request.environ), exc_info=exc_info)

    app.log_exception = log_exception  # type: ignore[method-assign]
