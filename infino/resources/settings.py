"""What may be chosen about an upload: once with its types for checkers, once with its defaults for editors."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar

if TYPE_CHECKING:
    from infino.bulk.options import Format, IdChoice, OnError, Operation, TextType
    from infino.bulk.progress import Progress
    from infino.core.retry import RetryPolicy

F = TypeVar("F", bound=Callable[..., Any])


class BulkSettings(TypedDict, total=False):
    """What may be chosen about an upload; `BulkOptions` and `ReadOptions` of `infino.bulk` explain each."""

    id: IdChoice
    op: Operation
    upsert: bool
    format: Format
    index: bool | None
    encoding: str | None
    delimiter: str | None
    quote: str | None
    header: bool
    columns: Sequence[str] | None
    null: str | Sequence[str]
    comment: str | None
    skip: int
    decimal: str
    types: Literal["text"] | Mapping[str, TextType] | None
    chunk_bytes: int
    chunk_records: int
    concurrency: int
    on_error: OnError
    dead_letter: str | os.PathLike[str] | None
    checkpoint: str | os.PathLike[str] | None
    progress: bool | Callable[[Progress], Any] | None
    retry: RetryPolicy
    timeout: float | None


class _OfClient:
    """Stands for the policy that was chosen for the client, else a patient one."""

    def __repr__(self) -> str:
        return "<that of the client>"


# Not None: help would show `retry=None`, as if there were no retries.
_OF_CLIENT: Any = _OfClient()


def chosen(
    *,
    id: IdChoice = None,
    op: Operation = "index",
    upsert: bool = False,
    format: Format = "auto",
    index: bool | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    quote: str | None = '"',
    header: bool = True,
    columns: Sequence[str] | None = None,
    null: str | Sequence[str] = (),
    comment: str | None = None,
    skip: int = 0,
    decimal: str = ".",
    types: Literal["text"] | Mapping[str, TextType] | None = None,
    # 3 MiB, written out for editors, which show it; a test holds all of these to those of `BulkOptions`.
    chunk_bytes: int = 3145728,
    chunk_records: int = 5000,
    concurrency: int = 4,
    on_error: OnError = "raise",
    dead_letter: str | os.PathLike[str] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    progress: bool | Callable[[Progress], Any] | None = None,
    retry: RetryPolicy = _OF_CLIENT,
    timeout: float | None = None,
    **others: Any,
) -> dict[str, Any]:
    """Return the settings of an upload; editors follow `**settings` to here, and complete and show each of them.

    What else is given goes along, and is refused under the name of the method that was called.
    """
    # `locals()` as the first statement is exactly the parameters.
    settings = {**locals(), **others}
    del settings["others"]
    if retry is _OF_CLIENT:
        del settings["retry"]
    return settings


def with_settings(method: F) -> F:
    """Let `help` and IPython, which look at the signature of a method, see each setting too."""
    shown = signature(method)
    parameters = [*shown.parameters.values(), *signature(chosen).parameters.values()]
    own = [parameter for parameter in parameters if parameter.kind is not Parameter.VAR_KEYWORD]
    method.__signature__ = shown.replace(parameters=own)  # type: ignore[attr-defined]  # functions have it (PEP 362)
    return method
