"""`make bench`: figures in one run, side by side. Nothing here passes or fails."""

from __future__ import annotations

from tests.benchmarks import first_answer

first_answer.main()
