"""The typed objects the service answers with, loaded one by one when they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino_api.models import *  # noqa: F403  # whatever the document describes


def __getattr__(name: str) -> Any:
    import infino_api.models

    if name == "__all__":
        return [name for name in dir(infino_api.models) if not name.startswith("_")]
    if name.startswith("__"):
        raise AttributeError(f"module 'infino.models' has no attribute {name!r}")
    return getattr(infino_api.models, name)


def __dir__() -> list[str]:
    import infino_api.models

    return dir(infino_api.models)
