"""One query while it runs: its limits, its notes, and the walk down the tree to whatever evaluates a kind of node."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

import attrs

from infino.local.promql.errors import PromQLError, unsupported
from infino.local.promql.parsing import Node, kind_of
from infino.local.promql.rules import Rules
from infino.local.promql.storage import Storage, Times
from infino.local.promql.values import Scalar, TextLiteral, Value, Vector

# How many samples or results one step of the evaluation may hold at once (a few hundred megabytes), and how many
# all steps together may go through.
MOST_AT_ONCE = 20_000_000
MOST_ALTOGETHER = 500_000_000


Handler = Callable[["Evaluation", Node, Times], Value]


@attrs.define(eq=False)
class Evaluation:
    """One query while it runs.

    Args:
        storage: Where the series come from.
        rules: The version-dependent rules in force.
        handlers: Kind of node -> what evaluates it.
        start: First step of the whole query, Unix milliseconds.
        end: Last step of the whole query, Unix milliseconds.
        step: Distance of the steps, milliseconds; 0 for an instant query.
        deadline: `time.monotonic()` after which the query is given up.
        cancelled: Set by another thread to give the query up.
    """

    storage: Storage
    rules: Rules
    handlers: Mapping[str, Handler]
    start: int
    end: int
    step: int
    deadline: float
    cancelled: threading.Event | None = None
    warnings: dict[str, None] = attrs.field(factory=dict)
    infos: dict[str, None] = attrs.field(factory=dict)
    samples: int = 0

    @property
    def instant(self) -> bool:
        """Whether the query asks for one moment only."""
        return self.step == 0

    def warn(self, message: str) -> None:
        """Remember something that makes the answer doubtful."""
        self.warnings[f"PromQL warning: {message}"] = None

    def inform(self, message: str) -> None:
        """Remember something that the writer of the query may want to know."""
        self.infos[f"PromQL info: {message}"] = None

    def hold(self, samples: int) -> None:
        """Count samples that are about to be held against the limits, and look at the clock."""
        self.samples += samples
        if samples > MOST_AT_ONCE or self.samples > MOST_ALTOGETHER:
            raise PromQLError("query processing would load too many samples into memory in query execution")
        if time.monotonic() > self.deadline or (self.cancelled is not None and self.cancelled.is_set()):
            raise PromQLError("query timed out in expression evaluation", "timeout")

    def value(self, node: Node, times: Times) -> Value:
        """Evaluate a node at the given times (Unix milliseconds)."""
        handler = self.handlers.get(kind_of(node))
        if handler is None:
            raise unsupported(f"{kind_of(node)} in this place")
        result = handler(self, node, times)
        if isinstance(result, Vector):
            self.hold(result.values.size)
        return result

    def vector(self, node: Node, times: Times) -> Vector:
        """Evaluate a node that the parser has checked to be a vector."""
        result = self.value(node, times)
        if not isinstance(result, Vector):
            raise PromQLError("expected an instant vector", "bad_data")
        return result

    def scalar(self, node: Node, times: Times) -> Scalar:
        """Evaluate a node that the parser has checked to be a scalar."""
        result = self.value(node, times)
        if not isinstance(result, Scalar):
            raise PromQLError("expected a scalar", "bad_data")
        return result

    def text(self, node: Node, times: Times) -> str:
        """Evaluate a node that the parser has checked to be a string."""
        result = self.value(node, times)
        if not isinstance(result, TextLiteral):
            raise PromQLError("expected a string literal", "bad_data")
        return result.value
