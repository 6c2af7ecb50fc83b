"""Cards in English say the same as in Chinese, in the same fields, for every service and hour of a week."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from locator.cards import Card, card
from locator.english import english
from locator.question import ask
from locator.search import answer

if TYPE_CHECKING:
    from datetime import datetime

    from locator import Catalog

# What is data, or no words at all.
_KEPT = {"hit", "family", "glyph", "where", "name_parts", "bar", "navigation", "gcj02"}


def numbers(text: object) -> list[str]:
    return re.findall(r"\d\d:\d\d", str(text))


@pytest.mark.parametrize("hour", range(0, 168, 7))
def test_an_english_card_gives_the_same_facts(catalog: Catalog, monday: datetime, hour: int) -> None:
    for state in ({"open": "any"}, {"open": "arrival"}):
        values = {"lon": 121.5443, "lat": 31.2732, "group": "rider,sanitation", "limit": 50, **state}
        question = ask(values, monday + timedelta(hours=hour))
        found = answer(catalog, question)
        for hit in (*found.features, *found.unknown):
            said = card(hit, question)
            told = english(said, question)
            assert told.door.state == said.door.state
            assert [f.state for f in told.facilities] == [f.state for f in said.facilities]
            assert [d.applies for d in told.deals] == [d.applies for d in said.deals]
            assert told.staying[2] == said.staying[2]
            for name in ("door", "going", "staying"):
                assert numbers(getattr(told, name)) == numbers(getattr(said, name)), name
            for each in fields(Card):
                own, other = getattr(said, each.name), getattr(told, each.name)
                if each.name in _KEPT:
                    assert own is other
                elif each.name != "deals":  # an offer's title is data
                    assert not re.search("[一-鿿]", str(other)), (each.name, other)
                    assert bool(own) == bool(other)
