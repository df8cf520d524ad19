# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `ServiceInfo`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class ServiceInfo(Model):
    """What a gateway says of itself.

    Attributes:
        version: Version of the service; some gateways answer an object.
        status: Health in a word.
        message: The answer of gateways that speak plain text.
        cluster_name: Name of the cluster.
        cluster_uuid: Id of the cluster.
    """

    version: Any = optional()
    status: str | None = optional()
    message: str | None = optional()
    cluster_name: str | None = optional()
    cluster_uuid: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("version", ("version",), readers.anything),
        WireField("status", ("status",), readers.text),
        WireField("message", ("message",), readers.text),
        WireField("cluster_name", ("cluster_name",), readers.text),
        WireField("cluster_uuid", ("cluster_uuid",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "ServiceInfo")
