"""The locator: which service can an outdoor worker use soonest, and who has none."""

from locator import _compiled  # noqa: F401  first: numba looks once
from locator._errors import (
    ConfigurationError,
    ConflictError,
    InputError,
    LocatorError,
    NotFoundError,
    StoreError,
)
from locator.along import along
from locator.catalog import Catalog
from locator.datum import convert
from locator.index import NearestIndex
from locator.search import nearest
from locator.service import Event, Offer, Service, Stop
from locator.timeline import Timeline

__version__ = "0.1.0"

__all__ = [
    "Catalog",
    "ConfigurationError",
    "ConflictError",
    "Event",
    "InputError",
    "LocatorError",
    "NearestIndex",
    "NotFoundError",
    "Offer",
    "Service",
    "Stop",
    "StoreError",
    "Timeline",
    "along",
    "convert",
    "nearest",
]
