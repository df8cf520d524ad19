from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, masked, secret_extras


@attrs.define(kw_only=True, repr=False)
class User(Model):
    """A user.

    Attributes:
        name: Name of the user.
        version: Date of the document's grammar, 2025-01-01.
        password: Password; only sent, never told.
        roles: Names of the roles.
        account_id: Id of the account.
    """

    name: str | None = None
    version: str | None = None
    password: str | None = attrs.field(default=None, repr=masked)
    roles: list[str] | None = None
    account_id: str | None = None
    additional_properties: dict[str, Any] = secret_extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("name", ("name", "username"), readers.text, True),
        Field("version", ("Version", "version"), readers.text),
        Field("password", ("Password", "password"), readers.text),
        Field("roles", ("Roles", "roles"), readers.items(readers.text)),
        Field("account_id", ("account_id", "AccountId"), readers.text, True),
    )
