from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class Identity(Model):
    """Who the credentials belong to.

    Attributes:
        username: Name of the user.
        roles: Names of the roles.
        account_id: Id of the account.
    """

    username: str | None = None
    roles: list[str] | None = None
    account_id: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("username", ("username", "user_name", "name"), readers.text),
        Field("roles", ("roles", "Roles"), readers.items(readers.text)),
        Field("account_id", ("account_id",), readers.text),
    )
