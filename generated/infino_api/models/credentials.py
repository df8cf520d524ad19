# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Credentials`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, optional, secret_extras


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Credentials(Model):
    """Keys of a user, shown this one time.

    Attributes:
        username: Name of the user.
        access_key: Access key.
        secret_key: Secret key.
        password: Password.
        account_id: Id of the account.
        status: State in a word.
        message: Text for people.
    """

    username: str | None = optional()
    access_key: str | None = optional(secret=True)
    secret_key: str | None = optional(secret=True)
    password: str | None = optional(secret=True)
    account_id: str | None = optional()
    status: str | None = optional()
    message: str | None = optional()
    additional_properties: dict[str, Any] = secret_extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("username", ("username", "name"), readers.text),
        WireField("access_key", ("access_key", "AccessKey"), readers.text),
        WireField("secret_key", ("secret_key", "SecretKey"), readers.text),
        WireField("password", ("password",), readers.text),
        WireField("account_id", ("account_id", "AccountId"), readers.text),
        WireField("status", ("status",), readers.text),
        WireField("message", ("message",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Credentials")
