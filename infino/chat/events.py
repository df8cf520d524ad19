"""What a turn of a conversation yields, in the order the service says it.

Event
├── Status        an agent is at work
├── Step          an analysis takes a step
├── Text          the answer so far, as markdown; the last one is the answer
├── Data          rows behind the answer
├── Query         the query that was generated
├── Chart         an Apache ECharts option
├── Sources       where the answer came from
├── Suggestions   what one could ask next
├── Unknown       anything else the service sent, passed through
└── Done          the turn is over
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs

from infino.core.redaction import safe_repr


@attrs.frozen(kw_only=True)
class Event:
    """One thing that happened during a turn.

    Args:
        sender: Name of the agent that said it; an open set, often empty.
    """

    sender: str = ""


@attrs.frozen(kw_only=True)
class Status(Event):
    """Progress: what an agent is doing now.

    Args:
        text: A short sentence, possibly empty.
    """

    text: str = ""


@attrs.frozen(kw_only=True)
class Step(Event):
    """One step of an analysis.

    Args:
        action: The service's word for it, such as ``"add_cell"``.
        text: A short sentence, possibly empty.
        code: Code of the cell that it is about, if there is one.
        frame: The frame as it came.
    """

    action: str = ""
    text: str = ""
    code: str | None = None
    frame: Any = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class Text(Event):
    """The answer in words; a later one replaces an earlier one.

    Args:
        markdown: The text, in markdown.
    """

    markdown: str


@attrs.frozen(kw_only=True)
class Data(Event):
    """The rows behind the answer; a later one replaces an earlier one.

    Args:
        rows: One mapping of column name to value per row.
        schema: What the service says about the columns, if anything.
    """

    rows: Sequence[Mapping[str, Any]] = attrs.field(repr=lambda rows: f"<{len(rows)} rows>")
    schema: Any = attrs.field(default=None, repr=safe_repr)


@attrs.frozen(kw_only=True)
class Query(Event):
    """A query that the service generated.

    Args:
        language: ``"sql"`` or ``"querydsl"``.
        text: The query as text (QueryDSL as indented JSON).
        body: The QueryDSL object; ``None`` for SQL.
    """

    language: Literal["sql", "querydsl"]
    text: str
    body: Mapping[str, Any] | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class Chart(Event):
    """A chart of the answer.

    Args:
        option: An Apache ECharts option object, ready for ECharts.
        columns: Which column feeds which axis, if the service says so.
    """

    option: Mapping[str, Any] = attrs.field(repr=lambda option: f"<{', '.join(map(str, list(option)[:8]))}>")
    columns: Mapping[str, Any] | None = attrs.field(default=None, repr=False)


@attrs.frozen
class SourceRef:
    """A dataset that was asked.

    Args:
        dataset: Name of the dataset or index.
        connection: Connection it lives behind; ``"infino"`` is the native store.
    """

    dataset: str
    connection: str = "infino"


@attrs.frozen(kw_only=True)
class Sources(Event):
    """Where the answer was looked for.

    Args:
        sources: The datasets, in the service's order.
    """

    sources: tuple[SourceRef, ...]


@attrs.frozen(kw_only=True)
class Suggestions(Event):
    """Follow-up questions worth asking.

    Args:
        questions: The questions, in plain words.
    """

    questions: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Done(Event):
    """The turn is over; nothing follows.

    Args:
        trace_id: Identifier of the run on the service, if it gave one.
        query_id: Identifier of the question on the service, if it gave one.
    """

    trace_id: str | None = None
    query_id: str | None = None


@attrs.frozen(kw_only=True)
class Unknown(Event):
    """Something this version of the SDK has no type for, as it came.

    Args:
        kind: The kind the service gave it; ``"text"`` when it was not JSON, ``"binary"`` for bytes.
        frame: The decoded frame, or the raw text or bytes.
    """

    kind: str
    frame: Any = attrs.field(repr=False)


AnyEvent = Status | Step | Text | Data | Query | Chart | Sources | Suggestions | Unknown | Done
"""What a stream yields. A union, so that editors offer what each kind holds and a `match` can be checked for all."""
