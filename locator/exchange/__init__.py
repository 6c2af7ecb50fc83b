"""The catalog in others' standards: Open Referral HSDS, OpenStreetMap's tags, and records described by a JSON Schema."""

from locator.exchange.writing import FORMATS, Written, format_of, write

__all__ = ["FORMATS", "Written", "format_of", "write"]
