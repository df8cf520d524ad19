# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Permission`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

if TYPE_CHECKING:
    from .field_rules import FieldRules


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Permission(Model):
    """One permission of a role.

    Attributes:
        effect: Allow or Deny; Allow when missing.
        resource_type: metadata, dataset, record, field or notifications.
        actions: read, write, create, delete.
        resources: Name patterns with a star.
        fields: Rules for single fields.
    """

    effect: Literal["Allow", "Deny"] | str | None = optional()
    resource_type: Literal["metadata", "dataset", "record", "field", "notifications"] | str | None = (
        optional()
    )
    actions: list[str] | None = optional()
    resources: list[str] | None = optional()
    fields: FieldRules | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("effect", ("Effect", "effect"), readers.text),
        WireField("resource_type", ("ResourceType", "resource_type"), readers.text),
        WireField("actions", ("Actions", "actions"), readers.items(readers.text)),
        WireField("resources", ("Resources", "resources"), readers.items(readers.text)),
        WireField("fields", ("Fields", "fields"), readers.model("field_rules", "FieldRules")),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Permission")
