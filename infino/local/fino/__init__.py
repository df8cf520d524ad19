"""Fino on this machine: threads, messages, and a WebSocket that answers questions with a labelled planner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.local.fino.conversation import converse, refusing
from infino.local.fino.sending import ROUTES as MESSAGE_ROUTES
from infino.local.fino.sending import answer_threads
from infino.local.fino.threads import routes

if TYPE_CHECKING:
    from infino.local.state import Gateway

ROUTES = (*routes("/fino"), *routes("/_conversation"), *MESSAGE_ROUTES)
WEBSOCKETS = (
    ("/_conversation/ws", converse),
    ("/fino/nl", converse),
    ("/fino/analyze", refusing("Fino analyses")),
    ("/fino/ws", refusing("Fino notebook reports")),
)


def start(gateway: Gateway) -> None:
    """Have the threads that answer questions run from the start."""
    gateway.part(answer_threads, gateway)
