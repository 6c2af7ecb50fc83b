"""The only rooms that know SQL: services and every change ever made to them."""

from locator.store.edits import Difference
from locator.store.history import Batch, Change
from locator.store.sample import open_or_seed, sample_services
from locator.store.store import Store, Stored

__all__ = ["Batch", "Change", "Difference", "Store", "Stored", "open_or_seed", "sample_services"]
