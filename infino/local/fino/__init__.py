"""Fino on this machine: threads, messages, and a WebSocket that answers questions with a labelled planner."""

from infino.local.fino.conversation import converse, refusing
from infino.local.fino.sending import ROUTES as MESSAGE_ROUTES
from infino.local.fino.threads import routes

ROUTES = (*routes("/fino"), *routes("/_conversation"), *MESSAGE_ROUTES)
WEBSOCKETS = (
    ("/_conversation/ws", converse),
    ("/fino/nl", converse),
    ("/fino/analyze", refusing("Fino analyses")),
    ("/fino/ws", refusing("Fino notebook reports")),
)
