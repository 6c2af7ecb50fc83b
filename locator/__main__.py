"""`python -m locator` is the command line."""

from locator.cli import main

main()
