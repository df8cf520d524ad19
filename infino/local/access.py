"""Who is calling, and what they may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import attrs

if TYPE_CHECKING:
    from infino.local.store import DatasetView


@attrs.frozen
class Principal:
    """The verified identity behind a request."""

    username: str
    account_id: str
    admin: bool = False


class Access(Protocol):
    """What the gateway asks about keys and permissions; role rules implement the same four questions."""

    def secret_of(self, access_key: str) -> str | None:
        """Return the secret that belongs to an access key, or None for an unknown key."""
        ...

    def principal_of(self, access_key: str) -> Principal:
        """Return who owns an access key that `secret_of` knew."""
        ...

    def check(self, principal: Principal, action: str, resource_type: str, resource: str) -> None:
        """Raise a 403 `Problem` unless the principal may do `action` on the resource.

        Args:
            principal: Who asks.
            action: read, write, create or delete.
            resource_type: metadata, dataset or record.
            resource: The dataset's name, or "*" for something that belongs to no dataset.
        """
        ...

    def view(self, principal: Principal, view: DatasetView) -> DatasetView:
        """Return the dataset as the principal may see it: fields removed or masked."""
        ...
