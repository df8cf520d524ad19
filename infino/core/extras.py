"""What a feature needs: packages, imported on first use, and asyncio; with one sentence where it is missing."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from infino.core.errors import ConfigError
from infino.core.garbage import resting


class MissingDependencyError(ConfigError, ImportError):
    """A feature needs a package that is not installed; the message holds the pip command."""


def check_loop(operation: str | None = None) -> None:
    """Say what is missing where no event loop of asyncio runs, under trio for example."""
    import asyncio  # slow to import, and of no use to the blocking client

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        problem = "AsyncInfino needs asyncio, and no event loop of asyncio runs here; under trio use Infino in a thread"
    else:
        return
    raise ConfigError(problem, operation=operation)


def _imported(module: str) -> Any:
    if module in sys.modules:
        return import_module(module)
    with resting():
        return import_module(module)


def optional(module: str) -> Any:
    """Import an optional package, or return None where it is not installed."""
    try:
        return _imported(module)
    except ImportError:
        return None


def require(module: str, extra: str, purpose: str) -> Any:
    """Import an optional package for a purpose such as `to_pandas()`, or say which extra brings it."""
    try:
        return _imported(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingDependencyError(f"{purpose} needs {package}: pip install 'infino-sdk[{extra}]'") from error
