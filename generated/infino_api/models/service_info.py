from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class ServiceInfo(Model):
    """What a gateway says of itself.

    Attributes:
        version: Version of the service; some gateways answer an object.
        status: Health in a word.
        message: The answer of gateways that speak plain text.
        cluster_name: Name of the cluster.
        cluster_uuid: Id of the cluster.
    """

    version: Any | None = None
    status: str | None = None
    message: str | None = None
    cluster_name: str | None = None
    cluster_uuid: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("version", ("version",), readers.anything),
        Field("status", ("status",), readers.text),
        Field("message", ("message",), readers.text),
        Field("cluster_name", ("cluster_name",), readers.text),
        Field("cluster_uuid", ("cluster_uuid",), readers.text),
    )
