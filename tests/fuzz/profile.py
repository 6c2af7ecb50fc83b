"""How much is tried: in the default run the same few each time, for `make fuzz` many, others with each seed."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

LONG = "LOCATOR_FUZZ_MIN" in os.environ
fuzzed = settings(
    max_examples=150 if LONG else 60,
    deadline=None,
    derandomize=not LONG,
    database=None,
    print_blob=LONG,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
