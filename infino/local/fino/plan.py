"""What a planner is given and what it returns: the schema of the data, and a query with its reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

import attrs

FieldKind = Literal["number", "text", "date", "boolean"]


@attrs.frozen
class DatasetSchema:
    """The fields of one dataset that the asking user may read.

    Args:
        name: The dataset's name.
        fields: Field name to kind.
        stored: Looks which of some values a text field holds; `(field, values) -> stored spelling by value`.
    """

    name: str
    fields: Mapping[str, FieldKind]
    stored: Callable[[str, Sequence[str]], Mapping[str, str]] = lambda field, values: {}

    def of_kind(self, *kinds: FieldKind) -> tuple[str, ...]:
        """The names of the fields of these kinds, in order."""
        return tuple(name for name, kind in self.fields.items() if kind in kinds)


@attrs.frozen
class EarlierQuestion:
    """An earlier question of the same thread and the plan that answered it."""

    question: str
    plan: QuestionPlan


@attrs.frozen
class QuestionPlan:
    """One read-only SQL statement that answers a question.

    Args:
        sql: The statement, in the gateway's dialect.
        dataset: The dataset it mainly reads.
        reading: In plain English, how the question was understood.
        metric: The column that carries the answer's number, if there is one.
        category: The column of labels that the number is split by, if there is one.
        over_time: Whether `category` is a point in time, so that a line suits it.
        parts: The pieces the planner made the statement of, as JSON can keep them, for follow-up questions.
    """

    sql: str
    dataset: str
    reading: str
    metric: str | None = None
    category: str | None = None
    over_time: bool = False
    parts: Mapping[str, object] = attrs.field(factory=dict)


def kept(plan: QuestionPlan) -> dict[str, Any]:
    """A plan as JSON can keep it; `QuestionPlan(**kept(plan))` gives it back."""
    return attrs.asdict(plan, recurse=False) | {"parts": dict(plan.parts)}


class NotUnderstood(Exception):
    """The planner cannot turn the question into a query; the text says what it can do."""


class Planner(Protocol):
    """Turns a question into a plan."""

    @property
    def label(self) -> str:
        """What every answer is labelled with."""
        ...

    def plan(
        self, question: str, schemas: tuple[DatasetSchema, ...], history: tuple[EarlierQuestion, ...]
    ) -> QuestionPlan:
        """Plan a query for the question, or raise `NotUnderstood`."""
        ...
