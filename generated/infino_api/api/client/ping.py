# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `client.ping`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.service_info import ServiceInfo


_READ = shapes.greeting(readers.model("service_info", "ServiceInfo"))


def request() -> Call[ServiceInfo]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        200: What the gateway says of itself. As application/json: For example `{"version":
            "2025-06-30", "status": "healthy"}`. As text/plain: For example `"OK"`.
    """
    return Call(operation="client.ping", method="GET", path="/", retry="safe", accept="bytes", parse=_READ)
