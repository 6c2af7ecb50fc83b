"""What is installed: every dependency has one version with its hashes, from no particular place."""

from __future__ import annotations

import configparser
import re
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, str]:
    return {
        plain(name): version for name, version in re.findall(r"^([\w.-]+)==([\w.+!-]+)", LOCK, re.MULTILINE)
    }


def needed() -> list[Requirement]:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return [Requirement(line) for line in config["options"]["install_requires"].split("\n") if line.strip()]


def test_everything_that_is_needed_is_locked_to_a_version_that_is_allowed() -> None:
    versions = locked()
    assert len(needed()) > 30
    for requirement in needed():
        name = plain(requirement.name)
        assert name in versions, f"{name}: run `make lock`"
        assert requirement.specifier.contains(versions[name]), f"{name}=={versions[name]}: run `make lock`"


def test_what_the_needed_need_is_locked_too() -> None:
    versions = locked()
    for name in versions:
        try:
            wants = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # on this machine another version does without it
        for line in wants:
            requirement = Requirement(line)
            if requirement.marker is None and metadata.version(name) == versions[name]:
                assert plain(requirement.name) in versions, f"{name} needs {requirement.name}"


def test_every_locked_version_has_its_hashes() -> None:
    blocks = re.split(r"^(?=[\w.-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(locked()) > 50
    for block in blocks:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block[:60]


def test_the_lock_names_no_place_and_no_machine() -> None:
    assert not re.search(
        r"https?:|file:|--(?:extra-)?index-url|--find-links|--trusted-host|@ |/(?:home|root|tmp|opt|work)/",
        LOCK,
    )


def test_make_knows_how_to_lock_and_to_audit() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "--generate-hashes" in makefile.split("\nlock:")[1].split("\n\n")[0]
    assert "pip-audit" in makefile.split("\naudit:")[1].split("\n\n")[0]
