"""Fino, the conversation: typed events, answers, and sessions that survive a lost connection."""

from __future__ import annotations

from infino.chat.answer import Answer
from infino.chat.errors import Cancelled, Disconnected, Interrupted, ServiceFailed, TurnInProgress, TurnTimeout
from infino.chat.events import (
    AnyEvent,
    Chart,
    Data,
    Done,
    Event,
    Query,
    SourceRef,
    Sources,
    Status,
    Step,
    Suggestions,
    Text,
    Unknown,
)

__all__ = [
    "Answer",
    "AnyEvent",
    "Cancelled",
    "Chart",
    "Data",
    "Disconnected",
    "Done",
    "Event",
    "Interrupted",
    "Query",
    "ServiceFailed",
    "SourceRef",
    "Sources",
    "Status",
    "Step",
    "Suggestions",
    "Text",
    "TurnInProgress",
    "TurnTimeout",
    "Unknown",
]
