"""What a caller may choose about one upload, and how its source is to be read where it does not say so itself."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import iscoroutinefunction
from typing import Any, Literal, TypeAlias, get_args

import attrs

from infino.core.errors import ValidationError, check_whole
from infino.core.retry import RetryPolicy, Timeouts

Operation = Literal["index", "create", "update", "delete", "ready"]
OnError = Literal["raise", "collect"]
Format = Literal["auto", "ndjson", "json", "csv", "tsv", "parquet", "arrow"]
IdChoice = str | Callable[[Mapping[str, Any]], Any] | None

# Below the 4 MB at which gateways may refuse a body.
CHUNK_BYTES = 3 * 1024 * 1024
CHUNK_RECORDS = 5000
# A pause doubles up to 15 s, so eight tries ride out an outage of about a minute.
PATIENCE = RetryPolicy(attempts=8, deadline=None)


def policy_of(transport: Any) -> RetryPolicy:
    """Return the retry policy of an upload that names none: the client's where it was chosen, else a patient one."""
    config = getattr(transport, "config", None)
    return config.retry if config is not None and "retry" in config.sources else PATIENCE


def _choice(literal: Any) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    allowed = get_args(literal)

    def check(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value not in allowed:
            raise ValidationError(f"{attribute.name} must be one of {', '.join(allowed)}, not {value!r}")

    return check


def _at_least(least: int) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    def check(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
        check_whole(attribute.name, value, least)

    return check


def _policy(_: object, __: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, RetryPolicy):
        raise ValidationError(f"retry must be a RetryPolicy, such as RetryPolicy(attempts=3), not {value!r}")


def check_progress(choice: Any, *, bar: bool = True) -> None:
    """Refuse what can show nothing, as True where there is no `bar`, and an async function: nobody would await it."""
    if choice is not None and not callable(choice) and not (bar and isinstance(choice, bool)):
        wanted = "True, False, None or a function" if bar else "a function, or None"
        raise ValidationError(f"progress must be {wanted}, not {choice!r}")
    if iscoroutinefunction(choice) or iscoroutinefunction(getattr(choice, "__call__", None)):  # noqa: B004  # the method is looked at, not called
        raise ValidationError("progress must be a plain function, not an async one: it is called and never awaited")


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

    op: Operation = attrs.field(default="index", validator=_choice(Operation))
    id: IdChoice = None
    upsert: bool = False
    chunk_bytes: int = attrs.field(default=CHUNK_BYTES, validator=_at_least(64))
    chunk_records: int = attrs.field(default=CHUNK_RECORDS, validator=_at_least(1))
    concurrency: int = attrs.field(default=4, validator=_at_least(1))
    on_error: OnError = attrs.field(default="raise", validator=_choice(OnError))
    dead_letter: str | os.PathLike[str] | None = None
    checkpoint: str | os.PathLike[str] | None = None
    progress: Any = attrs.field(default=None, validator=lambda _, __, value: check_progress(value))
    retry: RetryPolicy = attrs.field(default=PATIENCE, validator=_policy)
    timeout: float | None = attrs.field(default=None, validator=lambda _, __, value: Timeouts.of(value, Timeouts()))

    def __attrs_post_init__(self) -> None:
        if self.op == "ready" and self.id is not None:
            raise ValidationError("op='ready' takes the ids from the action lines: leave out id")
        if self.op in ("update", "delete") and self.id is None:
            raise ValidationError(f"op={self.op!r} needs to know which record is meant: give id=")
        if self.upsert and self.op != "update":
            raise ValidationError("upsert=True belongs to op='update'")
        if self.id == "":
            raise ValidationError("id is empty: give the name of a field, a function, or None")


TextType = Literal["text", "number", "boolean"]
_Field: TypeAlias = "attrs.Attribute[Any]"


def _flag(_: object, attribute: _Field, value: object) -> None:
    if value is not None and not isinstance(value, bool):
        raise ValidationError(f"{attribute.name} must be True, False or None, not {value!r}")


def _character(_: object, attribute: _Field, value: Any) -> None:
    if not (isinstance(value, str) and len(value) == 1 and value.isascii() and value not in "\r\n"):
        raise ValidationError(f"{attribute.name} must be one character, not {value!r}")


def _encoding(_: object, attribute: _Field, value: Any) -> None:
    try:
        # Not by `codecs.lookup`, which also knows codings that are not of text, such as base64.
        io.TextIOWrapper(io.BytesIO(), value or "utf-8")
    except (LookupError, TypeError):
        raise ValidationError(f"{attribute.name} must name an encoding, such as 'latin-1', not {value!r}") from None


def _types(_: object, attribute: _Field, value: Any) -> None:
    found = value.values() if isinstance(value, Mapping) else () if value in (None, "text") else ("no",)
    if not set(found) <= set(get_args(TextType)):
        raise ValidationError(
            f"{attribute.name} must be 'text', or say text, number or boolean of columns, not {value!r}"
        )


def _texts(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _names(value: Any) -> Any:
    if isinstance(value, str):
        raise ValidationError(f"columns must be the names in a list, not the text {value!r}")
    return None if value is None else tuple(value)


_OPTIONAL: Any = attrs.validators.optional(_character)


@attrs.frozen
class ReadOptions:
    """The settings for reading one source.

    Args:
        format: Format of a file: `ndjson`, `json`, `csv`, `tsv`, `parquet`, `arrow`, or `auto` to recognise it.
        index: Whether the index of a pandas frame is written, under its name or as `index`; None writes any index
            but a plain count of the rows.
        encoding: Encoding of a text file; None takes UTF-8, and UTF-16 or UTF-32 where the file says so.
        delimiter: What separates the fields of a CSV file; None finds out.
        quote: What stands around a field that holds a delimiter; None where nothing does.
        header: Whether the first line of a CSV file names the columns.
        columns: Names of the columns of a CSV file, in place of those in its header.
        null: Text, or several, that stands for a missing value, beside the empty field.
        comment: Character that starts a line to leave out.
        skip: Lines before the header.
        decimal: What separates the whole part of a number from its fraction.
        types: `text` leaves every field of a CSV file as it stands; a mapping says of columns whether they hold
            `text`, `number` or `boolean`; None finds out.
    """

    format: Format = attrs.field(default="auto", validator=_choice(Format))
    index: bool | None = attrs.field(default=None, validator=_flag)
    encoding: str | None = attrs.field(default=None, validator=_encoding)
    delimiter: str | None = attrs.field(default=None, validator=_OPTIONAL)
    quote: str | None = attrs.field(default='"', validator=_OPTIONAL)
    header: bool = attrs.field(default=True, validator=attrs.validators.instance_of(bool))
    columns: Sequence[str] | None = attrs.field(default=None, converter=_names)
    null: Sequence[str] = attrs.field(default=(), converter=_texts)
    comment: str | None = attrs.field(default=None, validator=_OPTIONAL)
    skip: int = attrs.field(default=0, validator=_at_least(0))
    decimal: str = attrs.field(default=".", validator=_character)
    types: Literal["text"] | Mapping[str, TextType] | None = attrs.field(default=None, validator=_types)

    def __attrs_post_init__(self) -> None:
        if not self.header and not self.columns:
            raise ValidationError("header=False needs columns=, the names of the fields")

    @property
    def of_delimited(self) -> list[str]:
        """The settings that were chosen and that only delimited text has."""
        plain = ReadOptions()
        own = ("delimiter", "quote", "header", "columns", "null", "comment", "skip", "decimal", "types")
        return [name for name in own if getattr(self, name) != getattr(plain, name)]

    def check_kinds(self, kinds: Iterable[str], *, pandas: bool = False) -> None:
        """Refuse settings that would have no effect.

        Args:
            kinds: What the source holds: formats of files, or a word such as `records`.
            pandas: Whether it is a frame of pandas.

        Raises:
            ValidationError: A setting was chosen that nothing in the source has.
        """
        kinds = sorted(set(kinds))
        if kinds and not {"csv", "tsv"}.intersection(kinds) and (names := self.of_delimited):
            raise ValidationError(f"{names[0]}= belongs to CSV files, and the source holds {' and '.join(kinds)}")
        if self.index and not pandas:
            raise ValidationError(f"index=True belongs to frames of pandas, and the source holds {' and '.join(kinds)}")
