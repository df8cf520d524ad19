"""The calls of `client.roles` that take a document: a model, an object or YAML text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino_api.api.roles import create as _create
from infino_api.api.roles import update as _update

from infino.runtime.call import Call
from infino.runtime.encode import versioned

if TYPE_CHECKING:
    from infino_api.models.role import Role


def create(name: str, document: Role | Mapping[str, Any] | str) -> Call[bool]:
    """Create a role, or replace it.

    Args:
        name: Name of the role.
        document: Version and Permissions, as a model, an object or YAML text.

    Returns:
        True when it was stored.

    Raises:
        ValidationError: The document is neither an object nor YAML.

    Examples:
        >>> client.roles.create("reader", {"Permissions": [
        ...     {"ResourceType": "record", "Actions": ["read"], "Resources": ["logs-*"]}]})
    """
    return _create.request(name, versioned(document, "roles.create"))


def update(name: str, document: Role | Mapping[str, Any] | str) -> Call[bool]:
    """Change a role.

    Args:
        name: Name of the role.
        document: What changes, as a model, an object or YAML text.

    Returns:
        True when it was changed.

    Raises:
        NotFoundError: There is no such role.

    Examples:
        >>> client.roles.update("reader", {"Permissions": []})
    """
    return _update.request(name, versioned(document, "roles.update"))
