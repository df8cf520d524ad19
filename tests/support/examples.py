"""One property as two tests: a fixed slice of examples in every run, and many new ones in a long run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

Test = Callable[..., None]


def few_and_many(check: Test, few: int, **drawn: SearchStrategy[Any]) -> tuple[Test, Test]:
    """Return the test of every run and the one of `make soak`; marks on the check are theirs too."""
    healthy = list(HealthCheck)
    short = settings(max_examples=few, suppress_health_check=healthy)(given(**drawn)(check))
    many = settings(settings.get_profile("soak"), suppress_health_check=healthy)(given(**drawn)(check))
    return short, pytest.mark.soak(many)
