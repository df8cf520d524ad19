# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Account`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, always, extras, optional

if TYPE_CHECKING:
    from .storage_quota import StorageQuota


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Account(Model):
    """The account behind the credentials.

    Attributes:
        id: Id of the account.
        name: Name of the account.
        storage_quota: How much storage is used.
    """

    id: str | None = optional()
    name: str | None = optional()
    storage_quota: StorageQuota = always()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("id", ("account_id", "id"), readers.text),
        WireField("name", ("name",), readers.text),
        WireField(
            "storage_quota", ("storage_quota",), readers.model("storage_quota", "StorageQuota"), required=True
        ),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Account")
