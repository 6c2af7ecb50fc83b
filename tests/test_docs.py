"""What exists is documented, and what is documented exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from locator._settings import Settings, variable_of
from locator.cli import main
from locator.question import PARAMETERS

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

ROOT = Path(__file__).parent.parent
# Each language's README and its chapters, as one text.
MANUALS = {
    language: "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / readme, *sorted((ROOT / chapters).glob("*.md")))
    )
    for language, readme, chapters in (("en", "README.md", "docs"), ("zh", "README.zh-CN.md", "docs/zh"))
}
READMES = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md")]
# Files that pages fetch by themselves.
_PARTS_OF_PAGES = {
    "/static/<path:filename>",
    "/assets/<tag>/<path:name>",
    "/outline/<city>.json",
    "/favicon.ico",
    "/scripts/<tag>/<named>/<name>",
    "/manifest.webmanifest",
    "/icon-<int:size>.png",
    "/sw.js",
    "/offline",
}


@pytest.mark.parametrize("language", MANUALS)
def test_every_setting_command_and_parameter_is_in_the_manual(language: str) -> None:
    manual = MANUALS[language]
    for name in Settings.__dataclass_fields__:
        assert f"`{variable_of(name)}`" in manual
    for name in main.commands:
        assert f"locator {name} " in manual
    for name in PARAMETERS:
        assert f"`{name}`" in manual
    assert set(re.findall(r"LOCATOR_[A-Z_]+", manual)) == {
        variable_of(n) for n in Settings.__dataclass_fields__
    }


def test_every_endpoint_of_the_api_is_in_the_manual(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.rule not in _PARTS_OF_PAGES | {"/", "/s/<service_id>"}:
            # The desk's pages lead to one another: people need to know the first.
            stem = "/steward" if rule.rule.startswith("/steward") else rule.rule.split("<")[0]
            assert all(stem in manual for manual in MANUALS.values()), rule.rule


def test_every_curl_line_of_the_readme_answers(client: FlaskClient) -> None:
    for readme in READMES:
        paths = re.findall(r"curl 'http://127\.0\.0\.1:8000([^']+)'", readme)
        assert len(paths) == 5
        for path in paths:
            assert client.get(path).status_code == 200, path


def test_both_readmes_name_the_two_commands_and_the_picture() -> None:
    for readme in READMES:
        assert "make serve" in readme
        assert "make test" in readme
    assert (ROOT / "docs/pictures/courier.png").stat().st_size > 20_000


def test_every_chapter_is_linked_from_its_readme_and_every_link_leads_somewhere() -> None:
    for readme, chapters in (("README.md", "docs"), ("README.zh-CN.md", "docs/zh")):
        pages = [ROOT / readme, *sorted((ROOT / chapters).glob("*.md"))]
        linked = set()
        for page in pages:
            for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
                if not target.startswith(("http://", "https://", "mailto:")):
                    assert (page.parent / target).exists(), (page.name, target)
                    linked.add((page.parent / target).resolve())
        assert {page.name for page in pages[1:] if page not in linked} == set()
