"""The only rooms that know SQL: services and every change ever made to them."""

from locator.store.edits import Change, Store
from locator.store.sample import open_or_seed, sample_services

__all__ = ["Change", "Store", "open_or_seed", "sample_services"]
