"""User and role documents: the grammar they share, as YAML text, plain object or model."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

from infino.core.documents import A_FILE, parse_yaml
from infino.core.errors import ValidationError

# The one version of this grammar so far.
VERSION: Final = "2025-01-01"


def checked_document(document: Any, operation: str) -> Any:
    """Check a document before it is sent. YAML text is sent as it is, an object gets its Version."""
    return document if isinstance(document, str) else as_object(document, operation)


def as_object(document: Any, operation: str) -> dict[str, Any]:
    """Return a document, which is a model, an object or YAML text, as a plain object."""
    if isinstance(document, str):
        return parse_yaml(document, operation)
    if isinstance(document, os.PathLike):
        raise ValidationError(A_FILE, operation=operation)
    to_body = getattr(document, "to_body", None)
    if callable(to_body):
        document = to_body()
    if not isinstance(document, Mapping):
        kind, document = type(document).__name__, None
        raise ValidationError(f"pass the document as a model, an object or YAML text, not {kind}", operation=operation)
    # A change carries only what changes.
    if operation.endswith(".update") or any(str(key).lower() == "version" for key in document):
        return dict(document)
    return {"Version": VERSION, **document}
