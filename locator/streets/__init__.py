"""Streets: read from OpenStreetMap, kept in one compact file, travelled on foot, by e-bike or by car."""

from locator.streets._snap import Snapped
from locator.streets.files import Streets, load, save
from locator.streets.network import StreetNetwork
from locator.streets.reading import read_streets

__all__ = ["Snapped", "StreetNetwork", "Streets", "load", "read_streets", "save"]
