"""The calls of `client.datasets` that accept what is there already, or gone, or too new for a gateway."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs
from infino_api.api.datasets import count as _count
from infino_api.api.datasets import create as _create
from infino_api.api.datasets import delete as _delete
from infino_api.api.datasets import exists as _exists
from infino_api.api.query import dsl as _dsl

from infino.core.errors import APIError, AuthenticationError, ConflictError, NotFoundError
from infino.runtime import shapes
from infino.runtime.call import Call
from infino.runtime.errors import MissingItemError

if TYPE_CHECKING:
    from infino_api.models.dataset_created import DatasetCreated

_MISSING_HINT: Final = "some gateways answer 401 when the dataset does not exist; check its name, then the keys"


def create(name: str, *, mapping: Mapping[str, Any] | None = None, exist_ok: bool = False) -> Call[DatasetCreated]:
    """Create a dataset.

    Args:
        name: Name: lower-case letters, digits, `-`, `_` and `.`; it begins with a letter or digit.
        mapping: Types of fields; experimental, and not needed.
        exist_ok: Take a dataset of this name that exists already as success.

    Returns:
        What was acknowledged.

    Raises:
        ConflictError: It exists already, and `exist_ok` is false.
        ValidationError: The name cannot be used.

    Examples:
        >>> client.datasets.create("flights", exist_ok=True)
    """
    call = _create.request(name, mapping=mapping)

    def existing(error: APIError) -> DatasetCreated:
        # After a lost answer the dataset in our way is the one that we have just created.
        if not isinstance(error, ConflictError) or not (exist_ok or error.after_lost_attempt):
            raise error
        return call.parse({"acknowledged": True, "index": name})

    return attrs.evolve(call, recover=existing)


def delete(name: str, *, missing_ok: bool = False) -> Call[bool]:
    """Delete a dataset and all its records. This cannot be undone.

    Args:
        name: Name of the dataset.
        missing_ok: Return False when there is no such dataset, instead of raising.

    Returns:
        True when the dataset was deleted.

    Raises:
        NotFoundError: There is no such dataset, and `missing_ok` is false.

    Examples:
        >>> client.datasets.delete("flights", missing_ok=True)
    """

    def missing(error: APIError) -> bool:
        # Some gateways say 401 of a missing dataset; it stays an error, for the keys may be wrong as well.
        if isinstance(error, AuthenticationError):
            error.hint = _MISSING_HINT
        if missing_ok and isinstance(error, NotFoundError):
            return error.after_lost_attempt  # it was there, and the answer that said so was lost
        return shapes.gone(error)

    return attrs.evolve(_delete.request(name), recover=missing)


def exists(name: str) -> Call[bool]:
    """Tell whether there is a dataset of this name.

    Args:
        name: Name of the dataset.

    Returns:
        False only when the service says that it does not exist.

    Raises:
        APIError: The service refused to tell.

    Examples:
        >>> client.datasets.exists("flights")
    """
    call: Call[Any] = _exists.request(name)
    read = call.parse

    def there(answer: Any) -> bool:
        try:
            read(answer)
        # Some gateways answer with an empty list instead of a 404.
        except MissingItemError:
            return False
        return True

    def missing(error: APIError) -> bool:
        if isinstance(error, NotFoundError):
            return False
        raise error

    return attrs.evolve(call, parse=there, recover=missing)


def count(name: str) -> Call[int]:
    """Count the records of a dataset; by a query where the gateway has no route for it.

    Args:
        name: Name of the dataset.

    Returns:
        The number of records.

    Raises:
        NotFoundError: There is no such dataset.

    Examples:
        >>> client.datasets.count("flights")
    """
    call = _count.request(name)
    # No hits, but their exact number.
    search = _dsl.request(name, {"query": {"match_all": {}}, "size": 0, "track_total_hits": True})
    # Errors name the method that was called, not the way that it took.
    return attrs.evolve(call, instead=attrs.evolve(search, operation=call.operation, parse=_total))


def _total(answer: Any) -> int:
    # Older services tell the total as a bare number, newer ones as an object (Elasticsearch 7).
    hits = answer.get("hits", {}) if isinstance(answer, dict) else {}
    found = hits.get("total") if isinstance(hits, dict) else None
    return shapes.count(found["value"] if isinstance(found, dict) and "value" in found else found)
