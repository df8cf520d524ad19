"""User and role documents: the grammar they share, as YAML text, plain object or model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib.util import find_spec
from typing import Any, Final

from infino.core.errors import ConfigError, ValidationError

VERSION: Final = "2025-01-01"


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


def _plain(value: Any) -> Any:
    """Undo what YAML makes of dates: `Version` is text on the wire."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def checked_document(document: Any, operation: str) -> Any:
    """Check a document before it is sent. YAML text is sent as it is, an object gets its Version.

    Args:
        document: A model, an object or YAML text.
        operation: The operation, for the error.

    Raises:
        ValidationError: It is neither, or no YAML.
    """
    if isinstance(document, str):
        if find_spec("yaml") is not None:  # without the extra the service is the one to judge
            parse_yaml(document, operation)
        return document
    return as_object(document, operation)


def as_object(document: Any, operation: str) -> dict[str, Any]:
    """Return a document as a plain object.

    Args:
        document: A model, an object or YAML text.
        operation: The operation, for the error.

    Raises:
        ValidationError: It is neither.
    """
    if isinstance(document, str):
        return parse_yaml(document, operation)
    to_body = getattr(document, "to_body", None)
    if callable(to_body):
        document = to_body()
    if not isinstance(document, Mapping):
        kind, document = type(document).__name__, None
        raise ValidationError(f"pass the document as a model, an object or YAML text, not {kind}", operation=operation)
    if operation.endswith(".update") or any(str(key).lower() == "version" for key in document):
        return dict(document)
    return {"Version": VERSION, **document}
