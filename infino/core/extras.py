"""Optional packages: imported on first use, with one sentence about the extra when they are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from infino.core.errors import ConfigError


class MissingDependencyError(ConfigError, ImportError):
    """A feature needs a package that is not installed; the message holds the pip command."""


def require(module: str, extra: str, purpose: str) -> Any:
    """Import an optional package, or say which extra brings it.

    Args:
        module: Module to import, such as `pyarrow.json`.
        extra: Extra of the distribution that installs it.
        purpose: What it is needed for, as the subject of a sentence: `to_pandas()`.

    Returns:
        The module.

    Raises:
        MissingDependencyError: The package is not installed.

    Examples:
        >>> require("json", "arrow", "to_arrow()").__name__
        'json'
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingDependencyError(f"{purpose} needs {package}: pip install 'infino-sdk[{extra}]'") from error
