# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Role`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

if TYPE_CHECKING:
    from .permission import Permission


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Role(Model):
    """A role and what it permits.

    Attributes:
        name: Name of the role.
        version: Date of the document's grammar, 2025-01-01.
        permissions: What it permits; may be missing.
    """

    name: str = optional()
    version: str | None = optional()
    permissions: list[Permission] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("name", ("name",), readers.text, read_only=True, required=True),
        WireField("version", ("Version", "version"), readers.text),
        WireField(
            "permissions",
            ("Permissions", "permissions"),
            readers.items(readers.model("permission", "Permission")),
        ),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Role")
