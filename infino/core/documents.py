"""Documents that users write as YAML text."""

from __future__ import annotations

from datetime import date
from importlib.util import find_spec
from typing import Any

from infino.core.errors import ConfigError, ValidationError


def parse_yaml(text: str, operation: str) -> dict[str, Any]:
    """Read YAML text as one object.

    Args:
        text: The document.
        operation: The operation, for the error.

    Raises:
        ConfigError: The extra `yaml` is not installed.
        ValidationError: It is no YAML, or no object.
    """
    try:
        import yaml
    except ImportError:
        raise ConfigError("reading YAML needs an extra: pip install 'infino-sdk[yaml]'", operation=operation) from None
    document: Any = None
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        problem = f"the document is not YAML{where}: {getattr(error, 'problem', None) or 'cannot be read'}"
    else:
        problem = "" if isinstance(document, dict) else "the YAML document must be an object with keys and values"
    if problem:
        raise ValidationError(problem, operation=operation)
    return {str(key): _plain(value) for key, value in document.items()}


def check_yaml(text: str, operation: str) -> None:
    """Refuse text that is no YAML object; without the extra `yaml` the service is the one to judge.

    Args:
        text: The document.
        operation: The operation, for the error.

    Raises:
        ValidationError: It is no YAML, or no object.
    """
    if find_spec("yaml") is not None:
        parse_yaml(text, operation)


def _plain(value: Any) -> Any:
    """Undo what YAML makes of dates: `Version` is text on the wire."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
