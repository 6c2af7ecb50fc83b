"""docs/security.md walks the whole of ASVS level 1, and no line of it goes without a test or a stated reason."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCS = {"en": ROOT / "docs/security.md", "zh": ROOT / "docs/zh/security.md"}
# OWASP ASVS 4.0.3, level 1: chapter.section: its requirements. Chapter 1 has none at level 1.
LEVEL_1 = {
    "2.1": range(1, 13), "2.2": (1, 2, 3), "2.3": (1,), "2.5": range(1, 7), "2.7": range(1, 5), "2.8": (1,),
    "3.1": (1,), "3.2": (1, 2, 3), "3.3": (1, 2), "3.4": range(1, 6), "3.7": (1,),
    "4.1": (1, 2, 3, 5), "4.2": (1, 2), "4.3": (1, 2),
    "5.1": range(1, 6), "5.2": range(1, 9), "5.3": range(1, 11), "5.5": range(1, 5),
    "6.2": (1,), "7.1": (1, 2), "7.4": (1,), "8.2": (1, 2, 3), "8.3": range(1, 5), "9.1": (1, 2, 3),
    "10.3": (1, 2, 3), "11.1": range(1, 6),
    "12.1": (1,), "12.3": range(1, 6), "12.4": (1, 2), "12.5": (1, 2), "12.6": (1,),
    "13.1": (1, 3), "13.2": (1, 2, 3), "13.3": (1,),
    "14.2": (1, 2, 3), "14.3": (2, 3), "14.4": range(1, 8), "14.5": (1, 2, 3),
}  # fmt: skip
REASON = {"en": ("Not applicable: ", "Not done: "), "zh": ("不适用：", "没有做：")}
SHORTEST = {"en": 25, "zh": 8}


def lines(language: str) -> dict[str, tuple[str, str]]:
    """Return what is said of each requirement, and its proof."""
    text = DOCS[language].read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+) \|$", text, re.MULTILINE)
    assert len(rows) == len({number for number, *_ in rows}), "a requirement stands there twice"
    return {number: (words, proof) for number, words, proof in rows}


def names_in(path: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize("language", DOCS)
def test_every_requirement_of_level_1_is_walked(language: str) -> None:
    wanted = {f"{section}.{number}" for section, numbers in LEVEL_1.items() for number in numbers}
    assert lines(language).keys() == wanted


@pytest.mark.parametrize("language", DOCS)
def test_no_line_goes_without_a_test_that_exists_or_a_reason(language: str) -> None:
    known: dict[str, set[str]] = {}
    proved = 0
    for number, (words, proof) in lines(language).items():
        assert len(words) > 2, number
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", proof)
        for path, test in named:
            assert test.startswith("test_"), (number, test)
            assert test in known.setdefault(path, names_in(ROOT / path)), (number, path, test)
        proved += bool(named)
        if not named:
            assert proof.startswith(REASON[language]), (number, proof)
            assert len(proof) > SHORTEST[language], (number, proof)
    assert proved > 70


def test_both_languages_name_the_same_proofs() -> None:
    of = {
        language: {
            number: re.findall(r"`(tests/[^`]+)`", proof) for number, (_, proof) in lines(language).items()
        }
        for language in DOCS
    }
    assert of["en"] == of["zh"]


@pytest.mark.parametrize("language", DOCS)
def test_every_test_that_the_rest_of_the_text_names_exists(language: str) -> None:
    for path, test in re.findall(
        r"`(tests/[\w/]+\.py)(?:::(\w+))?`", DOCS[language].read_text(encoding="utf-8")
    ):
        assert (ROOT / path).is_file(), path
        assert not test or test in names_in(ROOT / path), (path, test)
