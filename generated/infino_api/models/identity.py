# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Identity`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Identity(Model):
    """Who the credentials belong to.

    Attributes:
        username: Name of the user.
        roles: Names of the roles.
        account_id: Id of the account.
    """

    username: str = optional()
    roles: list[str] | None = optional()
    account_id: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("username", ("username", "user_name", "name"), readers.text, required=True),
        WireField("roles", ("roles", "Roles"), readers.items(readers.text)),
        WireField("account_id", ("account_id",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Identity")
