"""What may be chosen about a job, read from the texts that engines hand over; secrets are refused by name."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

import attrs

from infino.core.errors import ValidationError
from infino.core.redaction import looks_secret
from infino.core.reference import ClientReference
from infino.results.search import Scan

CONNECTION: Final = ("profile", "endpoint", "region", "host", "ca_bundle", "credentials")
_PLACES: Final = (
    "name a profile, set INFINO_ACCESS_KEY and INFINO_SECRET_KEY where the tasks run, or give credentials= the import"
    " path of a provider, such as our.keys:provider"
)


def flag(name: str, text: Any) -> bool:
    """Read an option that is true or false.

    Args:
        name: Name of the option.
        text: Its value.

    Raises:
        ValidationError: It is neither.
    """
    if isinstance(text, bool):
        return text
    if str(text).lower() not in ("true", "false"):
        raise ValidationError(f"the option {name} is true or false, not {text!r}")
    return str(text).lower() == "true"


def _count(name: str, text: Any) -> int:
    try:
        found = int(str(text), 10)
    except ValueError:
        found = 0
    if found < 1:
        raise ValidationError(f"the option {name} is a whole number, 1 or more, not {text!r}")
    return found


def _names(option: str, text: Any) -> tuple[str, ...]:
    parts = text.split(",") if isinstance(text, str) else list(text)
    names = tuple(name.strip() for name in parts)
    if "" in names or len(set(names)) < len(names):
        raise ValidationError(f"the option {option} is names of columns with commas between, each once, not {text!r}")
    return names


def _body(name: str, text: Any) -> Mapping[str, Any]:
    try:
        found = json.loads(text) if isinstance(text, str) else text
    except ValueError as error:
        raise ValidationError(f"the option {name} is a search as JSON: {error}") from None
    if not isinstance(found, Mapping):
        raise ValidationError(f"the option {name} is a search, a JSON object")
    for part in ("aggs", "aggregations"):
        if part in found:
            problem = f"the option {name} reads hits, and {part} would be left out: ask for it by client.query.dsl"
            raise ValidationError(problem)
    Scan(found, 1, None, (0, 1))  # refuses what pages by itself
    return found


def _text(name: str, text: Any) -> str:
    if not isinstance(text, str) or not text:
        raise ValidationError(f"the option {name} is a text of at least one character, not {text!r}")
    return text


def _option(read: Callable[[str, Any], Any], default: Any = None) -> Any:
    return attrs.field(default=default, metadata={"read": read})


@attrs.frozen
class EngineReadOptions:
    """What to read.

    Args:
        dataset: Name of a dataset.
        sql: A statement that reads, instead of a dataset.
        search: A search of the dataset in QueryDSL, instead of all of it; its hits are read, so it has no aggregations.
        columns: Columns to read, or all.
        slices: How many tasks read side by side.
        slice_by: Column whose ranges the slices are; `_id` for a dataset.
        sequence: Of a stream: the time or the ever growing number by which new records are told.
        start: Of a stream: the value of `sequence` after which it begins; the beginning by default.
    """

    dataset: str | None = _option(_text)
    sql: str | None = _option(_text)
    search: Mapping[str, Any] | None = _option(_body)
    columns: tuple[str, ...] = _option(_names, ())
    slices: int = _option(_count, 1)
    slice_by: str | None = _option(_text)
    sequence: str | None = _option(_text)
    start: str | None = _option(_text)

    def __attrs_post_init__(self) -> None:
        if (self.dataset is None) == (self.sql is None):
            raise ValidationError("name what to read: dataset, or sql for a statement; one of the two")
        if self.search is not None and (self.sql is not None or self.slice_by is not None):
            raise ValidationError("search goes with dataset and slices, and not with sql or slice_by")
        if self.sql is not None and self.slices > 1 and self.slice_by is None:
            raise ValidationError("slices of a statement are ranges of a column of it: name one by slice_by")
        if self.start is not None and self.sequence is None:
            raise ValidationError("start is a value of the column that sequence names: give both")
        if self.sequence is not None and self.search is not None:
            raise ValidationError("a stream reads a dataset or a statement by sequence, not a search")


@attrs.frozen
class WriteOptions:
    """Where to write, and how sure to be.

    Args:
        dataset: Name of the dataset, which exists.
        id: Column that identifies a record, so that a record sent twice is stored once.
        require_ids: Whether to refuse records without an id.
        staging: Whether to write to a side dataset first, and to publish all at once.
        checkpoint: Folder, seen by all tasks, that lets a job go on where another one stopped.
        report: File for the counts of the job as JSON, written where the job is driven.
    """

    dataset: str = _option(_text)
    id: str | None = _option(_text)
    require_ids: bool = _option(flag, False)
    staging: bool = _option(flag, False)
    checkpoint: str | None = _option(_text)
    report: str | None = _option(_text)

    def __attrs_post_init__(self) -> None:
        if self.dataset is None:
            raise ValidationError("name the dataset to write to by the option dataset")
        if self.require_ids and self.id is None:
            raise ValidationError("require_ids refuses records without an id: name the column by the option id")


def read_options(kind: type[Any], given: Mapping[str, Any], *others: str) -> Any:
    """Read options, and refuse those that are unknown or hold a secret.

    Args:
        kind: `EngineReadOptions` or `WriteOptions`.
        given: Name -> value, mostly texts.
        *others: Names that somebody else reads.

    Raises:
        ValidationError: An option is unknown, holds a secret or has a value that cannot be read.
    """
    fields = {field.name: field.metadata["read"] for field in attrs.fields(kind)}
    known = {*fields, *CONNECTION, *others}
    for name in given:
        if name in known:
            continue
        if looks_secret(name):
            raise ValidationError(f"the option {name} would hold a secret, and options are logged: {_PLACES}")
        likely = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {likely[0]}?" if likely else f"there are {', '.join(sorted(known))}"
        raise ValidationError(f"there is no option {name}; {hint}")
    return kind(**{name: read(name, given[name]) for name, read in fields.items() if name in given})


def reference_of(given: Mapping[str, Any]) -> ClientReference:
    """Return the reference of the client that options describe.

    Args:
        given: Name -> text.

    Raises:
        ConfigError: A setting is missing or malformed.
        ValidationError: The provider has no import path.
    """
    settings = {name: given[name] for name in CONNECTION if name in given}
    # An import path and not an object: options are texts, and tasks run in other processes.
    if "credentials" in settings:
        module, _, name = str(settings["credentials"]).partition(":")
        try:
            settings["credentials"] = getattr(import_module(module), name)
        except (ImportError, AttributeError, ValueError):
            # Not shown: it may be a pair of keys, given by mistake.
            raise ValidationError(f"the provider in credentials cannot be imported; {_PLACES}") from None
    # Made where the job is planned, so that a wrong setting fails before tasks start; these get no keys.
    made = import_module("infino").Infino(**settings)
    with made as client:
        found: ClientReference = client.reference()
    return found
