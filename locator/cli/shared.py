"""What the commands share: the group, options, and the house's errors as sentences and exit codes."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from locator import __version__
from locator._errors import ConfigurationError, InputError, LocatorError, NotFoundError
from locator._settings import Settings, publish_datum
from locator.holidays import use
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Callable

    from locator.catalog import Catalog
    from locator.datum import Datum
    from locator.hits import Hit
    from locator.store import Store
    from locator.street_search import StreetNetworks


_CALLERS_MISTAKE, _OURS = 2, 1


def spoken(command: Callable[..., None]) -> Callable[..., None]:
    """Turn the house's errors into a sentence and an exit code."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        try:
            command(*args, **kwargs)
        except LocatorError as error:
            click.echo(error.text.of(language()), err=True)
            theirs = isinstance(error, InputError | NotFoundError | ConfigurationError)
            sys.exit(_CALLERS_MISTAKE if theirs else _OURS)

    return run


def opened_store(store: str | None) -> Store:
    """Return the store at a URL; without one, the setting's or the sample's."""
    from locator.store import open_or_seed

    return open_or_seed(store or Settings.from_environ(os.environ).store)


def catalog_of(store: str | None, as_of: str | None = None) -> Catalog:
    """Return the snapshot of a store, as it is or as it was."""
    from locator.catalog import Catalog

    then = past(as_of)
    return Catalog.of(opened_store(store), then)


def networks_of(path: str | None) -> StreetNetworks | None:
    """Return the street networks of a file; without one, the setting's, else none."""
    path = path or Settings.from_environ(os.environ).network
    if path is None:
        return None
    from locator.street_search import StreetNetworks

    return StreetNetworks(path)


def published() -> Datum:
    """Return the datum that positions are published in: what is printed and written is in it."""
    return publish_datum(Settings.from_environ(os.environ))


def past(as_of: str | None) -> datetime | None:
    """Return the instant of --as-of."""
    from locator.readers import past_instant

    return past_instant(as_of, datetime.now(SHANGHAI))


def language() -> str:
    """Return the language of the terminal, as POSIX names it."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides, as in POSIX
    return next((os.environ[name] for name in names if os.environ.get(name)), "")


STORE = click.option(
    "--store", metavar="URL", help="Store to use [default: LOCATOR_STORE, else ./locator.db]."
)


JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


NETWORK = click.option(
    "--network",
    metavar="FILE",
    help="Travel over the streets of this file [default: LOCATOR_NETWORK, else by straight line].",
)


AS_OF = click.option("--as-of", metavar="TEXT", help="From the data as they were then, ISO 8601.")


def question_options(*left_out: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add the parameters of the nearest contract, by the same names, without some."""
    texts = {
        "datum": "wgs84, gcj02 or bd09: of what is given and of what comes back.",
        "at": "ISO 8601 time; without an offset, Shanghai's.",
        "kind": "Kinds, separated by commas.",
        "needs_amenity": "Equipment that must be there, separated by commas.",
        "group": "Your groups, separated by commas.",
        "open": "any, now, or arrival (open, or opening, once there).",
        "stay": "Minutes that must be left before closing.",
        "offer": "any, or now (an offer that can be used on arrival).",
        "mode": "walk, ride or drive.",
        "max_minutes": "Outer bound in minutes.",
        "max_m": "Outer bound in metres.",
        "needs": "Needs (learn, enjoy, rest, complain, help, save), any of them.",
        "sort": "soonest, distance, price or rent.",
        "limit": "How many, 1-50.",
        "district": "GB/T 2260 code or name.",
        "rent_min": "Homes from this rent on, CNY a month.",
        "rent_max": "Homes up to this rent, CNY a month.",
        "vacancies": "Homes with at least so many free.",
        "words": "zh or en: the answers also in a line of words.",
    }

    def add(command: Callable[..., None]) -> Callable[..., None]:
        for name, text in reversed(texts.items()):
            if name not in left_out:
                command = click.option(f"--{name.replace('_', '-')}", name, metavar="TEXT", help=text)(
                    command
                )
        return command

    return add


def invented(hit: Hit) -> str:
    """Return what marks a hit as invented, unless its name says so."""
    return "（示例）" if hit.service.demo and "示例" not in hit.service.name else ""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Find the service an outdoor worker can use soonest."""
    use(Settings.from_environ(os.environ).holidays)
