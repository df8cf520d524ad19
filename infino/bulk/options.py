"""What a caller may choose about one upload."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from inspect import iscoroutinefunction
from typing import Any, Literal

import attrs

from infino.core.errors import ValidationError
from infino.core.retry import RetryPolicy
from infino.core.timeouts import Timeouts

Operation = Literal["index", "create", "update", "delete", "ready"]
OnError = Literal["raise", "collect"]
IdChoice = str | Callable[[Mapping[str, Any]], Any] | None

OPERATIONS = ("index", "create", "update", "delete", "ready")
CHUNK_BYTES = 3 * 1024 * 1024
CHUNK_RECORDS = 5000
# A pause doubles up to 15 s, so eight tries ride out an outage of about a minute.
PATIENCE = RetryPolicy(attempts=8, deadline=None)


def policy_of(transport: Any) -> RetryPolicy:
    """Return the retry policy of an upload that names none: the client's where it was chosen, else a patient one."""
    config = getattr(transport, "config", None)
    return config.retry if config is not None and "retry" in config.sources else PATIENCE


def _choice(*allowed: str) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    def check(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value not in allowed:
            raise ValidationError(f"{attribute.name} must be one of {', '.join(allowed)}, not {value!r}")

    return check


def _at_least(least: int) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    def check(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise ValidationError(f"{attribute.name} must be a whole number of at least {least}, not {value!r}")

    return check


def _policy(_: object, __: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, RetryPolicy):
        raise ValidationError(f"retry must be a RetryPolicy, such as RetryPolicy(attempts=3), not {value!r}")


def _timeout(_: object, __: attrs.Attribute[Any], value: Any) -> None:
    Timeouts.of(value, Timeouts())


def check_progress(choice: Any) -> None:
    """Refuse a function that would never run.

    Args:
        choice: None, True or False, or a function that takes a `Progress`.

    Raises:
        ValidationError: It is an async function, which nobody awaits.
    """
    if iscoroutinefunction(choice) or iscoroutinefunction(getattr(choice, "__call__", None)):  # noqa: B004  # the method is looked at, not called
        raise ValidationError("progress must be a plain function, not an async one: it is called and never awaited")


def _progress(_: object, __: attrs.Attribute[Any], value: Any) -> None:
    check_progress(value)


@attrs.frozen
class BulkOptions:
    """The settings of one upload.

    Args:
        op: What to do with each record; `ready` means that the source already holds action lines.
        id: Name of the field that identifies a record, or a function of the record; None lets the service assign.
        upsert: With `update`: create the record where there is none.
        chunk_bytes: Largest request body, in bytes.
        chunk_records: Most records in one request.
        concurrency: Most requests in flight.
        on_error: `raise` ends in a `BulkError` when a record was not accepted; `collect` only reports.
        dead_letter: File that takes the records that were not accepted, with the reason.
        checkpoint: File that lets a killed upload go on.
        progress: None for silence, True for a bar, or a function that takes a `Progress`.
        retry: Which requests and records are tried again, how often and with which pauses; by default the policy that
            was chosen for the client, else a patient one. Its `deadline` counts from the first try of each request.
            425, 429 and 503 mean that nothing was processed, so these requests are sent again also without ids;
            the other statuses of the policy only with ids.
        timeout: Seconds one request may take, or None for the client's limits.
    """

    op: Operation = attrs.field(default="index", validator=_choice(*OPERATIONS))
    id: IdChoice = None
    upsert: bool = False
    chunk_bytes: int = attrs.field(default=CHUNK_BYTES, validator=_at_least(64))
    chunk_records: int = attrs.field(default=CHUNK_RECORDS, validator=_at_least(1))
    concurrency: int = attrs.field(default=4, validator=_at_least(1))
    on_error: OnError = attrs.field(default="raise", validator=_choice("raise", "collect"))
    dead_letter: str | os.PathLike[str] | None = None
    checkpoint: str | os.PathLike[str] | None = None
    progress: Any = attrs.field(default=None, validator=_progress)
    retry: RetryPolicy = attrs.field(default=PATIENCE, validator=_policy)
    timeout: float | None = attrs.field(default=None, validator=_timeout)

    def __attrs_post_init__(self) -> None:
        if self.op == "ready" and self.id is not None:
            raise ValidationError("op='ready' takes the ids from the action lines: leave out id")
        if self.op in ("update", "delete") and self.id is None:
            raise ValidationError(f"op={self.op!r} needs to know which record is meant: give id=")
        if self.upsert and self.op != "update":
            raise ValidationError("upsert=True belongs to op='update'")
        if self.id == "":
            raise ValidationError("id is empty: give the name of a field, a function, or None")
