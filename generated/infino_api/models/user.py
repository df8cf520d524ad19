# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `User`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, optional, secret_extras


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class User(Model):
    """A user.

    Attributes:
        name: Name of the user.
        version: Date of the document's grammar, 2025-01-01.
        password: Password; only sent, never told.
        roles: Names of the roles.
        account_id: Id of the account.
    """

    name: str = optional()
    version: str | None = optional()
    password: str | None = optional(secret=True)
    roles: list[str] | None = optional()
    account_id: str | None = optional()
    additional_properties: dict[str, Any] = secret_extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("name", ("name", "username"), readers.text, read_only=True, required=True),
        WireField("version", ("Version", "version"), readers.text),
        WireField("password", ("Password", "password"), readers.text),
        WireField("roles", ("Roles", "roles"), readers.items(readers.text)),
        WireField("account_id", ("account_id", "AccountId"), readers.text, read_only=True),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "User")
