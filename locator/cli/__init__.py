"""The command line: the same verbs as the web. Exit 0 ok, 2 the caller's mistake, 1 ours."""

# Each room adds its commands to the group.
from locator.cli import (  # noqa: F401
    asking,
    backup,
    calendar,
    circles,
    coverage,
    desk,
    files,
    network,
    pictures,
    plan,
    records,
    running,
    steward,
)
from locator.cli.shared import main

__all__ = ["main"]
