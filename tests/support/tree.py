"""The methods that a client offers, found by going through it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def methods(owner: Any, path: str = "") -> Iterator[tuple[str, str, type]]:
    """Every public method of a client and of its resources, without the raw forms.

    Args:
        owner: A client or a resource.
        path: Where it is, such as `fino.threads`; empty for the client.

    Yields:
        The path of the resource, the name of the method, and the class that defines it.
    """
    kind = type(owner)
    for name in dir(kind):
        if name.startswith("_") or name == "with_raw_response":
            continue
        if callable(getattr(kind, name)):
            yield path, name, next(base for base in kind.__mro__ if name in vars(base))
        else:
            yield from methods(getattr(owner, name), f"{path}.{name}".lstrip("."))
